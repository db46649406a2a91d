"""Two editions through the eyes of an actor: what was planted is told, hidden things are not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from atlas.comparison import two_editions
from atlas.comparison.two_editions import Two
from xietong.atlas import comparison, queries
from xietong.atlas.comparison import Asked, Compared
from xietong.atlas.models import Edition
from xietong.engine.edition.comparison import CellChange
from xietong.engine.edition.lineage import ClusterChange
from xietong.kit.refusals import NotFound, Refusal
from xietong.region.rules import LOCAL, OUTSIDER, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def whole(two: Two) -> Compared:
    return comparison.compared(READER, two.before, two.after)


def cells(whole: Compared, **asked: Any) -> list[CellChange]:
    found = comparison.found(whole, Asked(**asked))
    return [one.what for one in found if isinstance(one.what, CellChange)]


def test_the_register_that_came_again_is_told_first(whole: Compared) -> None:
    first = whole.changes[0]
    assert (first.kind, first.members) == ("register", {"southshore"})
    assert [one.kind for one in whole.changes].count("register") == 1
    assert comparison.sentence(whole, first).startswith("Register of")


def test_the_place_that_gained_leads_and_its_own_units_are_the_cause(whole: Compared) -> None:
    (risen,) = (
        one
        for one in cells(whole, industry="g122", level="county")
        if one.kind == "rank" and one.place == two_editions.RISEN and one.industry == "g122"
    )
    assert risen.after.rank is not None
    assert risen.before.rank is not None
    assert risen.after.rank < risen.before.rank
    causes = whole.causes(risen)
    assert causes is not None
    assert causes.sole == "own"
    assert causes.own[1] - causes.own[0] == two_editions.MORE
    change = next(one for one in whole.changes if one.what is risen)
    assert f"because it has {two_editions.MORE} units more" in comparison.sentence(whole, change)


def test_every_because_holds_in_the_account(whole: Compared) -> None:
    ranks = [
        one for one in whole.changes if one.kind == "rank" and isinstance(one.what, CellChange)
    ]
    assert len(ranks) > 5
    for change in ranks:
        assert isinstance(change.what, CellChange)
        causes = whole.causes(change.what)
        said = comparison.sentence(whole, change)
        assert ("because" in said) == (causes is not None and causes.sole is not None)
        if causes is not None:
            assert sum(causes.parts.values()) == causes.before - causes.after
            assert (causes.before, causes.after) == (
                change.what.before.rank,
                change.what.after.rank,
            )


def test_what_is_withheld_now_is_told_without_a_number(two: Two, whole: Compared) -> None:
    place, _ = two_editions.SAILS
    hidden = [one for one in cells(whole, level="county") if one.kind == "withheld"]
    assert (place, "g112") in {(one.place, one.industry) for one in hidden}
    for one in hidden:
        assert (one.after.n, one.after.value, one.after.rank) == (None, None, None)
    layer = queries.layer(READER, two.after, industry="g112", level="county")
    assert next(one for one in layer.cells if one.code == place).state == "withheld"


def test_no_number_is_told_that_its_edition_does_not_show(two: Two, whole: Compared) -> None:
    layers: dict[tuple[int, str, str], dict[str, Any]] = {}
    seen = 0
    for one in cells(whole):
        for number, side in ((two.before, one.before), (two.after, one.after)):
            key = (number, one.industry, one.level)
            if key not in layers:
                layer = queries.layer(
                    READER,
                    number,
                    industry=one.industry,
                    level=one.level,  # type: ignore[arg-type]
                )
                layers[key] = {cell.code: cell for cell in layer.cells}
            cell = layers[key][one.place]
            assert (side.state, side.n, side.rank) == (cell.state, cell.n, cell.rank)
            if side.state == "ok":
                assert (side.value, side.low, side.high) == (cell.value, cell.low, cell.high)
            seen += 1
    assert seen > 50


def test_clusters_are_those_of_both_lists(two: Two, whole: Compared) -> None:
    old, new = (
        {row.key: row for row in queries.clusters(READER, number)}
        for number in (two.before, two.after)
    )
    stories = [one for one in whole.changes if isinstance(one.what, ClusterChange)]
    assert stories
    for story in stories:
        assert isinstance(story.what, ClusterChange)
        for one in story.what.before:
            assert (one.units, one.places) == (old[one.key].units, frozenset(old[one.key].places))
        for one in story.what.after:
            assert (one.units, one.places) == (new[one.key].units, frozenset(new[one.key].places))
    changed = {one.key for story in stories for one in _clusters(story.what)}
    for key in old.keys() & new.keys() - changed:
        assert (old[key].units, old[key].places) == (new[key].units, new[key].places)
    assert old.keys() ^ new.keys() <= changed


def _clusters(what: Any) -> tuple[Any, ...]:
    return (*what.before, *what.after)


def test_filters_keep_what_they_name(whole: Compared) -> None:
    everything = list(whole.changes)
    assert comparison.found(whole, Asked()) == everything
    for group in ("added", "removed", "moved", "changed"):
        found = comparison.found(whole, Asked(group=group))
        assert {one.group for one in found} <= {group}
    by_group = [len(comparison.found(whole, Asked(group=g))) for g in _groups()]
    assert sum(by_group) == len(everything)
    of_member = comparison.found(whole, Asked(member="northshore"))
    assert 0 < len(of_member) < len(everything)
    assert all("northshore" in one.members for one in of_member)
    division = comparison.found(whole, Asked(industry="d12"))
    assert {one.industry for one in division} <= {"d12", "g121", "g122"}
    assert {one.industry for one in division} >= {"g122"}
    levels = comparison.found(whole, Asked(level="province"))
    assert all(one.level == "province" for one in levels)


def _groups() -> list[Any]:
    return ["added", "removed", "moved", "changed"]


def test_an_unknown_industry_is_refused(whole: Compared) -> None:
    with pytest.raises(NotFound, match="no_such_industry"):
        comparison.found(whole, Asked(industry="d99"))


def test_backwards_tells_the_reverse(two: Two, whole: Compared) -> None:
    back = comparison.compared(READER, two.after, two.before)
    assert len(back.changes) >= len([one for one in whole.changes if one.kind == "rank"])
    ranks = {
        (one.industry, one.level, one.place): (one.before.rank, one.after.rank)
        for one in cells(whole)
        if one.kind == "rank"
    }
    for one in cells(back):
        if one.kind == "rank":
            assert ranks[one.industry, one.level, one.place] == (one.after.rank, one.before.rank)


def test_an_edition_is_not_compared_with_itself(two: Two) -> None:
    with pytest.raises(Refusal, match="same_edition"):
        comparison.compared(READER, two.after, two.after)


def test_a_draft_is_compared_for_those_only_who_may_see_it(two: Two) -> None:
    Edition.objects.filter(number=two.after).update(state=Edition.State.DRAFT)
    assert comparison.compared(LOCAL, two.before, two.after).changes
    for actor in (READER, OUTSIDER):
        with pytest.raises(NotFound, match="no_such_edition"):
            comparison.compared(actor, two.before, two.after)
    with pytest.raises(NotFound, match="no_such_edition"):
        comparison.compared(READER, two.before, 77)


def test_other_parameters_silence_the_account(two: Two, whole: Compared) -> None:
    row = Edition.objects.get(number=two.before)
    row.parameters = {**row.parameters, "interval_permille": 900}
    row.save()
    again = comparison.compared(READER, two.before, two.after)
    ranks = [one for one in cells(again) if one.kind == "rank"]
    assert [whole.causes(one) for one in ranks] != [None] * len(ranks)
    assert [again.causes(one) for one in ranks] == [None] * len(ranks)
