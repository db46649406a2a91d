"""Refusals: a stable code, a sentence that fills itself in, the place, the way out."""

from __future__ import annotations

import pytest

from xietong.engine.problems import Problem
from xietong.kit.refusals import N_, NotAllowed, NotFound, Refusal


def test_a_refusal_carries_all_that_a_door_needs() -> None:
    faults = (Problem("name_missing", 214, "name"),)
    refusal = Refusal(
        "file_refused",
        N_("“{title}” has {count} faults."),
        way_out=N_("Mend {title}."),
        field="file",
        problems=faults,
        title="名录",
        count=1,
    )
    assert (refusal.code, refusal.field, refusal.problems) == ("file_refused", "file", faults)
    assert refusal.params == {"title": "名录", "count": 1}
    assert refusal.sentence == "“{title}” has {count} faults."
    assert refusal.way_out == "Mend {title}."
    assert str(refusal) == "file_refused: “名录” has 1 faults."


def test_a_sentence_may_speak_of_a_code_of_its_own() -> None:
    # `code` fills many sentences (“There is no place 999999”), and is not the refusal's own.
    refusal = NotFound("no_such_place", N_("There is no place {code}."), code="999999")
    assert refusal.code == "no_such_place"
    assert refusal.params == {"code": "999999"}
    assert str(refusal) == "no_such_place: There is no place 999999."


@pytest.mark.parametrize(("kind", "status"), [(Refusal, 422), (NotFound, 404), (NotAllowed, 403)])
def test_each_kind_has_its_status(kind: type[Refusal], status: int) -> None:
    assert kind("some_code", N_("No.")).status == status
    assert issubclass(kind, Refusal)


def test_a_sentence_whose_words_are_missing_fails_where_it_is_made() -> None:
    with pytest.raises(KeyError, match="title"):
        Refusal("some_code", N_("“{title}” is in force."))


def test_marking_a_sentence_changes_nothing() -> None:
    assert N_("No {what}.") == "No {what}."
