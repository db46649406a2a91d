"""Notices: what a person is to know, said in whichever language it is read, and by mail too."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from xietong.desk.rules import DAILY, EACH, NO_MAIL


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
    # Of its copy by mail: as the person wanted it when it was told; blank for none.
    mail = models.CharField(max_length=10, blank=True, choices=[(EACH, EACH), (DAILY, DAILY)])
    mail_due_at = models.DateTimeField(
        null=True, help_text="when it is tried next; none: it is not"
    )
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True, help_text="when a mail server took it")
    mail_fault = models.CharField(
        max_length=300, blank=True, help_text="why it last did not go out"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person", "read_at"], name="notice_unread"),
            models.Index(fields=["mail_due_at"], name="notice_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.sentence}"


class NoticeMail(models.Model):
    """Whether a person wants notices by mail (邮件抄送) too; whoever has no row wants none."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_mail"
    )
    how = models.CharField(
        max_length=10, choices=[(one, one) for one in (NO_MAIL, EACH, DAILY)], default=NO_MAIL
    )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.how}"
