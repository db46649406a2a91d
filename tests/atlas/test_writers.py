"""Every operation of the atlas is called by names and refuses whoever may not write."""

from __future__ import annotations

import pytest

from writers import Operation, operations_of, positional, refused
from xietong.atlas import operations
from xietong.region.rules import OUTSIDER, READER, Actor

pytestmark = pytest.mark.django_db
OPERATIONS = operations_of(operations)


def test_the_operations_are_seen() -> None:
    assert {one.__name__ for one in OPERATIONS} >= {
        "attach_name",
        "check_register",
        "compile_edition",
        "detach_name",
        "import_register",
        "publish_edition",
        "sweep",
        "withdraw_edition",
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
def test_an_operation_is_called_by_names(operation: Operation) -> None:
    assert positional(operation) == []


@pytest.mark.parametrize("actor", [READER, OUTSIDER], ids=lambda one: one.name)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
def test_whoever_may_not_write_is_refused(operation: Operation, actor: Actor) -> None:
    refusal = refused(operation, actor)
    assert refusal.params == {"actor": actor.name, "verb": operation.__name__}
