"""The brief of a cluster: its counties, what leads in it, what is missing, who is beside it."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from xietong.atlas.brief import contents
from xietong.atlas.brief.contents import (
    LONGEST,
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
from xietong.atlas.queries import cluster
from xietong.atlas.queries.editions import Opened
from xietong.atlas.schemas import ClusterOut, EditionOut, Names
from xietong.kit import figures
from xietong.region.rules import Actor

COUNTIES, OTHERS, PUBLISHED, PARTS, BESIDE = 12, 7, 5, 6, 8


def brief_of_cluster(actor: Actor, opened: Opened, edition: EditionOut, key: str) -> Brief:
    """Return the brief of a cluster. Refuses `no_such_cluster`."""
    one = cluster(actor, opened.row.number, key)
    members = {row.code: named(row.name) for row in edition.members}
    inside = [name for code, name in members.items() if code in one.members]
    return Brief(
        kind=gettext("Brief on industrial clusters"),
        title=named(one.name, 120),
        under=contents.under(edition, industry_name(one.industry), joined(inside)),
        marks=contents.marks(edition),
        said=[_size(one, inside), _strength(one), _crossing(one, inside)],
        figures=_figures(opened, one),
        places=[cell.code for cell in one.places],
        level="county",
        caption=contents.caption(edition),
        first=_counties(opened, one, members),
        tables=[
            *([_leading(one)] if one.leading else []),
            *([_absent(one)] if one.industry.kind == "chain" else []),
            _beside(opened, one),
            _others(opened, one, members),
            _names(one, members),
        ],
        notes=contents.notes(opened, edition),
        foot=contents.foot(edition),
        synthetic=edition.synthetic,
    )


def _size(one: ClusterOut, inside: list[str]) -> str:
    many = len(one.places)
    return ngettext(
        "{name} consists of {many} county of {members} and holds {units} units of {industry}, "
        "{share} of the region's.",
        "{name} consists of {many} adjoining counties of {members} and holds {units} units of "
        "{industry}, {share} of the region's.",
        many,
    ).format(
        name=named(one.name, contents.IN_A_SENTENCE),
        many=many,
        members=joined(inside),
        units=grouped(one.units),
        industry=industry_name(one.industry),
        share=figures.percent(one.share),
    )


def _strength(one: ClusterOut) -> str:
    core = next(cell for cell in one.places if cell.code == one.core)
    return gettext(
        "The industry stands here {lq} times as strong as in the region on average (interval "
        "{interval}); its core is {core} with {n} units."
    ).format(
        lq=figures.measured(one.lq, one.low, one.high),
        interval=figures.interval(one.low, one.high),
        core=named(core.name),
        n=grouped(core.n),
    )


def _crossing(one: ClusterOut, inside: list[str]) -> str:
    if one.crossing:
        return gettext(
            "It crosses the border of members ({members}); by units it is number {rank} among the "
            "industry's clusters."
        ).format(members=joined(inside), rank=one.rank)
    return gettext(
        "It lies within one member; by units it is number {rank} among the industry's clusters."
    ).format(rank=one.rank)


def _figures(opened: Opened, one: ClusterOut) -> list[Figure]:
    return [
        Figure(gettext("Units"), grouped(one.units)),
        Figure(
            gettext("Location quotient"),
            figures.measured(one.lq, one.low, one.high),
            figures.interval(one.low, one.high),
        ),
        Figure(gettext("Share of the region"), figures.percent(one.share)),
        Figure(
            gettext("Counties"),
            str(len(one.places)),
            gettext("crosses members") if one.crossing else "",
        ),
        Figure(
            gettext("Rank by units"),
            str(one.rank),
            gettext("of {n} clusters").format(n=opened.industries[one.industry.key].clusters),
        ),
    ]


def _counties(opened: Opened, one: ClusterOut, members: dict[str, str]) -> Table:
    largest = sorted(one.places, key=lambda cell: (-(cell.n or 0), cell.code))
    rows = [
        [
            with_beside(named(cell.name), named(cell.parent)),
            members[cell.member],
            grouped(cell.n),
            quotient(cell),
            interval(cell),
            grouped(cell.rank),
        ]
        for cell in largest[:COUNTIES]
    ]
    heading = gettext("Counties, the largest first")
    if len(largest) > COUNTIES:
        heading = gettext("The {shown} largest of {all} counties").format(
            shown=COUNTIES, all=len(largest)
        )
    return Table(
        heading=heading,
        header=[
            gettext("Place"),
            gettext("Member"),
            gettext("Units"),
            gettext("Location quotient"),
            gettext("Interval"),
            gettext("Rank in the region"),
        ],
        rows=rows,
        numeric=[False, False, True, True, True, True],
    )


def _leading(one: ClusterOut) -> Table:
    return Table(
        heading=gettext("Leading parts of the industry in the cluster"),
        header=[
            gettext("Industry"),
            gettext("Units"),
            gettext("Location quotient"),
            gettext("Interval"),
        ],
        rows=[
            [industry_name(part.industry), grouped(part.n), quotient(part), interval(part)]
            for part in one.leading[:PARTS]
        ],
        numeric=[False, True, True, True],
    )


def _absent(one: ClusterOut) -> Table:
    return Table(
        heading=gettext("Position in the chain: gaps"),
        header=[gettext("Segment with none counted in any county of the cluster")],
        rows=[[industry_name(part)] for part in one.absent_segments[:PARTS]],
        numeric=[False],
        empty=gettext("No segment of a chain is known to be missing. What is withheld is no gap."),
    )


def _beside(opened: Opened, one: ClusterOut) -> Table:
    """Clusters of other industries in the same counties."""
    inside = {cell.code for cell in one.places}
    rows = []
    for row in opened.row.clusters.exclude(industry_key=one.industry.key):
        shared = len(inside & set(row.places))
        if shared:
            rows.append((shared, row))
    rows.sort(key=lambda found: (-found[0], -found[1].units, found[1].key))
    return Table(
        heading=gettext("Clusters of other industries in the same counties"),
        header=[gettext("Cluster"), gettext("Counties in common"), gettext("Units")],
        rows=[
            [named(Names(zh=row.name_zh, en=row.name_en)), str(shared), grouped(row.units)]
            for shared, row in rows[:BESIDE]
        ],
        numeric=[False, True, True],
        empty=gettext("No other cluster of this edition has a county in common with it."),
    )


def _others(opened: Opened, one: ClusterOut, members: dict[str, str]) -> Table:
    rows = [
        row
        for row in opened.row.clusters.filter(industry_key=one.industry.key).order_by("rank")
        if row.key != one.key and not set(row.members) <= set(one.members)
    ]
    return Table(
        heading=gettext(
            "Partners across members: clusters of the industry that reach other members"
        ),
        header=[gettext("Cluster"), gettext("Members"), gettext("Units"), gettext("Interval")],
        rows=[
            [
                named(Names(zh=row.name_zh, en=row.name_en)),
                joined([name for code, name in members.items() if code in row.members]),
                grouped(row.units),
                figures.interval(row.low, row.high),
            ]
            for row in rows[:OTHERS]
        ],
        numeric=[False, False, True, True],
        empty=gettext("No other cluster of the industry reaches another member."),
    )


def _names(one: ClusterOut, members: dict[str, str]) -> Table:
    return Table(
        heading=gettext("Names that members have published"),
        header=[gettext("Name"), gettext("Member"), gettext("Source")],
        rows=[
            [
                clean(in_language(name.name), LONGEST),
                members.get(name.member, name.member),
                clean(name.source, LONGEST),
            ]
            for name in one.published_names[:PUBLISHED]
        ],
        numeric=[False, False, False],
        empty=gettext("No member has published leading firms or platforms here yet."),
    )
