"""The audit: who changed what, chained by hashes, written in the transaction of the change."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.db import models

from xietong.region.append_only import append_only


@append_only
class AuditEntry(models.Model):
    """One change of record (审计记录): who, when, which verb, on what, from what state to what.

    `body` is the entry: the text over which its hash goes, and which holds all of it. The other
    columns repeat what entries are looked for by; `xietong audit verify` compares them.
    """

    number = models.BigAutoField(primary_key=True, help_text="from 1 on, without gaps")
    at = models.DateTimeField()
    actor_key = models.CharField(max_length=60)
    actor_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    member = models.CharField(max_length=40, blank=True, help_text="whose record it is")
    body = models.TextField(help_text="the entry as canonical JSON")
    hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the body")

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["subject", "number"], name="audit_of_subject"),
            models.Index(fields=["actor_key", "number"], name="audit_of_actor"),
            models.Index(fields=["member", "number"], name="audit_of_member"),
            models.Index(fields=["at"], name="audit_of_time"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.actor_name} {self.verb} {self.subject}"

    @cached_property
    def told(self) -> dict[str, Any]:
        """The body, read."""
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def actor(self) -> str:
        """The name of who did it, as it was then."""
        return self.actor_name

    @property
    def reason(self) -> str:
        """Why, in a sentence; blank where none was asked for."""
        return str(self.told["reason"])

    @property
    def before(self) -> str:
        """The state or digest that the change found."""
        return str(self.told["before"])

    @property
    def after(self) -> str:
        """The state or digest that the change left."""
        return str(self.told["after"])

    @property
    def details(self) -> dict[str, Any]:
        """What else the change says of itself."""
        return dict(self.told["details"])

    @property
    def previous(self) -> str:
        """The hash of the entry before."""
        return str(self.told["previous"])


@append_only
class NodeKey(models.Model):
    """A public key of this node (节点公钥), so that what an earlier one signed can be checked."""

    fingerprint = models.CharField(max_length=32, unique=True)
    public_key = models.CharField(max_length=64, unique=True, help_text="Ed25519, in hex")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.fingerprint
