"""Jobs: long work that a worker does, and how far it has come."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xietong.desk import rules


class Job(models.Model):
    """A job (任务): who asked for which work, on what, how far it is, and how it ended."""

    class State(models.TextChoices):
        WAITING = rules.WAITING
        RUNNING = rules.RUNNING
        DONE = rules.DONE
        REFUSED = rules.REFUSED
        FAILED = rules.FAILED
        CANCELLED = rules.CANCELLED

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200, help_text="an English template, marked by N_")
    title_params = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    subject = models.CharField(max_length=200, blank=True, help_text="room:kind:key")
    scope = models.CharField(max_length=80, blank=True, help_text="whose desk it lies on")
    one_a_subject = models.BooleanField(default=False)

    asked_by = models.CharField(max_length=60, help_text="the key of an actor")
    asked_name = models.CharField(max_length=100)
    assured = models.BooleanField(default=False, help_text="asked with a second factor shown")
    asked_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    cancel_asked = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    task = models.UUIDField(null=True, help_text="its place in the queue")

    # Only the worker that took the job last may write; it proves so by the number it took.
    fence = models.PositiveIntegerField(default=0)
    beats = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)

    stage = models.CharField(max_length=200, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    rate = models.FloatField(null=True, help_text="units a second in this stage")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    refusal = models.JSONField(null=True, help_text="code, sentence, way out, params, problems")
    outcome = models.JSONField(null=True, help_text="reference, sentence, params, url")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["asked_by", "-id"], name="job_by_asker"),
            models.Index(fields=["scope", "-id"], name="job_by_scope"),
            models.Index(fields=["subject"], name="job_by_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(one_a_subject=True, state__in=rules.OPEN),
                name="job_one_at_a_time_a_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.state}"
