"""Corrections over HTTP: an officer's round, in the same words as everywhere, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from atlas.corrections.conftest import Doubtful
from cast import signed_in
from xietong.atlas.models import Correction, VocabularyWord

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
BASE = "/api/v1/atlas/registers/northshore"


def client(doubtful: Doubtful, part: str) -> Client:
    return signed_in(Client(), doubtful.cast.person(part))


def post(who: Client, path: str, **body: Any) -> Any:
    return who.post(
        BASE + path, body, content_type="application/json", headers={"accept-language": "en"}
    )


def correction(doubtful: Doubtful, **how: Any) -> dict[str, Any]:
    unit = doubtful.unit(how.pop("name", "甲风铃厂"))
    return {"unit": unit, "field": "industry", "value": "1220", **how}


def test_an_officer_corrects_lists_and_withdraws(doubtful: Doubtful) -> None:
    officer = client(doubtful, "north_officer")
    answer = post(officer, "/corrections", **correction(doubtful, reason="现场核实"))
    assert answer.status_code == 200, answer.content
    made = answer.json()
    assert (made["from_value"], made["to_value"], made["made_by"]) == ("", "1220", "林北舟")
    assert officer.get(f"{BASE}/quality").json()["waiting"] is True
    assert officer.get(f"{BASE}/corrections").json() == [made]
    way = f"/corrections/{made['key']}/withdrawal"
    assert post(officer, way, reason="").json()["code"] == "correction_reason_missing"
    answer = post(officer, way, reason="核错了")
    assert answer.json()["withdrawn_because"] == "核错了"
    assert officer.get(f"{BASE}/corrections").json() == []
    told = officer.get(f"{BASE}/corrections?withdrawn=true").json()
    assert [one["key"] for one in told] == [made["key"]]
    assert post(officer, way, reason="核错了").json()["code"] == "correction_withdrawn"
    assert officer.get(f"{BASE}/quality").json()["waiting"] is False


def test_the_second_of_two_gets_who_was_first(doubtful: Doubtful) -> None:
    told = correction(doubtful)
    first = post(client(doubtful, "north_officer"), "/corrections", **told).json()
    other = client(doubtful, "north_analyst")
    answer = post(other, "/corrections", **{**told, "value": "1111"})
    assert (answer.status_code, answer.json()["code"]) == (422, "corrected_meanwhile")
    assert "林北舟 has set the industry to 1220" in answer.json()["title"]
    answer = post(other, "/corrections", **{**told, "value": "1111", "seen": first["key"]})
    assert answer.status_code == 200
    assert Correction.objects.get(withdrawn_at=None).to_value == "1111"


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"value": "9999"}, "value_unknown"),
        ({"field": "name"}, "field_unknown"),
        ({"unit": "none"}, "no_such_unit"),
    ],
)
def test_what_cannot_be_leaves_nothing(doubtful: Doubtful, how: dict[str, str], code: str) -> None:
    told = {**correction(doubtful), **how}
    answer = post(client(doubtful, "north_officer"), "/corrections", **told)
    assert answer.json()["code"] == code
    assert not Correction.objects.exists()


@pytest.mark.parametrize("part", ["south_officer", "institute_officer", "office_analyst"])
def test_to_others_it_is_a_register_that_is_none(doubtful: Doubtful, part: str) -> None:
    other = client(doubtful, part)
    told = correction(doubtful)
    here = post(other, "/corrections", **told)
    nowhere = other.post(
        "/api/v1/atlas/registers/nowhere/corrections",
        told,
        content_type="application/json",
        headers={"accept-language": "en"},
    )
    assert here.status_code == nowhere.status_code
    assert here.status_code in (403, 404)
    assert here.content.replace(b"northshore", b"nowhere") == nowhere.content
    assert not Correction.objects.exists()


def test_an_analyst_accepts_and_declines_words(doubtful: Doubtful) -> None:
    officer, analyst = client(doubtful, "north_officer"), client(doubtful, "north_analyst")
    for town in "甲乙丙丁":
        post(officer, "/corrections", **correction(doubtful, name=f"{town}风铃厂"))
    found = analyst.get(f"{BASE}/proposals").json()
    assert [(one["word"], one["support"], one["right_after"]) for one in found] == [("风铃", 4, 4)]
    viewer = client(doubtful, "north_viewer")
    assert post(viewer, "/proposals/acceptance", word="风铃").status_code == 403
    answer = post(analyst, "/proposals/acceptance", word="风铃", reason="明确")
    assert (answer.status_code, answer.json()["verdict"]) == (200, "accepted")
    assert analyst.get(f"{BASE}/proposals").json() == []
    answer = post(analyst, "/proposals/refusal", word="风铃")
    assert answer.json()["verdict"] == VocabularyWord.objects.get().verdict == "declined"
