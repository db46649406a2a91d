"""Pages, API and commands of editions: who sees which, and what is done through them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cast import Cast, signed_in
from commands import run
from editions import Grown
from xietong.agreements.models import Agreement, Consent
from xietong.atlas import queries, rules
from xietong.atlas.models import Edition
from xietong.desk.models import Job
from xietong.kit.refusals import NotFound
from xietong.region.rules import OUTSIDER, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
API = "/api/v1/atlas/standings"
Door = Callable[[str], Client]


@pytest.fixture
def draft(grown: Grown, cast: Cast) -> int:
    """Add a draft that is newer than the published edition; return its number."""
    row = Edition.objects.get()
    versions = list(row.versions.all())
    row.pk, row.number, row.state = None, 2, rules.DRAFT
    row.digest, row.inputs_digest = "a" * 64, "b" * 64
    row.title_zh = "三湖产业集群地图（第2版）"
    row.trial, row.published_at = False, None
    row.save()
    row.versions.set(versions)
    return row.number


@pytest.fixture
def door(cast: Cast) -> Door:
    """Give a function that returns a client at which a part of the cast is signed in."""

    def open_it(part: str) -> Client:
        client = Client()
        return client if part == "reader" else signed_in(client, cast.person(part))

    return open_it


def test_who_sees_which_edition(draft: int, door: Door, cast: Cast) -> None:
    for part in ("reader", "nobody"):
        page = door(part).get("/atlas/editions/").content.decode()
        assert "第1版" in page
        assert "第2版" not in page
        assert "<select" not in page.partition("<main")[2]  # states are no secret, but none apply
        assert door(part).get("/atlas/editions/1/").status_code == 200
        hidden, absent = (door(part).get(f"{API}/{number}").json() for number in (draft, draft + 7))
        assert hidden["title"].replace("2", "9") == absent["title"]
    for part in ("north_viewer", "south_officer", "office_viewer"):
        page = door(part).get("/atlas/editions/").content.decode()
        assert "第1版" in page
        assert "第2版" in page
    assert [one.number for one in queries.standings(READER)] == [1]
    assert queries.standings(OUTSIDER) == []
    with pytest.raises(NotFound, match="no_such_edition"):
        queries.standing(OUTSIDER, 1)
    only = door("north_viewer").get("/atlas/editions/?state=draft").content.decode()
    assert "第2版" in only
    assert "第1版" not in only.partition("<main")[2].partition("</main")[0]


def test_a_trial_says_so_where_readers_look(grown: Grown, client: Client) -> None:
    assert Edition.objects.get().trial
    for address in ("/en/atlas/", "/en/atlas/editions/", "/en/atlas/editions/1/"):
        shown = client.get(address).content.decode()
        assert "published without the members" in shown
    assert client.get("/api/v1/atlas/editions/1").json()["trial"] is True


def test_two_approvers_approve_by_the_pages(draft: int, door: Door) -> None:
    edition = f"/en/atlas/editions/{draft}/"
    office = door("office_officer")
    assert "Submit to the members" in office.get(edition).content.decode()
    assert office.post(f"{edition}submit/", {"closes": ""}).status_code == 302
    agreement = Agreement.objects.get()
    for part, member in (("north_approver", "northshore"), ("south_approver", "southshore")):
        approver = door(part)
        page = approver.get(edition).content.decode()
        assert 'name="verdict"' in page
        assert page.count('name="member"') == 1
        assert f'value="{member}"' in page
        answer = approver.post(
            f"/en/agreements/{agreement.pk}/consent/",
            {"member": member, "verdict": "agree", "condition": "", "next": edition},
        )
        assert (answer.status_code, answer["Location"]) == (302, edition)
    assert Edition.objects.get(number=draft).state == rules.APPROVED
    assert 'name="verdict"' not in door("south_approver").get(edition).content.decode()
    page = office.get(edition).content.decode()
    assert "All contributing members have approved it" in page
    assert office.post(f"{edition}publish/").status_code == 302
    assert f"edition={draft}" in door("reader").get(edition).content.decode()
    signed = door("north_viewer").get(f"/en/agreements/{agreement.pk}/").content.decode()
    assert "All signatures and mandates hold" in signed
    assert Consent.objects.first().signature in signed  # type: ignore[union-attr]


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_a_form_leads_nowhere_else(draft: int, door: Door, wanted: str) -> None:
    door("office_officer").post(f"/atlas/editions/{draft}/submit/")
    number = Agreement.objects.get().pk
    answer = door("north_approver").post(
        f"/agreements/{number}/consent/",
        {"member": "northshore", "verdict": "agree", "next": wanted},
    )
    assert answer["Location"] == f"/agreements/{number}/"


def test_an_approver_without_a_second_factor_is_told(draft: int, door: Door, cast: Cast) -> None:
    door("office_officer").post(f"/atlas/editions/{draft}/submit/")
    weak = signed_in(Client(), cast.person("north_approver"), assured=False)
    number = Agreement.objects.get().pk
    answer = weak.post(
        f"/en/agreements/{number}/consent/", {"member": "northshore", "verdict": "agree"}
    )
    assert answer.status_code == 403
    assert "second_factor_needed" in answer.content.decode()
    assert not Consent.objects.exists()


def test_forms_are_only_for_those_who_may(draft: int, door: Door) -> None:
    for part in ("reader", "north_officer", "north_approver", "office_viewer", "office_analyst"):
        page = door(part).get(f"/en/atlas/editions/{1 if part == 'reader' else draft}/")
        main = page.content.decode().partition("<main")[2].partition("</main")[0]
        assert "<form" not in main, part
    assert (
        "Withdraw for good" in door("office_approver").get("/en/atlas/editions/1/").content.decode()
    )


def test_writes_need_the_token_of_the_session(draft: int, cast: Cast) -> None:
    strict = signed_in(Client(enforce_csrf_checks=True), cast.person("office_officer"))
    assert strict.post(f"/atlas/editions/{draft}/submit/").status_code == 403
    answer = strict.post(
        f"{API}/{draft}/submission", json.dumps({}), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "forgery_token_missing")
    assert Edition.objects.get(number=draft).state == rules.DRAFT


def test_the_api_does_the_same(draft: int, door: Door) -> None:
    def posted(part: str, address: str, **body: Any) -> Any:
        return door(part).post(address, json.dumps(body), content_type="application/json")

    assert posted("reader", f"{API}/{draft}/submission").status_code == 401
    assert posted("north_officer", f"{API}/{draft}/submission").status_code == 403
    told = posted("office_officer", f"{API}/{draft}/submission").json()
    assert told["state"] == "under_review"
    consents = f"/api/v1/agreements/{told['agreement']['id']}/consents"
    refused = posted("north_officer", consents, member="northshore", verdict="agree")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    posted("south_approver", consents, member="southshore", verdict="agree")
    first = posted(
        "north_approver",
        consents,
        member="northshore",
        verdict="with_condition",
        condition="print the year",
    ).json()
    assert first["state"] == "open"
    assert posted("office_officer", f"{consents}/2/met", words="printed").status_code == 200
    last = posted("north_approver", consents, member="northshore", verdict="agree").json()
    assert (last["state"], last["consents"][-1]["confirms"]) == ("in_force", 2)
    checked = door("north_viewer").get(f"/api/v1/agreements/{last['id']}/verification").json()
    assert checked["sound"] is True
    assert posted("office_officer", f"{API}/{draft}/publication").json()["state"] == "published"
    gone = posted("office_approver", f"{API}/{draft}/withdrawal", reason="an error").json()
    assert (gone["state"], gone["withdrawn_because"]) == ("withdrawn", "an error")
    assert door("reader").get(f"{API}/{draft}").json()["code"] == "edition_withdrawn"
    assert door("reader").get("/api/v1/agreements/").json()["code"] == "sign_in_needed"


def test_the_commands_do_the_same_but_consent(draft: int, door: Door) -> None:
    assert run("atlas", "publish", str(draft), expect=2).stderr.startswith("not_approved: ")
    assert run("atlas", "submit", str(draft)).stdout == f"edition {draft}: under_review\n"
    assert '"under_review"' in run("atlas", "show", str(draft)).stdout
    returned = run("atlas", "return", str(draft), "--reason", "why")
    assert returned.stdout == f"edition {draft}: draft\n"
    assert (
        "closes_in_the_past"
        in run("atlas", "submit", str(draft), "--closes", "2020-01-01", expect=2).stderr
    )
    assert "\twithdrawn\t0/2\t" in run("agreements", "list").stdout
    number = str(Agreement.objects.get().pk)
    assert '"taken_back"' in run("agreements", "show", number).stdout
    assert run("agreements", "verify", number).stdout == ""
    offered = run("agreements", "--help").stdout.partition("Commands:")[2]
    assert "\n  verify" in offered
    assert "\n  consent" not in offered
    run("agreements", "lapse-overdue")


def test_the_office_lets_a_worker_compile(grown_apart: Grown, cast: Cast, door: Door) -> None:
    assert door("north_analyst").post("/atlas/editions/compile/").status_code == 403
    assert (
        "Compile an edition" in door("office_analyst").get("/en/atlas/editions/").content.decode()
    )
    answer = door("office_analyst").post("/atlas/editions/compile/")
    job = Job.objects.get()
    assert answer["Location"] == f"/desk/jobs/{job.pk}/"
    door("office_analyst").post("/atlas/editions/compile/")
    assert Job.objects.count() == 1


def test_a_draft_is_previewed_as_a_draft(draft: int, door: Door) -> None:
    shown = door("north_viewer").get(f"/en/atlas/?edition={draft}").content.decode()
    assert "DRAFT: not published" in shown
    assert f"Edition {draft} ·" in shown  # the frame tells of what the page shows
    assert "DRAFT: not published" not in door("north_viewer").get("/en/atlas/").content.decode()
    assert door("reader").get(f"/en/atlas/?edition={draft}").status_code == 404
