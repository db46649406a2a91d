"""What two editions were made from and are called: registers, parameters, outlines, words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xietong.atlas.comparison.kinds import Change, Fact
from xietong.atlas.queries.editions import Opened
from xietong.atlas.schemas import Names

NOTHING = Names(zh="无", en="none")
PARAMETERS = {
    "minimum_cell": Names(zh="最小公布单位数", en="smallest count published"),
    "placed_at_county_permille": Names(
        zh="落到县级的最低比例（‰）", en="least share placed at the county (‰)"
    ),
    "cap_wan": Names(zh="单户资本计入上限（万元）", en="most capital counted of one unit (10,000)"),
    "interval_permille": Names(zh="区间置信水平（‰）", en="confidence of intervals (‰)"),
    "cluster_permille": Names(zh="集群识别置信水平（‰）", en="confidence of clusters (‰)"),
    "cluster_units": Names(zh="集群最少单位数", en="fewest units of a cluster"),
    "industry_units": Names(zh="成图最少单位数", en="fewest units of an industry on the map"),
    "interval_units": Names(zh="资本区间最少单位数", en="fewest units for an interval of capital"),
    "dominance_permille": Names(zh="最大户占比上限（‰）", en="most that one unit may hold (‰)"),
    "p_permille": Names(zh="P% 规则（‰）", en="p per cent rule (‰)"),
}
METHODS = {
    "clusters": Names(zh="集群识别", en="finding clusters"),
    "coding": Names(zh="行业编码", en="coding industries"),
    "concentration": Names(zh="集聚指数", en="indices of concentration"),
    "disclosure": Names(zh="不予公布规则", en="what is withheld"),
    "location_quotient": Names(zh="区位商", en="location quotients"),
    "placing": Names(zh="落位", en="placing"),
    "tabulate": Names(zh="汇总", en="counting"),
}


def facts(before: Opened, after: Opened) -> Iterator[Change]:
    """Give what the editions were made from and are called, where it is no longer the same."""
    yield from _registers(before, after)
    yield from _numbers("parameter", PARAMETERS, before.row.parameters, after.row.parameters)
    methods = (opened.row.provenance.get("methods", {}) for opened in (before, after))
    yield from _numbers("method", METHODS, *methods)
    yield from _outlines(before, after)
    yield from _words(before, after)
    yield from _lists(before, after)


def _registers(before: Opened, after: Opened) -> Iterator[Change]:
    old, new = (
        {one["member"]: one for one in opened.manifest["edition"]["registers"]}
        for opened in (before, after)
    )
    shown = {
        one["code"]: Names(**one["name"])
        for opened in (before, after)
        for one in opened.manifest["edition"]["members"]
    }
    digests = [opened.row.provenance.get("registers", {}) for opened in (before, after)]
    for member in sorted(old | new):
        same = digests[0].get(member, {}).get("sha256") == digests[1].get(member, {}).get("sha256")
        if member in old and member in new and same and old[member] == new[member]:
            continue
        told = Fact(shown[member], _register(old.get(member)), _register(new.get(member)))
        yield Change("register", None, frozenset({member}), told)


def _register(about: Mapping[str, Any] | None) -> Names:
    if about is None:
        return NOTHING
    rows, coded, version = f"{about['rows']:,}", f"{about['coded']:,}", about["version"]
    county = f"{about['placed_county']:,}"
    return Names(
        zh=f"第{version}版，{rows}行，落到县级{county}行，已编码{coded}行",
        en=f"version {version}, {rows} rows, {county} placed at the county, {coded} coded",
    )


def _numbers(
    kind: Any, names: Mapping[str, Names], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            name = names.get(key, Names(zh=key, en=key))
            yield _fact(kind, name, _number(old.get(key)), _number(new.get(key)))


def _number(value: Any) -> Names:
    return NOTHING if value is None else Names(zh=f"{value:,}", en=f"{value:,}")


def _outlines(before: Opened, after: Opened) -> Iterator[Change]:
    old, new = before.row.boundaries, after.row.boundaries
    if old.digest != new.digest:
        name = Names(zh="区划边界", en="outlines of places")
        sides = (
            Names(
                zh=f"{one.attribution_zh}（{one.digest[:12]}）",
                en=f"{one.attribution_en} ({one.digest[:12]})",
            )
            for one in (old, new)
        )
        yield _fact("boundaries", name, *sides)


def _words(before: Opened, after: Opened) -> Iterator[Change]:
    names = {
        "banner": Names(zh="使用提示", en="how to read the data"),
        "attribution": Names(zh="资料来源", en="source"),
        "map_note": Names(zh="地图说明", en="note on the map"),
    }
    for key, name in names.items():
        old, new = (opened.manifest["edition"].get(key) for opened in (before, after))
        if old != new:
            yield _fact(
                "words", name, Names(**old) if old else NOTHING, Names(**new) if new else NOTHING
            )


def _lists(before: Opened, after: Opened) -> Iterator[Change]:
    """Give industries and places that came, went, or are called otherwise."""
    for kind, old, new in (
        ("industry", _industry_names(before), _industry_names(after)),
        ("place", before.files.names, after.files.names),
    ):
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                name = Names(zh=key, en=key)
                yield _fact(kind, name, old.get(key, NOTHING), new.get(key, NOTHING))


def _industry_names(opened: Opened) -> dict[str, Names]:
    return {key: one.name for key, one in opened.industries.items()}


def _fact(kind: Any, name: Names, before: Names, after: Names) -> Change:
    return Change(kind, None, frozenset(), Fact(name, before, after))
