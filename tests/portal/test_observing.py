"""A request has a number of ours in its answer and its log lines; metrics are for who knows."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from prometheus_client.parser import text_string_to_metric_families

from editions import Grown
from xietong.desk.models import Job
from xietong.portal import health, observing

TOKEN = "known-to-the-gatherer-alone"  # noqa: S105
NUMBER = re.compile(r"[0-9a-f]{16}")


def metrics(client: Client) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.django_db
def test_each_request_has_a_number_of_ours(client: Client) -> None:
    answers = [client.get("/", headers={"X-Request-ID": "forged\n"}) for _ in range(2)]
    numbers = [answer[observing.NUMBER_HEADER] for answer in answers]
    assert all(NUMBER.fullmatch(number) for number in numbers)
    assert len(set(numbers)) == 2
    assert observing.number_of_request() == ""


def test_a_log_line_carries_the_number() -> None:
    seen: list[tuple[str, str]] = []

    def answer(request: HttpRequest) -> HttpResponse:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "broke: %s", ("a\nb",), None)
        assert observing.NumberedRequests().filter(record)
        line = observing.JsonLines().format(record)
        seen.append((record.request_number, line))  # type: ignore[attr-defined]
        return HttpResponse()

    told = observing.ObservingMiddleware(answer)(RequestFactory().get("/"))
    (number, line) = seen[0]
    assert told[observing.NUMBER_HEADER] == number
    assert "\n" not in line
    assert json.loads(line) | {"at": ""} == {
        "at": "",
        "level": "ERROR",
        "logger": "x",
        "request": number,
        "message": "broke: a\nb",
    }


@pytest.mark.django_db
def test_a_broken_page_tells_the_number_by_which_the_log_finds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("xietong.portal.pages.atlas.edition", lambda *_: 1 / 0)
    client = Client(raise_request_exception=False)
    answer = client.get("/")
    assert answer.status_code == 500
    assert f"<code>{answer[observing.NUMBER_HEADER]}</code>" in answer.content.decode()


@pytest.mark.django_db
def test_metrics_count_what_is_there(grown: Grown, client: Client, settings: Any) -> None:
    settings.XIETONG_METRICS_TOKEN = TOKEN
    before = metrics(client)
    for state in ("waiting", "failed", "waiting"):
        Job.objects.create(kind="count", title="Count", asked_by="local", state=state)
    client.get("/atlas/")
    client.get("/atlas/clusters/none/")
    client.get("/nowhere/at-all")
    client.get("/nowhere/else")
    after = metrics(client)

    def grew(*key: str) -> float:
        return after[key] - before.get(key, 0)

    assert grew("xietong_requests_total", "GET", "atlas", "2xx") == 1
    assert grew("xietong_requests_total", "GET", "atlas", "4xx") == 1
    assert grew("xietong_requests_total", "GET", "none", "4xx") == 2
    assert grew("xietong_request_seconds_count", "atlas") == 2
    assert after["xietong_editions", "published"] == 1
    assert (after["xietong_jobs", "waiting"], after["xietong_jobs", "failed"]) == (2, 1)
    assert after["xietong_audit_entries",] > 3
    assert after["xietong_home_free_bytes",] > 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "header"),
    [
        ("", "Bearer "),
        ("", None),
        (TOKEN, None),
        (TOKEN, f"Bearer {TOKEN}x"),
        (TOKEN, f"Bearer {TOKEN[:-1]}"),
        (TOKEN, "Bearer 语"),
    ],
)
def test_without_the_token_there_are_no_metrics(
    client: Client, settings: Any, token: str, header: str | None
) -> None:
    settings.XIETONG_METRICS_TOKEN = token
    sent = {} if header is None else {"HTTP_AUTHORIZATION": header}
    answer = client.get("/metrics", **sent)  # type: ignore[arg-type]
    nowhere = client.get("/metricz")
    assert answer.status_code == nowhere.status_code == 404
    assert b"xietong_" not in answer.content


@pytest.mark.django_db
def test_a_node_says_whether_it_works(
    client: Client, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").json() == {"ready": True}
    assert client.post("/health/ready").status_code == 405
    settings.XIETONG_HOME = tmp_path / "gone"
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False})
    settings.XIETONG_HOME = tmp_path

    def unreachable() -> Any:
        raise DatabaseError("gone")

    monkeypatch.setattr(health.connection, "cursor", unreachable)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False})
    assert client.get("/health/live").status_code == 200
