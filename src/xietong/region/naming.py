"""What roles, kinds and owners are called in the active language."""

from __future__ import annotations

from django.utils.translation import get_language, gettext

from xietong.region.models import Member, Organisation, Person

# Those that pages and mail are written in; the first where nothing else was chosen.
LANGUAGES = ("zh-hans", "en")


def speaks_chinese() -> bool:
    """Tell whether the active language is Chinese."""
    return (get_language() or "").startswith("zh")


def roles() -> dict[str, str]:
    """Return every role with its name, the weakest first."""
    return {
        "viewer": gettext("viewer"),
        "analyst": gettext("analyst"),
        "officer": gettext("officer"),
        "approver": gettext("approver"),
        "administrator": gettext("administrator"),
    }


def role(name: str) -> str:
    """Return what a role is called."""
    return roles()[name]


def kinds() -> dict[str, str]:
    """Return every kind of organisation with its name."""
    return {
        "authority": gettext("authority"),
        "institution": gettext("public institution"),
        "enterprise": gettext("enterprise"),
        "association": gettext("association"),
        "regional_office": gettext("regional cooperation office"),
    }


def member(row: Member | None) -> str:
    """Return a member's name; nothing for none."""
    if row is None:
        return ""
    return row.name_zh if speaks_chinese() else row.name_en


def organisation(row: Organisation | None) -> str:
    """Return an organisation's name; the Chinese one where it has no English."""
    if row is None:
        return ""
    return row.name_zh if speaks_chinese() else row.name_en or row.name_zh


def owner(of_member: Member | None, of_organisation: Organisation | None) -> str:
    """Return the name of whom a mandate is for."""
    return organisation(of_organisation) or member(of_member)


def person(row: Person) -> str:
    """Return a person's name; what they sign in with where they have none."""
    return row.name or row.get_username()


def state(name: str) -> str:
    """Return what a state of a mandate or an invitation is called."""
    return {
        "in_force": gettext("in force"),
        "to_come": gettext("to come"),
        "over": gettext("over"),
        "revoked": gettext("revoked"),
        "open": gettext("open"),
        "accepted": gettext("accepted"),
        "recalled": gettext("recalled"),
        "expired": gettext("expired"),
    }[name]
