"""The database itself refuses to change, delete, replace or truncate what is append-only."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from xietong.kit.references import Reference
from xietong.region import append_only
from xietong.region.chain import Stored, Walk
from xietong.region.models import AuditEntry
from xietong.region.operations import change, record
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
BOTH = ("UPDATE {t} SET verb = verb", "DELETE FROM {t}", "DELETE FROM {t} WHERE number = 1")
WAYS = {
    "sqlite": [
        *BOTH,
        "INSERT OR REPLACE INTO {t} SELECT * FROM {t} WHERE number = 1",
        "REPLACE INTO {t} SELECT * FROM {t} WHERE number = 1",
        # By the other unique key, under a number of its own.
        "INSERT OR REPLACE INTO {t} (number, at, actor_key, actor_name, verb, subject, member,"
        " body, hash) SELECT 9, at, 'x', 'x', 'x', subject, member, body, hash FROM {t}"
        " WHERE number = 1",
        # By the hidden key of every table.
        "INSERT OR REPLACE INTO {t} (rowid, at, actor_key, actor_name, verb, subject, member,"
        " body, hash) SELECT 1, at, 'x', 'x', 'x', subject, member, body, 'x' FROM {t}"
        " WHERE number = 1",
        "INSERT INTO {t} SELECT * FROM {t} WHERE number = 1"
        " ON CONFLICT (number) DO UPDATE SET verb = 'x'",
        "UPDATE OR REPLACE {t} SET number = 2 WHERE number = 1",
    ],
    "postgresql": [
        *BOTH,
        "TRUNCATE {t}",
        "TRUNCATE {t} RESTART IDENTITY CASCADE",
        "INSERT INTO {t} SELECT * FROM {t} WHERE number = 1"
        " ON CONFLICT (number) DO UPDATE SET verb = 'x'",
        "MERGE INTO {t} USING {t} AS s ON {t}.number = s.number WHEN MATCHED THEN DELETE",
        "SET LOCAL session_replication_role = replica; DELETE FROM {t}",
    ],
}
WAYS_HERE = sorted({(vendor, way) for vendor, ways in WAYS.items() for way in ways})


@pytest.fixture
def two_entries() -> list[Any]:
    with change():
        for verb in ("one", "two"):
            record(actor=LOCAL, verb=verb, subject=Reference("atlas", "edition", "3"))
    return rows()


def rows() -> list[Any]:
    return list(AuditEntry.objects.values_list())


@pytest.mark.parametrize(("vendor", "way"), WAYS_HERE)
def test_no_statement_changes_or_removes_an_entry(
    two_entries: list[Any], vendor: str, way: str
) -> None:
    if vendor != connection.vendor:
        pytest.skip(f"a way of {vendor}")
    with (
        pytest.raises(IntegrityError, match="append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(way.format(t="region_auditentry"))
    assert rows() == two_entries


def test_django_removes_and_changes_nothing(two_entries: list[Any]) -> None:
    entry = AuditEntry.objects.first()
    assert entry is not None
    for attempt in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(verb="x"),
        lambda: AuditEntry.objects.bulk_create(
            [entry], update_conflicts=True, unique_fields=["number"], update_fields=["verb"]
        ),
    ):
        with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
            attempt()
    assert rows() == two_entries


def drop(name: str) -> None:
    on = " ON region_auditentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"{on}')


def names() -> list[str]:
    return [one.name for one in append_only.triggers(AuditEntry, connection.vendor)]


def test_a_trigger_that_is_gone_is_seen_and_laid_again(two_entries: list[Any]) -> None:
    assert append_only.missing(connection) == []
    for name in names():
        drop(name)
        assert append_only.missing(connection) == [name]
        call_command("migrate", verbosity=0)
        assert append_only.missing(connection) == []
    with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_a_trigger_that_does_nothing_is_seen() -> None:
    name = names()[0]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER "{name}"')
            cursor.execute(
                f'CREATE TRIGGER "{name}" BEFORE UPDATE ON region_auditentry WHEN 0'
                " BEGIN SELECT RAISE(ABORT, 'append_only'); END"
            )
        else:
            cursor.execute(f'ALTER TABLE region_auditentry DISABLE TRIGGER "{name}"')
    assert append_only.missing(connection) == [name]


def test_a_function_that_lets_pass_is_seen() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's triggers have no function")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION xietong_append_only() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN OLD; END'"
        )
    assert set(names()) <= set(append_only.missing(connection))


@pytest.mark.django_db(transaction=True)
def test_a_rebuilt_table_gets_its_triggers_again(two_entries: list[Any]) -> None:
    field = models.CharField(max_length=61)
    field.set_attributes_from_name("verb")
    with connection.schema_editor() as editor:
        editor.alter_field(AuditEntry, AuditEntry._meta.get_field("verb"), field)
    lost = append_only.missing(connection)
    assert bool(lost) == (connection.vendor == "sqlite")
    call_command("migrate", verbosity=0)
    assert append_only.missing(connection) == []
    assert rows() == two_entries


def test_every_append_only_table_is_known() -> None:
    assert {model._meta.label for model in append_only.tables()} >= {
        "region.AuditEntry",
        "region.NodeKey",
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_behind_a_test_that_commits_the_database_is_as_it_was(turn: int) -> None:
    """The first turn commits; the second must find nothing of it, and its numbers from 1 on."""
    assert rows() == []
    assert append_only.missing(connection) == []
    with change():
        record(actor=LOCAL, verb="one", subject=Reference("atlas", "edition", "3"))
    assert AuditEntry.objects.get().number == 1


@pytest.mark.django_db(transaction=True)
def test_entries_from_before_the_chain_are_its_first_links() -> None:
    with change():
        record(
            actor=LOCAL, verb="load_region", subject=Reference("region", "region", "lakes"), rows=7
        )
    call_command("migrate", "region", "0002", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO region_auditentry"
            " (at, actor, verb, subject, reason, before, after, details) VALUES"
            " ('2026-01-02 03:04:05.678901+00:00', 'local', 'detach_name',"
            " 'atlas:published_name:1', '不再营业', '', '', '{}')"
        )
    call_command("migrate", verbosity=0)
    first, second = AuditEntry.objects.all()
    assert (first.verb, first.details) == ("load_region", {"rows": 7, "chained_later": True})
    assert (second.reason, second.actor_key, second.previous) == ("不再营业", "local", first.hash)
    assert second.told["behind_us"] > 0
    with change():
        record(actor=LOCAL, verb="next", subject=Reference("atlas", "edition", "3"))
    whole = Walk()
    for row in AuditEntry.objects.all():
        stored = Stored(
            row.number,
            str(row.at),
            row.actor_key,
            row.actor_name,
            row.verb,
            row.subject,
            row.member,
            row.body.encode(),
            row.hash,
        )
        assert list(whole.step(stored)) == []
    assert whole.last == 3
    with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
        AuditEntry.objects.all().delete()
