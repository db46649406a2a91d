"""Notices: what a person is to know, said in whichever language it is read."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Notice(models.Model):
    """A notice (通知) to one person; the sentence is a template, filled in when it is read."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices"
    )
    sentence = models.CharField(max_length=300, help_text="an English template, marked by N_")
    params = models.JSONField(default=dict)
    subject = models.CharField(max_length=200, blank=True, help_text="room:kind:key")
    url = models.CharField(max_length=300, blank=True, help_text="in the default language")
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "read_at"], name="notice_unread")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.sentence}"
