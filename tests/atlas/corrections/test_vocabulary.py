"""A word's whole way through each door: taught by corrections, accepted, used, taken out again."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from django.test import Client

from atlas.corrections.conftest import Doubtful
from atlas.registers import stored
from cast import signed_in
from commands import run
from xietong.atlas import operations, rules
from xietong.atlas.models import VocabularyWord
from xietong.atlas.operations import vocabulary
from xietong.atlas.queries import corrections as corrections_read
from xietong.atlas.queries import rows
from xietong.kit.refusals import Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
NORTH, WORD, CODE, TAUGHT = "northshore", "风铃", "1220", "辛风铃厂"
PAGE = f"/atlas/registers/{NORTH}/words/"
API = f"/api/v1/atlas/registers/{NORTH}/proposals"
Decide = Callable[[Client, bool], None]


def by_page(analyst: Client, accept: bool) -> None:
    """Press the button that the page shows for the word."""
    page = analyst.get(PAGE).content.decode()
    button = "accept" if accept else "decline"
    assert f'name="{button}"' in page
    assert f'value="{WORD}"' in page
    answer = analyst.post(f"{PAGE}decide/", {"word": WORD, button: "1", "reason": "明确"})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)


def by_api(analyst: Client, accept: bool) -> None:
    """Ask the API."""
    answer = analyst.post(
        f"{API}/{'acceptance' if accept else 'refusal'}",
        {"word": WORD, "reason": "明确"},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["verdict"] == ("accepted" if accept else "declined")


def by_command(analyst: Client, accept: bool) -> None:
    """Type the command."""
    verb, said = ("accept", "accepted") if accept else ("decline", "declined")
    told = run("vocabulary", verb, "--member", NORTH, "--word", WORD, "--reason", "明确")
    assert told.stdout == f"{WORD}: {said}\n"


def teach(doubtful: Doubtful) -> None:
    """Correct four makers of the same thing, none of whom says so by a word that is known."""
    for town in "甲乙丙丁":
        operations.correct_unit(
            actor=doubtful.cast["north_officer"],
            member=NORTH,
            unit=doubtful.unit(f"{town}风铃厂"),
            field="industry",
            value=CODE,
        )


def coded(doubtful: Doubtful) -> tuple[str, str]:
    """Make the next version; return how it codes a maker that nobody corrected."""
    run("correction", "apply", NORTH)
    version = rows.present_version(LOCAL, NORTH, rules.READ_ROWS)
    table = {one["name"]: one for one in stored(doubtful.house, version).to_pylist()}
    return table[TAUGHT]["class"] or "", table[TAUGHT]["coded_by"] or ""


@pytest.mark.parametrize("decide", [by_page, by_api, by_command], ids=lambda one: one.__name__)
def test_a_word_goes_its_whole_way(doubtful: Doubtful, decide: Decide) -> None:
    analyst = signed_in(Client(), doubtful.cast.person("north_analyst"))
    assert WORD not in analyst.get(PAGE).content.decode()
    teach(doubtful)
    listed = run("vocabulary", "proposals", "--member", NORTH).stdout
    assert listed.startswith(f"{WORD}\t")
    assert f"\t{CODE}\t4/4\t" in listed
    # Proposed is not taken in: the next version codes as before.
    assert coded(doubtful)[0] == ""
    decide(analyst, True)
    assert coded(doubtful) == (CODE, "words")
    page = html.unescape(analyst.get(PAGE).content.decode())
    assert f'"{CODE}" = "{WORD}"' in analyst.get(f"{PAGE}words.toml").content.decode()
    assert 'name="accept"' not in page  # decided, so proposed no more
    decide(analyst, False)
    assert coded(doubtful)[0] == ""
    assert analyst.get(API).json() == []
    entries = AuditEntry.objects.filter(verb__in=["accept_word", "decline_word"])
    told = [(one.verb, one.before, one.after, one.reason) for one in entries.order_by("number")]
    assert told == [
        ("accept_word", "", "accepted", "明确"),
        ("decline_word", "accepted", "declined", "明确"),
    ]


def test_a_word_that_makes_corrected_rows_wrong_is_refused(
    doubtful: Doubtful, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(doubtful)
    told = iter([(4, 0), (3, 1)])
    monkeypatch.setattr(corrections_read, "accuracy_with", lambda *_: next(told))
    analyst = signed_in(Client(), doubtful.cast.person("north_analyst"))
    answer = analyst.post(
        f"{API}/acceptance", {"word": WORD, "reason": ""}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "word_harms")
    assert not VocabularyWord.objects.exists()


def test_of_two_who_decide_at_once_the_second_is_told_who_was_first(doubtful: Doubtful) -> None:
    teach(doubtful)
    (proposal, *_) = corrections_read.vocabulary_proposals(LOCAL, NORTH)
    operations.decline_word(actor=doubtful.cast["north_officer"], member=NORTH, word=WORD)
    owner = VocabularyWord.objects.get().member
    with pytest.raises(Refusal) as refused:
        vocabulary._decide(doubtful.cast["north_analyst"], owner, proposal, "accepted", "")
    assert refused.value.code == "word_decided"
    assert refused.value.params["name"] == "林北舟"
    assert VocabularyWord.objects.get().verdict == "declined"
