"""Placing rows by address and name: rows per second and how many of them are right.

`python -m bench.placing [PLANTED]`, beside the first county's name that a plain search finds in the
address, and beside the package cpca where that is installed. Planted rows have a known place; the
real registers, where they are at hand, have their registering authority, which no way is shown.
Every figure is one fresh process on this machine, on one core.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.fresh import ROOT, fresh, peak_megabytes, serve

# The tests' planted addresses, each of which says what a register may say of one place.
sys.path.insert(0, str(ROOT / "tests"))

from engine.placing.planted import Planter, delta_gazetteer, table
from xietong.engine.placing import Placer

SEED = 11
BOUND_SECONDS = 30
DATA = Path(os.environ.get("XIETONG_DATA", ROOT.parent / "shared" / "data"))
REGISTERS = DATA / "yrd-enterprises-1978-2004"
MEMBERS = {"shanghai": "310000", "jiangsu": "320000", "zhejiang": "330000", "anhui": "340000"}
REAL = {"name": "name", "address": "address", "city": "city", "reg_adcode": "truth"}


def plant(path: Path, rows: int) -> None:
    """Write planted rows; `truth` is a county, or the prefecture where a row says no more.

    All styles but that of rows with a code, which no way has to read.
    """
    planter = Planter(SEED)
    styles = [style for style in planter.styles if not style.startswith("code_")]
    planted = [planter.one(styles[at % len(styles)]) for at in range(rows)]
    columns = {name: [one.row.get(name, "") for one in planted] for name in ("name", "address")}
    columns["city"] = [one.row.get("city", "") for one in planted]
    columns["member"] = [one.member for one in planted]
    columns["truth"] = [one.truth for one in planted]
    pq.write_table(pa.table(columns), path)


def gather(path: Path) -> None:
    """Write the real registers in one file; `truth` is the county of a county-level authority."""
    history = delta_gazetteer().history
    offices = {row["old_code"] for row in table("code_changes") if row["kind"] == "zone"}

    def home(code: str | None) -> str:
        place = history.resolve(code or "").place
        known = place is not None and place.level == 3 and code not in offices
        return place.code if known and place is not None else ""

    parts = []
    for name, member in MEMBERS.items():
        part = pq.read_table(REGISTERS / f"enterprises_{name}.parquet", columns=list(REAL))
        part = part.rename_columns(list(REAL.values()))
        truth = [home(code) for code in part["truth"].to_pylist()]
        part = part.set_column(part.column_names.index("truth"), "truth", pa.array(truth))
        parts.append(part.append_column("member", pa.array([member] * part.num_rows)))
    pq.write_table(pa.concat_tables(parts), path)


def by_xietong(rows: pa.Table) -> list[str]:
    """Place each member's rows by the engine."""
    placer = Placer(delta_gazetteer())
    members = rows["member"].to_pylist()
    found = [""] * len(members)
    for member in sorted(set(members)):
        at = [row for row, one in enumerate(members) if one == member]
        part = rows.take(at).select(["name", "address", "city"])
        places = placer.place_many(part, member=member).place.to_pylist()
        for row, place in zip(at, places, strict=True):
            found[row] = place
    return found


def by_search(rows: pa.Table) -> list[str]:
    """Take the first county's full name in the address, else the first city's.

    Of two counties of one name the one whose city stands in the row is taken, else the first.
    """
    here = delta_gazetteer().history.places
    named = {row["code"]: row["name_zh"] for row in table("places") if row["code"] in here}
    counties: dict[str, list[str]] = {}
    cities: dict[str, str] = {}
    for code, name in sorted(named.items()):
        if here[code].level == 3:
            counties.setdefault(name, []).append(code)
        elif here[code].level == 2:
            cities[name] = code
    county = re.compile("|".join(sorted(counties, key=len, reverse=True)))
    city = re.compile("|".join(sorted(cities, key=len, reverse=True)))
    found = []
    for address, column in zip(rows["address"].to_pylist(), rows["city"].to_pylist(), strict=True):
        text = address or ""
        upper = city.search(text) or city.search(f"{column or ''}市")
        said = cities[upper.group()] if upper else ""
        hit = county.search(text)
        if hit is None:
            found.append(said)
            continue
        codes = counties[hit.group()]
        inside = [code for code in codes if here[code].prefecture == said]
        found.append((inside or codes)[0])
    return found


def by_cpca(rows: pa.Table) -> list[str]:
    """Place by cpca, its codes carried to the map's year as ours are."""
    import cpca  # type: ignore[import-not-found]  # a peer that some may have

    history = delta_gazetteer().history
    codes = cpca.transform([text or "" for text in rows["address"].to_pylist()])["adcode"]
    places = (history.resolve(str(code or "")).place for code in codes)
    # It knows no prefecture in a municipality: what it finds of 上海市 is the prefecture's.
    return [place.code.replace("310000", "310100") if place else "" for place in places]


WAYS: dict[str, Callable[[pa.Table], list[str]]] = {
    "xietong": by_xietong,
    "search": by_search,
    **({"cpca": by_cpca} if importlib.util.find_spec("cpca") else {}),
}


def measured(way: str, path: str) -> dict[str, Any]:
    """Place a file's rows one way; seconds without reading it, and what came out."""
    rows = pq.read_table(path)
    delta_gazetteer()
    began = time.perf_counter()
    found = WAYS[way](rows)
    seconds = time.perf_counter() - began
    truth = rows["truth"].to_pylist()
    county = [not place.endswith("00") and place != "" for place in found]
    compared = [at for at, is_county in enumerate(county) if is_county and truth[at]]
    return {
        "rows": len(found),
        "seconds": seconds,
        "megabytes": peak_megabytes(),
        "county": sum(county),
        "compared": len(compared),
        "agreed": sum(found[at] == truth[at] for at in compared),
        "right": sum(place == said for place, said in zip(found, truth, strict=True)),
    }


def main(planted: int) -> None:
    """Print seconds, coverage and accuracy of every way, on planted and on real rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        plant(path, planted)
        for way in WAYS:
            told = fresh("placing", way, path)
            print(f"planted  {_speed(way, told)}; {told['right'] / told['rows']:.2%} right")
            assert way != "xietong" or told["right"] >= 0.99 * told["rows"]
        if not REGISTERS.is_dir():
            print("real     the registers are not here (set XIETONG_DATA)")
            return
        gather(path)
        for way in WAYS:
            told = fresh("placing", way, path)
            print(
                f"real     {_speed(way, told)}; {told['county'] / told['rows']:.2%} have a county, "
                f"{told['agreed'] / told['compared']:.2%} of {told['compared']:,} "
                "confirmed by their authority"
            )
            if way == "xietong":
                assert told["seconds"] < BOUND_SECONDS
                assert told["agreed"] >= 0.974 * told["compared"]


def _speed(way: str, told: dict[str, Any]) -> str:
    return (
        f"{way:8} {told['rows']:,} rows in {told['seconds']:.1f} s, "
        f"{told['rows'] / told['seconds']:,.0f}/s, {told['megabytes']} MB"
    )


def _answer(way: str) -> Callable[[str], dict[str, Any]]:
    return lambda path: measured(way, path)


if __name__ == "__main__" and not serve({way: _answer(way) for way in WAYS}):
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
