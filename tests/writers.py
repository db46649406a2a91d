"""What every operation of every room owes: names, a line in the table, a refusal, an audit entry.

A room's tests/<room>/test_writers.py names each operation once, with what makes it succeed:

    DEEDS = [
        Deed(operations.publish_edition, rules.PUBLISH_EDITION, a_draft, whose="office"),
        …
    ]
    test_every_cell = cells(DEEDS)          # each deed × each of the cast, against the table
    assert missing(operations, DEEDS) == set()

`cells` calls every operation as every part of the cast. Whoever the table allows must succeed and
leave exactly the deed's audit entries; everybody else must be refused, leave no entry, and change
no row of the room.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from cast import NOBODY, PARTS, Cast
from xietong.kit.refusals import NotAllowed, NotFound
from xietong.region.models import AuditEntry
from xietong.region.rules import OFFICE, Actor, May

Operation = Callable[..., Any]
NORTH, SOUTH, INSTITUTE = "northshore", "southshore", "institute"
# Tables with more rows than these are counted, not read, when it is asked what changed.
READ_UP_TO = 300


@dataclass(frozen=True)
class Deed:
    """One operation, the line that decides it, and the arguments with which it succeeds.

    `arguments` lays what the operation needs and returns its keyword arguments without the actor.
    `whose` is the owner of the record: a member's code, "office", or "" where it is nobody's.
    `entries` are the verbs of the audit entries that a success leaves, the operation's name if
    nothing is said. `only` names parts that the operation's own rule narrows the table to, and
    `why` says which rule that is.
    """

    operation: Operation
    line: May
    arguments: Callable[[Cast], Mapping[str, Any]]
    whose: str = NORTH
    entries: Sequence[str] | None = None
    only: frozenset[str] | None = None
    why: str = ""
    named: str = field(default="")

    @property
    def name(self) -> str:
        """Return how a test is called by it."""
        return self.named or self.operation.__name__


def operations_of(room: ModuleType) -> list[Operation]:
    """Return the operations of a room: what its operations offer and an actor calls."""
    offered = [getattr(room, name) for name in room.__all__]
    return [
        one
        for one in offered
        if inspect.isfunction(one) and "actor" in inspect.signature(one).parameters
    ]


def missing(room: ModuleType, deeds: Iterable[Deed], but: Iterable[str] = ()) -> set[str]:
    """Return the operations of a room that no deed names; `but` are no writes of a person's."""
    named = {deed.operation.__name__ for deed in deeds}
    return {one.__name__ for one in operations_of(room)} - named - set(but)


def allowed(deed: Deed, part: str) -> bool:
    """Tell whether the table lets a part of the cast do a deed: read from the table by hand.

    Nothing here asks `may`: this is the reading that `may` is held against.
    """
    line = deed.line
    if part == "outsider":
        return False
    if line.public:
        return True
    if part in NOBODY:
        return part == "operator" and line.operator
    _, role, scope = PARTS[part]
    if role is None:
        return False
    if deed.only is not None and part not in deed.only:
        return False
    if scope == OFFICE:
        return role in line.office
    # A member's mandate reaches its institutes; that of an institute not the member's records.
    own = scope == deed.whose or (deed.whose == INSTITUTE and scope == NORTH)
    return role in (line.own if own else line.others)


def check_cell(deed: Deed, part: str, cast: Cast) -> None:
    """Do a deed as one of the cast, and hold what happens against the table; nothing stays."""
    with transaction.atomic():
        arguments = dict(deed.arguments(cast))
        entries = AuditEntry.objects.count()
        before = rows(deed)
        wanted = allowed(deed, part)
        told = _done(deed, cast[part], arguments)
        assert (told is None) is wanted, f"{part} {deed.name}: {told or 'done'}; the table differs"
        left = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)[entries:])
        if wanted:
            assert left == _entries(deed), part
        else:
            assert left == []
            assert rows(deed) == before, f"{deed.name} wrote something before it refused {part}"
        transaction.set_rollback(True)


def _entries(deed: Deed) -> list[str]:
    return [deed.operation.__name__] if deed.entries is None else list(deed.entries)


def _done(deed: Deed, actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    """Do it; return the refusal of whoever may not, None where it is done."""
    try:
        deed.operation(actor=actor, **arguments)
    except (NotAllowed, NotFound) as refusal:
        return str(refusal)
    return None


def rows(deed: Deed) -> dict[str, Any]:
    """Return what every table of the deed's room holds: its rows where they are few, else how many.

    What it might write in another room would be in that room's own operations, with their deeds.
    """
    found: dict[str, Any] = {}
    room = deed.operation.__module__.split(".")[1]
    for model in apps.get_app_config(room).get_models():
        table = model._base_manager.order_by("pk")
        count = table.count()
        found[model._meta.label] = count if count > READ_UP_TO else list(table.values_list())
    return found


def cells(deeds: Sequence[Deed], ground: str = "lakes") -> Any:
    """Return the test of every deed against every part of the cast, in the house of a fixture."""

    @pytest.mark.operations
    @pytest.mark.usefixtures(ground)
    @pytest.mark.django_db
    @pytest.mark.parametrize("deed", deeds, ids=lambda deed: deed.name)
    def test_every_cell(deed: Deed, cast: Cast) -> None:
        for part in (*PARTS, *NOBODY):
            check_cell(deed, part, cast)

    return test_every_cell


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
