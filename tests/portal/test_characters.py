"""A NUL in what was sent is refused at every door alike, on both databases, and changes nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from cast import Cast, cast, signed_in
from xietong.region.models import AuditEntry, Person

__all__ = ["cast"]
pytestmark = [pytest.mark.django_db, pytest.mark.operations]
API = "/api/v1/region"


@pytest.fixture
def at_desk(cast: Cast) -> Client:
    """Return the browser of an administrator."""
    client = Client(raise_request_exception=False)
    signed_in(client, cast.person("north_administrator"))
    return client


@pytest.mark.parametrize("where", ["?verb=a%00b", "?%00=1", "?member=%00&verb=x"])
@pytest.mark.parametrize("address", ["/audit/", "/en/audit/", f"{API}/audit", "/people/"])
def test_an_address_with_one_is_refused(at_desk: Client, address: str, where: str) -> None:
    answer = at_desk.get(address + where)
    assert answer.status_code == 400
    assert b"no_such_character" in answer.content
    assert at_desk.get(address).status_code == 200


def test_a_path_with_one_is_refused(at_desk: Client) -> None:
    answer = at_desk.get(f"{API}/audit/of/atlas:edition:%00")
    assert (answer.status_code, answer.json()["code"]) == (400, "no_such_character")


def test_what_it_was_sent_in_changes_nothing(at_desk: Client, cast: Cast) -> None:
    viewer = cast.person("north_viewer")
    entries = AuditEntry.objects.count()
    form = at_desk.post(
        f"/people/{viewer.pk}/name/", "name=a%00b", "application/x-www-form-urlencoded"
    )
    assert form.status_code == 400
    for sent in ({"name": "a\0b"}, {"name": "b", "more": [{"x\0": 1}]}):
        told = at_desk.post(f"{API}/people/{viewer.pk}/name", sent, "application/json")
        assert (told.status_code, told.json()["code"]) == (400, "body_not_read")
        assert told["Content-Type"] == "application/problem+json"
    told = at_desk.post(f"{API}/people/{viewer.pk}/name", "{", "application/json")
    assert (told.status_code, told.json()["code"]) == (400, "body_not_read")
    assert Person.objects.get(pk=viewer.pk).name == viewer.name
    assert AuditEntry.objects.count() == entries
    # A backslash and zeros that only look like one are text.
    told = at_desk.post(f"{API}/people/{viewer.pk}/name", {"name": "\\u0000"}, "application/json")
    assert (told.status_code, told.json()["name"]) == (200, "\\u0000")
