"""PostgreSQL is stopped under a served house, in the midst of requests and jobs, and comes back.

Readers are told to come again, nothing is half written, and server and worker go on by themselves.
"""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

import grown_lakes
from hardening.large import many_firms
from houses import Household, household
from postgres_cluster import PostgresMissing, Switch, cluster_with_a_switch, programs
from serving import Answer, Served, Visitor, checked, mapped, served, tokens

pytestmark = pytest.mark.deep
LEASE_SECONDS = 3
ORGANISATIONS = "/api/v1/region/organisations"
READS = ("/api/v1/atlas/editions", ORGANISATIONS, "/en/atlas/editions/", "/health/ready")


@dataclass(frozen=True, slots=True)
class Place:
    """A served house, the switch of its database, and who visits it."""

    house: Household
    switch: Switch
    one: Served
    of: dict[str, str]

    def visitor(self, part: str) -> Visitor:
        """Return a part of the cast."""
        return Visitor(self.one.address, self.of[part])

    def works_again(self) -> float:
        """Wait until it answers; return how long that took."""
        began = time.monotonic()
        while Visitor(self.one.address).answer("GET", "/health/ready").status != 200:
            assert time.monotonic() - began < 60
            time.sleep(0.2)
        return time.monotonic() - began

    def is_sound(self) -> None:
        """Hold that the audit verifies and nothing is half written."""
        self.house.run("audit", "verify")
        told = self.house.run("check").stdout
        assert [line for line in told.splitlines() if not line.endswith("\tok")] == []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve a house on a PostgreSQL of its own."""
    try:
        programs()
    except PostgresMissing as fault:
        pytest.skip(str(fault))
    folder = tmp_path_factory.mktemp("gone")
    with cluster_with_a_switch() as switch:
        settings = {
            "XIETONG_DATABASE_URL": switch.url,
            "XIETONG_LEASE_SECONDS": str(LEASE_SECONDS),
            "XIETONG_THREADS": "1",
        }
        with household(folder, **settings) as house:
            house.settle()
            house.run("manage", "collectstatic", "--noinput")
            of = tokens(house)
            with served(house) as one:
                yield Place(house, switch, one, of)


def told_to_come_again(answer: Answer) -> None:
    """Hold that an answer says what is wrong and when to come again, and nothing of our insides."""
    assert answer.status == 503, answer.body
    if b'"ready"' not in answer.body:
        assert answer.headers["Retry-After"] == "30"
        assert b"database_away" in answer.body
    for inside in (b"Traceback", b"psycopg", b"127.0.0.1", b"OperationalError"):
        assert inside not in answer.body


def waits_for_a_lock(url: str) -> bool:
    """Tell whether some session waits for a lock."""
    with psycopg.connect(url) as asked:
        found = asked.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        )
        return bool(found.fetchone()[0])  # type: ignore[index]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_request_in_whose_midst_the_database_ends(place: Place, how: signal.Signals) -> None:
    name = f"中断研究所{how}"
    new = json.dumps({"name_zh": name, "kind": "institution", "member": "northshore"}).encode()
    writer = place.visitor("north_administrator")
    family = place.one.family()
    url = place.house.environment["XIETONG_DATABASE_URL"]
    answers: list[Answer] = []

    def write() -> None:
        answers.append(writer.answer("POST", ORGANISATIONS, new, "application/json"))

    with suppress(psycopg.OperationalError), psycopg.connect(url) as other:
        # The last thing a change writes: everything else of it has been written by then.
        other.execute("LOCK TABLE region_auditentry IN ACCESS EXCLUSIVE MODE")
        writing = threading.Thread(target=write)
        writing.start()
        until = time.monotonic() + 60
        while not waits_for_a_lock(url):
            assert time.monotonic() < until
            time.sleep(0.05)
        place.switch.off(how)
    writing.join(60)
    told_to_come_again(answers[0])
    slowest = 0.0
    for path in READS:
        began = time.monotonic()
        told_to_come_again(place.visitor("north_viewer").answer("GET", path))
        print(path, f"{time.monotonic() - began:.1f} s")  # noqa: T201
        slowest = max(slowest, time.monotonic() - began)
    told_to_come_again(writer.answer("POST", ORGANISATIONS, new, "application/json"))
    live = Visitor(place.one.address).answer("GET", "/health/live")
    assert live.status == 200
    told = place.house.run("organisation", "list", expect=2).stderr
    assert told.startswith(("database_unreachable: ", "database_away: "))
    assert "Traceback" not in told

    place.switch.on()
    back = place.works_again()
    print(f"slowest answer while away {slowest:.1f} s, back after {back:.1f} s")  # noqa: T201
    # No connection of before is handed out: nobody is told again that it is away.
    statuses = [place.visitor("north_viewer").answer("GET", READS[1]).status for _ in range(30)]
    assert set(statuses) == {200}
    assert place.one.family() == family
    assert place.house.rows(
        f"SELECT count(*) FROM region_organisation WHERE name_zh = '{name}'"
    ) == [(0,)]
    place.is_sound()
    assert writer.answer("POST", ORGANISATIONS, new, "application/json").status in (200, 201)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_job_in_whose_midst_the_database_ends(
    place: Place, tmp_path: Path, how: signal.Signals
) -> None:
    officer = place.visitor("north_officer")
    path = many_firms(tmp_path / f"large{how}.csv", "northshore", 15_000, salt=int(how))
    here = mapped(officer, "northshore", path)
    workers = place.one.workers()
    assert len(workers) == 1
    officer.ask("POST", f"{here}/check", b"{}", "application/json")
    until = time.monotonic() + 120
    while not place.house.rows("SELECT 1 FROM desk_job WHERE state = 'running' AND done > 0"):
        assert time.monotonic() < until, place.house.rows("SELECT state, done FROM desk_job")
        time.sleep(0.05)
    place.switch.off(how)
    time.sleep(LEASE_SECONDS)
    place.switch.on()
    place.works_again()
    checked(officer, here)
    newest = "SELECT state, attempts, refusal FROM desk_job ORDER BY id DESC LIMIT 1"
    # What it says of the import is written before what it says of itself.
    until = time.monotonic() + 30
    while (told := place.house.rows(newest)[0])[0] == "running":
        assert time.monotonic() < until
        time.sleep(0.2)
    assert (told[0], told[2]) == ("done", None)
    assert place.one.workers() == workers
    done: Any = officer.post(f"{here}/commit", {"reason": "after the outage"}, wanted=201)
    assert done
    assert place.house.rows("SELECT count(*) FROM desk_job WHERE state <> 'done'") == [(0,)]
    place.is_sound()


def test_an_upload_and_a_commit_without_their_database_leave_nothing(place: Place) -> None:
    officer = place.visitor("south_officer")
    path = grown_lakes.write(place.house.home.parent)["southshore"]
    here = mapped(officer, "southshore", path)
    officer.ask("POST", f"{here}/check", b"{}", "application/json")
    checked(officer, here)
    before = sorted(one.name for one in (place.house.home / "registers").glob("*"))
    place.switch.off()
    base = "/api/v1/atlas/registers/southshore/imports"
    for status, told in (
        officer.upload(base, "again.csv", path.read_bytes()),
        officer.ask("POST", f"{here}/commit", b'{"reason": "x"}', "application/json"),
    ):
        assert (status, told["code"]) == (503, "database_away")
    place.switch.on()
    place.works_again()
    assert sorted(one.name for one in (place.house.home / "registers").glob("*")) == before
    assert len(officer.get(base)) == 1
    officer.post(f"{here}/commit", {"reason": "as in the member's office"}, wanted=201)
    place.is_sound()
