"""Why a rank changed: the account adds up, is what sixteen whole leagues say, and says no more."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.edition.leagues import INDUSTRY, LEVEL, edition_of, with_hidden_total
from xietong.engine.edition.causes import BLOCKS, RankCauses, why_rank
from xietong.engine.edition.tables import EditionTables
from xietong.engine.measures import location_quotients

Units = dict[str, tuple[int, int]]
CELLS = st.tuples(st.integers(0, 40), st.integers(0, 90))
LEAGUES = st.tuples(
    st.dictionaries(st.sampled_from("abcdef"), CELLS, min_size=2, max_size=6),
    st.tuples(st.integers(0, 30), st.integers(1, 200)),
)


def why(before: EditionTables, after: EditionTables, place: str = "a") -> RankCauses | None:
    return why_rank(
        before, after, industry=INDUSTRY, level=LEVEL, place=place, interval_permille=950
    )


def rank_of(place: str, units: Units, elsewhere: tuple[int, int], order: list[str]) -> int:
    """Rank by sorting whole leagues written out anew, apart from the code that is judged."""
    names = list(units)
    counts = [[units[name][0] for name in names] + [elsewhere[0]]]
    totals = [sum(units[name]) for name in names] + [sum(elsewhere)]
    found = location_quotients(counts, place_totals=totals)
    scores = [
        (-float(found.low[0, at]), -float(found.value[0, at]), order.index(name), name)
        for at, name in enumerate(names)
    ]
    return [name for *_, name in sorted(scores)].index(place) + 1


def by_hand(
    place: str, old: tuple[Units, tuple[int, int]], new: tuple[Units, tuple[int, int]]
) -> tuple[dict[str, Fraction], dict[frozenset[str], int]]:
    """Play every order of the four blocks: what each adds to the rank, on average."""

    def ranked(side: tuple[Units, tuple[int, int]]) -> tuple[Units, tuple[int, int]]:
        units, elsewhere = side
        league = {name: both for name, both in units.items() if both[0] > 0}
        silent = [both for both in units.values() if both[0] == 0]
        rest = (elsewhere[0], elsewhere[1] + sum(both[1] for both in silent))
        return league, rest

    (old_league, old_rest), (new_league, new_rest) = ranked(old), ranked(new)

    @cache
    def play(blocks: frozenset[str]) -> int:
        source = new_league if "places" in blocks else old_league
        own = (new_league if "own" in blocks else old_league)[place][0]
        other = (new_league if "own_other" in blocks else old_league)[place][1]
        units = {name: both for name, both in source.items() if name != place}
        units[place] = (own, other)
        order = list((new if "places" in blocks else old)[0])
        return rank_of(place, units, new_rest if "rest" in blocks else old_rest, order)

    worth = dict.fromkeys(BLOCKS, Fraction(0))
    games: dict[frozenset[str], int] = {}
    for order in permutations(BLOCKS):
        taken: frozenset[str] = frozenset()
        for block in order:
            first, then = play(taken), play(taken | {block})
            games[taken], games[taken | {block}] = first, then
            worth[block] += Fraction(first - then, 24)
            taken |= {block}
    return worth, games


@settings(max_examples=40, deadline=None)
@given(LEAGUES, LEAGUES)
def test_the_account_is_that_of_whole_leagues_played_in_every_order(
    old: tuple[Units, tuple[int, int]], new: tuple[Units, tuple[int, int]]
) -> None:
    before, after = (edition_of(units, elsewhere=rest) for units, rest in (old, new))
    both = [
        place
        for place in old[0]
        if place in new[0] and old[0][place][0] > 0 and new[0][place][0] > 0
    ]
    for place in old[0]:
        told = why(before, after, place)
        if place not in both:
            assert told is None
            continue
        assert told is not None
        worth, games = by_hand(place, old, new)
        assert told.parts == worth
        assert sum(told.parts.values()) == told.before - told.after
        nothing, everything = frozenset[str](), frozenset(BLOCKS)
        assert (told.before, told.after) == (games[nothing], games[everything])
        rise = told.before - told.after
        if told.sole is not None:
            alone = told.before - games[frozenset({told.sole})]
            without = told.before - games[everything - {told.sole}]
            sign = 1 if rise > 0 else -1
            assert rise != 0
            assert sign * alone >= sign * rise
            assert sign * without <= 0


def test_own_units_alone_are_named_as_the_cause() -> None:
    units = {"a": (50, 950), "b": (80, 920), "c": (70, 930)}
    told = why(edition_of(units), edition_of({**units, "a": (264, 950)}))
    assert told is not None
    assert (told.before, told.after, told.sole) == (3, 1, "own")
    assert told.parts == {"own": 2, "own_other": 0, "places": 0, "rest": 0}
    assert told.own == (50, 264)
    assert [(one.place, one.n_before, one.n_after) for one in told.passed] == [
        ("b", 80, 80),
        ("c", 70, 70),
    ]


def test_others_loss_is_no_merit_of_the_place() -> None:
    units = {"a": (60, 940), "b": (80, 920), "c": (70, 930)}
    told = why(edition_of(units), edition_of({**units, "b": (20, 980)}))
    assert told is not None
    assert (told.before, told.after, told.sole) == (3, 2, "places")
    assert told.own == (60, 60)
    assert told.passed[0].n_after < told.passed[0].n_before


def test_a_smaller_place_rises_without_a_new_unit() -> None:
    units = {"a": (60, 940), "b": (80, 920), "c": (70, 930)}
    told = why(edition_of(units), edition_of({**units, "a": (60, 340)}))
    assert told is not None
    assert (told.after, told.sole) == (1, "own_other")


def test_two_blocks_together_have_no_sole_cause() -> None:
    # Neither the place's gain nor the others' loss would do it alone.
    before = edition_of({"a": (60, 940), "b": (80, 920)})
    after = edition_of({"a": (68, 932), "b": (66, 934)})
    told = why(before, after)
    assert told is not None
    assert (told.before, told.after, told.sole) == (2, 1, None)
    assert told.parts["own"] == told.parts["places"] == Fraction(1, 2)


def test_an_equal_edition_has_nothing_to_account_for() -> None:
    same = edition_of({"a": (60, 940), "b": (80, 920)})
    told = why(same, same)
    assert told is not None
    assert set(told.parts.values()) == {0}
    assert told.sole is None
    assert told.passed == ()


@pytest.mark.parametrize("hidden", ["withheld", "thin"])
def test_what_is_hidden_is_neither_accounted_for_nor_named(hidden: str) -> None:
    old = {"a": (50, 950), "b": (80, 920), "c": (70, 930)}
    new = {**old, "a": (90, 950), "b": (2, 920)}
    gone = ["b"]
    after = edition_of(new, withheld=gone) if hidden == "withheld" else edition_of(new, thin=gone)
    before = edition_of(old)
    told = why(before, after)
    assert told is not None
    assert [one.place for one in told.passed] == ["c"]
    assert told.left == ("b",)
    assert why(before, after, "b") is None
    back = why(after, before)
    assert back is not None
    assert back.entered == ("b",)


def test_a_withheld_total_behind_the_league_silences_the_account() -> None:
    old, new = edition_of({"a": (9, 50), "b": (8, 40)}), edition_of({"a": (9, 50), "b": (20, 40)})
    assert why(old, new) is not None
    assert why(old, with_hidden_total(new, "b")) is None


def test_a_method_that_gives_another_league_silences_the_account() -> None:
    # Two in three of five are many times the region's share, but surely only little above it.
    units = {"a": (3, 2), "b": (60, 140), "c": (40, 760)}
    before, after = edition_of(units), edition_of({**units, "b": (1, 199)})
    told = why(before, after)
    assert told is not None
    assert (told.before, told.after) == (2, 1)
    # At a level of next to nothing the quotient itself ranks the places, and another place leads.
    assert (
        why_rank(before, after, industry=INDUSTRY, level=LEVEL, place="a", interval_permille=1)
        is None
    )


def test_unknown_names_are_no_league() -> None:
    same = edition_of({"a": (60, 940), "b": (80, 920)})
    assert why(same, same, "z") is None
    assert why_rank(same, same, industry="?", level=LEVEL, place="a", interval_permille=950) is None
