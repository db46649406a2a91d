"""What every operation of every room owes: names, a line in the table, a refusal, an audit entry.

A room's tests/<room>/test_writers.py names each operation once, with what makes it succeed:

    DEEDS = [
        Deed(operations.publish_edition, rules.PUBLISH_EDITION, a_draft, whose="office"),
        …
    ]
    test_every_cell = cells(DEEDS)          # each deed × each of the cast, against the table
    def test_every_operation_and_every_line_has_its_deed() -> None:
        nothing_owed(operations, rules.TABLE, DEEDS, reads={lines that only reads go by})

`cells` calls every operation as every part of the cast. Whoever the table allows must succeed and
leave exactly the deed's audit entries; everybody else must be refused, leave no entry, and change
no row of any room. In the daily run each deed is done by a sample of the cast, of those who may and
of those who may not, drawn with a seed; with `-m deep` by everybody.
"""

from __future__ import annotations

import copy
import inspect
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from cast import NOBODY, PARTS, Cast
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import OFFICE, Actor, May

Operation = Callable[..., Any]
NORTH, SOUTH, INSTITUTE = "northshore", "southshore", "institute"
# Whose is a record that everybody has of their own: a token, a job that one asks for.
OWN = "own"
# Tables with more rows than these are counted, not read, when it is asked what changed.
READ_UP_TO = 300
SEED, SAMPLE = 3, 2
ROOMS = ("region", "desk", "agreements", "atlas")


@dataclass(frozen=True)
class Deed:
    """One operation, the line that decides it, and the arguments with which it succeeds.

    `arguments` lays what the operation needs and returns its keyword arguments without the actor.
    `whose` is the owner of the record, or its owners: a member's code, "office", OWN, or "" where
    it is nobody's. `entries` are the verbs of the audit entries that a success leaves, the
    operation's name if nothing is said. `only` names the parts that the operation's own rule
    narrows the table to, `also` those to whom it opens more, `idle` those for whom nothing is left
    to do, so that it is done without an entry; `why` says which rule that is.
    `anew` is for what undoing the rows does not bring back: it is laid again for each part.
    """

    operation: Operation
    line: May
    arguments: Callable[[Cast], Mapping[str, Any]]
    whose: str | tuple[str, ...] = NORTH
    entries: Sequence[str] | None = None
    only: frozenset[str] | None = None
    also: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()
    why: str = ""
    named: str = field(default="")
    anew: bool = False

    def __post_init__(self) -> None:
        """A deed that departs from the table says by which rule."""
        departs = self.only is not None or bool(self.also | self.idle)
        assert bool(self.why) is departs, self.name

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


def nothing_owed(
    room: ModuleType,
    table: Sequence[May],
    deeds: Sequence[Deed],
    *,
    reads: set[str],
    but: Iterable[str] = (),
) -> None:
    """Every operation has a deed, every deed a line of the table, every line a deed but for reads.

    `but` are operations that are no writes of a person's.
    """
    named = {deed.operation.__name__ for deed in deeds}
    assert {one.__name__ for one in operations_of(room)} - set(but) == named
    assert [deed.name for deed in deeds if deed.line not in table] == []
    assert {line.verb for line in table} - {deed.line.verb for deed in deeds} == reads
    assert len({deed.name for deed in deeds}) == len(deeds), "two deeds are called the same"


def allowed(deed: Deed, part: str) -> bool:
    """Tell whether a part may do a deed: the table's word, as the deed's own rule changes it."""
    return part in deed.also or (
        in_the_table(deed, part) and (deed.only is None or part in deed.only)
    )


def in_the_table(deed: Deed, part: str) -> bool:
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
    if scope == OFFICE:
        return role in line.office
    owners = {deed.whose} if isinstance(deed.whose, str) else set(deed.whose)
    # A member's mandate reaches its institutes; that of an institute not the member's records.
    own = scope in owners or OWN in owners or (INSTITUTE in owners and scope == NORTH)
    return role in (line.own if own else line.others)


def check_deed(deed: Deed, parts: Iterable[str], cast: Cast) -> None:
    """Do a deed as some of the cast, and hold what happens against the table; nothing stays."""
    with transaction.atomic():
        laid = None if deed.anew else (dict(deed.arguments(cast)), rows())
        for part in parts:
            with transaction.atomic():
                arguments, before = laid or (dict(deed.arguments(cast)), rows())
                _check_cell(deed, part, cast, copy.deepcopy(arguments), before)
                transaction.set_rollback(True)
        transaction.set_rollback(True)


def _check_cell(
    deed: Deed, part: str, cast: Cast, arguments: Mapping[str, Any], before: Mapping[str, Any]
) -> None:
    entries = AuditEntry.objects.count()
    wanted = allowed(deed, part)
    told = _done(deed, cast[part], arguments)
    assert (told is None) is wanted, f"{part} {deed.name}: {told or 'done'}; the table differs"
    left = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)[entries:])
    if told is None:
        entries_owed = [] if part in deed.idle else _entries(deed)
        assert left == entries_owed, f"{part} {deed.name}: {left}"
        return
    # Whoever may not is not told more than that; by its own rule an operation says which.
    known = isinstance(told, NotAllowed | NotFound) or in_the_table(deed, part)
    assert known, f"{part} {deed.name}: {told.code}"
    assert left == []
    after = rows()
    changed = [name for name in after if after[name] != before[name]]
    assert changed == [], f"{deed.name} wrote something before it refused {part}"


def _entries(deed: Deed) -> list[str]:
    return [deed.operation.__name__] if deed.entries is None else list(deed.entries)


def _done(deed: Deed, actor: Actor, arguments: Mapping[str, Any]) -> Refusal | None:
    """Do it; return the refusal, None where it is done."""
    try:
        deed.operation(actor=actor, **arguments)
    except Refusal as refusal:
        return refusal
    return None


def rows() -> dict[str, Any]:
    """Return what every table of every room holds: its rows where they are few, else how many."""
    found: dict[str, Any] = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models(include_auto_created=True):
            table = model._base_manager.order_by("pk")
            first = list(table.values_list()[: READ_UP_TO + 1])
            found[model._meta.label] = table.count() if len(first) > READ_UP_TO else first
    return found


def sample(deed: Deed) -> list[str]:
    """Return a few of those who may do a deed and of those who may not, the same in every run."""
    everybody = (*PARTS, *NOBODY)
    chosen: set[str] = set()
    for answer in (True, False):
        parts = [part for part in everybody if allowed(deed, part) is answer]
        draw = random.Random(f"{SEED}:{deed.name}:{answer}")  # noqa: S311  (no secret)
        chosen.update(draw.sample(parts, min(len(parts), SAMPLE + (not answer))))
    return [part for part in everybody if part in chosen]


def cells(deeds: Sequence[Deed], ground: str = "lakes") -> Any:
    """Return the test of every deed against the cast, in the house that a fixture lays."""

    @pytest.mark.operations
    @pytest.mark.usefixtures(ground)
    @pytest.mark.django_db
    @pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.deep)])
    @pytest.mark.parametrize("deed", deeds, ids=lambda deed: deed.name)
    def test_every_cell(deed: Deed, whole: bool, cast: Cast) -> None:
        check_deed(deed, (*PARTS, *NOBODY) if whole else sample(deed), cast)

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
        if parameter.kind not in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    ]
