"""People: whoever signs in. Mandates and sign-in stand on this table."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    """A person (人员) who uses the house; the user model from the first migration on."""

    # One name: given and family name do not come in this order everywhere.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=100, blank=True)
    member = models.ForeignKey("region.Member", null=True, blank=True, on_delete=models.PROTECT)

    class Meta(AbstractUser.Meta):
        db_table = "region_person"

    def get_full_name(self) -> str:
        """Return the name as it is written, family name and given name in one."""
        return self.name

    def get_short_name(self) -> str:
        """Return the same: a Chinese name is not shortened."""
        return self.name
