"""Coding and placing for any table: every row and column given back, the answer beside them."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from atlas.registers import planted
from houses import DATA, LAKES, MEMBERS, Lakes
from xietong.atlas import annotate, methods
from xietong.engine.tables.write import harmless
from xietong.kit.doors import said
from xietong.kit.refusals import Refusal

HOSTILE = ("=1+1", "+A2", "-3+A1", "@SUM(A1)", "\t=4", "-5.2", "007", "正常")
Annotate = Callable[..., int]


@pytest.fixture(autouse=True)
def _of_the_lakes(settings: Any) -> None:
    settings.XIETONG_REGIONS = LAKES
    settings.XIETONG_REGION = "lakes"
    settings.XIETONG_THREADS = 1


def read(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of any table that we write, by other readers than ours."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        rows = [list(row) for row in zip(*table.to_pydict().values(), strict=True)]
        return table.column_names, [[_said(cell) for cell in row] for row in rows]
    if path.suffix == ".xlsx":
        first, *rest = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return [str(cell) for cell in first], [[_said(cell) for cell in row] for row in rest]
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = list(csv.reader(file))
    return heading, rows


def _said(cell: Any) -> str:
    return "" if cell is None else str(cell)


def table(path: Path, columns: dict[str, list[str]]) -> Path:
    """Write texts in any of the three forms, by other writers than ours."""
    rows = list(zip(*columns.values(), strict=True))
    if path.suffix == ".parquet":
        pq.write_table(pa.table(columns), path)
    elif path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for at, row in enumerate([tuple(columns), *rows]):
                for column, cell in enumerate(row):
                    sheet.write_string(at, column, cell)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([tuple(columns), *rows])
    return path


FIRMS = {
    "No.": ["001", "002", "003"],
    "Name": ["甲帆船厂", "乙灯具厂", "丙"],
    "Business scope": ["制造帆船", "制造灯具", ""],
    "Address": ["北岸省桤林市帆湾县湖滨路1号", "南岸省石镜市烛台县湖滨路2号", "湖滨路3号"],
    "Remark": ["=1+1", "", "-5.2"],
}
FORMS = (".csv", ".xlsx", ".parquet")


@pytest.mark.parametrize("into", FORMS)
@pytest.mark.parametrize("out_of", FORMS)
def test_any_form_goes_in_and_out_with_every_column(tmp_path: Path, out_of: str, into: str) -> None:
    source = table(tmp_path / f"in{out_of}", FIRMS)
    safe = "=1+1" if into == ".parquet" else "'=1+1"

    coded = tmp_path / f"coded{into}"
    assert annotate.code_table(source, coded) == 3
    headings, rows = read(coded)
    assert headings == [*FIRMS, "division", "group", "class", "confidence", "words"]
    assert [row[1] for row in rows] == FIRMS["Name"]
    assert [row[0] for row in rows] == FIRMS["No."]
    assert [row[4] for row in rows] == [safe, "", "-5.2"]
    assert rows[0][5:8] == ["11", "111", "1112"]
    assert rows[2][5:8] == ["", "", ""]
    assert 0.5 < float(rows[0][8]) <= 1
    assert float(rows[2][8]) == 0
    assert "帆船" in rows[0][9]

    placed = tmp_path / f"placed{into}"
    assert annotate.place_table(source, placed) == 3
    headings, rows = read(placed)
    assert headings == [*FIRMS, "adcode", "precision", "reason"]
    assert [row[5:] for row in rows] == [
        ["810203", "county", "address"],
        ["820203", "county", "address"],
        ["", "none", "none"],
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("member", MEMBERS)
def test_the_answers_are_those_of_the_engine_and_of_the_planted_truth(
    tmp_path: Path, member: str
) -> None:
    source = DATA / "lakes-registers" / f"{member}.csv"
    annotate.code_table(source, tmp_path / "coded.csv")
    annotate.place_table(source, tmp_path / "placed.csv")
    headings, coded = read(tmp_path / "coded.csv")
    original, rows = read(source)
    assert headings[: len(original)] == original
    assert [row[: len(original)] for row in coded] == rows
    coder = methods.current().coder
    named = "Name" if member == "northshore" else "Firm name"
    scoped = "Business scope" if member == "northshore" else "Business"
    for row in coded:
        said_ = coder.code(row[headings.index(named)], row[headings.index(scoped)])
        assert row[len(original) :] == [
            *(said_.division, said_.group, said_.class_, str(said_.confidence), said_.words),
        ]
    _, placed = read(tmp_path / "placed.csv")
    truth = planted(source)
    assert [row[len(original)] for row in placed] == [row.county for row in truth]


def test_many_rows_come_back_in_their_order_from_several_processes(
    tmp_path: Path, settings: Any
) -> None:
    settings.XIETONG_THREADS = 2
    words = ["制造帆船", "制造灯具", "船型设计"]
    columns = {
        "No.": [str(at) for at in range(7_000)],
        "Name": [f"第{at}号厂" for at in range(7_000)],
        "Business scope": [words[at % 3] for at in range(7_000)],
    }
    source = table(tmp_path / "many.parquet", columns)
    told: list[tuple[str, int]] = []
    rows = annotate.code_table(
        source,
        tmp_path / "out.parquet",
        progress=lambda stage, done=0, total=None: told.append((stage, done)),
    )
    assert rows == 7_000
    found = pq.read_table(tmp_path / "out.parquet")
    assert found["No."].to_pylist() == columns["No."]
    coder = methods.current().coder
    expected = [coder.code(columns["Name"][at], words[at]).class_ for at in range(3)]
    assert len(set(expected)) == 3
    assert found["class"].to_pylist() == [expected[at % 3] for at in range(7_000)]
    assert told[0] == ("Code", 0)
    assert told[-1] == ("Code", 7_000)


@pytest.mark.parametrize("into", [".csv", ".xlsx"])
def test_no_cell_of_the_result_runs(tmp_path: Path, into: str) -> None:
    columns = {"Name": list(HOSTILE), "=Heading()": list(HOSTILE)}
    output = tmp_path / f"out{into}"
    annotate.code_table(table(tmp_path / "in.parquet", columns), output)
    headings, rows = read(output)
    assert headings[1] == "'=Heading()"
    assert [row[1] for row in rows] == [harmless(cell) for cell in HOSTILE]
    started = [cell for row in rows for cell in row[:2] if cell[:1] in ("=", "+", "@", "\t")]
    assert started == []


def test_a_parquet_files_own_types_and_empty_columns_stay(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    day = datetime.date(2001, 2, 3)
    original = pa.table(
        {
            "Name": ["甲帆船厂", None],
            "day": [day, None],
            "number": pa.array([1, None], pa.int16()),
            "nothing": pa.nulls(2),
            "share": [0.25, None],
        }
    )
    pq.write_table(original, source)
    annotate.code_table(source, tmp_path / "out.parquet")
    kept = pq.read_table(tmp_path / "out.parquet")
    assert kept.select(original.column_names).equals(original)


def test_added_headings_that_the_table_has_already_are_numbered(tmp_path: Path) -> None:
    source = table(tmp_path / "in.csv", {**FIRMS, "reason": ["a", "b", "c"]})
    annotate.place_table(source, tmp_path / "once.csv")
    annotate.place_table(tmp_path / "once.csv", tmp_path / "twice.csv")
    headings, rows = read(tmp_path / "twice.csv")
    assert headings[-6:] == [
        *("adcode", "precision", "reason (2)", "adcode (2)", "precision (2)", "reason (3)"),
    ]
    assert [row[5] for row in rows] == ["a", "b", "c"]


def test_tables_are_placed_by_what_else_tells_a_place(tmp_path: Path) -> None:
    columns = {"County code": ["８１０１０９", "810101", "no code"], "Address": ["", "", "石镜市"]}
    annotate.place_table(table(tmp_path / "in.csv", columns), tmp_path / "out.csv")
    _, rows = read(tmp_path / "out.csv")
    assert [row[2:] for row in rows] == [
        ["810103", "county", "code"],
        ["810101", "county", "code"],
        ["820200", "prefecture", "address"],
    ]


@pytest.mark.operations
def test_coordinates_count_where_outlines_were_imported(lakes: Lakes, tmp_path: Path) -> None:
    source = lakes.registers["northshore"]
    with source.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Longitude"]]
    columns = {name: [row[name] for row in rows] for name in ("Longitude", "Latitude")}
    annotate.place_table(table(tmp_path / "in.csv", columns), tmp_path / "out.csv")
    _, placed = read(tmp_path / "out.csv")
    assert [row[2:] for row in placed] == [
        [row["Registration number"][2:8], "point", "coordinates"] for row in rows
    ]


@pytest.mark.django_db
def test_coordinates_alone_are_refused_where_no_outlines_were_imported(tmp_path: Path) -> None:
    source = table(tmp_path / "in.csv", {"Longitude": ["-29.9"], "Latitude": ["2.6"]})
    with pytest.raises(Refusal) as refused:
        annotate.place_table(source, tmp_path / "out.csv")
    assert refused.value.code == "outlines_missing"
    located = table(tmp_path / "both.csv", {**FIRMS, "Longitude": ["1"] * 3, "Latitude": ["1"] * 3})
    annotate.place_table(located, tmp_path / "out.csv")
    assert [row[7] for row in read(tmp_path / "out.csv")[1]] == ["810203", "820203", ""]


@pytest.mark.parametrize("do", [annotate.code_table, annotate.place_table])
def test_a_table_over_itself_is_refused_and_stays(tmp_path: Path, do: Annotate) -> None:
    source = table(tmp_path / "in.csv", FIRMS)
    (tmp_path / "other.csv").symlink_to(source)
    before = source.read_bytes()
    for output in (source, tmp_path / "other.csv", tmp_path / "." / "in.csv"):
        with pytest.raises(Refusal) as refused:
            do(source, output)
        assert (refused.value.code, refused.value.field) == ("output_is_input", "output")
    assert source.read_bytes() == before


@pytest.mark.parametrize("do", [annotate.code_table, annotate.place_table])
@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("out.docx", "output_kind_unknown"),
        ("out", "output_kind_unknown"),
        ("none/such/out.csv", "output_folder_missing"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_anything_is_read(
    tmp_path: Path, do: Annotate, output: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        do(tmp_path / "not-even-there.csv", tmp_path / output)
    assert (refused.value.code, refused.value.field) == (code, "output")


@pytest.mark.parametrize("do", [annotate.code_table, annotate.place_table])
def test_missing_columns_are_refused_with_the_headings_that_were_seen(
    tmp_path: Path, do: Annotate
) -> None:
    source = table(tmp_path / "in.csv", {"甲": ["1"], "Turnover": ["2"]})
    with pytest.raises(Refusal) as refused:
        do(source, tmp_path / "out.csv")
    assert refused.value.code == "named_columns_missing"
    sentence, way_out = said(refused.value)
    assert "甲, Turnover" in sentence
    assert "name" in sentence
    assert way_out
    assert not (tmp_path / "out.csv").exists()


def test_half_of_a_point_is_no_place(tmp_path: Path) -> None:
    for name in ("Longitude", "Latitude"):
        with pytest.raises(Refusal) as refused:
            annotate.place_table(table(tmp_path / "in.csv", {name: ["1"]}), tmp_path / "out.csv")
        assert refused.value.code == "named_columns_missing"


def test_rows_that_cannot_be_cut_are_all_told_and_nothing_is_written(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    good = "甲厂,制造帆船"
    lines = ["Name,Business scope", good, "乙厂,a,b,c", *[good] * 40_000, "丙厂,a,b,c"]
    source.write_text("\n".join(lines), encoding="utf-8")
    output = tmp_path / "out.csv"
    output.write_text("former", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        annotate.code_table(source, output)
    assert refused.value.code == "table_unreadable"
    told = [(one.row, one.code) for one in refused.value.problems]
    assert told == [(3, "row_too_long"), (40_004, "row_too_long")]
    assert output.read_text(encoding="utf-8") == "former"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_two_columns_of_one_name_and_nested_columns_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("Name,Name,Turnover\n甲,乙,1\n", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        annotate.code_table(source, tmp_path / "out.csv")
    assert [one.code for one in refused.value.problems] == ["column_ambiguous"]
    pq.write_table(pa.table({"Name": ["甲"], "tags": [["a", "b"]]}), tmp_path / "in.parquet")
    with pytest.raises(Refusal) as refused:
        annotate.code_table(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert (refused.value.code, refused.value.params["columns"]) == ("columns_nested", "tags")


def test_what_no_cell_holds_is_refused_before_a_table_is_made(tmp_path: Path) -> None:
    source = table(tmp_path / "in.parquet", {"Name": ["长" * 40_000]})
    with pytest.raises(Refusal) as refused:
        annotate.code_table(source, tmp_path / "out.xlsx")
    assert refused.value.code == "table_unreadable"
    assert [one.code for one in refused.value.problems] == ["cell_too_large"]
    assert not (tmp_path / "out.xlsx").exists()


def test_a_disk_that_is_full_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(annotate, "write_table", full)
    with pytest.raises(Refusal) as refused:
        annotate.code_table(table(tmp_path / "in.csv", FIRMS), tmp_path / "out.csv")
    assert refused.value.code == "table_not_written"
    assert "No space left on device" in said(refused.value)[0]
