"""The pages of agreements: who is offered which form, and where one comes out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from cast import Cast, signed_in
from xietong.agreements import operations
from xietong.agreements.models import Agreement
from xietong.desk.queries import find
from xietong.kit.references import Reference
from xietong.region.models import Member
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
Opener = Callable[..., Agreement]
NORTH = "northshore"
OTHER = Reference("plan", "scheme", "8")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def test_a_word_is_given_on_the_page_by_the_approver_alone(
    cast: Cast, opened: Opener, client: Client
) -> None:
    row = opened()
    here = f"/en/agreements/{row.pk}/"
    for part in ("north_officer", "office_officer", "north_viewer"):
        signed_in(client, cast.person(part))
        assert "Consent for" not in text(client, here), part
    signed_in(client, cast.person("north_approver"))
    page = text(client, here)
    assert "Consent for Northshore" in page
    assert "Consent for Southshore" not in page
    given = {"member": NORTH, "verdict": "with_condition", "condition": "print the year"}
    assert client.post(f"{here}consent/", given)["Location"] == here
    assert "print the year" in text(client, here)
    signed_in(client, cast.person("office_officer"))
    assert "How the condition of Northshore was met" in text(client, here)
    assert client.post(f"{here}1/met/", {"words": "printed"})["Location"] == here
    page = text(client, here)
    assert "printed" in page
    assert "How the condition of Northshore was met" not in page
    operations.withdraw_agreement(actor=LOCAL, agreement=row.pk, reason="too soon")
    signed_in(client, cast.person("north_approver"))
    page = text(client, here)
    assert "too soon" in page
    assert "Consent for" not in page


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/en/atlas/editions/1/", "/en/atlas/editions/1/"),
        ("https://elsewhere.example/", None),
        ("//elsewhere.example/", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_a_word_leads_back_into_this_house_alone(
    cast: Cast, opened: Opener, client: Client, wanted: str, led: str | None
) -> None:
    here = f"/en/agreements/{opened().pk}/"
    signed_in(client, cast.person("north_approver"))
    given = {"member": NORTH, "verdict": "agree", "next": wanted}
    assert client.post(f"{here}consent/", given)["Location"] == (led or here)


def test_the_list_holds_what_a_party_may_see_and_marks_what_awaits(
    cast: Cast, opened: Opener, client: Client
) -> None:
    both = opened()
    alone = opened(subject=OTHER, parties=[Member.objects.get(code=NORTH)], title_zh="北岸之事")
    operations.withdraw_agreement(actor=LOCAL, agreement=alone.pk, reason="too soon")

    def listed(part: str, narrowed: str = "") -> set[int]:
        signed_in(client, cast.person(part))
        page = text(client, f"/en/agreements/{narrowed}")
        return {one.pk for one in (both, alone) if f"/en/agreements/{one.pk}/" in page}

    assert listed("north_viewer") == listed("office_viewer") == {both.pk, alone.pk}
    assert listed("south_approver") == {both.pk}
    assert listed("north_viewer", "?state=withdrawn") == {alone.pk}
    assert listed("north_viewer", "?state=nonsense") == {both.pk, alone.pk}
    assert client.get(f"/en/agreements/{alone.pk}/").status_code == 200
    signed_in(client, cast.person("south_approver"))
    assert "awaits you" in text(client, "/en/agreements/")
    assert client.get(f"/en/agreements/{alone.pk}/").status_code == 404
    signed_in(client, cast.person("south_officer"))
    assert "awaits you" not in text(client, "/en/agreements/")


def test_an_agreement_is_found_by_its_parties_and_the_office_as_soon_as_it_is_open(
    cast: Cast, opened: Opener
) -> None:
    opened(subject=OTHER, parties=[Member.objects.get(code=NORTH)], title_zh="北岸石板桥之事")
    finders = {part for part, actor in cast.everybody().items() if find(actor, "石板桥")}
    north = {one for one in cast.everybody() if one.startswith("north_")}
    office = {one for one in cast.everybody() if one.startswith("office_")}
    assert finders == north | office | {"operator"}


def test_the_page_says_where_nobody_may_consent(cast: Cast, opened: Opener, client: Client) -> None:
    here = f"/en/agreements/{opened().pk}/"
    lacking = "No approver holds a mandate for this member yet"
    signed_in(client, cast.person("office_officer"))
    assert lacking not in text(client, here)
    cast.person("south_approver").mandates.update(role="viewer")
    assert text(client, here).count(lacking) == 1


def test_the_api_gives_the_word_of_the_member_named_and_of_no_other(
    cast: Cast, opened: Opener, client: Client
) -> None:
    address = f"/api/v1/agreements/{opened().pk}/consents"
    signed_in(client, cast.person("south_approver"))

    def give(member: str) -> tuple[int, dict[str, str | None]]:
        given = {"member": member, "verdict": "agree"}
        answer = client.post(address, given, content_type="application/json")
        told = answer.json().get("parties", [])
        return answer.status_code, {
            one["member"]: one["standing"] and one["standing"]["verdict"] for one in told
        }

    assert give(NORTH) == (403, {})
    assert give("southshore") == (200, {NORTH: None, "southshore": "agree"})
