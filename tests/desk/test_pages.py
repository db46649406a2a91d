"""The pages and the API of the desk; an outsider gets nothing of them, in the same words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cast import Cast, signed_in
from commands import run as command
from xietong.desk import operations, queries
from xietong.desk.models import Job, Notice
from xietong.desk.operations.running import run
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


@pytest.fixture
def number(cast: Cast) -> int:
    """Give the number of a job that an officer asked for."""
    asked = operations.enqueue(actor=cast["north_officer"], kind="count", parameters={"most": 3})
    return asked.pk


def test_the_list_shows_what_lies_on_my_desk(cast: Cast, client: Client, number: int) -> None:
    operations.enqueue(actor=cast["south_officer"], kind="count", parameters={"most": 4444})
    signed_in(client, cast.person("north_viewer"))
    page = client.get("/en/desk/jobs/").content.decode()
    assert "Count to 3" in page
    assert "4444" not in page
    assert "Count to 3" not in client.get("/en/desk/jobs/?whose=mine").content.decode()
    assert "Count to 3" not in client.get("/en/desk/jobs/?state=done").content.decode()
    assert "Count to 3" in client.get("/en/desk/jobs/?state=waiting&page=nonsense").content.decode()


def test_who_has_no_business_with_a_job_gets_the_same_404(
    cast: Cast, client: Client, number: int
) -> None:
    told = set()
    for who in ("south_officer", "office_approver"):
        signed_in(client, cast.person(who))
        for one in (number, number + 1):
            for way in ("", "part/"):
                answer = client.get(f"/en/desk/jobs/{one}/{way}")
                assert answer.status_code == 404
                told.add("no_such_job" in answer.content.decode())
            answer = client.get(f"/api/v1/desk/jobs/{one}")
            assert answer.status_code == 404
            told.add(answer.json()["code"] == "no_such_job")
        assert client.get("/api/v1/desk/jobs").json() == []
        answer = client.post(f"/en/desk/jobs/{number}/cancel/")
        assert answer.status_code in (403, 404)
    assert told == {True}
    assert queries.job(LOCAL, number).state == "waiting"


def test_a_job_moves_on_its_page_and_stops_asking_at_its_end(
    cast: Cast, client: Client, number: int
) -> None:
    signed_in(client, cast.person("north_officer"))
    part = f"/en/desk/jobs/{number}/part/"
    waiting = client.get(part).content.decode()
    assert 'hx-trigger="load delay:1s"' in waiting
    Job.objects.filter(pk=number).update(
        state="running", stage="Placing", done=30, total=120, rate=0.5
    )
    running = client.get(part, headers={"HX-Request": "true"}).content.decode()
    assert 'value="0.2500"' in running
    assert "30 / 120" in running
    assert "about 3 minutes left" in running
    assert "hx-swap-oob" in running
    again = client.get(part, {"told": "running Placing"}, headers={"HX-Request": "true"})
    assert "hx-swap-oob" not in again.content.decode()
    Job.objects.filter(pk=number).update(state="waiting")
    run(number, beside=False)
    done = client.get(part).content.decode()
    assert "hx-trigger" not in done
    assert "Counted to 3." in done


def outcome_of(number: int, reference: str, url: str) -> None:
    """Let a job have ended with something to look at."""
    Job.objects.filter(pk=number).update(
        state="done",
        subject="atlas:register:northshore",
        ended_at=timezone.now(),
        outcome={
            "sentence": "The corrections stand in version {number} of the register.",
            "params": {"number": 4},
            "reference": reference,
            "url": url,
        },
    )


def test_list_and_page_lead_to_what_a_job_is_about_and_what_came_of_it(
    cast: Cast, client: Client, number: int
) -> None:
    signed_in(client, cast.person("north_officer"))
    outcome_of(number, "atlas:register:northshore", "/atlas/registers/northshore/versions/")
    came, here = "/en/atlas/registers/northshore/versions/", f"/en/desk/jobs/{number}/"
    told = "The corrections stand in version 4 of the register."
    page = client.get("/en/desk/jobs/").content.decode()
    assert f'<a href="{came}">{told}</a>' in page
    assert 'href="/en/atlas/registers/northshore/">Register of Northshore</a>' in page
    page = client.get(here).content.decode()
    assert f'href="{came}">See what came of it</a>' in page
    assert 'href="/en/atlas/registers/northshore/">Register of Northshore</a>' in page
    for gone in ("atlas:register_draft:999", "atlas:register:southshore"):
        outcome_of(number, gone, came)
        for address in ("/en/desk/jobs/", here):
            page = client.get(address).content.decode()
            assert told in page
            assert came not in page, (gone, address)
    outcome_of(number, "", "/desk/jobs/")
    assert f'<a href="/en/desk/jobs/">{told}</a>' in client.get("/en/desk/jobs/").content.decode()


def test_the_notice_of_an_end_leads_to_the_job_and_on_to_what_came_of_it(
    cast: Cast, client: Client, number: int
) -> None:
    signed_in(client, cast.person("north_officer"))
    run(number, beside=False)
    notice = Notice.objects.get(person=cast.person("north_officer"))
    assert f"/notices/{notice.pk}/read/" in client.get("/en/desk/notices/").content.decode()
    answer = client.post(f"/en/desk/notices/{notice.pk}/read/")
    assert answer["Location"] == f"/en/desk/jobs/{number}/"
    assert "Counted to 3." in client.get(answer["Location"]).content.decode()


def test_a_list_of_jobs_asks_once_for_each_kind_of_record(
    cast: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    for most in range(20):
        asked = operations.enqueue(
            actor=cast["north_officer"], kind="count", parameters={"most": most}
        )
        outcome_of(asked.pk, "atlas:register:northshore", "/atlas/")
    signed_in(client, cast.person("north_officer"))
    client.get("/en/desk/jobs/")
    with django_assert_max_num_queries(20):
        assert "Register of Northshore" in client.get("/en/desk/jobs/").content.decode()


def test_list_and_page_say_when_a_job_ended_and_that_it_is_being_cancelled(
    cast: Cast, client: Client, number: int
) -> None:
    signed_in(client, cast.person("north_officer"))
    here = f"/en/desk/jobs/{number}/"
    pages = ("/en/desk/jobs/", here)
    Job.objects.filter(pk=number).update(state="running", cancel_asked=True)
    for address in (*pages, "/en/"):
        assert "being cancelled" in client.get(address).content.decode(), address
    page = client.get(here).content.decode()
    assert "The work goes on when you leave this page." in page
    assert "ended 20" not in page
    Job.objects.filter(pk=number).update(state="cancelled", ended_at=timezone.now())
    for address in pages:
        page = client.get(address).content.decode()
        assert "ended 20" in page, address
        assert "being cancelled" not in page, address
    assert "The work goes on when you leave this page." not in client.get(here).content.decode()


def test_cancelling_and_trying_again_from_the_page(cast: Cast, client: Client, number: int) -> None:
    signed_in(client, cast.person("north_officer"))
    here = f"/en/desk/jobs/{number}/"
    assert "Cancel this job" in client.get(here).content.decode()
    assert client.post(f"{here}cancel/")["Location"] == here
    assert "Try again" in client.get(here).content.decode()
    assert client.post(f"{here}cancel/").status_code == 422
    client.post(f"{here}retry/")
    assert queries.job(LOCAL, number).state == "waiting"
    assert client.get(f"{here}cancel/").status_code == 405
    signed_in(client, cast.person("north_viewer"))
    page = client.get(here).content.decode()
    assert "Cancel this job" not in page
    assert client.post(f"{here}cancel/").status_code == 403


def test_a_stranger_site_cannot_cancel(cast: Cast, number: int) -> None:
    client = signed_in(Client(enforce_csrf_checks=True), cast.person("north_officer"))
    assert client.post(f"/desk/jobs/{number}/cancel/").status_code == 403
    assert client.post(f"/api/v1/desk/jobs/{number}/cancel").status_code == 403
    assert queries.job(LOCAL, number).state == "waiting"


def test_the_three_doors_say_the_same(cast: Cast, client: Client, number: int) -> None:
    operations.cancel_job(actor=cast["north_officer"], number=number)
    signed_in(client, cast.person("north_officer"))
    api = client.post(f"/api/v1/desk/jobs/{number}/cancel", headers={"Accept-Language": "en"})
    assert (api.status_code, api.json()["code"]) == (422, "job_ended")
    page = client.post(f"/en/desk/jobs/{number}/cancel/").content.decode()
    told = command("job", "cancel", str(number), expect=2).stderr
    for words in (api.json()["title"], api.json()["way_out"]):
        assert words in page
        assert words in told


def test_the_commands_show_and_change_jobs(cast: Cast, number: int) -> None:
    assert f"{number}\twaiting\tCount to 3" in command("job", "list").output
    command("job", "cancel", str(number))
    assert "cancelled" in command("job", "show", str(number)).output
    command("job", "retry", str(number))
    assert queries.job(LOCAL, number).state == "waiting"
    assert command("job", "clear", "--days", "0").output == "0\n"
    assert "no_such_job" in command("job", "show", "987654", expect=2).stderr


def test_the_api_tells_a_job_and_its_problems(cast: Cast, client: Client, number: int) -> None:
    Job.objects.filter(pk=number).update(
        state="refused",
        refusal={
            "code": "x",
            "sentence": "No.",
            "way_out": "",
            "field": None,
            "params": {},
            "problems": [{"code": "file_damaged", "row": 3, "field": "a", "params": {}}],
            "problems_total": 9,
        },
    )
    signed_in(client, cast.person("north_officer"))
    told = json.loads(client.get(f"/api/v1/desk/jobs/{number}").content)
    assert (told["problems"][0]["row"], told["problems_total"]) == (3, 9)
    assert "Row 3" in client.get(f"/en/desk/jobs/{number}/").content.decode()


def test_the_home_page_shows_the_desk_to_who_has_one(
    cast: Cast, client: Client, number: int
) -> None:
    assert "Count to 3" not in client.get("/en/").content.decode()
    signed_in(client, cast.person("north_officer"))
    page = client.get("/en/").content.decode()
    assert "To do </span><b>0</b>" in page
    assert f'href="/en/desk/jobs/{number}/">Count to 3</a>' in page
    signed_in(client, cast.person("south_officer"))
    assert "Count to 3" not in client.get("/en/").content.decode()
