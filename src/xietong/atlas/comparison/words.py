"""A change as a sentence in the active language; “because” only where the account bears it."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext, ngettext

from xietong.atlas.comparison.kinds import Change, Fact, Group
from xietong.atlas.comparison.reading import Compared
from xietong.atlas.exports import in_language, level_name, state_name
from xietong.atlas.schemas import IndustryOut
from xietong.engine.edition.causes import Overtaken, RankCauses
from xietong.engine.edition.comparison import CellChange, Side
from xietong.engine.edition.lineage import ClusterChange, Seen
from xietong.kit import figures

NAMED = 2  # places named of those that were passed


def sentence(whole: Compared, change: Change) -> str:
    """Return what has changed, as a sentence."""
    what = change.what
    if isinstance(what, Fact):
        return _fact(change, what)
    if isinstance(what, ClusterChange):
        return _cluster(whole, what)
    return _cell(whole, what)


def group_name(group: Group) -> str:
    """Return how a group of changes is called in the active language."""
    return {
        "added": gettext("Added"),
        "removed": gettext("Removed"),
        "moved": gettext("Moved"),
        "changed": gettext("Changed"),
    }[group]


def industry_name(one: IndustryOut) -> str:
    """Return an industry's short name, with its code where it is one of the classification."""
    code = f"{one.code} " if one.kind in ("division", "group") else ""
    return f"{code}{in_language(one.short)}"


def _fact(change: Change, fact: Fact) -> str:
    said = {
        "name": in_language(fact.name),
        "old": in_language(fact.before),
        "new": in_language(fact.after),
    }
    return {
        "register": gettext("Register of {name}: {old} → {new}."),
        "parameter": gettext("Parameter “{name}”: {old} → {new}."),
        "method": gettext("Method “{name}”: version {old} → {new}."),
        "boundaries": gettext("The {name}: {old} → {new}."),
        "words": gettext("The words “{name}”: {old} → {new}."),
        "industry": gettext("Industry {name}: {old} → {new}."),
        "place": gettext("Place {name}: {old} → {new}."),
    }[change.kind].format(**said)


def _cell(whole: Compared, cell: CellChange) -> str:
    industry = whole.industry(cell.industry)
    said = {
        "place": in_language(whole.name_of(cell.place)),
        "industry": industry_name(industry),
        "level": level_name(cell.level),
    }
    if cell.kind == "rank":
        return _rank(whole, cell, said)
    if cell.kind == "quotient":
        rises = (cell.after.value or 0) > (cell.before.value or 0)
        said |= {"old": _measured(cell.before), "new": _measured(cell.after)}
        return (
            gettext(
                "{place}, {industry} ({level}): the location quotient rises from {old} to {new}, "
                "more than the joint interval allows."
            )
            if rises
            else gettext(
                "{place}, {industry} ({level}): the location quotient falls from {old} to {new}, "
                "more than the joint interval allows."
            )
        ).format(**said)
    said |= {"old": _read(cell.before), "new": _read(cell.after)}
    return gettext("{place}, {industry} ({level}): {old} → {new}.").format(**said)


def _read(side: Side) -> str:
    """Return how a cell may be read: its units where they are told, else why not."""
    if side.state == "ok":
        return _units(side.n or 0)
    return state_name(side.state)


def _units(n: int) -> str:
    return ngettext("{n} unit", "{n} units", n).format(n=figures.grouped(n))


def _measured(side: Side) -> str:
    value, low, high = side.value or 0.0, side.low or 0.0, side.high or 0.0
    return f"{figures.measured(value, low, high)} ({figures.interval(low, high)})"


def _rank(whole: Compared, cell: CellChange, said: dict[str, str]) -> str:
    old, new = cell.before, cell.after
    if old.rank is None:
        return gettext(
            "{place} enters the league of {industry} ({level}) at rank {rank}: no unit before, "
            "{units} now."
        ).format(**said, rank=new.rank, units=_units(new.n or 0))
    if new.rank is None:
        return gettext(
            "{place} leaves the league of {industry} ({level}), in which it had rank {rank}: "
            "{units} before, none now."
        ).format(**said, rank=old.rank, units=_units(old.n or 0))
    moves = (
        gettext("{place} rises to rank {new} (from {old}) in {industry} ({level})")
        if new.rank < old.rank
        else gettext("{place} falls to rank {new} (from {old}) in {industry} ({level})")
    ).format(**said, old=old.rank, new=new.rank)
    causes = whole.causes(cell)
    reason = _because(whole, causes) if causes else ""
    return gettext("{moves}{reason}.").format(moves=moves, reason=reason)


def _because(whole: Compared, causes: RankCauses) -> str:
    """Return why, to stand behind the move: one cause, or what each part is worth."""
    if causes.sole == "own":
        return _of_own(*causes.own)
    if causes.sole == "own_other":
        return gettext(" because its units in other industries went from {old} to {new}").format(
            old=figures.grouped(causes.own_other[0]), new=figures.grouped(causes.own_other[1])
        )
    if causes.sole == "places":
        return _of_others(whole, causes)
    if causes.sole == "rest":
        return gettext(" because of what the region has outside of the league")
    return gettext(
        ": own units {own} ({old} → {new}), own units in other industries {own_other}, other "
        "places {places}, the rest of the region {rest} (ranks)"
    ).format(
        old=figures.grouped(causes.own[0]),
        new=figures.grouped(causes.own[1]),
        **{block: worth(part) for block, part in causes.parts.items()},
    )


def _of_own(old: int, new: int) -> str:
    said = {"old": figures.grouped(old), "new": figures.grouped(new)}
    if new > old:
        more = new - old
        return ngettext(
            " because it has {more} unit more ({old} → {new})",
            " because it has {more} units more ({old} → {new})",
            more,
        ).format(more=figures.grouped(more), **said)
    fewer = old - new
    return ngettext(
        " because it has {fewer} unit fewer ({old} → {new})",
        " because it has {fewer} units fewer ({old} → {new})",
        fewer,
    ).format(fewer=figures.grouped(fewer), **said)


def _of_others(whole: Compared, causes: RankCauses) -> str:
    """Return which places changed sides; units stand where they are not the same in both."""
    rises = causes.after < causes.before
    passed = [_with_units(whole, one) for one in causes.passed]
    if passed:
        words = (
            gettext(" because of other places: now before {names}")
            if rises
            else gettext(" because of other places: now behind {names}")
        )
        return words.format(names=_few(passed))
    others = causes.left if rises else causes.entered
    if not others:
        return gettext(" because of other places")
    words = (
        gettext(" because of other places: {names} no longer in the league")
        if rises
        else gettext(" because of other places: {names} newly in the league")
    )
    return words.format(names=_few([in_language(whole.name_of(code)) for code in others]))


def _with_units(whole: Compared, one: Overtaken) -> str:
    name = in_language(whole.name_of(one.place))
    if one.n_before == one.n_after:
        return name
    return gettext("{name} ({old} → {new})").format(
        name=name, old=figures.grouped(one.n_before), new=figures.grouped(one.n_after)
    )


def _few(names: list[str]) -> str:
    shown = gettext(", ").join(names[:NAMED])
    more = len(names) - NAMED
    return gettext("{shown} and {more} more").format(shown=shown, more=more) if more > 0 else shown


def worth(part: Fraction) -> str:
    """Return what a block is worth in ranks, with its sign; twenty-fourths to two decimals."""
    text = f"{float(part):+.2f}".rstrip("0").rstrip(".")
    return "0" if part == 0 else text.replace("-", "−")


def _cluster(whole: Compared, change: ClusterChange) -> str:
    def names(many: tuple[Seen, ...]) -> str:
        return gettext(", ").join(in_language(whole.cluster_name(one)) for one in many)

    industry = whole.industry(change.industry)
    said = {
        "industry": industry_name(industry),
        "old": names(change.before),
        "new": names(change.after),
    }
    if change.kind in ("appeared", "vanished"):
        (one,) = change.after or change.before
        return (
            gettext("New cluster: {new} ({industry}), {counties}, {units}.")
            if change.kind == "appeared"
            else gettext("No longer a cluster: {old} ({industry}), before {counties}, {units}.")
        ).format(**said, counties=_counties(len(one.places)), units=_units(one.units))
    if change.kind in ("grew", "shrank"):
        return _size(whole, change, said)
    return {
        "split": gettext("The cluster {old} ({industry}) has split into {new}."),
        "merged": gettext("The clusters {old} ({industry}) have merged into {new}."),
        "crossing": gettext("The cluster {new} ({industry}) now crosses members."),
        "not_crossing": gettext("The cluster {new} ({industry}) no longer crosses members."),
    }[change.kind].format(**said)


def _size(whole: Compared, change: ClusterChange, said: dict[str, str]) -> str:
    (one,), (other,) = change.before, change.after
    text = (
        gettext("The cluster {new} ({industry}) has grown: {units_old} → {units_new} units")
        if change.kind == "grew"
        else gettext("The cluster {new} ({industry}) has shrunk: {units_old} → {units_new} units")
    )
    parts = [
        text.format(
            **said, units_old=figures.grouped(one.units), units_new=figures.grouped(other.units)
        )
    ]
    for codes, words in (
        (other.places - one.places, gettext("joined: {names}")),
        (one.places - other.places, gettext("left: {names}")),
    ):
        if codes:
            names = gettext(", ").join(in_language(whole.name_of(code)) for code in sorted(codes))
            parts.append(words.format(names=names))
    return gettext("{all}.").format(all=gettext("; ").join(parts))


def _counties(n: int) -> str:
    return ngettext("{n} county", "{n} counties", n).format(n=n)
