"""A register of a million rows brought in: seconds and peak memory, beside pandas.

`python -m bench.register [ROWS]`; every figure is one fresh process on this machine. `checked` and
pandas read, clean and write the same columns; `placed` finds each row's county too; `imported` is
the whole of `xietong register import`, coding by two processes and the row in SQLite included.
"""

from __future__ import annotations

import csv
import datetime
import os
import random
import sys
import tempfile
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from bench.fresh import ROOT, fresh, serve, timed
from xietong.engine.identifiers import ALPHABET_31, CodeRule, mod_31_3
from xietong.engine.placing import Gazetteer, Grammar, Placer
from xietong.engine.register import Rules, write_register
from xietong.engine.tables import Currencies, Synonyms, open_table, propose_mapping

REGIONS = ROOT / "regions"
CHINA = REGIONS / "china"
HEADINGS = [
    "企业名称",
    "统一社会信用代码",
    "成立日期",
    "企业类型",
    "注册资本",
    "经营范围",
    "区县代码",
    "住所",
]
BOUND_SECONDS, BOUND_MEGABYTES = 60, 1_500


def invent(rows: int, seed: int = 1) -> pa.Table:
    """Return an invented register with the widths and the variety of a real one."""
    draw = random.Random(seed)  # noqa: S311  (no secret)
    counties, names = _counties()
    trades = [
        "机械制造",
        "电子元件研发",
        "纺织品销售",
        "软件开发",
        "道路货物运输",
        "化工原料批发",
        "建筑装饰工程",
    ]
    scopes = ["；".join(draw.choices(trades, k=draw.randint(2, 12))) for _ in range(5_000)]
    columns: list[list[str]] = [[] for _ in HEADINGS]
    for row in range(rows):
        county = draw.choice(counties)
        body = f"91{county}{''.join(draw.choices(ALPHABET_31, k=9))}"
        day = datetime.date(1980, 1, 1) + datetime.timedelta(days=draw.randint(0, 9_000))
        values = (
            f"{names[county][-1]}第{row}{draw.choice(trades)}有限公司",
            body + mod_31_3(body),
            draw.choice((day.isoformat(), f"{day:%Y年%m月%d日}")),
            draw.choice(("有限责任公司", "")),
            draw.choice(
                (f"{draw.randint(1, 90_000):,}.{draw.randint(0, 9999):04d}(万元人民币)", "")
            ),
            draw.choice(scopes),
            draw.choice((county, "", "")),
            f"{''.join(names[county])}某某路{draw.randint(1, 9999)}号{draw.randint(1, 99)}幢",
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    return pa.table(
        {name: pa.array(column) for name, column in zip(HEADINGS, columns, strict=True)}
    )


def _table(name: str) -> list[dict[str, str]]:
    with (REGIONS / "yrd" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _counties() -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Return the counties of the map, and each one's names from the province down."""
    civil = {
        row["code"]: row
        for row in _table("places")
        if row["kind"] == "civil" and not row["valid_to"]
    }
    names: dict[str, tuple[str, ...]] = {}
    for code, row in civil.items():
        if row["level"] == "county":
            city = civil[row["parent"]]
            upper = (civil[city["parent"]]["name_zh"], city["name_zh"])
            names[code] = (*dict.fromkeys(upper), row["name_zh"])
    return sorted(names), names


def checked(path: str) -> dict[str, Any]:
    """Check, clean and write by the engine."""
    return _written(Path(path), None)


def placed(path: str) -> dict[str, Any]:
    """Check, clean, place and write by the engine."""
    grammar = Grammar.build(tomllib.loads((CHINA / "placing.toml").read_text("utf-8")))
    tables = (_table(name) for name in ("places", "code_changes", "aliases", "streets"))
    placer = Placer(Gazetteer.build(*tables, grammar))

    def place(rows: pa.RecordBatch) -> pa.RecordBatch:
        found = placer.place_many(pa.Table.from_batches([rows]))
        added = {"place": found.place, "precision": found.precision}
        return pa.RecordBatch.from_arrays(
            [*rows.columns, *added.values()], names=[*rows.schema.names, *added]
        )

    return _written(Path(path), place)


def _written(
    path: Path, transform: Callable[[pa.RecordBatch], pa.RecordBatch] | None
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    with timed(told, "all"):
        facts = {
            name: tomllib.loads((CHINA / f"{name}.toml").read_text("utf-8"))
            for name in ("currencies", "headers", "pack")
        }
        synonyms = Synonyms.build(facts["headers"], Currencies.build(facts["currencies"]))
        rules = Rules.of_pack(facts["pack"], synonyms, today=datetime.date(2026, 1, 1))
        source = open_table(path, synonyms)
        mapping = propose_mapping(source.columns, synonyms)
        out = path.parent / "out"
        told["rows"] = write_register(source, mapping, rules, out, transform=transform).rows
    return told


def imported(path: str) -> dict[str, Any]:
    """Import by the product itself, into a house of its own."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "XIETONG_HOME": home,
            "XIETONG_REGIONS": str(REGIONS),
            "XIETONG_REGION": "yrd",
            "XIETONG_THREADS": "2",
            "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
        }
        os.environ.pop("XIETONG_DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        from xietong.atlas import operations
        from xietong.region.operations import load_region
        from xietong.region.packs import read_pack
        from xietong.region.rules import LOCAL

        call_command("migrate", verbosity=0)
        load_region(actor=LOCAL, pack=read_pack(REGIONS, "yrd"))
        with timed(told, "all"):
            version, _ = operations.import_register(
                actor=LOCAL, member="shanghai", path=Path(path), about=operations.About()
            )
        told["rows"] = version.rows
        told["placed"] = version.quality["placed_county"]
    return told


def by_pandas(path: str) -> dict[str, Any]:
    """Read, clean and write the same columns as one would by hand in pandas."""
    told: dict[str, Any] = {}
    with timed(told, "all"):
        told["rows"] = _by_pandas(Path(path))
    return told


def _by_pandas(path: Path) -> int:
    import pandas as pd

    table = pd.read_csv(path, dtype=str) if path.suffix == ".csv" else pd.read_parquet(path)
    table = table.apply(
        lambda column: column.str.strip().replace({"": None, "-": None, "无": None})
    )
    code = table["统一社会信用代码"]
    rule = CodeRule()
    right = rule.check(pa.array(code.tolist(), pa.string())).right
    table = table[~(code.duplicated() & right)]
    table["成立日期"] = pd.to_datetime(
        table["成立日期"].str.replace(r"[年月]", "-", regex=True).str.rstrip("日"), errors="coerce"
    )
    figures = (
        table["注册资本"]
        .str.extract(r"^([\d,]+(?:\.\d+)?)\(?万", expand=False)
        .str.replace(",", "")
    )
    table["capital_wan"] = [
        None if one != one or one is None else round(Decimal(one)) for one in figures
    ]
    table.drop(columns="注册资本").to_parquet(path.parent / "pandas.parquet", compression="zstd")
    return len(table)


WAYS: dict[str, Callable[[str], dict[str, Any]]] = {
    "checked": checked,
    "pandas": by_pandas,
    "placed": placed,
    "imported": imported,
}


def main(rows: int) -> None:
    """Print each format's seconds and peak memory, each way, and the ratio to pandas."""
    with tempfile.TemporaryDirectory() as folder:
        table = invent(rows)
        paths = [Path(folder) / "register.csv", Path(folder) / "register.parquet"]
        pacsv.write_csv(table, paths[0])
        pq.write_table(table, paths[1])
        del table
        for path in paths:
            print(f"{path.suffix[1:]}, {rows:,} rows, {path.stat().st_size >> 20} MB")
            told = {way: fresh("register", way, path) for way in WAYS}
            them = told["pandas"]
            for way, one in told.items():
                print(
                    f"  {way:9}{one['all_seconds']:7.1f} s {one['all_megabytes']:6,} MB, "
                    f"{rows / one['all_seconds']:9,.0f} rows a second, "
                    f"{one['all_seconds'] / them['all_seconds']:5.2f} and "
                    f"{one['all_megabytes'] / them['all_megabytes']:5.2f} of pandas",
                    flush=True,
                )
                assert one["rows"] == rows
                if rows <= 1_000_000 and way in ("checked", "placed"):
                    assert one["all_seconds"] < BOUND_SECONDS
                    assert one["all_megabytes"] < BOUND_MEGABYTES
            print(f"  {told['imported']['placed'] / rows:.1%} placed at their county")


if __name__ == "__main__" and not serve(WAYS):
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
