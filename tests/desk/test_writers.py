"""Only who may write at the desk writes; who may not is told before anything is looked at."""

from __future__ import annotations

import pytest

from writers import Operation, operations_of, positional, refused
from xietong.desk import operations
from xietong.region.rules import OUTSIDER, READER, Actor

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
OPERATIONS = operations_of(operations)


def test_the_desk_has_the_operations_that_this_checks() -> None:
    assert {one.__name__ for one in OPERATIONS} >= {"enqueue", "cancel_job", "keep_file"}
    assert len(OPERATIONS) == 13


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("actor", [READER, OUTSIDER], ids=lambda actor: actor.name)
def test_a_reader_and_an_outsider_write_nothing(operation: Operation, actor: Actor) -> None:
    assert refused(operation, actor).code == "not_allowed"
    assert positional(operation) == []
