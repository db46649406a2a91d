"""Editions of the map and their clusters."""

from __future__ import annotations

from django.db import models

from xietong.atlas import rules
from xietong.atlas.models.registers import RegisterVersion


class Edition(models.Model):
    """A frozen edition of the map (地图版本): named by the hash of what it was compiled from."""

    class State(models.TextChoices):
        DRAFT = rules.DRAFT
        UNDER_REVIEW = rules.UNDER_REVIEW
        APPROVED = rules.APPROVED
        PUBLISHED = rules.PUBLISHED
        WITHDRAWN = rules.WITHDRAWN

    number = models.PositiveIntegerField(unique=True)
    digest = models.CharField(max_length=64, help_text="of the numbers")
    files_digest = models.CharField(max_length=64, help_text="names the folder of its files")
    inputs_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    agreement = models.ForeignKey(
        "agreements.Agreement",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="the last one that the members were asked for",
    )
    trial = models.BooleanField(
        default=False, help_text="published without the members' approval, in a trial"
    )
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
        constraints = [
            # The same numbers with other words beside them are another edition.
            models.UniqueConstraint(
                fields=["digest", "files_digest"], name="edition_once_its_content"
            ),
        ]

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
