"""Classifications of industry, their concordances, and the chains drawn over them."""

from __future__ import annotations

from django.db import models


class Classification(models.Model):
    """A classification of industries (行业分类) of one vintage."""

    code = models.SlugField(unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name_zh


class Industry(models.Model):
    """A section, division, group or class (门类、大类、中类、小类)."""

    classification = models.ForeignKey(
        Classification, on_delete=models.CASCADE, related_name="industries"
    )
    code = models.CharField(max_length=10)
    level = models.CharField(max_length=10)
    parent_code = models.CharField(max_length=10, blank=True)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, blank=True)
    # As long as the names, which stand in where a pack has no short ones.
    short_zh = models.CharField(max_length=200, blank=True)
    short_en = models.CharField(max_length=300, blank=True)
    pinyin = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["classification", "code"], name="industry_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Concordance(models.Model):
    """One line of a concordance (新旧类目对照) from an older vintage to the current one."""

    vintage = models.PositiveSmallIntegerField()
    old_code = models.CharField(max_length=10)
    new_code = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vintage", "old_code", "new_code"], name="concordance_line_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vintage}: {self.old_code} → {self.new_code}"


class Chain(models.Model):
    """An industrial chain (产业链)."""

    key = models.SlugField(unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    note_zh = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    pinyin = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name_zh


class Segment(models.Model):
    """A segment (环节) of a chain, with its tier and function."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="segments")
    key = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    pinyin = models.CharField(max_length=200, blank=True)
    tier = models.CharField(max_length=20)
    function = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["chain__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "key"], name="segment_once_a_chain")
        ]

    def __str__(self) -> str:
        return self.name_zh


class SegmentIndustry(models.Model):
    """An industry code that belongs to a segment; `partial` where it is wider than the segment."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="industries")
    industry_code = models.CharField(max_length=10)
    partial = models.BooleanField(default=False)

    class Meta:
        ordering = ["industry_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "industry_code"], name="industry_once_a_segment"
            ),
        ]

    def __str__(self) -> str:
        return self.industry_code
