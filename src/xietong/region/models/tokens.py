"""Personal tokens, with which a program of a person signs at the API."""

from __future__ import annotations

import hashlib

from django.db import models

from xietong.region.models.people import Person


class ApiToken(models.Model):
    """A personal token (访问令牌): what it may is what its person may, until it ends.

    Only its digest is kept. Strict roles count for it only where `strict` is set.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    strict = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(secret: str) -> str:
        """Return what is kept of a token's secret, which holds too much chance to be guessed."""
        return hashlib.sha256(secret.encode()).hexdigest()
