"""What every operation of every room owes: keyword arguments, a writer, words for who is none.

from writers import operations_of, refused

@pytest.mark.parametrize("operation", operations_of(operations))
def test_...(operation): refused(operation, READER)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from xietong.kit.refusals import NotAllowed
from xietong.region.models import AuditEntry
from xietong.region.rules import Actor

Operation = Callable[..., Any]


def operations_of(room: ModuleType) -> list[Operation]:
    """Return the operations of a room: what its operations offer and an actor calls."""
    offered = [getattr(room, name) for name in room.__all__]
    return [
        one
        for one in offered
        if inspect.isfunction(one) and "actor" in inspect.signature(one).parameters
    ]


def refused(operation: Operation, actor: Actor) -> NotAllowed:
    """Call an operation with nothing that it could use; it must say no before it looks at it."""
    wanted = {
        name: None
        for name, parameter in inspect.signature(operation).parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
    entries = AuditEntry.objects.count()
    with pytest.raises(NotAllowed) as told:
        operation(**{**wanted, "actor": actor})
    assert AuditEntry.objects.count() == entries
    return told.value


def positional(operation: Operation) -> list[str]:
    """Return the parameters that could be given without their name."""
    return [
        name
        for name, parameter in inspect.signature(operation).parameters.items()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
