"""What every operation of agreements owes."""

from __future__ import annotations

import pytest

from writers import Operation, operations_of, positional, refused
from xietong.agreements import operations, rules
from xietong.region.rules import OUTSIDER, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


@pytest.mark.parametrize("operation", operations_of(operations), ids=lambda one: one.__name__)
@pytest.mark.parametrize("actor", [READER, OUTSIDER], ids=["reader", "outsider"])
def test_who_may_not_write_is_refused(operation: Operation, actor: object) -> None:
    assert refused(operation, actor).code == "not_allowed"  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", operations_of(operations), ids=lambda one: one.__name__)
def test_parameters_have_names(operation: Operation) -> None:
    assert positional(operation) == []


def test_every_line_is_in_the_table() -> None:
    lines = {value for value in vars(rules).values() if isinstance(value, rules.May)}
    assert lines == set(rules.TABLE)
