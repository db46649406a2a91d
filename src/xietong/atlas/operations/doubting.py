"""What a version would change, and what makes one doubt that it should be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xietong.atlas import queries, storage
from xietong.atlas.methods import Methods
from xietong.atlas.models import RegisterVersion
from xietong.atlas.operations.bringing import Brought
from xietong.atlas.operations.recording import changes_of
from xietong.engine.problems import Problem
from xietong.engine.register import difference_of
from xietong.engine.register.misgivings import GRAVE, misgivings
from xietong.kit.refusals import N_, Refusal
from xietong.region import queries as region
from xietong.region.models import Member
from xietong.region.rules import Actor

# Places and divisions shown in a dry run: those that change the most.
LARGEST = 12


def summary_of(
    actor: Actor, owner: Member, base: RegisterVersion | None, brought: Brought, ways: Methods
) -> dict[str, Any]:
    """Return the dry run: what a version made of this would change, and what stands against it.

    Where the rows of the version before are lost or damaged on this node, all rows count as added,
    and a misgiving says so.
    """
    folder = storage.registers().folder
    before = None if base is None else queries.sound_rows(base.digest)
    difference = difference_of(
        before,
        folder / f"{brought.digest}.parquet",
        ways.rules().credit_code,
    )
    members = {one.place_code: one for one in region.members(actor)}
    owners = queries.member_places(actor)
    elsewhere: dict[str, int] = {}
    for code, (_, rows) in difference.places.items():
        province = owners.get(code, "")
        if rows and province in members and province != owner.place_code:
            elsewhere[province] = elsewhere.get(province, 0) + rows
    doubts = misgivings(
        difference,
        before=None if base is None else base.quality,
        after=brought.quality,
        elsewhere=elsewhere,
        names={code: (one.name_zh, one.name_en) for code, one in members.items()},
    )
    if base is not None and base.synthetic:
        # Nobody misses rows that were made up.
        doubts = [one for one in doubts if one.code != "rows_vanish"]
    if base is not None and before is None:
        doubts.insert(0, Problem("rows_before_lost", params={"version": base.number}))
    return {
        **changes_of(difference, base),
        "columns": dict(difference.columns),
        "places": _largest(difference.places),
        "divisions": _largest(difference.divisions),
        "misgivings": [{"code": one.code, "params": dict(one.params)} for one in doubts],
    }


def _largest(counts: Any) -> list[list[Any]]:
    moved = [[code, was, now] for code, (was, now) in counts.items() if was != now]
    return sorted(moved, key=lambda one: (-abs(one[2] - one[1]), one[0]))[:LARGEST]


def counts_of(summary: Mapping[str, Any] | None) -> dict[str, int] | None:
    """Return the counts of a dry run as a version keeps them."""
    if summary is None:
        return None
    return {name: one for name, one in summary.items() if isinstance(one, int)}


def misgivings_of(summary: Mapping[str, Any] | None) -> list[Problem]:
    """Return what stands against making a version, the gravest first."""
    found = [] if summary is None else summary["misgivings"]
    return [Problem(one["code"], params=one["params"]) for one in found]


def answer(doubts: Sequence[Problem], reason: str, field: str) -> None:
    """Refuse `misgivings_unanswered` where a grave doubt is passed by without a word."""
    if reason.strip() or not any(one.code in GRAVE for one in doubts):
        return
    raise Refusal(
        "misgivings_unanswered",
        N_("There are grave doubts whether this is the right file."),
        way_out=N_("Say in a sentence why it is right all the same, or discard the import."),
        field=field,
        problems=tuple(doubts),
    )
