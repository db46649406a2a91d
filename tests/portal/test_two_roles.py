"""PostgreSQL with two roles, laid by the very lines of docs/operate/postgresql.md.

One role owns the tables and migrates, another serves: what must not change is refused to it by the
trigger, and to take the trigger off it lacks the right.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db.models import Model

from houses import DATA, Household, household
from real_data import ROOT
from xietong.region import append_only
from xietong.region.models import AuditEntry

SERVER = os.environ.get("XIETONG_DATABASE_URL", "")
pytestmark = [
    pytest.mark.operations,
    pytest.mark.deep,
    pytest.mark.skipif(not SERVER, reason="about PostgreSQL (XIETONG_TEST_DATABASE=postgresql)"),
]
PAGE = ROOT / "docs" / "operate" / "postgresql.md"
NAMES = {"xietong_owner": "owner", "xietong_app": "app", "xietong": "house"}


def _statements(mark: str) -> list[list[str]]:
    """Return the statements of the page, block by block, with names that only this test has."""
    blocks = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    found = []
    for block in blocks:
        text = re.sub(r"--[^\n]*", "", block)
        text = re.sub(r"\bxietong(_owner|_app)?\b", lambda m: f"{NAMES[m[0]]}_{mark}", text)
        found.append([one.strip() for one in text.split(";") if one.strip()])
    return found


@pytest.fixture
def roles(tmp_path: Path) -> Iterator[tuple[Household, Household]]:
    """Lay both roles and the database; give the house as its owner and as it is served."""
    import psycopg

    mark = secrets.token_hex(4)
    of_server, of_database = _statements(mark)
    place = urlsplit(SERVER)

    def url(role: str, password: str) -> str:
        login = f"{role}_{mark}:{password}@{place.hostname}:{place.port}"
        return place._replace(netloc=login, path=f"/house_{mark}").geturl()

    with ExitStack() as stack:
        server = stack.enter_context(psycopg.connect(SERVER, autocommit=True))
        for one in of_server:
            server.execute(one.encode())
        stack.callback(server.execute, f"DROP ROLE owner_{mark}, app_{mark}".encode())
        gone = f"DROP DATABASE house_{mark} WITH (FORCE)".encode()
        stack.callback(server.execute, gone)
        inside = place._replace(path=f"/house_{mark}").geturl()
        with psycopg.connect(inside, autocommit=True) as connection:
            for one in of_database:
                connection.execute(one.encode())
        house = stack.enter_context(household(tmp_path))

        def seen_by(role: str, password: str) -> Household:
            here = {**house.environment, "XIETONG_DATABASE_URL": url(role, password)}
            return replace(house, environment=here)

        yield seen_by("owner", "one%20secret"), seen_by("app", "another")


def test_what_serves_can_work_and_cannot_rewrite(roles: tuple[Household, Household]) -> None:
    owner, app = roles
    # Whoever serves lays no tables …
    told = app.run("manage", "migrate", expect=2)
    assert "permission denied" in told.stderr
    owner.run("manage", "migrate", "--verbosity", "0")
    # … and does everything else.
    app.run("region", "load")
    outlines = str(DATA / "lakes-outlines" / "county.geojson")
    words = ("--crs", "WGS84", "--code-property", "code", "--attribution", "Invented outlines")
    app.run("region", "boundaries", outlines, *words)
    app.run("organisation", "add", "三湖区域合作办公室", "--kind", "regional_office")
    how = ("--name", "合湖生", "--role", "officer", "--organisation", "1")
    app.run("person", "invite", "office.officer@lakes.example", *how)
    for member in ("northshore", "southshore"):
        path = DATA / "lakes-registers" / f"{member}.csv"
        app.run("register", "import", str(path), "--member", member)
    app.run("atlas", "compile")
    app.run("atlas", "publish", "1")
    app.run("search", "rebuild")
    app.run("chores")
    assert app.run("audit", "verify").stdout
    told = app.run("check")
    assert all(line.endswith("ok") for line in told.stdout.splitlines() if "orphans" not in line)
    before = app.rows("SELECT count(*), max(number) FROM region_auditentry")
    guarded = append_only.tables()
    assert "region_auditentry" in {one._meta.db_table for one in guarded}
    for model in guarded:
        held = app.rows(f"SELECT count(*) FROM {model._meta.db_table}")[0][0]
        by_row, on_table = _attempts(model)
        assert held or model is not AuditEntry
        # A trigger for each row has nothing to refuse where there is none.
        for statement, why in (*(by_row if held else ()), *on_table):
            _refused(app, statement, why)
    # The triggers refuse it to the owner too, who could take them off.
    for statement in (*(one for one, _ in _attempts(AuditEntry)[0]), "TRUNCATE region_auditentry"):
        _refused(owner, statement, "append_only")
    assert app.rows("SELECT count(*), max(number) FROM region_auditentry") == before
    assert app.run("audit", "verify").stdout
    # The next release's migrations are the owner's again, and so is a restore.
    owner.run("manage", "migrate", "--verbosity", "0")
    kept = str(owner.home.parent / "kept.backup")
    app.run("backup", kept)
    told = app.run("restore", "--replace", kept, expect=2)
    assert told.stderr.splitlines()[-1].startswith("not_restored: ")
    app.run("check")
    owner.run("restore", "--replace", kept)
    app.run("organisation", "list")
    assert app.run("audit", "verify").stdout
    app.run("check")
    _refused(app, "DELETE FROM region_auditentry", "append_only")


def _attempts(model: type[Model]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return what would rewrite a table row by row, or as a whole, and why each is refused."""
    table, key = model._meta.db_table, model._meta.pk.column
    (one, _) = append_only.triggers(model, "postgresql")
    by_row = [
        (f"UPDATE {table} SET {key} = {key}", "append_only"),
        (f"DELETE FROM {table}", "append_only"),
    ]
    return by_row, [
        (f"TRUNCATE {table} CASCADE", "permission denied"),
        (f"ALTER TABLE {table} DISABLE TRIGGER ALL", "must be owner"),
        (f"DROP TRIGGER {one.name} ON {table}", "must be owner"),
        (f"DROP FUNCTION {append_only.FUNCTION}() CASCADE", "must be owner"),
        (f"DROP TABLE {table} CASCADE", "must be owner"),
        ("SET session_replication_role = replica", "permission denied"),
    ]


def _refused(house: Household, statement: str, why: str) -> None:
    import psycopg

    with psycopg.connect(house.environment["XIETONG_DATABASE_URL"]) as connection:
        with pytest.raises(psycopg.Error) as refusal:
            connection.execute(statement.encode())
        assert re.search(why, str(refusal.value)), (statement, str(refusal.value))
