"""A file is kept whole under its content's name, or refused with nothing left behind."""

from __future__ import annotations

import errno
import hashlib
import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cast import Cast, signed_in
from xietong.desk import operations, queries
from xietong.desk.models import StoredFile
from xietong.desk.naming import MOST_CHARACTERS, cleaned
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.region.models import AuditEntry, Member
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
NORTH = "member:northshore"


def left(settings: Any) -> list[str]:
    """Return everything that lies in the folder of uploads."""
    folder = Path(settings.XIETONG_HOME) / "uploads"
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*"))


def keep(cast: Cast, part: str = "north_officer", **how: Any) -> StoredFile:
    """Keep a small file."""
    wanted: dict[str, Any] = {
        "stream": io.BytesIO(b"a,b\n1,2\n"),
        "name": "名录.csv",
        "scope": NORTH,
    }
    return operations.keep_file(actor=cast[part], **{**wanted, **how})


def test_a_file_lies_under_the_hash_of_its_content(cast: Cast, settings: Any) -> None:
    kept = keep(cast)
    assert kept.digest == hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert (kept.name, kept.bytes) == ("名录.csv", 8)
    again = keep(cast, "north_analyst", name="another.csv")
    assert again.digest == kept.digest
    assert left(settings) == [kept.digest]
    assert queries.content_of(cast["north_approver"], kept.pk).is_file()
    assert AuditEntry.objects.filter(verb="keep_file").count() == 2


class Endless(io.RawIOBase):
    """Claims nothing and never ends; counts what was read."""

    read_bytes = 0

    def read(self, size: int = -1, /) -> bytes:
        assert size > 0
        self.read_bytes += size
        return b"\0" * size


def test_an_upload_over_the_limit_is_refused_before_it_is_read_whole(
    cast: Cast, settings: Any
) -> None:
    settings.XIETONG_UPLOAD_MB = 2
    stream = Endless()
    with pytest.raises(Refusal) as told:
        keep(cast, stream=stream)
    assert (told.value.code, told.value.params["megabytes"]) == ("upload_too_large", "2")
    assert stream.read_bytes <= 4_000_000
    assert left(settings) == []
    assert not StoredFile.objects.exists()
    assert keep(cast, stream=io.BytesIO(b"x" * 1000), most_bytes=1000).bytes == 1000
    with pytest.raises(Refusal):
        keep(cast, stream=io.BytesIO(b"x" * 1001), most_bytes=1000)


def test_an_empty_upload_is_refused(cast: Cast, settings: Any) -> None:
    with pytest.raises(Refusal) as told:
        keep(cast, stream=io.BytesIO())
    assert told.value.code == "file_empty"
    assert left(settings) == []


@pytest.mark.parametrize("at", ["write", "flush"])
def test_a_full_disk_is_told_and_nothing_stays(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                full()
            return super().read(size)

    if at == "flush":
        monkeypatch.setattr("xietong.kit.shelf._flush", full)
    stream = Breaking(b"x" * 3_000_000) if at == "write" else io.BytesIO(b"x")
    with pytest.raises(Refusal) as told:
        keep(cast, stream=stream)
    assert told.value.code == "disk_full"
    assert left(settings) == []
    assert not StoredFile.objects.exists()


def test_an_upload_that_breaks_off_leaves_nothing(cast: Cast, settings: Any) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        keep(cast, stream=Broken(b"x" * 3_000_000))
    assert left(settings) == []


HOSTILE = [
    ("../../../etc/passwd", "passwd"),
    ("..\\..\\boot.ini", "boot.ini"),
    ("/", "file"),
    ("", "file"),
    ("...", "file"),
    (".htaccess", "htaccess"),
    ("a\x00b.csv", "ab.csv"),
    ("a\r\nSet-Cookie: x=1.csv", "aSet-Cookie x=1.csv"),
    ("\u202etxt.exe", "txt.exe"),
    ("con\u0301.csv", "co\u0144.csv"),
    ('"quoted".xlsx', "quoted.xlsx"),
    ("名录 （最终）.xlsx", "名录 （最终）.xlsx"),
    ("x" * 5000 + ".xlsx", "x" * (MOST_CHARACTERS - 5) + ".xlsx"),
    ("\ud800.csv", "csv"),
]


@pytest.mark.parametrize(("given_name", "wanted"), HOSTILE)
def test_a_hostile_name_becomes_a_plain_one(given_name: str, wanted: str) -> None:
    assert cleaned(given_name) == wanted


@given(st.text())
def test_any_name_becomes_one_that_can_stand_in_a_header(name: str) -> None:
    kept = cleaned(name)
    assert 0 < len(kept) <= MOST_CHARACTERS
    assert cleaned(kept) == kept
    assert not set(kept) & set('/\\"\r\n\x00')
    assert not kept.startswith(".")
    kept.encode()


def test_only_the_desk_sees_a_file(cast: Cast, client: Client) -> None:
    kept = keep(cast, purpose="register")
    own = keep(cast, scope="")
    seen = {
        part
        for part, actor in cast.everybody().items()
        if queries.files_visible_to(actor).filter(pk=kept.pk).exists()
    }
    assert seen == {
        *(f"north_{role}" for role in ("analyst", "officer", "approver", "administrator")),
        "operator",
    }
    for part in ("north_viewer", "south_officer", "nobody", "reader", "outsider"):
        with pytest.raises(NotAllowed):
            keep(cast, part)
    with pytest.raises(NotFound):
        queries.stored_file(cast["north_analyst"], own.pk)
    answers = set()
    for who in ("south_officer", "office_officer"):
        signed_in(client, cast.person(who))
        for number in (kept.pk, kept.pk + 1000):
            answer = client.get(f"/en/desk/files/{number}/")
            assert answer.status_code == 404
            answers.add(
                str(number) in answer.content.decode() and "no_such_file" in answer.content.decode()
            )
    assert answers == {True}


def test_a_file_is_given_as_something_to_save(cast: Cast, client: Client) -> None:
    kept = keep(cast, stream=io.BytesIO(b"<script>alert(1)</script>"), name="<b>名录</b>.html")
    answer = signed_in(client, cast.person("north_officer")).get(f"/desk/files/{kept.pk}/")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"


def test_expired_and_unnamed_files_are_swept_and_others_stay(cast: Cast, settings: Any) -> None:
    expired = keep(cast, stream=io.BytesIO(b"old"))
    StoredFile.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(1))
    named = keep(cast)
    days = named.expires_at and (named.expires_at - timezone.now()) / timedelta(days=1)
    assert days == pytest.approx(30, abs=0.1)
    for_ever = keep(cast, stream=io.BytesIO(b"for ever"), kept_days=None)
    dropped = keep(cast, stream=io.BytesIO(b"dropped"))
    operations.drop_file(actor=cast["north_officer"], number=dropped.pk)
    with pytest.raises(NotAllowed):
        operations.sweep_files(actor=cast["north_administrator"])
    assert operations.sweep_files(actor=LOCAL) == []  # a writer may be about to name them
    later = (timezone.now() + timedelta(days=2)).timestamp()
    assert set(operations.sweep_files(actor=LOCAL, now=later)) == {expired.digest, dropped.digest}
    assert left(settings) == sorted([named.digest, for_ever.digest])


def test_how_a_table_was_read_is_remembered_by_its_headings(cast: Cast) -> None:
    north = Member.objects.get(code="northshore")
    how: dict[str, Any] = {"purpose": "register", "member": north}
    officer = cast["north_officer"]
    headings = ["企业名称", "地址", "Capital"]
    assert queries.proposed_mapping(officer, headings=headings, **how) == {}
    operations.remember_mapping(
        actor=officer, headings=headings, mapping={"地址": "address"}, **how
    )
    operations.remember_mapping(
        actor=officer, headings=["capital ", "企業名稱", "地址"], mapping={"地址": "seat"}, **how
    )
    assert queries.proposed_mapping(officer, headings=headings, **how) == {"地址": "seat"}
    assert queries.proposed_mapping(officer, headings=headings[:2], **how) == {}
    assert queries.proposed_mapping(cast["south_officer"], headings=headings, **how) == {}
    south = {**how, "member": Member.objects.get(code="southshore")}
    assert queries.proposed_mapping(cast["south_officer"], headings=headings, **south) == {}
    with pytest.raises(NotAllowed):
        operations.remember_mapping(
            actor=cast["south_officer"], headings=headings, mapping={}, **how
        )


@pytest.fixture
def same_content_twice() -> Iterator[list[BaseException]]:
    """Collect what goes wrong in threads."""
    faults: list[BaseException] = []
    yield faults
    assert faults == []


def test_two_who_bring_the_same_content_at_once_both_keep_it(
    settings: Any, same_content_twice: list[BaseException]
) -> None:
    from xietong.desk import storage

    shelf, start = storage.uploads(), threading.Barrier(4)

    def bring() -> None:
        try:
            with shelf.aside() as scratch:
                (scratch / "upload").write_bytes(b"same")
                start.wait(10)
                shelf.keep(scratch / "upload", hashlib.sha256(b"same").hexdigest())
        except BaseException as fault:
            same_content_twice.append(fault)

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert left(settings) == [hashlib.sha256(b"same").hexdigest()]
