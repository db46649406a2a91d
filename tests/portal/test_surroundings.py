"""What a node stands on may fail: each door says what, when to try again, and nothing is half done.

The faults are the databases' and the disk's own wherever they can be had.
"""

from __future__ import annotations

import errno
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.utils import DataError, InterfaceError, ProgrammingError
from django.test import Client

from cast import Cast, signed_in
from commands import run
from xietong.desk.models import StoredFile
from xietong.kit import surroundings
from xietong.region.models import AuditEntry, Organisation

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
AFTER = {"database_busy": "5", "database_away": "30", "disk_full": "300", "home_read_only": "300"}


def sqlite_fault(folder: Path, how: str) -> sqlite3.Error:
    """Have SQLite itself say what it says."""
    path = folder / "x.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as one:
        one.execute("CREATE TABLE t (a)")
    where = f"file:{path}?mode=ro" if how == "read only" else str(path)
    if how == "gone":
        where = str(folder / "nowhere" / "x.sqlite3")
    try:
        with (
            closing(sqlite3.connect(path, isolation_level=None)) as other,
            closing(sqlite3.connect(where, uri=True, timeout=0, isolation_level=None)) as one,
        ):
            if how == "locked":
                other.execute("BEGIN IMMEDIATE")
            if how == "full":
                one.execute("PRAGMA max_page_count = 3")
            one.execute("INSERT INTO t VALUES (zeroblob(100000))")
    except sqlite3.Error as fault:
        return fault
    raise AssertionError(f"SQLite did it although it was {how}")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("locked", "database_busy"),
        ("full", "disk_full"),
        ("read only", "home_read_only"),
        ("gone", "database_away"),
    ],
)
def test_what_sqlite_says_has_its_code(tmp_path: Path, how: str, code: str) -> None:
    refusal = surroundings.why(OperationalError(str(sqlite_fault(tmp_path, how))))
    assert refusal is not None
    assert (refusal.code, refusal.status) == (code, 503)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("57P01", "database_away"),
        ("57P03", "database_away"),
        ("08006", "database_away"),
        ("53300", "database_away"),
        ("53100", "disk_full"),
        ("55P03", "database_busy"),
        ("40P01", "database_busy"),
        ("25006", "home_read_only"),
        ("42P01", None),
        ("22012", None),
    ],
)
def test_what_postgresql_says_has_its_code(state: str, code: str | None) -> None:
    fault = OperationalError("told")
    fault.__cause__ = psycopg.errors.lookup(state)("told")
    refusal = surroundings.why(fault)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    "fault",
    [
        ProgrammingError("relation “database is away” does not exist"),
        DataError("value too long"),
        OSError(errno.ENOENT, "No such file"),
        PermissionError(errno.EACCES, "Permission denied", "/etc/shadow"),
        ValueError("database is locked"),
    ],
)
def test_a_fault_of_our_own_is_not_explained_away(fault: Exception) -> None:
    assert surroundings.why(fault) is None


def test_a_connection_that_is_lost_is_known_by_its_words() -> None:
    for words in (
        "connection failed: connection to server at 127.0.0.1 failed: Connection refused",
        "couldn't get a connection after 10.00 sec",
        "consuming input failed: server closed the connection unexpectedly",
        "the connection is lost",
    ):
        refusal = surroundings.why(OperationalError(words))
        assert refusal is not None, words
        assert refusal.code == "database_away"
    assert surroundings.why(InterfaceError("connection already closed")) is not None


def failing(fault: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise fault

    return fail


FAULTS = [
    (OperationalError("database is locked"), "database_busy"),
    (OperationalError("disk I/O error"), "database_away"),
    (OperationalError("database or disk is full"), "disk_full"),
    (OperationalError("attempt to write a readonly database"), "home_read_only"),
    (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
    (OSError(errno.EROFS, "Read-only file system"), "home_read_only"),
]
ASKED = {"zh": ("", "zh-hans"), "en": ("/en", "en")}


@pytest.mark.parametrize("language", ASKED)
@pytest.mark.parametrize(("fault", "code"), FAULTS, ids=lambda one: str(one))
def test_each_door_says_it_and_nothing_is_half_done(
    cast: Cast,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    code: str,
    language: str,
) -> None:
    signed_in(client, cast.person("office_administrator"))
    entries, rows = AuditEntry.objects.count(), Organisation.objects.count()
    # The last thing a change does: whatever it wrote before must go with it.
    monkeypatch.setattr("xietong.region.operations.audit._append", failing(fault))
    prefix, accepted = ASKED[language]
    new = {"name_zh": "甲研究所", "kind": "institution", "member": "northshore"}
    page = client.post(f"{prefix}/organisations/new/", new)
    answer = client.post(
        "/api/v1/region/organisations",
        new,
        content_type="application/json",
        headers={"accept-language": accepted},
    )
    body = page.content.decode()
    assert (page.status_code, answer.status_code) == (503, 503), (body, answer.content)
    assert page["Retry-After"] == answer["Retry-After"] == AFTER[code]
    told = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert told["code"] == code
    assert f"<code>{code}</code>" in body
    assert told["title"] in body
    by_command = run(
        *("organisation", "add", "甲研究所", "--kind", "institution", "--member", "northshore"),
        expect=2,
        language=language,
    )
    assert by_command.stderr.startswith(f"{code}: {told['title']}")
    monkeypatch.undo()
    assert (AuditEntry.objects.count(), Organisation.objects.count()) == (entries, rows)


def test_a_database_that_is_gone_before_the_page_is_asked_is_told_without_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    gone = OperationalError("connection to server failed: Connection refused")
    client.cookies["sessionid"] = "x" * 32
    monkeypatch.setattr(connection, "cursor", failing(gone))
    pages = ("/en/", "/en/atlas/", "/en/organisations/")
    for url in (*pages, "/api/v1/atlas/editions", "/api/v1/region/organisations"):
        answer = client.get(url, headers={"accept-language": "en"})
        assert answer.status_code == 503, url
        assert answer["Retry-After"] == "30"
        assert "database_away" in answer.content.decode()
        assert "refused" not in answer.content.decode()  # what the driver said stays in the log
        form = "application/problem+json" if url.startswith("/api/") else "text/html"
        assert answer["Content-Type"].startswith(form)


@pytest.mark.parametrize("at", ["temp", "shelf", "row"])
def test_an_upload_onto_a_full_disk_leaves_nothing(
    cast: Cast, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    client.raise_request_exception = False
    signed_in(client, cast.person("north_officer"))
    full = OSError(errno.ENOSPC, "No space left on device")
    if at == "temp":
        monkeypatch.setattr("tempfile.TemporaryFile", failing(full))
    elif at == "shelf":
        monkeypatch.setattr("xietong.kit.shelf._flush", failing(full))
    else:
        told = OperationalError("database or disk is full")
        monkeypatch.setattr("xietong.region.operations.audit._append", failing(told))
    entries = AuditEntry.objects.count()
    file = io.BytesIO(b"Name,Address\na,b\n")
    file.name = "register.csv"
    answer = client.post("/api/v1/atlas/registers/northshore/imports", {"file": file})
    assert (answer.status_code, answer.json()["code"]) == (503, "disk_full"), answer.content
    assert answer["Retry-After"] == "300"
    monkeypatch.undo()
    assert AuditEntry.objects.count() == entries
    assert not StoredFile.objects.exists()
    folder = Path(settings.XIETONG_HOME) / "uploads"
    # What stands on the shelf unnamed is swept; nothing half-written stays beside it.
    assert [one.name for one in folder.glob(".*")] == []
