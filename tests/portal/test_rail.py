"""The rail shows the rooms that one may enter, and the foot in whose clocks times are told."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django.test import Client

from cast import Cast, signed_in
from editions import Grown
from xietong.atlas.models import Edition
from xietong.portal import times

pytestmark = pytest.mark.django_db
EVERYBODYS = ["Cluster map", "Data management"]
SIGNED_IN = ["Cluster map", "Agreements", "Data management", "Jobs"]
PEOPLE, AUDIT, RULES = "People and organisations", "Audit", "Who may do what"
ROOMS = {
    "nobody": EVERYBODYS,
    "institute_officer": [*SIGNED_IN, PEOPLE, AUDIT],
    "north_viewer": [*SIGNED_IN, PEOPLE],
    "north_officer": [*SIGNED_IN, PEOPLE, AUDIT],
    "north_administrator": [*SIGNED_IN, PEOPLE, AUDIT, RULES],
    "office_administrator": [*SIGNED_IN, PEOPLE, AUDIT, RULES],
}


class Rail(HTMLParser):
    """The links of the rail: label, address, active, and in which list."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str, bool]] = []
        self.more: list[str] = []
        self._in_rail = self._in_more = False
        self._link: tuple[str, bool] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self._in_rail = self._in_rail or (tag == "nav" and told.get("class") == "rail")
        self._in_more = self._in_more or (self._in_rail and told.get("class") == "more")
        if tag == "a" and self._in_rail:
            self._link = (told["href"] or "", told.get("aria-current") == "page")

    def handle_endtag(self, tag: str) -> None:
        if tag == "nav":
            self._in_rail = self._in_more = False
        if tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._link is None or not data.strip():
            return
        if self._in_more:
            self.more.append(data.strip())
        else:
            self.links.append((data.strip(), *self._link))


@pytest.fixture(autouse=True)
def _no_zone_of_another_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "_kept", {})


def rail(client: Client, where: str) -> Rail:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return Rail(answer.content.decode())


def test_readers_see_what_is_open_to_them(grown: Grown, client: Client) -> None:
    shown = rail(client, "/en/atlas/")
    assert [label for label, _, _ in shown.links] == EVERYBODYS
    assert [label for label, _, active in shown.links if active] == ["Cluster map"]
    assert shown.more == []


@pytest.mark.parametrize("part", ROOMS)
def test_the_rail_holds_what_one_may_enter_and_every_room_opens(
    grown: Grown, cast: Cast, client: Client, part: str
) -> None:
    signed_in(client, cast.person(part))
    shown = rail(client, "/en/")
    assert [label for label, _, _ in shown.links] == ROOMS[part]
    # A phone's bar holds five: four rooms and “more”.
    assert shown.more == (ROOMS[part][4:] if len(ROOMS[part]) > 5 else [])
    for label, address, _ in shown.links:
        assert [one for one, _, active in rail(client, address).links if active] == [label]


def test_pages_show_the_regions_clocks_and_say_so_once(grown: Grown, client: Client) -> None:
    Edition.objects.update(created_at=datetime(2026, 3, 1, 22, 30, tzinfo=UTC))
    text = client.get(f"/en/atlas/editions/{grown.number}/").content.decode()
    assert "2026-03-02 04:30" in text
    assert "22:30" not in text
    assert text.count("UTC") == 1
    assert "(UTC+06:00)" in text
    told = client.get(f"/api/v1/atlas/editions/{grown.number}").json()
    assert told["created_at"].startswith("2026-03-01T22:30")
    assert "06:00" not in told["created_at"]


def test_without_a_region_times_are_those_of_utc(client: Client) -> None:
    assert "Times: (UTC+00:00)" in client.get("/en/").content.decode()
