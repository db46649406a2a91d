"""Editions of the map and their clusters."""

from __future__ import annotations

from django.db import models

from xietong.atlas.models.registers import RegisterVersion


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
