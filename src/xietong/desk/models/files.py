"""Files that people brought, and how the tables among them were read last time."""

from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """A file (文件) as it was uploaded; its content lies on the shelf under its SHA-256."""

    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200, help_text="cleaned, and never a path")
    bytes = models.BigIntegerField()
    kept_by = models.CharField(max_length=60, help_text="the key of an actor")
    kept_name = models.CharField(max_length=100)
    kept_at = models.DateTimeField(auto_now_add=True)
    scope = models.CharField(max_length=80, blank=True, help_text="whose desk it lies on")
    purpose = models.CharField(max_length=60, blank=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["digest"], name="file_by_digest")]

    def __str__(self) -> str:
        return self.name


class ImportTemplate(models.Model):
    """How the columns of a member's table were read: found again by its headings."""

    purpose = models.CharField(max_length=60)
    member = models.ForeignKey("region.Member", on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 over the headings")
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict, help_text="heading to column")
    used_at = models.DateTimeField()
    used_by = models.CharField(max_length=60, help_text="the key of an actor")

    class Meta:
        ordering = ["-used_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "member", "fingerprint"], name="template_once_a_heading"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.member_id} {self.fingerprint[:12]}"
