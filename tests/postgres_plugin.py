"""Runs the tests on a throw-away PostgreSQL where XIETONG_TEST_DATABASE=postgresql.

Loaded by `-p postgres_plugin` in pyproject.toml, after `house_plugin`, which clears the settings.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import AbstractContextManager

import pytest

from postgres_cluster import Cluster, PostgresMissing, throw_away_cluster

CHOICES = ("sqlite", "postgresql")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start the server that was chosen. A wrapper runs before Django's settings are read."""
    chosen = os.environ.get("XIETONG_TEST_DATABASE", "sqlite")
    if chosen not in CHOICES:
        raise pytest.UsageError(
            f"XIETONG_TEST_DATABASE={chosen!r}: wanted one of {', '.join(CHOICES)}."
        )
    if chosen == "postgresql":
        server = throw_away_cluster()
        try:
            os.environ["XIETONG_DATABASE_URL"] = server.__enter__().url
        except PostgresMissing as fault:
            raise pytest.UsageError(str(fault)) from None
        early_config.add_cleanup(lambda: _end(server))
    return (yield)


def _end(server: AbstractContextManager[Cluster]) -> None:
    server.__exit__(None, None, None)


def pytest_report_header() -> str:
    """Say which database the run is on."""
    return f"database: {os.environ.get('XIETONG_TEST_DATABASE', 'sqlite')}"
