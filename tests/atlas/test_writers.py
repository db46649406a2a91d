"""Only who may write in the atlas writes: every operation held against the table, part by part."""

from __future__ import annotations

import pytest

from atlas.deeds import COMPILING, CORRECTIONS, DEEDS, EDITIONS, REGISTERS
from writers import Operation, cells, nothing_owed, operations_of, positional, refused
from xietong.atlas import operations, rules
from xietong.region.rules import OUTSIDER, READER, Actor

pytestmark = pytest.mark.django_db
OPERATIONS = operations_of(operations)
READS = {
    *("read_draft_edition", "read_registers", "read_imports"),
    *("read_register_figures", "read_register_rows"),
}
test_every_cell_of_registers = cells(REGISTERS)
test_every_cell_of_corrections = cells(CORRECTIONS)
test_every_cell_of_editions = cells(EDITIONS, "grown_apart")
test_every_cell_of_compiling = cells(COMPILING, "lakes_registers")


def test_every_operation_and_every_line_has_its_deed() -> None:
    nothing_owed(operations, rules.TABLE, DEEDS, reads=READS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
def test_an_operation_is_called_by_names(operation: Operation) -> None:
    assert positional(operation) == []


@pytest.mark.parametrize("actor", [READER, OUTSIDER], ids=lambda one: one.name)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
def test_whoever_may_not_write_is_refused_before_anything_is_looked_at(
    operation: Operation, actor: Actor
) -> None:
    refusal = refused(operation, actor)
    assert refusal.params == {"actor": actor.name, "verb": operation.__name__}
