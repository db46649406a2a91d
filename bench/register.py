"""A register of a million rows, checked and written: seconds and peak memory beside pandas.

`python -m bench.register [ROWS]`; every figure is one fresh process on this machine.
"""

from __future__ import annotations

import datetime
import json
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from xietong.engine.identifiers import ALPHABET_31, CodeRule, mod_31_3
from xietong.engine.register import Rules, write_register
from xietong.engine.tables import Currencies, Synonyms, open_table, propose_mapping

CHINA = Path(__file__).resolve().parent.parent / "regions" / "china"
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
    draw = random.Random(seed)  # noqa: S311
    cities = ["甲市", "乙市", "丙市"]
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
        county = f"3{draw.randint(10000, 49999)}"
        body = f"91{county}{''.join(draw.choices(ALPHABET_31, k=9))}"
        day = datetime.date(1980, 1, 1) + datetime.timedelta(days=draw.randint(0, 9_000))
        values = (
            f"{draw.choice(cities)}{row}号{draw.choice(trades)}有限公司",
            body + mod_31_3(body),
            draw.choice((day.isoformat(), f"{day:%Y年%m月%d日}")),
            draw.choice(("有限责任公司", "")),
            draw.choice(
                (f"{draw.randint(1, 90_000):,}.{draw.randint(0, 9999):04d}(万元人民币)", "")
            ),
            draw.choice(scopes),
            county,
            f"{draw.choice(cities)}某某路{draw.randint(1, 9999)}号{draw.randint(1, 99)}幢",
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    return pa.table(
        {name: pa.array(column) for name, column in zip(HEADINGS, columns, strict=True)}
    )


def ours(path: Path) -> int:
    """Check, clean and write by the engine."""
    facts = {
        name: tomllib.loads((CHINA / f"{name}.toml").read_text("utf-8"))
        for name in ("currencies", "headers", "pack")
    }
    synonyms = Synonyms.build(facts["headers"], Currencies.build(facts["currencies"]))
    rules = Rules.of_pack(facts["pack"], synonyms, today=datetime.date(2026, 1, 1))
    source = open_table(path, synonyms)
    mapping = propose_mapping(source.columns, synonyms)
    return write_register(source, mapping, rules, path.parent / "out").rows


def by_pandas(path: Path) -> int:
    """Read, clean and write the same columns as one would by hand in pandas."""
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


WAYS: dict[str, Callable[[Path], int]] = {"xietong": ours, "pandas": by_pandas}


def measured(way: str, path: Path) -> dict[str, float]:
    """Run one way in a process of its own and return its seconds and peak megabytes."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.register", "--one", way, str(path)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parent.parent,
    )
    answer: dict[str, float] = json.loads(told.stdout)
    return answer


def peak_megabytes() -> int:
    """Return this process's peak; unlike getrusage it leaves out the parent's before exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) >> 10 for line in status.splitlines() if "VmHWM" in line)


def main(rows: int) -> None:
    """Print each format's seconds and peak memory, ours, pandas', and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        table = invent(rows)
        paths = [Path(folder) / "register.csv", Path(folder) / "register.parquet"]
        pacsv.write_csv(table, paths[0])
        pq.write_table(table, paths[1])
        del table
        for path in paths:
            size = path.stat().st_size >> 20
            told = {way: measured(way, path) for way in WAYS}
            us, them = told["xietong"], told["pandas"]
            print(
                f"{path.suffix[1:]:8} {rows:,} rows, {size} MB: "
                f"xietong {us['seconds']:.1f} s, {us['megabytes']:.0f} MB; "
                f"pandas {them['seconds']:.1f} s, {them['megabytes']:.0f} MB; "
                f"ratio {us['seconds'] / them['seconds']:.2f} in time, "
                f"{us['megabytes'] / them['megabytes']:.2f} in memory"
            )
            assert us["rows"] == them["rows"] == rows
            if rows <= 1_000_000:
                assert us["seconds"] < BOUND_SECONDS
                assert us["megabytes"] < BOUND_MEGABYTES


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        began = time.perf_counter()
        entered = WAYS[sys.argv[2]](Path(sys.argv[3]))
        seconds = time.perf_counter() - began
        print(json.dumps({"rows": entered, "seconds": seconds, "megabytes": peak_megabytes()}))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
