"""What is kept for anonymous readers is right at every moment, and reaches nobody else."""

from __future__ import annotations

import gzip
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from cast import Cast, signed_in
from editions import Grown
from xietong.atlas import operations
from xietong.atlas.models import Edition
from xietong.portal import kept_answers
from xietong.portal.kept_answers import Kept, Shelf
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
MAP = "/atlas/"
LAYER = "/api/v1/atlas/editions/current/layer?industry=d11"
ADDRESSES = (MAP, "/en/atlas/", "/", "/atlas/clusters/", "/atlas/places/820103/", LAYER)


@pytest.fixture(autouse=True)
def _room(settings: Any) -> None:
    """Keep answers, from an empty shelf on: the middleware of each client is its own."""
    settings.XIETONG_ANSWERS_MB = 8


def queries_of(client: Client, path: str, **headers: str) -> tuple[Any, list[str]]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(path, headers=headers)
    return answer, [one["sql"] for one in asked.captured_queries]


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_second_reader_costs_one_look_at_the_audit(
    grown: Grown, client: Client, path: str
) -> None:
    first, many = queries_of(client, path)
    again, few = queries_of(client, path)
    assert first.status_code == again.status_code == 200
    assert again.content == first.content
    assert len(many) > 2
    assert len(few) == 1
    assert "region_auditentry" in few[0]
    assert again["X-Request-ID"] != first["X-Request-ID"]
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]
    vary = {one.strip().lower() for one in again["Vary"].split(",")}
    assert {"cookie", "authorization"} <= vary


def test_a_browser_that_has_it_is_told_so(grown: Grown, client: Client) -> None:
    first = client.get(MAP)
    for _ in range(2):
        told = client.get(MAP, headers={"If-None-Match": first["ETag"]})
        assert (told.status_code, told.content) == (304, b"")
        assert told["ETag"] == first["ETag"]
    assert client.get(MAP, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_withdrawn_edition_is_gone_at_once(grown: Grown, client: Client) -> None:
    assert client.get(LAYER).status_code == client.get(LAYER).status_code == 200
    operations.withdraw_edition(actor=LOCAL, number=grown.number, reason="a wrong register")
    for path in (MAP, LAYER, "/atlas/clusters/"):
        assert client.get(path).status_code == 404


def test_a_name_that_is_attached_shows_at_once(grown: Grown, client: Client) -> None:
    path = "/en/atlas/clusters/d11@820103/"
    before = client.get(path)
    assert before.status_code == 200
    assert "灯塔船舶集群" not in before.content.decode()
    row = operations.attach_name(
        actor=LOCAL,
        member="southshore",
        industry_key="d11",
        place_code="820103",
        kind="platform",
        name_zh="灯塔船舶集群",
        name_en="",
        source="a bulletin",
        published_on=date(2026, 1, 5),
    )
    assert "灯塔船舶集群" in client.get(path).content.decode()
    operations.detach_name(actor=LOCAL, key=row.pk, reason="it moved")
    assert "灯塔船舶集群" not in client.get(path).content.decode()


def test_nobody_who_signed_in_is_answered_from_it_or_kept(
    grown: Grown, cast: Cast, client: Client
) -> None:
    anonymous = client.get(MAP).content.decode()
    own = signed_in(client, cast.person("north_officer")).get(MAP).content.decode()
    assert "林北舟" in own
    assert "林北舟" not in anonymous
    client.cookies.clear()
    for _ in range(2):
        assert client.get(MAP).content.decode() == anonymous


def test_a_draft_that_an_officer_may_see_is_not_told_to_readers(
    grown: Grown, cast: Cast, client: Client
) -> None:
    Edition.objects.update(state="draft", published_at=None)
    path = f"/api/v1/atlas/editions/{grown.number}"
    shown = signed_in(client, cast.person("office_approver")).get(path)
    assert shown.status_code == 200
    client.cookies.clear()
    assert client.get(path).status_code == 404
    assert client.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x"},
        {"Cookie": "sessionid=x"},
        {"Cookie": "messages=x"},
        {"Cookie": "django_language=en"},
        {"Range": "bytes=0-1"},
    ],
)
def test_a_request_with_anything_of_its_own_is_answered_anew(headers: dict[str, str]) -> None:
    request = RequestFactory()
    assert kept_answers.may_be_kept(request.get(MAP))
    assert not kept_answers.may_be_kept(request.get(MAP, headers=headers))
    assert not kept_answers.may_be_kept(request.post(MAP))


@pytest.mark.parametrize(
    "path",
    [
        "/account/login/",
        "/agreements/",
        "/atlas/editions/1/",
        "/atlas/registers/",
        "/search/?q=1",
        "/api/v1/atlas/standings",
        "/api/v1/region/people",
        "/metrics",
        "/atlas/?q=" + "x" * 500,
    ],
)
def test_other_addresses_are_not_kept(path: str) -> None:
    assert not kept_answers.may_be_kept(RequestFactory().get(path))


def test_what_makes_an_answer_another_one_is_in_its_key(grown: Grown, client: Client) -> None:
    whole = client.get(MAP)
    part = client.get(MAP, headers={"HX-Request": "true"})
    assert len(part.content) < len(whole.content)
    packed = client.get(MAP, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == whole.content
    assert client.get(MAP, headers={"Accept-Encoding": "gzip"}).content == packed.content
    bad = "/api/v1/atlas/editions/current/layer?industry=nothing"
    sentences = {
        client.get(bad, headers={"Accept-Language": one}).json()["title"] for one in ("zh", "en")
    }
    assert len(sentences) == 2
    assert client.get(MAP, headers={"Host": "elsewhere.example"}).status_code == 400
    assert client.get(MAP).content == whole.content


def test_what_changes_while_an_answer_is_made_is_not_kept(
    grown: Grown, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Were the first answer kept under the mark it began with, the second would be it.
    marks = iter(["before", "after", "before", "before", "before"])
    monkeypatch.setattr(kept_answers.KeptAnswersMiddleware, "_mark", lambda self: next(marks))
    _, first = queries_of(client, LAYER)
    _, second = queries_of(client, LAYER)
    _, third = queries_of(client, LAYER)
    assert first
    assert second
    assert third == []


def test_the_shelf_drops_what_was_not_asked_for_longest() -> None:
    shelf = Shelf()

    def kept(size: int) -> Kept:
        return Kept(b"x" * size * 1000, (), "tag", None)

    for name in "abcdefghij":
        shelf.keep("m", (name,), kept(10), room=105_000)
    assert shelf.find("m", ("a",)) is not None
    shelf.keep("m", ("k",), kept(10), room=105_000)
    assert shelf.find("m", ("b",)) is None
    assert shelf.find("m", ("a",)) is not None
    shelf.keep("m", ("large",), kept(14), room=105_000)
    assert shelf.find("m", ("large",)) is None
    assert shelf.find("n", ("a",)) is None
    shelf.keep("n", ("a",), kept(1), room=105_000)
    assert (len(shelf), shelf.find("m", ("a",))) == (1, None)


def test_short_answers_to_many_addresses_keep_to_the_room() -> None:
    shelf = Shelf()
    headers = tuple((f"X-{at}", "v" * 100) for at in range(10))
    for at in range(1000):
        shelf.keep("m", (f"/{at}" + "q" * 300,), Kept(b"", headers, "tag", None), room=100_000)
    # Each holds more than a kilobyte of header beside an address of 300 characters.
    assert 10 < len(shelf) < 100_000 / 1300
