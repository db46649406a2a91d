"""The database as one file, at one moment, while others write; and from that file again."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from xietong.kit.refusals import N_, Refusal
from xietong.region.chain import Head

# The same name whatever database it is; the manifest says which.
NAME = "database"
HEAD = "SELECT number, hash FROM region_auditentry ORDER BY number DESC LIMIT 1"
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
# A restore brings all tables; those of another release must not stay between them.
EMPTY = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', one.tablename);
    END LOOP;
END $$;
DROP FUNCTION IF EXISTS xietong_append_only();
"""
OF_SCHEMA = re.compile(r"^\d+; \d+ \d+ (SCHEMA -|COMMENT - SCHEMA|ACL - SCHEMA) ")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a dump of the database holds: the end of its audit, and what was migrated."""

    head: Head | None
    migrations: tuple[str, ...]


class DatabaseFault(Exception):
    """A program of PostgreSQL, or SQLite itself, did not do it; the text says why."""


def dump(folder: Path) -> Moment:
    """Write the database into `folder` as it is at one moment; writers go on meanwhile."""
    if connection.vendor == "sqlite":
        return _dump_sqlite(folder / NAME)
    return _dump_postgresql(folder)


def _dump_sqlite(target: Path) -> Moment:
    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(target)) as copy:
            # In one step: in WAL a reader holds nobody up.
            connection.connection.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
            return read_sqlite(copy)
    except sqlite3.Error as fault:
        raise DatabaseFault(str(fault)) from fault


def read_sqlite(database: sqlite3.Connection) -> Moment:
    """Return what a copy holds. Raises DatabaseFault where its pages do not fit together."""
    (sound,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if sound != "ok":
        raise DatabaseFault(str(sound))
    return _moment(database.execute(HEAD).fetchall(), database.execute(MIGRATIONS).fetchall())


def _moment(head: list[Any], migrations: Iterable[Any]) -> Moment:
    return Moment(
        Head(head[0][0], head[0][1]) if head else None,
        tuple(f"{room}.{name}" for room, name in migrations),
    )


def _dump_postgresql(folder: Path) -> Moment:
    import psycopg

    program = program_of_postgresql("pg_dump")
    with psycopg.connect(**_server()) as database:
        database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        database.read_only = True
        snapshot = database.execute("SELECT pg_export_snapshot()").fetchall()[0][0]
        moment = _moment(database.execute(HEAD).fetchall(), database.execute(MIGRATIONS).fetchall())
        schema = database.execute("SELECT current_schema()").fetchall()[0][0]
        _run(
            [
                *(program, "--format=custom", "--no-owner", "--no-privileges"),
                *(f"--schema={schema}", f"--snapshot={snapshot}", f"--file={folder / NAME}"),
                f"--dbname={_address(folder)}",
            ]
        )
    return moment


def load(dumped: Path) -> None:
    """Put a dump of PostgreSQL in place of what the database holds: all of it, or nothing."""
    restorer, client = program_of_postgresql("pg_restore"), program_of_postgresql("psql")
    folder = dumped.parent
    script, before, chosen = folder / "restore.sql", folder / "before.sql", folder / "chosen"
    before.write_text(EMPTY, encoding="utf-8")
    # The schema itself is there, and is not ours to make.
    listed = _run([restorer, "--list", str(dumped)]).splitlines(keepends=True)
    chosen.write_text("".join(line for line in listed if not OF_SCHEMA.search(line)), "utf-8")
    plain = ["--no-owner", "--no-privileges", f"--use-list={chosen}", f"--file={script}"]
    _run([restorer, *plain, str(dumped)])
    connection.close()
    _run(
        [
            *(client, "--no-psqlrc", "--quiet", "--single-transaction"),
            *("--set=ON_ERROR_STOP=1", f"--file={before}", f"--file={script}"),
            f"--dbname={_address(folder)}",
        ]
    )
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's wrapper has one


def program_of_postgresql(name: str) -> str:
    """Return where one of PostgreSQL's programs lies. Refuses `postgresql_client_missing`."""
    found = shutil.which(name)
    if found is None:
        raise Refusal(
            "postgresql_client_missing",
            N_("“{program}” is not installed here; without it PostgreSQL cannot be copied."),
            way_out=N_("Install postgresql-client in the version of the server, then try again."),
            program=name,
        )
    return found


def _server() -> dict[str, Any]:
    known = connection.settings_dict
    facts = {
        "host": known["HOST"],
        "port": known["PORT"],
        "user": known["USER"],
        "password": known["PASSWORD"],
        "dbname": known["NAME"],
    }
    return {name: str(value) for name, value in facts.items() if value}


def _address(folder: Path) -> str:
    """Return how a program finds the server; the password stands in a file, not on its line."""
    from psycopg.conninfo import make_conninfo

    facts = _server()
    secret = facts.pop("password", None)
    if secret is not None:
        file = folder / "pgpass"
        file.touch(mode=0o600)
        escaped = secret.replace("\\", "\\\\").replace(":", "\\:")
        file.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
        facts["passfile"] = str(file)
    return make_conninfo(**facts)


def _run(line: list[str]) -> str:
    told = subprocess.run(  # noqa: S603  (PostgreSQL's own programs, no shell)
        line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if told.returncode:
        lines = told.stderr.strip().splitlines() or [f"{Path(line[0]).name} {told.returncode}"]
        raise DatabaseFault(lines[0])
    return told.stdout


def file_of_database() -> Path | None:
    """Return SQLite's file; None where the database is a server's or lies in memory."""
    name = connection.settings_dict["NAME"]
    if connection.vendor != "sqlite" or str(name).startswith((":memory:", "file:")):
        return None
    return Path(name)


def home() -> Path:
    """Return the folder of the house."""
    return Path(settings.XIETONG_HOME)
