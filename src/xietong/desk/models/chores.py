"""Chores: what the house does by itself, and when it did so last."""

from __future__ import annotations

from django.db import models


class Chore(models.Model):
    """A chore (例行事务): when it is due again, and which worker is at it now."""

    name = models.CharField(max_length=60, unique=True)
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField(null=True, help_text="when it last ended, well or not")
    fault = models.CharField(max_length=100, blank=True, help_text="why it last failed")
    # As with jobs: only the worker that took it last may say that it has ended.
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
