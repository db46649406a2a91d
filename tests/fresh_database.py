"""A fresh copy of the database behind every test that commits (`transaction=True`, `live_server`).

Django empties the tables behind such a test; ours that are append-only refuse that, as they should.
So the database is photographed before the first such test and laid anew from the picture behind
each: no trigger is ever disabled, and what migrations wrote is there again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

_pictures: dict[str, sqlite3.Connection | str] = {}


@contextmanager
def fresh_copies() -> Iterator[None]:
    """Give every test that commits a database of its own copying, instead of emptying tables."""
    case: Any = TransactionTestCase
    setup, teardown = case.__dict__["_fixture_setup"], case.__dict__["_fixture_teardown"]
    case._fixture_setup, case._fixture_teardown = classmethod(_take), _lay
    try:
        yield
    finally:
        case._fixture_setup, case._fixture_teardown = setup, teardown
        _pictures.clear()


def _take(case: Any) -> None:
    """Photograph the database, once: no test has committed anything yet."""
    assert not connection.in_atomic_block
    name = _name(connection)
    if name in _pictures:
        return
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        picture = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(picture)
        _pictures[name] = picture
    else:
        _copy(connection, source=name, target=f"{name}_picture")
        _pictures[name] = f"{name}_picture"


def _lay(case: Any) -> None:
    """Lay the database anew from its picture."""
    picture = _pictures[_name(connection)]
    if isinstance(picture, str):
        _copy(connection, source=picture, target=_name(connection))
    else:
        connection.ensure_connection()
        picture.backup(connection.connection)


def _name(wrapper: BaseDatabaseWrapper) -> str:
    return str(wrapper.settings_dict["NAME"])


def _copy(wrapper: BaseDatabaseWrapper, *, source: str, target: str) -> None:
    """Make one database of PostgreSQL an exact copy of another, whoever is connected to them."""
    import psycopg

    wrapper.close()
    wrapper.close_pool()  # type: ignore[attr-defined]
    known = wrapper.settings_dict
    with psycopg.connect(
        host=known["HOST"],
        port=known["PORT"],
        user=known["USER"],
        password=known["PASSWORD"],
        dbname="template1",
        autocommit=True,
    ) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source]
        )
        server.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)'.encode())
        server.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"'.encode())
