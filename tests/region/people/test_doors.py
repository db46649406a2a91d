"""Pages, API and commands over people: the same verbs, the same refusals, the same sight."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cast import Cast, signed_in
from commands import run
from xietong.region.models import Invitation, Mandate, Organisation, Person
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
API = "/api/v1/region"
NORTH = "northshore"


def at(client: Client, cast: Cast, part: str) -> Client:
    return signed_in(client, cast.person(part))


def post(client: Client, address: str, **body: Any) -> Any:
    """Call the API as a page's script does, with the token against forgery."""
    client.get("/people/")
    return client.post(API + address, json.dumps(body), content_type="application/json")


SEEN = {
    "/people/": ("own", "office"),
    "/people/export.csv": ("own", "office"),
    "/people/mandates/": ("managed",),
    "/people/mandates/export.xlsx": ("managed",),
    "/people/invitations/": ("managed",),
    "/people/invitations/new/": ("managed",),
    "/organisations/": ("own", "office"),
    "/organisations/export.xlsx": ("own", "office"),
    "/organisations/new/": ("managed",),
    "/organisations/import/": ("managed",),
    "/organisations/template.xlsx": ("managed",),
    "/rules/": ("managed",),
}


@pytest.mark.parametrize("where", SEEN)
def test_a_page_is_for_whom_the_table_says(cast: Cast, where: str) -> None:
    for part in ("north_viewer", "office_officer", "south_administrator", "nobody", "reader"):
        client = Client()
        if part != "reader":
            at(client, cast, part)
        managed = part.endswith("administrator")
        if part == "reader":
            wanted = 302
        elif part == "nobody":
            wanted = 403
        else:
            wanted = 200 if managed or "managed" not in SEEN[where] else 403
        for prefix in ("", "/en"):
            answer = client.get(prefix + where)
            assert answer.status_code == wanted, (part, where)
            if wanted == 302:
                assert answer["Location"].startswith(f"{prefix}/account/login/?next=")
            if wanted != 200:
                assert "研北石" not in answer.content.decode()


def test_a_person_of_another_member_is_no_page(cast: Cast, client: Client) -> None:
    at(client, cast, "north_administrator")
    for key in (cast.person("south_analyst").pk, 10**6):
        for tail in ("", "deactivate/"):
            answer = client.get(f"/en/people/{key}/{tail}")
            assert answer.status_code == 404
            assert f"There is no person with the number {key}." in answer.content.decode()


def test_an_administrator_invites_by_the_page(cast: Cast, client: Client) -> None:
    at(client, cast, "north_administrator")
    form = client.get("/people/invitations/new/").content.decode()
    assert "北岸湖石研究所" in form
    assert "南岸" not in form
    assert "三湖区域合作办公室" not in form
    given = {"name": "新北苗", "email": "new@lakes.example", "role": "analyst", "language": "en"}
    assert client.post("/people/invitations/new/", given).status_code == 422
    bad = client.post("/people/invitations/new/", {**given, "scope": "member:southshore"})
    assert bad.status_code == 422
    assert not Invitation.objects.exists()
    answer = client.post(
        "/people/invitations/new/", {**given, "scope": "member:northshore"}, follow=True
    )
    assert "new@lakes.example" in answer.content.decode()
    [message] = mail.outbox
    link = re.search(r"http://testserver(\S+)", str(message.body))
    assert link is not None
    visitor = Client()
    page = visitor.get(link[1])
    assert page["Cache-Control"] == "private, no-store"
    assert page["Referrer-Policy"] == "strict-origin"
    passwords = {"name": "新北苗", "password": "short", "again": "short"}
    weak = visitor.post(link[1], passwords)
    assert weak.status_code == 422
    differ = visitor.post(link[1], {**passwords, "again": "other"})
    assert "must be the same" in differ.content.decode()
    good = {"name": "新北苗", "password": "still-waters-9-deep", "again": "still-waters-9-deep"}
    done = visitor.post(link[1], good)
    assert (done.status_code, done["Location"]) == (302, reverse("account_login"))
    assert Person.objects.get(email="new@lakes.example").name == "新北苗"
    used = visitor.get(link[1])
    assert used.status_code == 422
    assert "accepted already" in used.content.decode()


def test_a_persons_page_grants_moves_renames_and_ends(cast: Cast, client: Client) -> None:
    at(client, cast, "north_administrator")
    person = cast.person("nobody")
    home = f"/people/{person.pk}/"
    assert client.get(home + "mandates/")["Location"] == home
    done = client.post(
        home + "mandates/",
        {"role": "officer", "scope": "member:northshore", "last_day": "2099-12-31", "reason": ""},
    )
    assert done.status_code == 302
    mandate = Mandate.objects.get(person=person)
    assert mandate.valid_to is not None
    # To the end of that day in the lakes, six hours before it ends in UTC.
    assert f"{mandate.valid_to:%Y-%m-%d %H:%M}" == "2099-12-31 18:00"
    again = client.post(home + "mandates/", {"role": "officer", "scope": "member:northshore"})
    assert again.status_code == 422
    assert (
        "holds this mandate"
        in client.post(
            "/en" + home + "mandates/", {"role": "officer", "scope": "member:northshore"}
        ).content.decode()
    )
    assert client.post(home + "name/", {"name": "路有职"}).status_code == 302
    bureau = cast.organisations["north_bureau"].pk
    moved = client.post(home + "place/", {"scope": f"organisation:{bureau}", "reason": "调动"})
    assert moved.status_code == 302
    person.refresh_from_db()
    assert (person.name, person.organisation_id) == ("路有职", bureau)
    assert Mandate.objects.get(pk=mandate.pk).revoked_at is None
    page = client.get(f"/en/people/mandates/{mandate.pk}/revoke/").content.decode()
    assert "路有职" in page
    refused = client.post(f"/en/people/mandates/{mandate.pk}/revoke/", {"reason": ""})
    assert refused.status_code == 422
    assert (
        client.post(f"/people/mandates/{mandate.pk}/revoke/", {"reason": "期满"}).status_code == 302
    )
    assert Mandate.objects.get(pk=mandate.pk).revoked_at is not None
    told = client.get(f"/en/people/{person.pk}/deactivate/").content.decode()
    assert "signed out everywhere" in told
    client.post(f"/people/{person.pk}/deactivate/", {"reason": "离职"})
    client.post(home + "reactivate/", {"reason": "返岗"})
    assert Person.objects.get(pk=person.pk).is_active


def test_an_officer_sees_a_colleague_and_can_do_nothing(cast: Cast, client: Client) -> None:
    at(client, cast, "north_officer")
    person = cast.person("north_viewer")
    page = client.get(f"/en/people/{person.pk}/").content.decode()
    assert "顾北望" in page
    assert "viewer (Northshore)" in page
    assert f'action="/en/people/{person.pk}/' not in page
    assert person.email not in page
    for tail in ("name/", "place/", "mandates/", "deactivate/", "reactivate/"):
        assert client.post(f"/people/{person.pk}/{tail}", {"reason": "x"}).status_code == 403


def test_a_session_ends_with_the_person(cast: Cast, client: Client) -> None:
    from xietong.region import operations

    at(client, cast, "north_officer")
    assert client.get("/people/").status_code == 200
    key = cast.person("north_officer").pk
    operations.deactivate_person(actor=LOCAL, key=key, reason="离职")
    assert client.get("/people/").status_code == 302
    # Coming back, the person must choose a password anew: no session from before goes on.
    operations.reactivate_person(actor=LOCAL, key=key, reason="返岗")
    operations.grant_mandate(actor=LOCAL, person=key, role="officer", member=NORTH)
    assert client.get("/people/").status_code == 302
    assert not Person.objects.get(pk=key).has_usable_password()


def test_organisations_are_entered_changed_and_closed_by_pages(
    cast: Cast, client: Client, tmp_path: Any
) -> None:
    at(client, cast, "north_administrator")
    given = {"member": NORTH, "name_zh": "北岸渔业局", "kind": "authority"}
    entered = client.post("/organisations/new/", given)
    row = Organisation.objects.get(name_zh="北岸渔业局")
    assert entered["Location"] == f"/organisations/{row.pk}/"
    twice = client.post("/en/organisations/new/", given)
    assert twice.status_code == 422
    assert "has an organisation" in twice.content.decode()
    changed = {"name_zh": "北岸水产局", "kind": "institution", "credit_code": "", "parent": ""}
    assert client.post(f"/organisations/{row.pk}/change/", changed).status_code == 302
    row.refresh_from_db()
    assert (row.name_zh, row.kind) == ("北岸水产局", "institution")
    south = cast.organisations["south_bureau"].pk
    for tail in ("change/", "close/"):
        assert client.get(f"/organisations/{south}/{tail}").status_code == 403
    shown = client.get(f"/en/organisations/{cast.organisations['institute'].pk}/close/")
    assert "研北石" in shown.content.decode()
    assert client.post(f"/organisations/{row.pk}/close/", {"reason": "撤并"}).status_code == 302
    path = tmp_path / "t.csv"
    path.write_text("name_zh\n北岸气象局\n", encoding="utf-8")
    for button, wanted in (("check", False), ("enter", True)):
        with path.open("rb") as file:
            client.post("/organisations/import/", {"member": NORTH, "file": file, button: ""})
        assert Organisation.objects.filter(name_zh="北岸气象局").exists() is wanted
    path.write_text("name_zh,kind\n,club\n", encoding="utf-8")
    with path.open("rb") as file:
        bad = client.post("/en/organisations/import/", {"member": NORTH, "file": file, "enter": ""})
    text = html.unescape(bad.content.decode())
    assert "Row 2, column `kind`" in text
    assert "Row 2, column `name_zh`" in text


# -- the API


def test_the_api_shows_people_by_pages(cast: Cast, client: Client) -> None:
    at(client, cast, "north_administrator")
    first = client.get(API + "/people", {"page_size": 3}).json()
    rest = client.get(API + "/people", {"page_size": 3, "page": 2}).json()
    assert first["total"] == rest["total"] == 7
    assert len(first["items"]) == len(rest["items"]) == 3
    assert not {one["key"] for one in first["items"]} & {one["key"] for one in rest["items"]}
    assert all(one["email"] for one in first["items"])
    officer = Client()
    at(officer, cast, "north_officer")
    assert all(one["email"] is None for one in officer.get(API + "/people").json()["items"])
    assert Client().get(API + "/people").json()["code"] == "sign_in_needed"
    for asked in ({"page": 0}, {"page_size": 201}, {"role": "king"}, {"page": 10**12}):
        answer = client.get(API + "/people", asked)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_understood")


def test_the_api_writes_what_the_pages_write(cast: Cast, client: Client) -> None:
    at(client, cast, "north_administrator")
    key = cast.person("nobody").pk
    granted = post(client, "/mandates", person=key, role="officer", member=NORTH)
    assert granted.status_code == 201
    assert granted.json()["state"] == "in_force"
    again = post(client, "/mandates", person=key, role="officer", member=NORTH)
    assert (again.status_code, again.json()["code"]) == (422, "mandate_held")
    assert again["Content-Type"] == "application/problem+json"
    elsewhere = post(client, "/mandates", person=key, role="officer", member="southshore")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "not_allowed")
    unknown = post(
        client, "/mandates", person=cast.person("south_analyst").pk, role="officer", member=NORTH
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_person")
    revoked = post(client, f"/mandates/{granted.json()['key']}/revocation", reason="期满")
    assert revoked.json()["state"] == "revoked"
    invited = post(
        client,
        "/invitations",
        email="new@lakes.example",
        name="新北苗",
        role="viewer",
        member=NORTH,
    )
    assert invited.status_code == 201
    assert "token" not in invited.content.decode()
    recalled = post(client, f"/invitations/{invited.json()['key']}/recall", reason="误发")
    assert recalled.json()["state"] == "recalled"
    entered = post(client, "/organisations", name_zh="北岸渔业局", member=NORTH)
    assert entered.status_code == 201
    changed = client.put(
        f"{API}/organisations/{entered.json()['key']}",
        json.dumps({"name_zh": "北岸水产局", "kind": "institution"}),
        content_type="application/json",
    )
    assert changed.json()["kind"] == "institution"
    closed = post(client, f"/organisations/{entered.json()['key']}/closing", reason="撤并")
    assert closed.json()["closed_at"]
    renamed = post(client, f"/people/{key}/name", name="路有职")
    assert renamed.json()["name"] == "路有职"
    ended = post(client, f"/people/{key}/deactivation", reason="离职")
    assert ended.json()["active"] is False
    back = post(client, f"/people/{key}/reactivation", reason="返岗")
    assert back.json()["active"] is True


def test_the_api_tells_what_a_person_who_was_moved_still_holds(cast: Cast, client: Client) -> None:
    at(client, cast, "north_administrator")
    key, bureau = cast.person("north_viewer").pk, cast.organisations["north_bureau"].pk
    moved = post(client, f"/people/{key}/place", organisation=bureau, reason="调动").json()
    assert (moved["organisation"], moved["member"]) == (bureau, NORTH)
    assert [one["role"] for one in moved["mandates"]] == ["viewer"]
    assert moved == client.get(f"{API}/people/{key}").json()


def test_a_session_writes_only_with_its_token_against_forgery(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    at(client, cast, "north_administrator")
    key = cast.person("nobody").pk
    answer = client.post(
        f"{API}/people/{key}/name", json.dumps({"name": "他人"}), content_type="application/json"
    )
    assert answer.status_code == 403
    assert Person.objects.get(pk=key).name == "路无职"


def test_the_table_is_told_to_administrators(cast: Cast, client: Client) -> None:
    assert client.get("/api/v1/rules").status_code == 401
    at(client, cast, "south_administrator")
    lines = client.get("/api/v1/rules", {"room": "region"}).json()
    grant = next(one for one in lines if one["verb"] == "grant_mandate")
    assert grant == {
        "room": "region",
        "verb": "grant_mandate",
        "own": ["administrator"],
        "others": [],
        "office": ["administrator"],
        "states": [],
        "operator": True,
        "public": False,
    }
    page = client.get("/rules/?role=approver&room=atlas").content.decode()
    assert "撤回版本" in page
    assert "授予授权" not in page


# -- commands


def test_the_first_administrator_comes_by_a_command(cast: Cast) -> None:
    told = run(
        *("person", "invite", "first@lakes.example", "--name", "首北管", "--administrator"),
        *("--member", NORTH),
    )
    link = told.stdout.strip().split("\t")[-1]
    assert link.startswith("http://127.0.0.1:8000/invitation/")
    assert link in mail.outbox[0].body
    row = Invitation.objects.get()
    assert (row.role, row.invited_by) == ("administrator", LOCAL.key)
    run("person", "invite", "x@lakes.example", "--name", "甲", "--member", NORTH, expect=2)
    listed = run("invitation", "list").stdout
    assert "first@lakes.example" in listed
    assert run("invitation", "recall", str(row.pk)).stdout == f"{row.pk}\trecalled\n"
    refused = run("invitation", "recall", str(row.pk), expect=2)
    assert refused.stderr.startswith("invitation_recalled: ")


def test_commands_do_what_pages_do(cast: Cast, tmp_path: Any) -> None:
    key = str(cast.person("nobody").pk)
    granted = run(
        *("mandate", "grant", key, "--role", "officer", "--member", NORTH),
        *("--last-day", "2099-12-31", "--reason", "代班"),
    ).stdout.split("\t")[0]
    assert "路无职" in run("mandate", "list", "--member", NORTH).stdout
    assert run("mandate", "revoke", granted, "--reason", "期满").stdout == f"{granted}\trevoked\n"
    assert f"{granted}\t" not in run("mandate", "list").stdout
    assert f"{granted}\t" in run("mandate", "list", "--all").stdout
    assert "路无职" in run("person", "list", "--search", "路").stdout
    run("person", "rename", key, "路有职")
    run("person", "move", key, "--member", "southshore", "--reason", "调动")
    run("person", "deactivate", key, "--reason", "离职")
    run("person", "reactivate", key, "--reason", "返岗")
    entered = run("organisation", "add", "北岸渔业局", "--member", NORTH).stdout.split("\t")[0]
    run("organisation", "change", entered, "--name-en", "Fisheries", "--kind", "institution")
    row = Organisation.objects.get(pk=entered)
    assert (row.name_zh, row.name_en, row.kind) == ("北岸渔业局", "Fisheries", "institution")
    run("organisation", "close", entered, "--reason", "撤并")
    assert "closed" in run("organisation", "list", "--search", "渔业").stdout
    path = tmp_path / "t.csv"
    path.write_text("name_zh\n北岸气象局\n", encoding="utf-8")
    told = run("organisation", "import", str(path), "--member", NORTH, "--dry-run").stdout
    assert told == "added 1\tchanged 0\tunchanged 0\n"
    assert not Organisation.objects.filter(name_zh="北岸气象局").exists()
    assert (
        "grant_mandate\tadministrator\t–\tadministrator" in run("rules", "--room", "region").stdout
    )


def test_three_doors_refuse_with_the_same_sentence(cast: Cast, client: Client) -> None:
    at(client, cast, "north_administrator")
    key = Mandate.objects.get(person=cast.person("north_officer")).pk
    run("mandate", "revoke", str(key), "--reason", "期满")
    for prefix, language in (("", "zh-hans"), ("/en", "en")):
        with translation.override(language):
            page = client.post(f"{prefix}/people/mandates/{key}/revoke/", {"reason": "再"})
        api = client.post(
            f"{API}/mandates/{key}/revocation",
            json.dumps({"reason": "再"}),
            content_type="application/json",
            headers={"accept-language": language},
        ).json()
        line = run(
            *("mandate", "revoke", str(key), "--reason", "再"),
            expect=2,
            language="zh" if language != "en" else "en",
        ).stderr
        assert line == f"mandate_over: {api['title']} {api['way_out']}\n"
        assert html.escape(api["title"]) in page.content.decode()
