"""What officers have corrected, who is looking at what, and words that corrections taught."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xietong.engine.register.corrections import FIELDS


class Correction(models.Model):
    """A correction (更正): what an officer knows of one field of one unit, over what was read.

    `from_value` is what the machine said (by the methods of `method_digest`), `to_value` what is
    right; both alike where an officer confirmed it. Never changed afterwards, but withdrawn.
    """

    member = models.ForeignKey(
        "region.Member", on_delete=models.PROTECT, related_name="corrections"
    )
    unit = models.CharField(max_length=64, help_text="its credit code, or a mark of its row")
    unit_name = models.CharField(max_length=200, blank=True, help_text="as it was called then")
    field = models.CharField(max_length=10, choices=[(one, one) for one in FIELDS])
    from_value = models.CharField(max_length=12, blank=True)
    to_value = models.CharField(max_length=12)
    method_digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True)
    made_by = models.CharField(max_length=60, help_text="the key of an actor")
    made_by_name = models.CharField(max_length=100)
    made_at = models.DateTimeField(auto_now_add=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_by = models.CharField(max_length=60, blank=True)
    withdrawn_by_name = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "unit", "field"],
                condition=Q(withdrawn_at__isnull=True),
                name="correction_in_force_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.from_value} → {self.to_value}"


class Assignment(models.Model):
    """Who is looking at a unit of the queue (认领), so that two do not begin the same."""

    member = models.ForeignKey("region.Member", on_delete=models.CASCADE, related_name="+")
    unit = models.CharField(max_length=64)
    taken_by = models.CharField(max_length=60, help_text="the key of an actor")
    taken_by_name = models.CharField(max_length=100)
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["member", "unit"], name="unit_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.taken_by_name}"


class VocabularyWord(models.Model):
    """A word that corrections taught (词表增补): accepted or declined by an analyst, by member.

    `evidence` holds the figures that the analyst saw. Accepted words code the member's register
    after the region pack's own.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted"
        DECLINED = "declined"

    member = models.ForeignKey("region.Member", on_delete=models.PROTECT, related_name="words")
    word = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=10)
    verdict = models.CharField(max_length=10, choices=Verdict)
    evidence = models.JSONField()
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=60, help_text="the key of an actor")
    decided_by_name = models.CharField(max_length=100)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["member", "word"]
        constraints = [
            models.UniqueConstraint(fields=["member", "word"], name="word_decided_once"),
        ]

    def __str__(self) -> str:
        return f"{self.word}: {self.code}"
