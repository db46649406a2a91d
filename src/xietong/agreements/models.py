"""Agreements, their parties, and what the parties have said, each under a signature."""

from __future__ import annotations

from django.db import models

from xietong.agreements import rules
from xietong.region.append_only import append_only


class Subject(models.Model):
    """What agreements are about. Its row is the queue of whoever opens, decides or ends one."""

    reference = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.reference


class Agreement(models.Model):
    """An agreement (会签事项) on one version of a record, which the digest names."""

    class State(models.TextChoices):
        OPEN = rules.OPEN
        IN_FORCE = rules.IN_FORCE
        DECLINED = rules.DECLINED
        LAPSED = rules.LAPSED
        WITHDRAWN = rules.WITHDRAWN

    class Ended(models.TextChoices):
        OBJECTION = rules.OBJECTION
        CHANGED = rules.CHANGED
        OVERDUE = rules.OVERDUE
        TAKEN_BACK = rules.TAKEN_BACK

    subject = models.CharField(max_length=200, help_text="a reference: room:kind:key")
    subject_digest = models.CharField(max_length=64, help_text="of the content agreed on")
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300)
    purpose = models.CharField(max_length=200, help_text="an English sentence, translated on pages")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_by = models.CharField(max_length=60, help_text="the key of an actor")
    opened_by_name = models.CharField(max_length=100)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True, help_text="the first moment that is too late")
    in_force_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, choices=Ended, blank=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject", "id"], name="agreement_by_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=models.Q(state=rules.OPEN),
                name="agreement_open_once_a_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=(rules.OPEN, rules.IN_FORCE), ended="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended="")),
                name="agreement_ended_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.subject} {self.state}"


class Party(models.Model):
    """A member whose consent an agreement needs (会签方)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="parties")
    member = models.ForeignKey("region.Member", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["member__position", "member__code"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "member"], name="party_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.member}"


@append_only
class Consent(models.Model):
    """A member's word on an agreement (会签意见): 同意、附条件同意、不同意. Never changed.

    The last one of a member stands. `signed` is the text that the node's key signed.
    """

    class Verdict(models.TextChoices):
        AGREE = rules.AGREE
        WITH_CONDITION = rules.WITH_CONDITION
        OBJECT = rules.OBJECT

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="consents")
    number = models.PositiveIntegerField(help_text="within the agreement, without a gap")
    member = models.ForeignKey("region.Member", on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=20, choices=Verdict)
    condition = models.TextField(blank=True, help_text="or the reason of an objection")
    confirms = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="the conditional consent whose condition the member says was met",
    )
    signer = models.ForeignKey("region.Person", on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=100)
    mandate = models.ForeignKey("region.Mandate", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    signed = models.TextField()
    signature = models.CharField(max_length=128, help_text="Ed25519, in hexadecimal letters")
    key = models.CharField(max_length=64, help_text="the fingerprint of the node's key")

    class Meta:
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="consent_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}.{self.number} {self.verdict}"


@append_only
class ConditionMet(models.Model):
    """What the office has done about a condition (条件落实情况); the member then confirms it."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="met")
    words = models.TextField()
    by = models.CharField(max_length=60, help_text="the key of an actor")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.consent}: {self.words}"
