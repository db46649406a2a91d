"""What a password must not be, beside what Django knows: oneself, or one thing over and over."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

SHORTEST_PART = 3
FEWEST_CHARACTERS = 5


class NotOneself:
    """Refuses a password that holds its owner's name, or a part of the address of mail."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise `password_is_oneself` where it does."""
        folded = password.casefold()
        if any(part in folded for part in _parts_of(user)):
            raise ValidationError(
                gettext("The password holds your name or your e-mail address."),
                code="password_is_oneself",
            )

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return gettext("It holds neither your name nor your e-mail address.")


class NotRepeated:
    """Refuses a password of few different characters, or of one word over and over."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise `password_repeats` where it is one."""
        # What stands twice in a row is found in itself, moved on by its half.
        repeated = password in (password * 2)[1:-1]
        if repeated or len(set(password)) < FEWEST_CHARACTERS:
            raise ValidationError(gettext("The password repeats itself."), code="password_repeats")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return gettext("It has at least five different characters, and is no repetition.")


def _parts_of(user: object) -> set[str]:
    """Return the parts of a person's names that are long enough to give the password away.

    A Chinese name is short in characters, and counts as a whole.
    """
    email = str(getattr(user, "email", "") or "").casefold()
    name = "".join(str(getattr(user, "name", "") or "").casefold().split())
    told = [email, *re.split(r"[@._+-]", email.partition("@")[0]), name]
    told += re.split(r"\s+", str(getattr(user, "name", "") or "").casefold())
    return {one for one in told if len(one) >= (2 if not one.isascii() else SHORTEST_PART + 1)}
