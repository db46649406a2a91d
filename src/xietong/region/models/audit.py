"""The audit: who changed what, written in the transaction of the change."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One change of record (审计记录): who, when, which verb, on what, from what state to what."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=100)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    before = models.CharField(max_length=64, blank=True)
    after = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject", "id"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"
