"""Bodies are waited for by few at once, in time, and never instead of other requests."""

from __future__ import annotations

import io
import tempfile
import threading
from typing import Any

import pytest
from django.test import Client

from cast import Cast, signed_in
from xietong.desk.models import StoredFile
from xietong.kit.surroundings import Crowded, Late
from xietong.portal import bodies
from xietong.portal.bodies import Body, Gate

IMPORTS = "/api/v1/atlas/registers/northshore/imports"
PAGE = "/en/atlas/registers/northshore/import/"
FORM = "multipart/form-data; boundary=xYz"
BEGUN = b'--xYz\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    """Give back what was sent."""
    return [environ["wsgi.input"].read()]


def test_what_is_sent_comes_through_whole_by_any_reads() -> None:
    sent = bytes(range(256)) * 2000
    assert Gate(echo)({"CONTENT_LENGTH": "1", "wsgi.input": io.BytesIO(sent)}, None) == [sent]
    body = Body(io.BytesIO(sent), Gate(echo))
    found = [body.read(1000), body.read(0), body.read(70_000), body.read(10**9), body.read(5)]
    assert [len(one) for one in found] == [1000, 0, 70_000, len(sent) - 71_000, 0]
    assert b"".join(found) == sent
    lines = Body(io.BytesIO(b"a\nbc\nd"), Gate(echo))
    assert [lines.readline() for _ in range(4)] == [b"a\n", b"bc\n", b"d", b""]


def test_whoever_waits_for_a_sender_holds_nobody_up() -> None:
    comes = threading.Event()

    class Silent(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert comes.wait(30)
            return super().read(size)

    gate = Gate(echo, answering=1, senders=2)
    answers: list[Any] = []

    def send() -> None:
        answers.append(gate({"CONTENT_LENGTH": "3", "wsgi.input": Silent(b"abc")}, None))

    waiting = [threading.Thread(target=send) for _ in range(2)]
    for one in waiting:
        one.start()
    while gate.senders.acquire(blocking=False):  # until both wait
        gate.senders.release()
    quick: list[Any] = []
    asked = threading.Thread(
        target=lambda: quick.append(Gate.__call__(gate, {"wsgi.input": io.BytesIO(b"q")}, None))
    )
    asked.start()
    asked.join(10)
    assert quick == [[b"q"]]
    with pytest.raises(Crowded):
        gate({"CONTENT_LENGTH": "3", "wsgi.input": io.BytesIO(b"abc")}, None)
    comes.set()
    for one in waiting:
        one.join(30)
    assert answers == [[b"abc"], [b"abc"]]
    assert gate({"CONTENT_LENGTH": "1", "wsgi.input": io.BytesIO(b"z")}, None) == [b"z"]


@pytest.mark.parametrize(("seconds", "late"), [(0.5, True), (0.0002, False)])
def test_a_sender_must_keep_up(monkeypatch: pytest.MonkeyPatch, seconds: float, late: bool) -> None:
    now = [0.0]
    monkeypatch.setattr(bodies.time, "monotonic", lambda: now[0])

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            now[0] += seconds * len(piece)
            return piece

    body = Body(Slow(b"x" * 200_000), Gate(echo))
    if not late:
        assert len(body.read()) == 200_000
        return
    with pytest.raises(Late):
        body.read()
    # It was cut as soon as that was known, and stays cut.
    assert now[0] < bodies.PATIENCE_SECONDS * 1.3
    with pytest.raises(Late):
        body.read(1)


class Broken(io.BytesIO):
    """A body that breaks in its midst."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(BEGUN + b"Name,Address\n" * 10_000)
        self._fault = fault

    def read(self, size: int | None = -1, /) -> bytes:
        """Break after a hundred thousand bytes."""
        if self.tell() > 100_000:
            raise self._fault
        return super().read(size)


@pytest.mark.operations
@pytest.mark.django_db
@pytest.mark.parametrize("address", [IMPORTS, PAGE])
@pytest.mark.parametrize(
    ("fault", "status", "code", "again"),
    [
        (Late("slow"), 408, "sent_too_slowly", None),
        (Crowded("full"), 503, "too_many_senders", "10"),
        (ConnectionResetError("gone"), 408, "sent_too_slowly", None),
    ],
)
def test_a_body_that_breaks_off_is_told_and_leaves_nothing(
    cast: Cast,
    settings: Any,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    fault: Exception,
    status: int,
    code: str,
    again: str | None,
) -> None:
    settings.XIETONG_HOME = tmp_path
    opened: list[Any] = []
    make = tempfile.TemporaryFile

    def noted(**how: Any) -> Any:
        opened.append(make(**how))
        return opened[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", noted)
    client = signed_in(Client(raise_request_exception=False), cast.person("north_officer"))
    came: dict[str, Any] = {"wsgi.input": Broken(fault), "CONTENT_LENGTH": "1000000"}
    answer = client.generic("POST", address, b"-", content_type=FORM, **came)
    assert (answer.status_code, answer.get("Retry-After")) == (status, again)
    assert code in answer.content.decode()
    assert [one.closed for one in opened] == [True]
    assert not StoredFile.objects.exists()
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", [IMPORTS, PAGE, "/en/account/login/"])
def test_a_form_whose_mark_was_not_read_is_not_called_expired(
    cast: Cast, settings: Any, tmp_path: Any, address: str
) -> None:
    settings.XIETONG_HOME = tmp_path
    client = signed_in(
        Client(raise_request_exception=False, enforce_csrf_checks=True),
        cast.person("north_officer"),
    )
    client.cookies["csrftoken"] = "a" * 32
    body = Body(Broken(Late("slow")), Gate(echo))
    body.fault = Late("slow")
    came: dict[str, Any] = {"wsgi.input": body, "CONTENT_LENGTH": "1000000"}
    answer = client.generic("POST", address, b"-", content_type=FORM, **came)
    assert answer.status_code == 408, answer.content
    assert b"sent_too_slowly" in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("address", [IMPORTS, PAGE])
def test_a_body_without_a_length_is_refused(cast: Cast, address: str) -> None:
    client = signed_in(Client(raise_request_exception=False), cast.person("north_officer"))
    came: dict[str, Any] = {"wsgi.input": io.BytesIO(BEGUN), "CONTENT_LENGTH": ""}
    answer = client.generic(
        "POST", address, b"-", content_type=FORM, headers={"transfer-encoding": "chunked"}, **came
    )
    assert answer.status_code == 411
    assert b"length_missing" in answer.content
