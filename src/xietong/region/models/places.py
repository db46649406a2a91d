"""The region, its members, its places of every vintage, and their boundaries."""

from __future__ import annotations

from django.db import models


class Region(models.Model):
    """The region (区域) that this node serves; one row, loaded from a region pack."""

    code = models.SlugField(unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    vintage = models.PositiveSmallIntegerField(help_text="the year whose place codes the map uses")
    pack = models.JSONField(default=dict, help_text="the rest of the pack's plain facts")
    pack_digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name_zh


class Member(models.Model):
    """A member (成员方): one of the governments that work together."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="members")
    code = models.SlugField(unique=True)
    place_code = models.CharField(max_length=12)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    short_zh = models.CharField(max_length=20)
    short_en = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_zh


class Place(models.Model):
    """A province, prefecture or county (省级、地级、县级), valid for a span of years."""

    class Level(models.TextChoices):
        PROVINCE = "province"
        PREFECTURE = "prefecture"
        COUNTY = "county"

    code = models.CharField(max_length=12)
    level = models.CharField(max_length=10, choices=Level)
    parent_code = models.CharField(max_length=12, blank=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    pinyin = models.CharField(max_length=200, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    valid_from = models.PositiveSmallIntegerField(null=True)
    valid_to = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=20, default="civil")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="place_once_a_vintage"),
            # To a database two missing years are not the same.
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(valid_from__isnull=True),
                name="place_once_from_the_beginning",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class PlaceAlias(models.Model):
    """Another name of a place (别名、旧名), such as the county that a district once was."""

    alias = models.CharField(max_length=100)
    code = models.CharField(max_length=12)
    kind = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alias", "code"], name="alias_once_a_place")]

    def __str__(self) -> str:
        return f"{self.alias} → {self.code}"


class PlaceChange(models.Model):
    """A change of code (代码变更): renumbered, merged or split; `year` is None where unknown."""

    old_code = models.CharField(max_length=12)
    new_code = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["old_code", "new_code", "year"], name="change_told_once"
            ),
            models.UniqueConstraint(
                fields=["old_code", "new_code"],
                condition=models.Q(year__isnull=True),
                name="undated_change_told_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code}"


class BoundarySet(models.Model):
    """Outlines of all places of one vintage, kept as files named by their content."""

    vintage = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    source_digest = models.CharField(max_length=64)
    source_crs = models.CharField(max_length=20)
    schematic = models.BooleanField()
    attribution_zh = models.CharField(max_length=300)
    attribution_en = models.CharField(max_length=300)
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.vintage} {self.digest[:12]}"
