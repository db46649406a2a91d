"""The audit is written in the transaction of its change, and nothing changes or deletes it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from real_data import ROOT
from xietong.kit.references import Reference
from xietong.region.models import AuditEntry, Person
from xietong.region.operations import record
from xietong.region.rules import LOCAL

PACKAGE = ROOT / "src" / "xietong"
EDITION = Reference("atlas", "edition", "3")
# Where it is handed on, and the one append.
MAY_NAME_IT = {
    "region/models/__init__.py",
    "region/operations/audit.py",
}


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
def test_an_entry_is_refused_outside_the_transaction_of_its_change() -> None:
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError, match="in the transaction of its change"):
        record(actor=LOCAL, verb="publish_edition", subject=EDITION)
    assert AuditEntry.objects.count() == 0


@pytest.mark.operations
@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_with_its_change() -> None:
    def undone() -> None:
        with transaction.atomic():
            record(actor=LOCAL, verb="publish_edition", subject=EDITION)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undone()
    assert AuditEntry.objects.count() == 0
    with transaction.atomic():
        record(actor=LOCAL, verb="publish_edition", subject=EDITION, reason="agreed", clusters=7)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.subject) == (
        "local",
        "publish_edition",
        "atlas:edition:3",
    )
    assert (entry.reason, entry.details) == ("agreed", {"clusters": 7})
    assert entry.at is not None


def test_nothing_but_the_append_names_the_audit() -> None:
    assert namings(PACKAGE) == MAY_NAME_IT


def test_the_append_only_appends() -> None:
    tree = ast.parse((PACKAGE / "region/operations/audit.py").read_text(encoding="utf-8"))
    done = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert done == {"create"}


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
