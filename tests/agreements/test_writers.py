"""What every operation of agreements owes, held against the table part by part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cast import Cast
from writers import NORTH, SOUTH, Deed, Operation, cells, nothing_owed, operations_of, positional
from writers import refused as turned_away
from xietong.agreements import operations, rules
from xietong.agreements.models import Agreement
from xietong.kit.references import Reference
from xietong.region.models import Member
from xietong.region.rules import OUTSIDER, READER

ABOUT = Reference("plan", "scheme", "7")


def _asked(cast: Cast) -> Mapping[str, Any]:
    return {
        "subject": ABOUT,
        "digest": "a" * 64,
        "title_zh": "三湖船艇检验互认",
        "title_en": "Boats inspected once for all lakes",
        "purpose": "Publishing this edition of the map",
        "parties": list(Member.objects.all()),
    }


def _open(cast: Cast) -> Agreement:
    return operations.open_agreement(actor=cast["office_officer"], **_asked(cast))


def _said(cast: Cast, row: Agreement, member: str, verdict: str = "agree", words: str = "") -> None:
    operations.consent(
        actor=cast[f"{member.removesuffix('shore')}_approver"],
        agreement=row.pk,
        member=member,
        verdict=verdict,
        condition=words,
    )


def _last_word(cast: Cast) -> Mapping[str, Any]:
    row = _open(cast)
    _said(cast, row, SOUTH)
    return {"agreement": row.pk, "member": NORTH, "verdict": "agree"}


def _condition(cast: Cast) -> Mapping[str, Any]:
    row = _open(cast)
    _said(cast, row, SOUTH, "with_condition", "逐船留档")
    return {"agreement": row.pk, "consent": 1, "words": "已逐船留档"}


def _overdue(cast: Cast) -> Mapping[str, Any]:
    row = _open(cast)
    Agreement.objects.filter(pk=row.pk).update(closes_at=timezone.now() - timedelta(days=1))
    return {}


def _word(verdict: str, condition: str = "") -> Any:
    return lambda cast: {
        "agreement": _open(cast).pk,
        "member": NORTH,
        "verdict": verdict,
        "condition": condition,
    }


DEEDS = [
    Deed(operations.open_agreement, rules.OPEN_AGREEMENT, _asked, ""),
    Deed(operations.consent, rules.CONSENT, _word("agree")),
    Deed(
        operations.consent,
        rules.CONSENT,
        _word("with_condition", "逐船留档"),
        named="consent_with_a_condition",
    ),
    Deed(
        operations.consent,
        rules.CONSENT,
        _word("object", "检验标准不一"),
        entries=["consent", "end_agreement"],
        named="object",
    ),
    Deed(
        operations.consent,
        rules.CONSENT,
        _last_word,
        entries=["consent", "enter_into_force"],
        named="give_the_last_word",
    ),
    Deed(operations.meet_condition, rules.MEET_CONDITION, _condition, ""),
    Deed(
        operations.withdraw_agreement,
        rules.WITHDRAW_AGREEMENT,
        lambda cast: {"agreement": _open(cast).pk, "reason": "另行商议"},
        "",
        entries=["end_agreement"],
    ),
    Deed(
        operations.lapse_agreements,
        rules.LAPSE_AGREEMENTS,
        lambda cast: {"subject": Reference.parse(_open(cast).subject), "digest": "b" * 64},
        "",
        entries=["end_agreement"],
    ),
    Deed(operations.lapse_overdue, rules.LAPSE_AGREEMENTS, _overdue, "", entries=["end_agreement"]),
    Deed(
        operations.verify_agreement,
        rules.READ_AGREEMENTS,
        lambda cast: {"agreement": _open(cast).pk},
        (NORTH, SOUTH),
        entries=[],
    ),
]
test_every_cell = cells(DEEDS)
pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def test_every_operation_and_every_line_has_its_deed() -> None:
    nothing_owed(operations, rules.TABLE, DEEDS, reads=set())


@pytest.mark.parametrize("operation", operations_of(operations), ids=lambda one: one.__name__)
@pytest.mark.parametrize("actor", [READER, OUTSIDER], ids=["reader", "outsider"])
def test_who_may_not_write_is_refused_before_anything_is_looked_at(
    operation: Operation, actor: Any
) -> None:
    assert turned_away(operation, actor).code == "not_allowed"


@pytest.mark.parametrize("operation", operations_of(operations), ids=lambda one: one.__name__)
def test_parameters_have_names(operation: Operation) -> None:
    assert positional(operation) == []


def test_every_line_is_in_the_table() -> None:
    lines = {value for value in vars(rules).values() if isinstance(value, rules.May)}
    assert lines == set(rules.TABLE)
