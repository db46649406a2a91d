"""The same steps over HTTP: an officer walks them, to everybody else there is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from atlas.imports.conftest import NORTH, Counter
from atlas.imports.test_checking import FAULTY
from cast import PARTS, signed_in
from xietong.atlas.models import RegisterDraft, RegisterVersion
from xietong.desk.models import Job

pytestmark = pytest.mark.operations
BASE = f"/api/v1/atlas/registers/{NORTH}"


def sent(client: Client, verb: str, url: str, body: Any = None) -> Any:
    return getattr(client, verb)(
        BASE + url,
        data={} if body is None else body,
        content_type="application/json",
        headers={"accept-language": "en"},
    )


def uploaded(client: Client, content: bytes) -> Any:
    return client.post(f"{BASE}/imports", {"file": SimpleUploadedFile("r.csv", content)})


def test_upload_map_check_commit_restore(counter: Counter, client: Client) -> None:
    signed_in(client, counter.cast.person("north_officer"))
    first = counter.committed(counter.house.registers[NORTH])
    lines = counter.house.registers[NORTH].read_bytes().splitlines(keepends=True)
    answer = uploaded(client, b"".join(lines[:-1]))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    number = told["number"]
    assert (told["state"], told["version"], told["changes"]) == ("uploaded", None, None)
    columns = {one["meaning"]: one["position"] for one in told["columns"] if one["meaning"]}
    answer = sent(client, "put", f"/imports/{number}/columns", {"columns": columns})
    assert answer.json()["state"] == "mapped"
    answer = sent(client, "post", f"/imports/{number}/check")
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    counter.work(Job.objects.get(pk=answer.json()["number"]))
    told = sent(client, "get", f"/imports/{number}").json()
    assert told["state"] == "ready"
    assert (told["changes"]["base"], told["changes"]["removed"]) == (1, 1)
    answer = sent(client, "post", f"/imports/{number}/commit", {"title_en": "Less"})
    assert (answer.status_code, answer.json()["number"]) == (201, 2)
    answer = sent(client, "post", "/versions/1/restore", {"reason": "lost one", "newest": 2})
    assert (answer.status_code, answer.json()["restores"]) == (201, 1)
    told = sent(client, "get", "/versions").json()
    assert [one["number"] for one in told] == [3, 2, 1]
    assert told[0]["digest"] == first.digest
    answer = sent(client, "post", f"/imports/{number}/commit", {})
    assert (answer.status_code, answer.json()["code"]) == (422, "draft_committed")
    assert answer["Content-Type"] == "application/problem+json"


def test_faults_come_by_page_and_as_a_workbook(counter: Counter, client: Client) -> None:
    signed_in(client, counter.cast.person("north_officer"))
    draft = counter.checked(counter.text(FAULTY))
    told = sent(client, "get", f"/imports/{draft.pk}").json()
    assert told["problems"][0] == {
        "code": "name_missing",
        "field": "name",
        "count": 1,
        "refuses": True,
    }
    told = sent(client, "get", f"/imports/{draft.pk}/problems?code=date_unreadable").json()
    assert told["total"] == 2
    assert told["problems"][0]["way_out"] == "Write it as 2004-05-31."
    assert sent(client, "get", f"/imports/{draft.pk}/marked.xlsx").status_code == 404
    answer = sent(client, "post", f"/imports/{draft.pk}/marking?language=en")
    counter.work(Job.objects.get(pk=answer.json()["number"]))
    answer = sent(client, "get", f"/imports/{draft.pk}/marked.xlsx?language=en")
    assert b"".join(answer.streaming_content).startswith(b"PK")
    answer = sent(client, "post", f"/imports/{draft.pk}/discard")
    assert answer.json()["state"] == "discarded"


def test_a_refused_upload_says_why(counter: Counter, client: Client) -> None:
    signed_in(client, counter.cast.person("north_officer"))
    answer = uploaded(client, b"PK\x03\x04")
    assert answer.status_code == 422
    assert answer.json()["code"] == "register_unreadable"
    assert counter.left() == []


def test_a_write_without_the_sessions_token_is_refused(counter: Counter) -> None:
    client = signed_in(Client(enforce_csrf_checks=True), counter.cast.person("north_officer"))
    answer = uploaded(client, b"Name,Address\nx,y\n")
    assert (answer.status_code, answer.json()["code"]) == (403, "forgery_token_missing")
    assert not RegisterDraft.objects.exists()


def test_others_see_no_import_and_no_version(counter: Counter) -> None:
    counter.committed(counter.house.registers[NORTH])
    draft = counter.checked(counter.text(FAULTY))
    inside = {"north_officer", "north_analyst"}
    for who in [*PARTS, "reader"]:
        client = Client()
        if who in PARTS:
            signed_in(client, counter.cast.person(who))
        for address in ("/imports", "/versions"):
            listed = sent(client, "get", address)
            held = listed.status_code == 200 and bool(listed.json())
            assert held == (who in inside), (who, address)
        answers = [sent(client, "get", f"/imports/{one}") for one in (draft.pk, draft.pk + 9)]
        assert (answers[0].status_code == 200) == (who in inside), who
        if who not in inside:
            told = [one.content.decode() for one in answers]
            assert told[0].replace(f"import {draft.pk} ", "") == told[1].replace(
                f"import {draft.pk + 9} ", ""
            )
        if who == "north_officer":
            continue
        for url, body in (
            (f"/imports/{draft.pk}/check", None),
            (f"/imports/{draft.pk}/commit", {}),
            (f"/imports/{draft.pk}/discard", None),
            ("/versions/1/restore", {"reason": "x"}),
        ):
            assert sent(client, "post", url, body).status_code in (401, 403, 404), (who, url)
    assert RegisterVersion.objects.count() == 1
    assert counter.now(draft).state == "checked"
