"""Imports of registers on their way: uploaded, mapped, checked, and only then a version."""

from __future__ import annotations

from typing import Any

from django.db import models

from xietong.atlas import rules


class RegisterDraft(models.Model):
    """An import under way (导入草稿): one uploaded file, how it is read, and what was found in it.

    `checks` counts the checks that were asked for: one that ends late, when another was asked for
    meanwhile, writes nothing. `brought` is what a version would say of its rows, and `summary` what
    it would change; both stand only in the state ready.
    """

    class State(models.TextChoices):
        UPLOADED = rules.UPLOADED
        MAPPED = rules.MAPPED
        CHECKED = rules.CHECKED
        READY = rules.READY
        COMMITTED = rules.COMMITTED
        DISCARDED = rules.DISCARDED

    member = models.ForeignKey("region.Member", on_delete=models.PROTECT, related_name="drafts")
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    file = models.ForeignKey(
        "desk.StoredFile", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name = models.CharField(max_length=255, help_text="of the file, as it was uploaded")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")
    sheets = models.JSONField(default=list)
    sheet = models.CharField(max_length=255, blank=True)
    first_sheet = models.CharField(max_length=255, blank=True, help_text="the one proposed")
    headings = models.JSONField(default=list)
    samples = models.JSONField(default=list, help_text="a few cells of each column")
    columns = models.JSONField(default=dict, help_text="canonical column to its position")
    remembered = models.JSONField(default=dict, help_text="the same, as it was read last time")
    base = models.ForeignKey(
        "atlas.RegisterVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="the version that was the newest when this was checked",
    )
    checks = models.PositiveIntegerField(default=0)
    job = models.BigIntegerField(null=True, help_text="the job that checks it, or did")
    problems_digest = models.CharField(max_length=64, blank=True)
    tallies = models.JSONField(default=list, help_text="[code, column, count], the worst first")
    brought: models.JSONField[Any, Any] = models.JSONField(null=True)
    summary: models.JSONField[Any, Any] = models.JSONField(null=True)
    marked = models.JSONField(default=dict, help_text="language to SHA-256 of the workbook")
    version = models.ForeignKey(
        "atlas.RegisterVersion", on_delete=models.PROTECT, null=True, related_name="drafts"
    )
    created_by = models.CharField(max_length=60, help_text="the key of an actor")
    created_name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["member", "-id"], name="draft_by_member")]

    def __str__(self) -> str:
        return f"{self.pk} {self.name} ({self.state})"
