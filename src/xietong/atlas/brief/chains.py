"""The brief of a chain: its segments, where it is strong, its clusters, what cannot be told."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from xietong.atlas.brief import contents
from xietong.atlas.brief.contents import (
    Brief,
    Figure,
    Table,
    clean,
    grouped,
    industry_name,
    interval,
    joined,
    named,
    quotient,
    with_beside,
)
from xietong.atlas.exports import in_language
from xietong.atlas.models import Cluster
from xietong.atlas.queries.editions import Opened
from xietong.atlas.queries.layers import layer_of
from xietong.atlas.schemas import Cell, EditionOut, IndustryOut, Level, Names
from xietong.kit import figures
from xietong.kit.refusals import N_, NotFound

SHOWN, SEGMENTS, CLUSTERS, COUNTIES = 10, 18, 7, 7


def brief_of_chain(opened: Opened, edition: EditionOut, key: str) -> Brief:
    """Return the brief of a chain. Refuses `no_such_chain`."""
    chain = opened.industries.get(key)
    if chain is None or chain.kind != "chain":
        raise NotFound(
            "no_such_chain",
            N_("This edition has no industrial chain “{key}”."),
            way_out=N_("Choose one from the list of industrial chains; its key begins with c-."),
            field="chain",
            key=key,
        )
    ranked = _ranked(opened, chain)
    segments = [one for one in opened.industries.values() if one.parent == key]
    rows = list(opened.row.clusters.filter(industry_key=key).order_by("rank"))
    strong = {cell.code: _shade(cell) for cell in ranked if cell.low is not None and cell.low > 1}
    members = {row.code: named(row.name) for row in edition.members}
    return Brief(
        kind=gettext("Brief on industrial clusters"),
        title=named(chain.name),
        under=contents.under(edition, gettext("Industrial chain")),
        marks=contents.marks(edition),
        said=[_size(chain, segments, edition), _places(ranked), _clusters(rows)],
        figures=_figures(chain, segments, strong, rows),
        places=list(strong),
        level="prefecture",
        caption=gettext("Marked: prefectures surely above the region's average.")
        + " "
        + contents.caption(edition),
        first=_leading(
            gettext("Prefectures with the highest location quotients"),
            ranked[:SHOWN],
            members,
        ),
        tables=[
            _segments(opened, segments),
            _list(rows, members),
            _leading(
                gettext("Counties with the highest location quotients"),
                _ranked(opened, chain, "county")[:COUNTIES],
                members,
            ),
        ],
        notes=contents.notes(opened, edition),
        foot=contents.foot(edition),
        synthetic=edition.synthetic,
        shades=strong,
    )


def _ranked(opened: Opened, industry: IndustryOut, level: Level = "prefecture") -> list[Cell]:
    cells = layer_of(opened, industry=industry.key, level=level).cells
    return [cell for cell in cells if cell.rank is not None]


def _shade(cell: Cell) -> int:
    return 1 + sum((cell.low or 0.0) > limit for limit in (1.25, 2.0))


def _size(chain: IndustryOut, segments: list[IndustryOut], edition: EditionOut) -> str:
    told = [one for one in segments if one.enabled]
    said = {"chain": named(chain.name), "segments": len(segments), "told": len(told)}
    if chain.n is None:
        return gettext(
            "How many units the region has in {chain} is withheld; {told} of its {segments} "
            "segments can be shown on the map."
        ).format(**said)
    share = figures.percent(chain.n / edition.establishments if edition.establishments else 0.0)
    return gettext(
        "The region has {n} units in {chain}, {share} of all; {told} of its {segments} segments "
        "have enough of them for the map."
    ).format(**said, n=grouped(chain.n), share=share)


def _places(ranked: list[Cell]) -> str:
    strong = [cell for cell in ranked if cell.low is not None and cell.low > 1]
    if not strong:
        return gettext("No prefecture stands surely above the region's average in it.")
    many = len(strong)
    return ngettext(
        "{many} prefecture stands surely above the region's average in it: {names}.",
        "{many} prefectures stand surely above the region's average in it, first {names}.",
        many,
    ).format(
        many=many,
        names=joined([with_beside(named(cell.name), quotient(cell)) for cell in strong[:3]]),
    )


def _clusters(rows: list[Cluster]) -> str:
    if not rows:
        return gettext("No industrial cluster of the chain is found in this edition.")
    return ngettext(
        "{many} industrial cluster of the chain is found, {crossing} of them across members; the "
        "largest is {name} ({units} units).",
        "{many} industrial clusters of the chain are found, {crossing} of them across members; "
        "the largest is {name} ({units} units).",
        len(rows),
    ).format(
        many=len(rows),
        crossing=sum(row.crossing for row in rows),
        name=_name(rows[0], contents.IN_A_SENTENCE),
        units=grouped(rows[0].units),
    )


def _name(row: Cluster, longest: int = contents.LONGEST) -> str:
    return named(Names(zh=row.name_zh, en=row.name_en), longest)


def _figures(
    chain: IndustryOut, segments: list[IndustryOut], strong: dict[str, int], rows: list[Cluster]
) -> list[Figure]:
    return [
        Figure(gettext("Units in the region"), grouped(chain.n)),
        Figure(
            gettext("Segments on the map"),
            str(sum(one.enabled for one in segments)),
            gettext("of {n}").format(n=len(segments)),
        ),
        Figure(gettext("Prefectures surely above average"), str(len(strong))),
        Figure(
            gettext("Clusters"),
            str(len(rows)),
            gettext("{n} across members").format(n=sum(row.crossing for row in rows)),
        ),
    ]


def _leading(heading: str, ranked: list[Cell], members: dict[str, str]) -> Table:
    return Table(
        heading=heading,
        header=[
            gettext("Rank"),
            gettext("Place"),
            gettext("Member"),
            gettext("Units"),
            gettext("Location quotient"),
            gettext("Interval"),
        ],
        rows=[
            [
                grouped(cell.rank),
                named(cell.name),
                members[cell.member],
                grouped(cell.n),
                quotient(cell),
                interval(cell),
            ]
            for cell in ranked
        ],
        numeric=[True, False, False, True, True, True],
        empty=gettext("No place of this level can be shown for the chain in this edition."),
    )


def _segments(opened: Opened, segments: list[IndustryOut]) -> Table:
    rows = []
    for one in segments[:SEGMENTS]:
        first = _ranked(opened, one)[:1] if one.enabled else []
        why = clean(in_language(one.why_disabled), 40) if one.why_disabled else ""
        leader = [
            with_beside(f"{named(cell.name)} {quotient(cell)}", interval(cell)) for cell in first
        ]
        rows.append(
            [industry_name(one), grouped(one.n), grouped(one.clusters), *(leader or [why or "–"])]
        )
    return Table(
        heading=gettext("Segments of the chain"),
        header=[
            gettext("Segment"),
            gettext("Units"),
            gettext("Clusters"),
            gettext("First prefecture: location quotient (interval)"),
        ],
        rows=rows,
        numeric=[False, True, True, False],
        empty=gettext("The chain has no segments in this edition."),
    )


def _list(rows: list[Cluster], members: dict[str, str]) -> Table:
    across = [row for row in rows if row.crossing] + [row for row in rows if not row.crossing]
    return Table(
        heading=gettext("Clusters of the chain, those across members first"),
        header=[gettext("Cluster"), gettext("Members"), gettext("Units"), gettext("Interval")],
        rows=[
            [
                _name(row),
                joined([name for code, name in members.items() if code in row.members]),
                grouped(row.units),
                figures.interval(row.low, row.high),
            ]
            for row in across[:CLUSTERS]
        ],
        numeric=[False, False, True, True],
        empty=gettext("No industrial cluster of the chain is found in this edition."),
    )
