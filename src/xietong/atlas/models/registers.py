"""Registers of establishments and their versions."""

from __future__ import annotations

from typing import Any

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
    problems_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the list of its doubts"
    )
    choice: models.JSONField[Any, Any] = models.JSONField(
        null=True, help_text="sheet and columns that were chosen; none where as proposed"
    )
    restores = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="restored_as"
    )
    reason = models.TextField(blank=True, help_text="why it was restored, or brought in despite")
    changes: models.JSONField[Any, Any] = models.JSONField(
        null=True, help_text="rows by what became of the version before"
    )
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["register", "number"]
        constraints = [
            models.UniqueConstraint(fields=["register", "number"], name="version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.register} v{self.number}"
