"""What states, verdicts and findings are called on pages."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from xietong.agreements import rules


def state_names() -> dict[str, str]:
    """Return the states of an agreement by what they are called."""
    return {
        rules.OPEN: pgettext("agreement", "open for consent"),
        rules.IN_FORCE: pgettext("agreement", "in force"),
        rules.DECLINED: pgettext("agreement", "declined"),
        rules.LAPSED: pgettext("agreement", "lapsed"),
        rules.WITHDRAWN: pgettext("agreement", "taken back"),
    }


def verdict_names() -> dict[str, str]:
    """Return the verdicts by what they are called."""
    return {
        rules.AGREE: pgettext("consent", "Agree"),
        rules.WITH_CONDITION: pgettext("consent", "Agree with a condition"),
        rules.OBJECT: pgettext("consent", "Object"),
    }


def ended_name(ended: str) -> str:
    """Return why an agreement ended, as a sentence."""
    return {
        rules.OBJECTION: gettext("A member objected."),
        rules.CHANGED: gettext("Its content has changed since it was submitted."),
        rules.OVERDUE: gettext("The time for consent ran out."),
        rules.TAKEN_BACK: gettext("The office took it back."),
    }[ended]


def finding_name(code: str) -> str:
    """Return what a check of a signature found."""
    return {
        "sound": gettext("Signature and mandate hold."),
        "text_differs": gettext("The record is not what was signed."),
        "signature_wrong": gettext("The signature does not belong to the signed text."),
        "other_key": gettext("It was signed under another key than this node's."),
        "mandate_wrong": gettext("The signer held no such mandate at that time."),
        "number_missing": gettext("A consent is missing between the others."),
        "not_everybody": gettext("It is in force, but not every party agrees."),
    }[code]
