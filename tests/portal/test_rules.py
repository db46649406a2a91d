"""The table of who may do what: every line in words, in both languages, and no word for none."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation

from cast import Cast, cast, signed_in
from xietong.portal import permissions
from xietong.portal.permission_words import ROOMS, STATES, WORDS
from xietong.region.rules import LOCAL, May

__all__ = ["cast"]
pytestmark = pytest.mark.django_db
LINES = {(room, line) for room, table in permissions.tables().items() for line in table}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_line_room_and_state_has_words() -> None:
    verbs = [line.verb for _, line in LINES]
    assert set(verbs) == set(WORDS)
    assert len(verbs) == len(set(verbs))
    assert set(permissions.tables()) == set(ROOMS)
    assert set(STATES) <= {
        state for room, line in LINES if room == "atlas" for state in line.states
    }
    said: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for room, line in sorted(LINES, key=lambda one: one[1].verb):
                words = [permissions.verb_said(line.verb), permissions.room_said(room)]
                words += [permissions.state_said(room, state) for state in line.states]
                for one in words:
                    assert bool(CHINESE.search(one)) is (language == "zh-hans"), (line.verb, one)
                    assert "_" not in one
            for _, line in LINES:
                said[f"{language}:{line.verb}"] = permissions.verb_said(line.verb)
    # Two verbs that are called the same cannot be told apart.
    assert len(set(said.values())) == len(said)


def test_a_line_without_words_is_no_silent_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "tables", lambda: {"region": (May("dance"),)})
    [line] = permissions.lines(LOCAL)
    with pytest.raises(KeyError, match="dance"):
        permissions.verb_said(line.verb)


@pytest.mark.parametrize(("prefix", "state"), [("", "会签中"), ("/en", "open for consent")])
def test_the_page_shows_states_in_words(
    cast: Cast, client: Client, prefix: str, state: str
) -> None:
    signed_in(client, cast.person("north_administrator"))
    text = client.get(f"{prefix}/rules/?room=agreements").content.decode()
    assert f'<span class="tag">{state}</span>' in text
    assert '<span class="tag">in_force</span>' not in text


def test_people_stand_in_the_rail_for_those_who_may(cast: Cast, client: Client) -> None:
    entry = 'href="/en/people/"'
    for part, stands in (("north_viewer", True), ("office_officer", True), ("nobody", False)):
        signed_in(client, cast.person(part))
        text = client.get("/en/").content.decode()
        assert (entry in text) is stands, part
    client.logout()
    assert entry not in client.get("/en/").content.decode()


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("people/", "people/"),
        ("people/invitations/", "people/"),
        ("organisations/", "people/"),
        ("rules/", "rules/"),
    ],
)
def test_the_rail_says_where_one_is(cast: Cast, client: Client, path: str, entry: str) -> None:
    signed_in(client, cast.person("north_administrator"))
    text = client.get(f"/en/{path}").content.decode()
    assert f'<a href="/en/{entry}" aria-current="page">' in text
