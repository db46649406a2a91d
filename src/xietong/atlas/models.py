"""Registers, their versions, editions of the map, clusters, and names that members publish."""

from __future__ import annotations

from django.db import models


class Register(models.Model):
    """A member's register of establishments (企业名录); it stays with the member."""

    member = models.OneToOneField(
        "region.Member", on_delete=models.PROTECT, related_name="register"
    )
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    attribution_zh = models.CharField(max_length=300, blank=True)
    attribution_en = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.title_zh


class RegisterVersion(models.Model):
    """One import of a register: checked, placed, coded, and kept as a file named by its content."""

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the Parquet file")
    source_name = models.CharField(max_length=255)
    source_digest = models.CharField(max_length=64, help_text="SHA-256 of the file as it came")
    method_digest = models.CharField(max_length=64, help_text="what placed and coded the rows")
    rows = models.PositiveIntegerField()
    synthetic = models.BooleanField(default=False)
    banner_zh = models.CharField(max_length=200, blank=True)
    banner_en = models.CharField(max_length=300, blank=True)
    quality = models.JSONField(default=dict)
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["register", "number"]
        constraints = [
            models.UniqueConstraint(fields=["register", "number"], name="version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.register} v{self.number}"


class Edition(models.Model):
    """A frozen edition of the map (地图版本): named by the hash of what it was compiled from."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    number = models.PositiveIntegerField(unique=True)
    digest = models.CharField(max_length=64, unique=True)
    files_digest = models.CharField(max_length=64, help_text="names the folder of its files")
    inputs_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    versions = models.ManyToManyField(RegisterVersion, related_name="editions")
    boundaries = models.ForeignKey("region.BoundarySet", on_delete=models.PROTECT)
    synthetic = models.BooleanField()
    parameters = models.JSONField()
    provenance = models.JSONField()
    summary = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True, help_text="what readers are told")

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"


class Cluster(models.Model):
    """An industrial cluster (产业集群): contiguous counties specialised in one industry."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="clusters")
    key = models.CharField(max_length=80)
    industry_key = models.CharField(max_length=80)
    rank = models.PositiveIntegerField(help_text="by units, within the industry")
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    units = models.PositiveIntegerField()
    share = models.FloatField()
    lq = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    core = models.CharField(max_length=12)
    places = models.JSONField()
    members = models.JSONField()
    crossing = models.BooleanField()
    bounds = models.JSONField()
    details = models.JSONField(help_text="leading parts of the industry, and segments not observed")

    class Meta:
        ordering = ["industry_key", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="cluster_once_an_edition"),
        ]

    def __str__(self) -> str:
        return self.name_zh


class PublishedName(models.Model):
    """A firm or platform that a member itself has published (龙头企业、平台); no register's row."""

    class Kind(models.TextChoices):
        LEADING_FIRM = "leading_firm"
        PLATFORM = "platform"

    member = models.ForeignKey("region.Member", on_delete=models.PROTECT)
    kind = models.CharField(max_length=20, choices=Kind)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, blank=True)
    place_code = models.CharField(max_length=12)
    industry_key = models.CharField(max_length=80)
    source = models.CharField(max_length=500)
    published_on = models.DateField()

    class Meta:
        ordering = ["member", "name_zh"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "name_zh", "industry_key"], name="name_published_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh
