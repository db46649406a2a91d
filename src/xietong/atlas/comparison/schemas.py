"""The changelog as the API and the command tell it."""

from __future__ import annotations

from django.utils.translation import override
from ninja import Schema

from xietong.atlas.comparison.kinds import Change, Group, Kind
from xietong.atlas.comparison.reading import Asked, Compared, found
from xietong.atlas.comparison.words import sentence
from xietong.atlas.schemas import CellState, Names
from xietong.engine.edition.comparison import CellChange, Side
from xietong.engine.edition.lineage import ClusterChange


class SideOut(Schema):
    """A cell as one of the two editions shows it."""

    state: CellState
    n: int | None
    value: float | None
    low: float | None
    high: float | None
    rank: int | None


class CausesOut(Schema):
    """Why a rank changed: what each block is worth in ranks (they add up), and the sole cause."""

    own: float
    own_other: float
    places: float
    rest: float
    sole: str | None


class ChangeOut(Schema):
    """One entry of the changelog."""

    kind: Kind
    group: Group
    sentence: Names
    industry: str | None
    level: str | None
    place: str | None
    members: list[str]
    before: SideOut | None
    after: SideOut | None
    clusters_before: list[str]
    clusters_after: list[str]
    jaccard: float | None
    causes: CausesOut | None


class ChangelogOut(Schema):
    """What has changed between two editions, what matters most first."""

    before: int
    after: int
    total: int
    changes: list[ChangeOut]


def changelog(whole: Compared, asked: Asked, *, offset: int = 0, limit: int = 50) -> ChangelogOut:
    """Return a stretch of the changes that are asked for. Refuses `no_such_industry`."""
    changes = found(whole, asked)
    return ChangelogOut(
        before=whole.before.row.number,
        after=whole.after.row.number,
        total=len(changes),
        changes=[change_out(whole, one) for one in changes[offset : offset + limit]],
    )


def change_out(whole: Compared, change: Change) -> ChangeOut:
    """Return one change with its sentence in both languages."""
    cell = change.what if isinstance(change.what, CellChange) else None
    clusters = change.what if isinstance(change.what, ClusterChange) else None
    return ChangeOut(
        kind=change.kind,
        group=change.group,
        sentence=Names(zh=_said(whole, change, "zh-hans"), en=_said(whole, change, "en")),
        industry=change.industry,
        level=change.level,
        place=cell.place if cell else None,
        members=sorted(change.members),
        before=_side(cell.before) if cell else None,
        after=_side(cell.after) if cell else None,
        clusters_before=[one.key for one in clusters.before] if clusters else [],
        clusters_after=[one.key for one in clusters.after] if clusters else [],
        jaccard=clusters.jaccard if clusters else None,
        causes=_causes(whole, cell) if cell else None,
    )


def _said(whole: Compared, change: Change, language: str) -> str:
    with override(language):
        return sentence(whole, change)


def _side(side: Side) -> SideOut:
    return SideOut.model_validate(side, from_attributes=True)


def _causes(whole: Compared, cell: CellChange) -> CausesOut | None:
    causes = whole.causes(cell) if cell.kind == "rank" else None
    if causes is None:
        return None
    parts = {block: float(part) for block, part in causes.parts.items()}
    return CausesOut(**parts, sole=causes.sole)
