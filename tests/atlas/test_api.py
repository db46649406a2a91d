"""The API: the same answers as the queries, refusals as problem details, files that may be kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from editions import Grown
from xietong.atlas import exports, queries
from xietong.portal.api import api
from xietong.region.rules import READER

pytestmark = pytest.mark.django_db
HERE = "/api/v1/atlas/editions"
# Each address of the API with the query that answers it.
SAME: dict[str, Any] = {
    "": lambda: queries.editions(READER),
    "/current": lambda: queries.edition(READER),
    "/1": lambda: queries.edition(READER, 1),
    "/current/industries": lambda: queries.industries(READER),
    "/current/layer?industry=d11": lambda: queries.layer(READER, industry="d11"),
    "/1/layer?industry=d22&level=prefecture&measure=n&counted=capital": lambda: queries.layer(
        READER, 1, industry="d22", level="prefecture", measure="n", counted="capital"
    ),
    "/current/clusters?industry=d11": lambda: queries.cluster_cards(READER, None, industry="d11"),
    "/current/clusters?industry=d12&crossing=true": list,
    "/current/clusters/d11@820103": lambda: queries.cluster(READER, None, "d11@820103"),
    "/current/outlines?industry=d11": lambda: queries.cluster_outlines(READER, None, "d11"),
    "/current/places/820202": lambda: queries.place_profile(READER, None, "820202"),
    "/current/search?q=jq": lambda: queries.search(READER, None, "jq"),
    "/current/search": list,
}
REFUSED = {
    "/0": (422, "not_understood"),
    "/-1": (422, "not_understood"),
    "/9999999999": (422, "not_understood"),
    "/newest": (422, "not_understood"),
    "/2": (404, "no_such_edition"),
    "/current/layer": (422, "not_understood"),
    "/current/layer?industry=d99": (404, "no_such_industry"),
    "/current/layer?industry=d11&level=county&measure=share&counted=capital": (
        422,
        "not_measured",
    ),
    "/current/layer?industry=g112&counted=capital": (422, "capital_not_told"),
    "/current/layer?industry=d11&level=village": (422, "not_understood"),
    f"/current/layer?industry={'x' * 81}": (422, "not_understood"),
    "/current/export.pdf?industry=d11": (422, "not_understood"),
    "/current/export.csv?industry=d99": (404, "no_such_industry"),
    "/current/clusters?industry=d99": (404, "no_such_industry"),
    "/current/clusters/d99@820103": (404, "no_such_cluster"),
    "/current/clusters/%00": (400, "no_such_character"),
    "/current/outlines?industry=%00": (400, "no_such_character"),
    "/current/places/999999": (404, "no_such_place"),
    "/current/boundaries/village": (422, "not_understood"),
    f"/current/search?q={'x' * 101}": (422, "not_understood"),
    "/current/nowhere": (404, "no_such_operation"),
}


def plain(answer: Any) -> Any:
    """Return a query's answer as JSON has it."""
    if isinstance(answer, list):
        return [plain(one) for one in answer]
    return json.loads(answer.model_dump_json()) if hasattr(answer, "model_dump_json") else answer


@pytest.mark.parametrize("address", SAME)
def test_the_api_says_what_the_queries_say(grown: Grown, client: Client, address: str) -> None:
    answer = client.get(HERE + address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer.json() == plain(SAME[address]())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("address", REFUSED)
def test_a_refusal_is_told_as_problem_details(
    grown: Grown, client: Client, address: str, language: str
) -> None:
    status, code = REFUSED[address]
    answer = client.get(HERE + address, headers={"accept-language": language})
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (
        status,
        code,
        f"urn:xietong:refusal:{code}",
    )
    assert body["title"]
    assert body["way_out"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["title"]) == (language != "en")


def test_every_operation_is_asked_here(grown: Grown) -> None:
    described = {
        path.removeprefix("/api/v1/atlas/editions")
        for path in api.get_openapi_schema()["paths"]
        if path.startswith("/api/v1/atlas/editions")
    }
    shapes = {
        "/{which}" + tail
        for tail in (
            "",
            "/industries",
            "/layer",
            "/export.{kind}",
            "/clusters",
            "/clusters/{key}",
            "/outlines",
            "/places/{code}",
            "/boundaries/{level}",
            "/search",
            "/briefs/{kind}/{key}",  # tests/atlas/brief
        )
    }
    assert described == {"", *shapes}


def test_every_operation_declares_its_answers() -> None:
    for path, methods in api.get_openapi_schema()["paths"].items():
        if not path.startswith("/api/v1/atlas/editions"):
            continue
        assert set(methods) == {"get"}
        answers = methods["get"]["responses"]
        assert 200 in answers
        if "{which}" in path:
            assert {400, 404, 422} <= set(answers)
            for status in (400, 404, 422):
                assert list(answers[status]["content"]) == ["application/problem+json"]


@pytest.mark.parametrize("kind", exports.MIME)
def test_a_file_is_the_export(grown: Grown, client: Client, kind: Any) -> None:
    answer = client.get(f"{HERE}/current/export.{kind}?industry=g112&level=prefecture")
    assert answer.status_code == 200
    assert answer["Content-Type"] == exports.MIME[kind]
    name = f"xietong-1-g112-prefecture-lq-n.{kind}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    layer = queries.layer(READER, industry="g112", level="prefecture")
    if kind != "xlsx":  # which carries the time of its making
        wanted = exports.body(
            kind,
            queries.edition(READER),
            layer,
            lambda: queries.boundaries(READER, None, "prefecture"),
        )
        assert answer.content == wanted


@pytest.mark.parametrize("level", ["province", "prefecture", "county"])
def test_outlines_may_be_kept(grown: Grown, client: Client, level: Any) -> None:
    path = queries.boundaries(READER, None, level)
    first = client.get(f"{HERE}/1/boundaries/{level}")
    assert first.content == path.read_bytes()
    assert first["Content-Type"] == "application/geo+json"
    assert first["Cache-Control"] == "public, max-age=31536000, immutable"
    # “current” may be another edition tomorrow.
    current = client.get(f"{HERE}/current/boundaries/{level}")
    assert current["Cache-Control"] == "public, max-age=3600"
    again = client.get(f"{HERE}/1/boundaries/{level}", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("address", ["/current", "/1/boundaries/county", "/current/layer"])
def test_head_is_answered_like_get(grown: Grown, client: Client, address: str) -> None:
    got = client.get(HERE + address)
    head = client.head(HERE + address)
    assert head.status_code == got.status_code
    assert head.content == b""
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert head.get(name) == got.get(name)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_over_the_api(grown: Grown, client: Client, method: str) -> None:
    answer = getattr(client, method)(f"{HERE}/current")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET"


def test_answers_are_packed(grown: Grown, client: Client) -> None:
    answer = client.get(f"{HERE}/current/industries", headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 3000


@pytest.mark.parametrize("address", [one for one in SAME if "layer" in one or one == ""])
def test_an_answer_costs_few_reads(
    grown: Grown, client: Client, address: str, django_assert_max_num_queries: Any
) -> None:
    client.get(HERE + address)
    with django_assert_max_num_queries(2):
        client.get(HERE + address)
