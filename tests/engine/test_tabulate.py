"""The base table: the same by plain loops, in any order, over any split, in bounded memory."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from real_data import ROOT
from xietong.engine.canonical import digest
from xietong.engine.tabulate import KEYS, ORDER, cells_of, merge, tabulate

SCHEMA = pa.schema(
    {
        "place": pa.string(),
        "precision": pa.string(),
        "division": pa.string(),
        "group": pa.string(),
        "class": pa.string(),
        "registered_on": pa.date32(),
        "capital_wan": pa.int64(),
        "employees": pa.int32(),
    }
)
Row = dict[str, Any]
CAP = 5_000

CODES = [("", "", ""), ("39", "", ""), ("39", "391", ""), ("39", "391", "3911"), ("17", "", "")]
ROW = st.builds(
    lambda place, code, day, capital, jobs: row(place, code, day, capital, jobs),
    st.sampled_from([("310115", "county"), ("310115", "point"), ("310000", "province"), ("", "")]),
    st.sampled_from(CODES),
    st.none() | st.dates(datetime.date(1978, 1, 1), datetime.date(1980, 12, 31)),
    st.none() | st.integers(0, 10**8),
    st.none() | st.integers(0, 10**6),
)


def row(
    place: tuple[str, str] = ("310115", "county"),
    code: tuple[str, str, str] = ("39", "391", "3911"),
    day: datetime.date | None = datetime.date(2000, 5, 1),
    capital: int | None = 100,
    jobs: int | None = None,
) -> Row:
    return dict(zip(SCHEMA.names, (*place, *code, day, capital, jobs), strict=True))


def written(folder: Path, *files: Iterable[Row]) -> list[Path]:
    """Write each lot of rows as a register's file."""
    paths = []
    for number, rows in enumerate(files):
        paths.append(folder / f"{number}.parquet")
        pq.write_table(pa.Table.from_pylist(list(rows), schema=SCHEMA), paths[-1])
    return paths


def cells(folder: Path, *files: Iterable[Row], **options: Any) -> pa.Table:
    return tabulate(written(folder, *files), cap_wan=CAP, scratch=folder, **options)


def by_loops(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The same table by one loop over the rows, in whole numbers without limit."""
    made: dict[tuple[str, str, str, int], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(ORDER, 0)
    )
    for one in rows:
        industry = one["class"] or one["group"] or one["division"]
        year = one["registered_on"].year if one["registered_on"] else 0
        cell = made[one["place"], one["precision"], industry, year]
        capital, jobs = one["capital_wan"] or 0, one["employees"] or 0
        cell["n"] += 1
        cell["capital_n"] += one["capital_wan"] is not None
        cell["jobs_n"] += one["employees"] is not None
        for name, value in (("capital", capital), ("capped", min(capital, CAP)), ("jobs", jobs)):
            cell[name] += value
            cell[f"{name}_sq"] += value**2
            cell[f"{name}_max"] = max(cell[f"{name}_max"], value)
    return [{**dict(zip(KEYS, key, strict=True)), **made[key]} for key in sorted(made)]


def hashed(table: pa.Table) -> str:
    return digest(tables={"cells": table}, parameters={}, digests={}, versions={})


def some_rows(n: int, seed: int = 1) -> list[Row]:
    """Rows of many cells, of every kind of gap."""
    draw = np.random.default_rng(seed)
    day = datetime.date(1978, 1, 1)
    return [
        row(
            (f"3101{draw.integers(10, 20)}", "county"),
            CODES[draw.integers(len(CODES))],
            day + datetime.timedelta(days=int(draw.integers(3_000)))
            if draw.random() < 0.9
            else None,
            int(draw.lognormal(5, 2)) if draw.random() < 0.9 else None,
            int(draw.integers(500)) if draw.random() < 0.3 else None,
        )
        for _ in range(n)
    ]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(ROW, min_size=1, max_size=30))
def test_the_table_is_that_of_a_plain_loop(tmp_path: Path, rows: list[Row]) -> None:
    table = cells(tmp_path, rows)
    assert table.to_pylist() == by_loops(rows)
    assert table.column_names == [*KEYS, *ORDER]
    assert {str(kind) for kind in table.schema.types} == {"string", "int64"}


def test_many_rows_too(tmp_path: Path) -> None:
    rows = some_rows(5_000)
    assert cells(tmp_path, rows).to_pylist() == by_loops(rows)


def test_neither_order_nor_split_nor_threads_change_the_hash(tmp_path: Path) -> None:
    rows = some_rows(3_000)
    whole = hashed(cells(tmp_path, rows))
    shuffled = [rows[at] for at in np.random.default_rng(2).permutation(len(rows))]
    assert hashed(cells(tmp_path, shuffled)) == whole
    assert hashed(cells(tmp_path, rows[:700], rows[700:])) == whole
    assert hashed(cells(tmp_path, shuffled[2_500:], [], shuffled[:2_500])) == whole
    assert hashed(cells(tmp_path, rows, threads=1)) == whole


@pytest.mark.parametrize(
    "change",
    [
        {"place": "310116"},
        {"precision": "point"},
        {"class": ""},
        {"registered_on": datetime.date(1999, 12, 31)},
        {"registered_on": None},
        {"capital_wan": 101},
        {"capital_wan": None},
        {"employees": 0},
    ],
)
def test_one_changed_row_changes_the_hash(tmp_path: Path, change: Row) -> None:
    rows = some_rows(50)
    before = hashed(cells(tmp_path, [*rows, row()]))
    assert hashed(cells(tmp_path, [*rows, row() | change])) != before
    assert hashed(cells(tmp_path, rows)) != before


def test_texts_that_are_not_counted_change_nothing(tmp_path: Path) -> None:
    rows = some_rows(50)
    [path] = written(tmp_path, rows)
    before = hashed(tabulate([path], cap_wan=CAP, scratch=tmp_path))
    told = pq.read_table(path).append_column("name", pa.array([f"Firm {at}" for at in range(50)]))
    pq.write_table(told, path)
    assert hashed(tabulate([path], cap_wan=CAP, scratch=tmp_path)) == before


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(ROW, max_size=15), min_size=1, max_size=4).filter(any))
def test_members_tables_merge_to_the_table_of_all(tmp_path: Path, lots: list[list[Row]]) -> None:
    alone = [cells(tmp_path, rows) for rows in lots]
    together = [one for rows in lots for one in rows]
    assert merge(alone).equals(cells(tmp_path, together))
    assert merge(alone[::-1]).equals(merge(alone))
    assert merge([merge(alone[:1]), *alone[1:]]).equals(merge(alone))


@pytest.mark.parametrize(
    "capitals",
    [
        [4 * 10**9],  # its square alone
        [2 * 10**9] * 3,  # the sum of squares
        [2**62, 2**62],
    ],
)
def test_a_sum_beyond_64_bits_is_refused(tmp_path: Path, capitals: list[int]) -> None:
    with pytest.raises(OverflowError, match="64 bits"):
        cells(tmp_path, [row(capital=capital) for capital in capitals])


def test_the_largest_sums_that_fit_are_exact(tmp_path: Path) -> None:
    [cell] = cells(tmp_path, [row(capital=3_037_000_499)]).to_pylist()
    assert cell["capital_sq"] == 3_037_000_499**2 > 2**63 - 2**33


def test_a_merged_sum_beyond_64_bits_is_refused(tmp_path: Path) -> None:
    table = cells(tmp_path, [row(capital=2 * 10**9)] * 2)
    with pytest.raises(OverflowError, match="capital_sq"):
        merge([table, table])


def test_nothing_to_tabulate_or_merge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no register"):
        cells(tmp_path)
    with pytest.raises(ValueError, match="no table"):
        merge([])


def test_a_register_without_rows_has_an_empty_table(tmp_path: Path) -> None:
    table = cells(tmp_path, [])
    assert (table.num_rows, table.column_names) == (0, [*KEYS, *ORDER])


def test_the_expression_itself_is_lazy_and_leaves_its_table_alone() -> None:
    import ibis

    establishments = ibis.table(SCHEMA, name="establishments")
    expression = cells_of(establishments, cap_wan=CAP)
    assert expression.columns == (*KEYS, *ORDER)
    assert "GROUP BY" in ibis.to_sql(expression, dialect="duckdb")


def test_nothing_is_left_in_the_scratch_folder(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    [path] = written(tmp_path, some_rows(100))
    tabulate([path], cap_wan=CAP, scratch=scratch)
    assert [one for one in scratch.rglob("*") if one.is_file()] == []


def test_one_establishment_counts_at_most_the_cap(tmp_path: Path) -> None:
    [cell] = cells(tmp_path, [row(capital=CAP + 1), row(capital=2)]).to_pylist()
    assert (cell["capital"], cell["capital_sq"]) == (CAP + 3, (CAP + 1) ** 2 + 4)
    assert (cell["capped"], cell["capped_sq"], cell["capped_max"]) == (CAP + 2, CAP**2 + 4, CAP)


@pytest.mark.deep
def test_ten_million_rows_stay_under_the_bound(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from bench import compile, fresh;"
        "path = Path(sys.argv[1]) / '10m.parquet'; compile.write(path, 10_000_000);"
        "told = fresh.fresh('compile', 'xietong', path); print(told['peak_megabytes'])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert 100 < int(told.stdout) < 1_500
