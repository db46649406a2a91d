"""The audit is written in the transaction of its change, and nothing changes or deletes it."""

from __future__ import annotations

import ast
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from real_data import ROOT
from xietong.kit.references import Reference
from xietong.region.models import AuditEntry, Mandate, Person, PlaceAlias
from xietong.region.operations import change, record
from xietong.region.operations.audit import afterwards
from xietong.region.rules import LOCAL, Actor, Kind

PACKAGE = ROOT / "src" / "xietong"
EDITION = Reference("atlas", "edition", "3")
NORTH = Actor(Kind.PERSON, "林一舟", key="person:7")
APPENDS = "region/operations/audit.py"
READS = {"region/queries/audit.py", "region/queries/audit_chain.py", "region/exports/audit.py"}
# Doors show entries that queries gave them; a backup and what is kept of answers ask for the end.
SHOWS = {"region/api.py", "region/pages/audit.py", "region/schemas.py"}
ENDS = {"portal/backup_database.py", "portal/backup_restore.py", "portal/kept_answers.py"}
MAY_NAME_IT = {"region/models/__init__.py", APPENDS, *READS, *SHOWS, *ENDS}
WRITING = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "update"}
WRITING |= {"save", "delete", "raw", "_raw_delete"}


def namings(package: Path) -> set[str]:
    """Return the files that name the table of the audit."""
    found = set()
    for path in sorted(package.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words = (
                [node.id]
                if isinstance(node, ast.Name)
                else [node.attr]
                if isinstance(node, ast.Attribute)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.ImportFrom)
                else [node.value]
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
                else []
            )
            # Raw SQL and get_model name it by strings.
            if any("AuditEntry" in word or "region_auditentry" in word for word in words):
                found.add(path.relative_to(package).as_posix())
    return found


@pytest.mark.operations
@pytest.mark.django_db(transaction=True)
def test_an_entry_is_refused_outside_its_change() -> None:
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError, match="in the transaction of its change"):
        record(actor=LOCAL, verb="publish_edition", subject=EDITION)
    with transaction.atomic(), pytest.raises(RuntimeError, match="in the transaction of its"):
        record(actor=LOCAL, verb="publish_edition", subject=EDITION)
    assert AuditEntry.objects.count() == 0


@pytest.mark.operations
@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_with_its_change() -> None:
    def undone() -> None:
        with change():
            record(actor=LOCAL, verb="publish_edition", subject=EDITION)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undone()
    assert AuditEntry.objects.count() == 0
    with change():
        record(
            actor=NORTH,
            verb="publish_edition",
            subject=EDITION,
            member="northshore",
            reason="商定\udce9",
            before="draft",
            after="published",
            clusters=7,
        )
        assert AuditEntry.objects.count() == 0
    entry = AuditEntry.objects.get()
    assert (entry.number, entry.actor_key, entry.actor, entry.member) == (
        1,
        "person:7",
        "林一舟",
        "northshore",
    )
    assert (entry.verb, entry.subject) == ("publish_edition", "atlas:edition:3")
    assert (entry.reason, entry.details) == ("商定?", {"clusters": 7})
    assert (entry.before, entry.after, entry.previous) == ("draft", "published", "0" * 64)
    assert entry.told["actor"] == {"key": "person:7", "kind": "person", "name": "林一舟"}
    assert entry.hash == hashlib.sha256(entry.body.encode()).hexdigest()
    assert abs(timezone.now() - entry.at) < timedelta(minutes=1)


@pytest.mark.operations
@pytest.mark.django_db(transaction=True)
def test_entries_hang_on_each_other_without_gaps() -> None:
    def undone() -> None:
        with change():
            told("three")
            told("four")
            raise ValueError

    with change():
        told("one")
        told("two")
    with pytest.raises(ValueError):
        undone()
    with change():
        told("three")
    one, two, three = AuditEntry.objects.all()
    assert [entry.verb for entry in (one, two, three)] == ["one", "two", "three"]
    assert [entry.number for entry in (one, two, three)] == [1, 2, 3]
    assert (two.previous, three.previous) == (one.hash, two.hash)


@pytest.mark.operations
@pytest.mark.django_db(transaction=True)
def test_a_change_inside_a_change_takes_its_entries_with_it() -> None:
    def fails(verb: str) -> None:
        with change():
            told(verb)
            mark(verb)
            raise ValueError(verb)

    with change():
        told("outer")
        mark("outer")
        with pytest.raises(ValueError, match="caught"):
            fails("caught")  # caught inside: the outer change goes on without it
        with change():
            told("inner")
            mark("inner")
            with change():
                told("innermost")
        told("last")
    assert verbs() == ["outer", "inner", "innermost", "last"]
    assert marks() == ["inner", "outer"]

    def outer_fails() -> None:
        with change():
            told("outer again")
            with change():
                told("inner again")
            fails("not caught")

    with pytest.raises(ValueError, match="not caught"):
        outer_fails()
    assert verbs() == ["outer", "inner", "innermost", "last"]
    with change():
        told("after")
    assert AuditEntry.objects.get(verb="after").number == 5


@pytest.mark.operations
@pytest.mark.django_db(transaction=True)
def test_what_may_be_undone_alone_is_a_change_of_its_own() -> None:
    with change():
        with transaction.atomic(), pytest.raises(RuntimeError, match=r"change\(\) of its own"):
            told("in a savepoint that the change knows nothing of")
        with transaction.atomic(savepoint=False):
            told("in no savepoint")
    assert verbs() == ["in no savepoint"]


@pytest.mark.operations
@pytest.mark.django_db
def test_what_fails_after_a_change_is_no_failure_of_the_change(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = []

    def locked() -> None:
        raise OperationalError("database is locked")

    with change():
        told("one")
        afterwards(locked)
        afterwards(lambda: done.append("second"))
    assert verbs() == ["one"]
    assert done == ["second"]
    assert "What was to follow a change failed." in caplog.text


@pytest.mark.operations
@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_leaves_no_entry() -> None:
    def dangling() -> None:
        with change():
            told("dangling")
            # The key is looked for at the commit only.
            Mandate.objects.create(
                person_id=999_999, role="viewer", member_id=999_999, valid_from=timezone.now()
            )

    with pytest.raises(IntegrityError):
        dangling()
    assert verbs() == []
    with change():
        told("first")
    assert AuditEntry.objects.get().number == 1


@pytest.mark.operations
@pytest.mark.django_db
def test_details_that_cannot_be_written_are_found_at_once() -> None:
    with change():
        for wrong in (object(), float("nan"), timezone.now()):
            with pytest.raises((TypeError, ValueError)):
                record(actor=LOCAL, verb="one", subject=EDITION, wrong=wrong)
    assert verbs() == []


@pytest.mark.operations
@pytest.mark.django_db
def test_a_clock_that_went_back_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 3, 1, 8, tzinfo=UTC)
    for moved in (timedelta(0), timedelta(hours=-1), timedelta(seconds=-3599)):
        at = now + moved
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        with change():
            told("one")
    entries = list(AuditEntry.objects.all())
    assert [entry.told["behind_us"] for entry in entries] == [0, 3_600_000_000, 0]
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.at.hour for entry in entries] == [8, 7, 7]


def told(verb: str) -> None:
    record(actor=LOCAL, verb=verb, subject=EDITION)


def verbs() -> list[str]:
    return [entry.verb for entry in AuditEntry.objects.all()]


def mark(code: str) -> None:
    PlaceAlias.objects.create(alias=code, code="1", kind="test")


def marks() -> list[str]:
    return sorted(PlaceAlias.objects.values_list("alias", flat=True))


def test_nothing_but_the_append_names_the_audit() -> None:
    assert namings(PACKAGE) == MAY_NAME_IT


def test_the_append_only_appends_and_readers_only_read() -> None:
    assert {path: called(path) & WRITING for path in READS | SHOWS} == {
        path: set() for path in READS | SHOWS
    }
    assert called(APPENDS) & WRITING == {"bulk_create"}


def called(path: str) -> set[str]:
    tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
    return {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


@pytest.mark.parametrize(
    "source",
    [
        "from xietong.region.models import AuditEntry",
        "models.AuditEntry.objects.all().delete()",
        'apps.get_model("region", "AuditEntry")',
        'cursor.execute("DELETE FROM region_auditentry")',
    ],
)
def test_another_hand_in_the_audit_is_seen(tmp_path: Path, source: str) -> None:
    path = tmp_path / "atlas" / "operations.py"
    path.parent.mkdir()
    path.write_text("record(verb='x')\n")
    assert namings(tmp_path) == set()
    path.write_text(source + "\n")
    assert namings(tmp_path) == {"atlas/operations.py"}


def test_a_person_is_the_user_from_the_first_migration_on() -> None:
    assert settings.AUTH_USER_MODEL == "region.Person"
    assert get_user_model() is Person
    loader = MigrationLoader(None, ignore_no_migrations=True)
    first = loader.disk_migrations["region", "0001_places_industries_people_audit"]
    assert first.initial
    assert "Person" in {getattr(each, "name", "") for each in first.operations}
    assert {field.name for field in Person._meta.fields} >= {"username", "name", "member"}
    assert Person(name="林一舟").get_full_name() == "林一舟"
    assert Person(name="林一舟").get_short_name() == "林一舟"
