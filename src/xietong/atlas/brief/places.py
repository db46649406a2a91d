"""The brief of a place: what it is strong in, its part in chains and clusters, its partners."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from xietong.atlas.brief import contents
from xietong.atlas.brief.contents import (
    Brief,
    Figure,
    Table,
    grouped,
    industry_name,
    interval,
    joined,
    named,
    quotient,
)
from xietong.atlas.exports import level_name, state_name
from xietong.atlas.models import Cluster
from xietong.atlas.queries import place_profile
from xietong.atlas.queries.editions import Opened
from xietong.atlas.queries.layers import cell_of
from xietong.atlas.schemas import (
    Cell,
    EditionOut,
    IndustryOut,
    LeadingIndustry,
    Names,
    PlaceProfile,
)
from xietong.kit import figures
from xietong.region.rules import Actor

TOP, CHAINS, PARTNERS, CLUSTERS = 10, 10, 6, 7


def brief_of_place(actor: Actor, opened: Opened, edition: EditionOut, code: str) -> Brief:
    """Return the brief of a place. Refuses `no_such_place`."""
    place = place_profile(actor, opened.row.number, code)
    member = next(one for one in edition.members if one.code == place.member)
    strong = _strong(opened, place)
    rows = {row.key: row for row in opened.row.clusters.all()}
    own = [rows[one.key] for one in place.clusters if one.key in rows]
    return Brief(
        kind=gettext("Brief on industrial clusters"),
        title=named(place.name),
        under=contents.under(edition, level_name(place.level), named(member.name)),
        marks=contents.marks(edition),
        said=[_size(place, edition), _strength(place, strong), _clusters(place)],
        figures=_figures(place, strong),
        places=[code],
        level=place.level,
        caption=contents.caption(edition),
        first=_industries(place),
        tables=[_chains(opened, place), _own_clusters(place), _partners(opened, place, own)],
        notes=contents.notes(opened, edition),
        foot=contents.foot(edition),
        synthetic=edition.synthetic,
    )


def _size(place: PlaceProfile, edition: EditionOut) -> str:
    name = named(place.name)
    if place.insufficient:
        share = figures.percent(place.placed_at_county_share or 0.0)
        return gettext(
            "Data on {place} are insufficient in this edition: only {share} of the prefecture's "
            "units are known down to the county, so its numbers are not told."
        ).format(place=name, share=share)
    if place.n is None:
        return gettext("How many units {place} has is withheld in this edition.").format(place=name)
    return gettext(
        "{place} has {n} units in the members' registers, {share} of the region's {all}."
    ).format(
        place=name,
        n=grouped(place.n),
        share=figures.percent(place.n / edition.establishments if edition.establishments else 0.0),
        all=grouped(edition.establishments),
    )


def _strong(opened: Opened, place: PlaceProfile) -> int:
    """Return in how many divisions the place stands surely above the region's average."""
    lows = (
        cell_of(opened, one.key, place.level, place.code).low
        for one in opened.industries.values()
        if one.kind == "division"
    )
    return sum(low is not None and low > 1 for low in lows)


def _strength(place: PlaceProfile, many: int) -> str:
    best = [one for one in place.top if one.low > 1]
    if place.insufficient:
        return gettext(
            "Which industries it is strong in cannot be said; its prefecture's brief can."
        )
    if not best:
        return gettext(
            "No division stands surely above the region's average here: in none does the whole "
            "interval of the location quotient lie above 1."
        )
    return ngettext(
        "It stands surely above the region's average in one division: {names}.",
        "It stands surely above the region's average in {many} divisions, most in {names}.",
        many,
    ).format(many=many, names=joined([_with_quotient(one) for one in best[:3]]))


def _with_quotient(one: LeadingIndustry) -> str:
    return gettext("{industry} (location quotient {lq}, interval {interval})").format(
        industry=industry_name(one.industry), lq=quotient(one), interval=interval(one)
    )


def _clusters(place: PlaceProfile) -> str:
    many = len(place.clusters)
    if place.insufficient:
        return gettext("Nor can it be said whether it has a part in an industrial cluster.")
    if not many:
        return gettext("No industrial cluster of this edition has a county here.")
    crossing = sum(one.crossing for one in place.clusters)
    return ngettext(
        "It has a part in {many} industrial cluster, {crossing} of them across members; the "
        "largest is {name} ({units} units).",
        "It has a part in {many} industrial clusters, {crossing} of them across members; the "
        "largest is {name} ({units} units).",
        many,
    ).format(
        many=many,
        crossing=crossing,
        name=named(place.clusters[0].name, contents.IN_A_SENTENCE),
        units=grouped(place.clusters[0].units),
    )


def _figures(place: PlaceProfile, strong: int) -> list[Figure]:
    told = place.n is not None
    found = [
        Figure(
            gettext("Units counted"),
            grouped(place.n) if told else _why_not(place),
        ),
        Figure(
            gettext("Divisions surely above average"),
            NONE if place.insufficient else str(strong),
        ),
        Figure(
            gettext("Clusters here"),
            NONE if place.insufficient else str(len(place.clusters)),
            ""
            if place.insufficient
            else gettext("{n} across members").format(
                n=sum(one.crossing for one in place.clusters)
            ),
        ),
    ]
    if place.top:
        best = place.top[0]
        rank = gettext("rank {rank}").format(rank=best.rank) if best.rank else ""
        found.insert(
            1,
            Figure(
                gettext("Highest location quotient: {industry}").format(
                    industry=industry_name(best.industry)
                ),
                quotient(best),
                " · ".join(part for part in (interval(best), rank) if part),
            ),
        )
    if place.placed_at_county_share is not None:
        found.append(
            Figure(
                gettext("Known down to the county (prefecture)"),
                figures.percent(place.placed_at_county_share),
            )
        )
    return found


NONE = contents.NOTHING


def _why_not(place: PlaceProfile) -> str:
    return state_name("insufficient" if place.insufficient else "withheld")


def _industries(place: PlaceProfile) -> Table:
    return Table(
        heading=gettext("Divisions with the highest location quotients"),
        header=[
            gettext("Industry"),
            gettext("Units"),
            gettext("Location quotient"),
            gettext("Interval"),
            gettext("Rank in the region"),
        ],
        rows=[
            [
                industry_name(one.industry),
                grouped(one.n),
                quotient(one),
                interval(one),
                grouped(one.rank),
            ]
            for one in place.top[:TOP]
        ],
        numeric=[False, True, True, True, True],
        empty=gettext("No division can be shown for this place in this edition."),
    )


def _chains(opened: Opened, place: PlaceProfile) -> Table:
    """Position in the chains, with what was counted nowhere here and what surely falls short."""
    rows = []
    for chain in opened.industries.values():
        if chain.kind == "chain" and chain.enabled:
            cell = cell_of(opened, chain.key, place.level, place.code)
            if cell.state != "insufficient":
                rows.append((cell, [industry_name(chain), *_position(opened, place, chain, cell)]))
    rows.sort(key=lambda row: -(row[0].low or -1.0))
    return Table(
        heading=gettext("Position in the industrial chains"),
        header=[
            gettext("Chain"),
            gettext("Units"),
            gettext("Location quotient (interval)"),
            gettext("Rank"),
            gettext("Gaps: segments with none counted"),
            gettext("Shortfalls: surely below average"),
        ],
        rows=[row for _, row in rows[:CHAINS]],
        numeric=[False, True, True, True, False, False],
        empty=gettext("No chain can be shown for this place in this edition."),
    )


def _position(opened: Opened, place: PlaceProfile, chain: IndustryOut, cell: Cell) -> list[str]:
    gaps, short = [], []
    for one in opened.industries.values():
        if one.parent == chain.key and one.enabled:
            part = cell_of(opened, one.key, place.level, place.code)
            if part.state == "zero":
                gaps.append(industry_name(one))
            elif part.high is not None and part.high < 1:
                short.append(industry_name(one))
    value = (
        contents.with_beside(quotient(cell), interval(cell))
        if cell.state == "ok"
        else state_name(cell.state)
    )
    return [
        grouped(cell.n),
        value,
        grouped(cell.rank),
        joined(gaps, 3) or NONE,
        joined(short, 3) or NONE,
    ]


def _own_clusters(place: PlaceProfile) -> Table:
    return Table(
        heading=gettext("Industrial clusters with a county here"),
        header=[gettext("Cluster"), gettext("Units"), gettext("Crosses members")],
        rows=[
            [
                named(one.name),
                grouped(one.units),
                gettext("yes") if one.crossing else gettext("no"),
            ]
            for one in place.clusters[:CLUSTERS]
        ],
        numeric=[False, True, False],
        empty=gettext("No industrial cluster of this edition has a county here."),
    )


def _partners(opened: Opened, place: PlaceProfile, own: list[Cluster]) -> Table:
    """Counties of other members in the same clusters."""
    rows = []
    for row in own:
        beyond = [code for code in row.places if opened.places[code]["member"] != place.member]
        if beyond:
            name = Names(zh=row.name_zh, en=row.name_en)
            rows.append([named(name), joined([named(opened.names_of(code)) for code in beyond], 6)])
    return Table(
        heading=gettext("Partners across members: counties of other members in the same clusters"),
        header=[gettext("Cluster"), gettext("Counties of other members")],
        rows=rows[:PARTNERS],
        numeric=[False, False],
        empty=gettext("No cluster with a county here reaches into another member."),
    )
