"""Another process holds SQLite's lock longer than anybody waits: writers are told, readers read."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from houses import household
from serving import Answer, Visitor, served, tokens

pytestmark = pytest.mark.deep
ORGANISATIONS = "/api/v1/region/organisations"
# As long as a writer waits (XIETONG's own time-out of SQLite), and what a busy machine adds.
WAIT_SECONDS = 20


@pytest.mark.skipif(
    os.environ.get("XIETONG_TEST_DATABASE") == "postgresql", reason="a lock of SQLite's file"
)
def test_writers_are_told_and_nothing_is_written(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.settle()
        of = tokens(house)
        with served(house, workers=0) as one:
            writer = Visitor(one.address, of["north_administrator"])

            def write(at: int) -> tuple[float, Answer]:
                new = {"name_zh": f"等候所{at}", "kind": "institution", "member": "northshore"}
                began = time.monotonic()
                told = writer.answer(
                    "POST", ORGANISATIONS, json.dumps(new).encode(), "application/json"
                )
                return time.monotonic() - began, told

            count = "SELECT count(*) FROM region_auditentry"
            before = house.rows(count)
            database = house.home / "xietong.sqlite3"
            with closing(sqlite3.connect(database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                with ThreadPoolExecutor(2) as several:
                    waiting = [several.submit(write, at) for at in range(2)]
                    time.sleep(2)
                    # Who reads waits at most for the note of when a token was used.
                    began = time.monotonic()
                    assert writer.answer("GET", ORGANISATIONS).status == 200
                    read_in = time.monotonic() - began
                    answers = [one.result() for one in waiting]
                assert house.rows(count) == before
                other.execute("ROLLBACK")
            for took, told in answers:
                assert (told.status, told.told["code"]) == (503, "database_busy")
                assert told.headers["Retry-After"] == "5"
                assert took >= WAIT_SECONDS - 1
                assert b"Traceback" not in told.body
                assert b"locked" not in told.body
            print(f"told after {answers[0][0]:.1f} s; read in {read_in:.2f} s")  # noqa: T201
            assert house.rows(count) == before
            assert [write(at)[1].status for at in range(2)] == [201, 201]
        house.run("audit", "verify")
        lines = house.run("check").stdout.splitlines()
        assert [line for line in lines if not line.endswith("\tok")] == []
