"""Requests that are too large, too many or false are refused at every door that takes a file.

Nothing stays: no row, no entry, no file on any shelf; and what was not read cost no memory.
"""

from __future__ import annotations

import io
import json
import resource
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client

from cast import Cast, signed_in
from xietong.desk.models import StoredFile
from xietong.portal.uploads import BESIDE_BYTES, Incoming
from xietong.region.models import AuditEntry, Organisation

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
BOUNDARY = "xYz"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
DOORS = {
    "import page": ("/en/atlas/registers/northshore/import/", "north_officer"),
    "import API": ("/api/v1/atlas/registers/northshore/imports", "north_officer"),
    "corrections page": ("/en/atlas/registers/northshore/corrections/import/", "north_officer"),
    "organisations page": ("/en/organisations/import/", "office_administrator"),
    "organisations API": ("/api/v1/region/organisations/import", "office_administrator"),
}


def parts(*files: tuple[str, str, bytes]) -> bytes:
    """Return a form's body: field, file name as it is sent, content."""
    body = b""
    for field, name, content in files:
        named = f'; filename="{name}"' if name else ""
        body += (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"{named}\r\n\r\n'
        ).encode() + content
        body += b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def sender(cast: Cast, settings: Any, tmp_path: Path) -> Any:
    """Give what sends a body to a door, and holds that nothing stays."""
    settings.XIETONG_HOME = tmp_path / "home"
    settings.XIETONG_HOME.mkdir()

    def send(door: str, body: bytes, language: str = "en", **more: Any) -> tuple[int, str]:
        url, part = DOORS[door]
        client = signed_in(Client(raise_request_exception=False), cast.person(part))
        if language == "zh":
            url = url.removeprefix("/en")
        before = AuditEntry.objects.count(), Organisation.objects.count()
        answer = client.generic(
            "POST",
            url,
            body,
            content_type=FORM,
            headers={"accept-language": {"zh": "zh-hans", "en": "en"}[language]},
            **more,
        )
        after = AuditEntry.objects.count(), Organisation.objects.count()
        assert answer.status_code < 400 or after == before
        assert not StoredFile.objects.exists()
        assert [one for one in settings.XIETONG_HOME.rglob("*") if one.is_file()] == []
        return answer.status_code, answer.content.decode()

    return send


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("door", DOORS)
def test_a_claim_of_two_gigabytes_is_refused_unread(sender: Any, door: str, language: str) -> None:
    body = parts(("file", "r.csv", b"Name\na\n"))
    status, told = sender(door, body, language, CONTENT_LENGTH=str(2 << 30))
    assert status == 413
    assert "request_too_large" in told
    words = json.loads(told)["title"] if "API" in door else told
    assert ("请求过大" if language == "zh" else "The request is too large") in words


@pytest.mark.parametrize("door", DOORS)
def test_more_than_the_limit_is_refused_while_it_comes(
    sender: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    settings.XIETONG_UPLOAD_MB = 1
    # As if no length had been claimed: the bytes themselves are counted.
    kept = Incoming.handle_raw_input

    def unclaimed(self: Any, data: Any, told: Any, length: int, *more: Any) -> None:
        kept(self, data, told, 0, *more)

    monkeypatch.setattr(Incoming, "handle_raw_input", unclaimed)
    status, told = sender(door, parts(("file", "r.csv", b"x" * 2_100_000)))
    assert (status, "request_too_large" in told) == (413, True)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("what", ["fields", "files"])
def test_ten_thousand_parts_are_refused(sender: Any, door: str, what: str) -> None:
    name = "r.csv" if what == "files" else ""
    status, told = sender(door, parts(*((f"f{at}", name, b"x") for at in range(10_000))))
    assert (status, "too_many_parts" in told) == (413, True)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "body",
    [
        parts(("f" * 100_000, "r.csv", b"x")),
        parts(("file", "r" * 100_000 + ".csv", b"x")),
        b"no form at all",
        b"",
    ],
    ids=["field name", "file name", "no form", "nothing"],
)
def test_a_form_that_is_none_is_refused(sender: Any, door: str, body: bytes) -> None:
    status, _ = sender(door, body)
    assert status in (400, 422)


@pytest.mark.parametrize("door", DOORS)
def test_a_connection_that_is_cut_off_leaves_no_half_a_table(sender: Any, door: str) -> None:
    body = parts(("file", "r.csv", b"Name,Address\n" + b"a,b\n" * 1000))
    # What was claimed is what should have come; the end of the stream comes before it.
    came = {"wsgi.input": io.BytesIO(body[:2000]), "CONTENT_LENGTH": str(len(body))}
    status, told = sender(door, b"-", **came)
    assert (status, "malformed" in told) == (400, True)


@pytest.mark.parametrize("door", DOORS)
def test_a_form_that_breaks_off_within_a_file_leaves_none_open(
    sender: Any, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    opened: list[Any] = []
    make = tempfile.TemporaryFile

    def noted(**where: Any) -> Any:
        opened.append(make(**where))
        return opened[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", noted)
    body = parts(("file", "r.csv", b"x"), ("second", "s.csv", b"y"))
    # Half a sign of base64.
    plain = b'filename="s.csv"\r\n'
    status, told = sender(
        door, body.replace(plain, plain + b"Content-Transfer-Encoding: base64\r\n")
    )
    assert (status, "malformed" in told) == (400, True)
    assert [one.closed for one in opened] == [True, True]


NAMES = [
    "../../x",
    "..\\\\x",
    "a\x00b",
    "\u202exslx.csv",
    "CON.csv",
    "x" * 300,
    "a%0d%0ab",
    "é\u0301",
]


@pytest.mark.parametrize("door", DOORS)
def test_a_trick_in_a_name_leads_nowhere(sender: Any, door: str, tmp_path: Path) -> None:
    for name in NAMES:
        # Noise under any name is no table.
        status, _ = sender(door, parts(("file", name, bytes(range(256)) * 20)))
        # There is no register yet of which these could be corrections.
        assert status in ((400, 404) if door == "corrections page" else (400, 422)), name
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home"]


def test_a_body_without_a_file_is_small(cast: Cast, settings: Any) -> None:
    client = signed_in(Client(raise_request_exception=False), cast.person("office_administrator"))
    body = json.dumps({"name_zh": "甲" * 3_000_000, "kind": "institution"})
    answer = client.post("/api/v1/region/organisations", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


def test_what_is_counted_costs_no_memory_and_leaves_no_file(settings: Any, tmp_path: Path) -> None:
    settings.XIETONG_HOME = tmp_path
    settings.XIETONG_UPLOAD_MB = 300
    incoming = Incoming()
    incoming.handle_raw_input(io.BytesIO(), {}, 0, b"")
    incoming.new_file("file", "r.csv", "text/csv", None)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    piece, sent = b"x" * (1 << 20), 0

    def all_of_it() -> None:
        nonlocal sent
        for _ in range(400):
            incoming.receive_data_chunk(piece, sent)
            sent += len(piece)

    with pytest.raises(RequestDataTooBig):
        all_of_it()
    assert sent <= 300_000_000 + BESIDE_BYTES
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
