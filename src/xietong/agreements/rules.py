"""Who may consent to what, when everybody has, and what may happen to an agreement in which state.

Consent is the parties' own: neither the operator of the node nor the office gives it for a member.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from xietong.kit.refusals import N_, Refusal
from xietong.region.rules import EVERY_ROLE, May, Role

OPEN, IN_FORCE, DECLINED = "open", "in_force", "declined"
LAPSED, WITHDRAWN = "lapsed", "withdrawn"
AGREE, WITH_CONDITION, OBJECT = "agree", "with_condition", "object"
VERDICTS = (AGREE, WITH_CONDITION, OBJECT)
# Why an agreement ended without being in force, or is in force no longer.
OBJECTION, CHANGED, OVERDUE, TAKEN_BACK = "objection", "changed", "overdue", "taken_back"

APPROVERS = frozenset({Role.APPROVER})
OFFICERS = frozenset({Role.OFFICER, Role.APPROVER})
READ_AGREEMENTS = May("read_agreements", own=EVERY_ROLE, office=EVERY_ROLE)
OPEN_AGREEMENT = May("open_agreement", office=OFFICERS)
CONSENT = May("consent", own=APPROVERS, states=(OPEN,), operator=False)
MEET_CONDITION = May("meet_condition", office=OFFICERS, states=(OPEN,))
WITHDRAW_AGREEMENT = May("withdraw_agreement", office=OFFICERS, states=(OPEN, IN_FORCE))
LAPSE_AGREEMENTS = May(
    "lapse_agreements", office=OFFICERS | {Role.ANALYST}, states=(OPEN, IN_FORCE)
)
TABLE: tuple[May, ...] = (
    READ_AGREEMENTS,
    OPEN_AGREEMENT,
    CONSENT,
    MEET_CONDITION,
    WITHDRAW_AGREEMENT,
    LAPSE_AGREEMENTS,
)


def all_agree(standing: Iterable[str | None]) -> bool:
    """Tell whether every party's standing verdict is a plain yes.

    A condition is no yes: once it is met, the member says so by agreeing.

    >>> all_agree(["agree", "agree"]), all_agree(["agree", "with_condition"]), all_agree([])
    (True, False, False)
    """
    verdicts = list(standing)
    return bool(verdicts) and all(one == AGREE for one in verdicts)


def must_be_open(state: str, title: str) -> None:
    """Only an open agreement is decided on. Refuses `already_in_force`, `agreement_not_open`."""
    if state == IN_FORCE:
        raise Refusal(
            "already_in_force",
            N_("“{title}” is in force already."),
            way_out=N_("Nothing is left to do."),
            title=title,
        )
    if state != OPEN:
        raise Refusal(
            "agreement_not_open",
            N_("“{title}” is not open for consent any more."),
            way_out=N_("Ask the office to submit it anew."),
            title=title,
        )


def must_be_in_time(closes_at: datetime | None, now: datetime, title: str) -> None:
    """What is late is no consent. Refuses `consent_too_late`."""
    if closes_at is not None and now >= closes_at:
        raise Refusal(
            "consent_too_late",
            N_("The time for consent to “{title}” ran out on {day}."),
            way_out=N_("Ask the office to submit it anew."),
            title=title,
            day=f"{closes_at:%Y-%m-%d}",
        )


def words_of(verdict: str, condition: str) -> str:
    """Return the condition as it is kept: it stands where the verdict wants one, and only there.

    Refuses `no_such_verdict`, `condition_missing`, `objection_without_reason` and
    `condition_beside_consent`.
    """
    words = condition.strip()
    if verdict not in VERDICTS:
        raise Refusal(
            "no_such_verdict",
            N_("There is no verdict “{verdict}”."),
            way_out=N_("Agree, agree with a condition, or object."),
            field="verdict",
            verdict=verdict,
        )
    if verdict == WITH_CONDITION and not words:
        raise Refusal(
            "condition_missing",
            N_("To agree with a condition, state the condition."),
            way_out=N_("Say in a sentence what must be met."),
            field="condition",
        )
    if verdict == OBJECT and not words:
        raise Refusal(
            "objection_without_reason",
            N_("An objection needs a reason that the other parties will see."),
            way_out=N_("Give the reason in a sentence."),
            field="condition",
        )
    if verdict == AGREE and words:
        raise Refusal(
            "condition_beside_consent",
            N_("A plain consent has no condition."),
            way_out=N_("Choose “agree with a condition”, or leave the condition out."),
            field="condition",
        )
    return words
