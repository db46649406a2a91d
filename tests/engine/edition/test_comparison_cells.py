"""What has changed between two editions is found where it is; what is hidden stays hidden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.edition.leagues import INDUSTRY, LEVEL, edition_of
from engine.edition.made import made
from xietong.engine.edition.comparison import (
    FIRST,
    CellChange,
    Side,
    compare_cells,
    surely_differs,
)
from xietong.engine.edition.tables import PUBLISHED, WITHHELD, ZERO, EditionTables

PLAIN = {"a": (60, 940), "b": (80, 920), "c": (70, 930), "d": (5, 995)}


def of_industry(before: EditionTables, after: EditionTables) -> dict[tuple[str, str], CellChange]:
    changes = compare_cells(before, after)
    return {(one.kind, one.place): one for one in changes if one.industry == INDUSTRY}


def test_an_edition_does_not_differ_from_itself() -> None:
    built = made(1).built().tables
    assert compare_cells(built, built) == ()


def test_ranks_are_told_of_both_who_rose_and_who_fell() -> None:
    found = of_industry(edition_of(PLAIN), edition_of({**PLAIN, "a": (75, 940)}))
    ranks = {place: (one.before.rank, one.after.rank) for (kind, place), one in found.items()}
    assert ranks == {"a": (3, 2), "c": (2, 3)}
    assert found["rank", "a"].before.n == 60
    assert found["rank", "a"].after.n == 75


def test_ranks_below_the_first_are_not_told() -> None:
    many = {f"p{at:02}": (100 - 3 * at, 900) for at in range(FIRST + 4)}
    last = f"p{FIRST + 3:02}"
    swapped = {**many, last: (66, 900)}
    kinds = {key for key in of_industry(edition_of(many), edition_of(swapped)) if key[0] == "rank"}
    assert kinds == set()
    risen = {**many, last: (74, 900)}
    told = of_industry(edition_of(many), edition_of(risen))["rank", last]
    assert (told.before.rank, told.after.rank) == (FIRST + 4, FIRST)


@pytest.mark.parametrize("more", [1, 3, 40])
def test_a_quotient_changes_where_the_interval_says_so(more: int) -> None:
    before, after = edition_of(PLAIN), edition_of({**PLAIN, "d": (5 + more, 995)})
    table, other = before.levels[LEVEL], after.levels[LEVEL]
    # By the definition, with the numbers of the cell alone.
    one, low, high = (float(part[1, 3]) for part in (table.lq, table.low, table.high))
    two, low2, high2 = (float(part[1, 3]) for part in (other.lq, other.low, other.high))
    down = two - one - ((two - low2) ** 2 + (high - one) ** 2) ** 0.5
    up = two - one + ((high2 - two) ** 2 + (one - low) ** 2) ** 0.5
    assert (("quotient", "d") in of_industry(before, after)) == (down > 0 or up < 0)
    assert (down > 0) == (more == 40)


def test_missing_bounds_are_never_a_change() -> None:
    nothing, one = np.array([np.nan]), np.array([1.0])
    assert not surely_differs(one, nothing, nothing, one * 9, nothing, nothing).any()


def test_a_cell_that_is_hidden_now_is_told_without_what_it_hides() -> None:
    before, after = edition_of(PLAIN), edition_of({**PLAIN, "a": (2, 940)}, withheld=["a"])
    found = of_industry(before, after)
    told = found["withheld", "a"]
    assert told.after == Side("withheld", None, None, None, None, None)
    assert told.before.n == 60
    assert {kind for kind, place in found if place == "a"} == {"withheld"}
    back = of_industry(after, before)["published", "a"]
    assert back.before.n is None
    assert back.after.n == 60


def test_a_cell_hidden_in_both_is_not_told() -> None:
    before = edition_of({**PLAIN, "a": (2, 940)}, withheld=["a"])
    after = edition_of({**PLAIN, "a": (1, 940)}, withheld=["a"])
    assert [one for one in compare_cells(before, after) if one.place == "a"] == []


def test_what_is_too_thinly_placed_shows_no_number() -> None:
    before, after = edition_of(PLAIN), edition_of({**PLAIN, "b": (9, 9)}, thin=["b"])
    told = of_industry(before, after)["insufficient", "b"]
    assert told.after == Side("insufficient", None, None, None, None, None)
    assert ("published", "b") in of_industry(after, before)


def test_who_enters_the_league_had_no_rank() -> None:
    before, after = edition_of({**PLAIN, "d": (0, 995)}), edition_of({**PLAIN, "d": (90, 995)})
    told = of_industry(before, after)["rank", "d"]
    assert (told.before.rank, told.after.rank) == (None, 1)
    assert (told.before.state, told.before.n) == ("zero", 0)


def test_the_order_of_places_and_industries_changes_nothing() -> None:
    before, after = edition_of(PLAIN), edition_of({**PLAIN, "a": (75, 940)})
    turned = edition_of({name: {**PLAIN, "a": (75, 940)}[name] for name in "dcba"})
    assert set(compare_cells(before, after)) == set(compare_cells(before, turned))


def test_only_what_both_editions_have_is_compared() -> None:
    before = edition_of(PLAIN)
    after = edition_of({name: both for name, both in PLAIN.items() if name != "b"})
    assert {one.place for one in compare_cells(before, after)} <= {"a", "c", "d"}
    renamed = replace(after, industries=np.array(["all", "j"]))
    assert {one.industry for one in compare_cells(before, renamed)} <= {"all"}


def _shown(tables: EditionTables, change: CellChange) -> Side:
    """Read a cell off the tables by name, apart from the code that is judged."""
    table = tables.levels[change.level]
    row = tables.industries.tolist().index(change.industry)
    at = table.places.tolist().index(change.place)
    if change.place in tables.insufficient:
        return Side("insufficient", None, None, None, None, None)
    status = int(table.status[row, at])
    if status == WITHHELD:
        return Side("withheld", None, None, None, None, None)
    if status == ZERO:
        return Side("zero", 0, None, None, None, None)
    low = table.low[row]
    shown = (table.status[row] == PUBLISHED) & ~np.isin(table.places, tables.insufficient)
    ahead = sum(
        bool(shown[other])
        and (
            low[other] > low[at]
            or (low[other] == low[at] and table.lq[row, other] > table.lq[row, at])
            or (low[other] == low[at] and table.lq[row, other] == table.lq[row, at] and other < at)
        )
        for other in range(len(table.places))
    )
    return Side(
        "ok",
        int(table.n[row, at]),
        float(table.lq[row, at]),
        float(low[at]),
        float(table.high[row, at]),
        ahead + 1,
    )


@pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 4), (5, 6)])
def test_every_change_shows_what_the_editions_show_and_no_more(one: int, other: int) -> None:
    before = made(one, thin=one == 5).built().tables
    after = made(other, thin=other == 4).built().tables
    changes = compare_cells(before, after)
    assert {change.kind for change in changes} >= {"rank", "quotient", "published", "withheld"}
    for change in changes:
        assert change.before == _shown(before, change)
        assert change.after == _shown(after, change)
        if change.kind in ("rank", "quotient"):
            assert {change.before.state, change.after.state} <= {"ok", "zero"}
