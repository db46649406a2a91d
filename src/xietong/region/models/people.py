"""People, the organisations they work for, and the mandates by which they act."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from xietong.region.rules import Role


class Organisation(models.Model):
    """An organisation (单位): a ministry, an office, an institution or an enterprise."""

    class Kind(models.TextChoices):
        REGIONAL_OFFICE = "regional_office"
        AUTHORITY = "authority"
        INSTITUTION = "institution"
        ENTERPRISE = "enterprise"
        ASSOCIATION = "association"

    credit_code = models.CharField(
        max_length=18, unique=True, null=True, help_text="GB 32100; none for an office without one"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, blank=True)
    member = models.ForeignKey(
        "region.Member", null=True, on_delete=models.PROTECT, related_name="organisations"
    )
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="subordinates"
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["member__position", "name_zh"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "name_zh"], name="organisation_name_once_a_member"
            ),
            # Only the regional office belongs to no member.
            models.CheckConstraint(
                condition=Q(member__isnull=False) | Q(kind="regional_office"),
                name="organisation_of_a_member",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class Person(AbstractUser):
    """A person (人员) who uses the house; the user model from the first migration on."""

    # One name: given and family name do not come in this order everywhere.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=100, blank=True)
    member = models.ForeignKey("region.Member", null=True, blank=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    language = models.CharField(max_length=10, blank=True, help_text="of mail to this person")

    class Meta(AbstractUser.Meta):
        db_table = "region_person"
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="person_email_once"
            ),
        ]

    def get_full_name(self) -> str:
        """Return the name as it is written, family name and given name in one."""
        return self.name

    def get_short_name(self) -> str:
        """Return the same: a Chinese name is not shortened."""
        return self.name


class Mandate(models.Model):
    """A mandate (授权): in which role a person acts, for whom, from when to when, by whose grant.

    For a member, or for an organisation; one of the regional office reaches over all members.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    member = models.ForeignKey(
        "region.Member", null=True, on_delete=models.PROTECT, related_name="mandates"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="mandates"
    )
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, help_text="the first moment at which it is over")
    granted_by = models.CharField(max_length=60, help_text="the key of an actor")
    granted_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=300, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["person", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=True) ^ Q(organisation__isnull=True),
                name="mandate_for_one_of_both",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="mandate_ends_after_it_begins",
            ),
        ]

    @staticmethod
    def in_force(at: datetime) -> Q:
        """Return the condition that a mandate holds at a moment."""
        return (
            Q(valid_from__lte=at)
            & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))
            & (Q(revoked_at__isnull=True) | Q(revoked_at__gt=at))
            & (Q(organisation__isnull=True) | Q(organisation__closed_at__isnull=True))
        )

    @staticmethod
    def not_ended(at: datetime) -> Q:
        """Return the condition that a mandate holds or will hold at a moment, by its own dates."""
        return Q(revoked_at__isnull=True) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))

    def __str__(self) -> str:
        return f"{self.person}: {self.role}"


class Invitation(models.Model):
    """An invitation (邀请) by mail: whoever follows its link becomes a person with this mandate."""

    email = models.EmailField()
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    member = models.ForeignKey("region.Member", null=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    token_digest = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=10, blank=True)
    invited_by = models.CharField(max_length=60, help_text="the key of an actor")
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    accepted_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True, help_text="when a mail server took the last mail")
    mail_fault = models.CharField(
        max_length=300, blank=True, help_text="why the last mail did not go out"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=True) ^ Q(organisation__isnull=True),
                name="invitation_for_one_of_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"
