"""Files that somebody might send by mistake or on purpose, and what each is refused for."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from atlas.registers import HEADINGS, write_csv

GOOD_ROW = ("甲帆船厂", "LK810203901", "制造帆船", "北岸省桤林市帆湾县湖滨路1号", "1112")


def workbook(rows: list[tuple[str, ...]]) -> bytes:
    """Return a small workbook of texts."""
    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEADINGS, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell)
    return body.getvalue()


def truncated_workbook(folder: Path) -> Path:
    whole = workbook([GOOD_ROW] * 200)
    return _put(folder / "truncated.xlsx", whole[: len(whole) // 2])


def swollen_workbook(folder: Path) -> Path:
    """Hold a sheet of 80 MB of blanks in some 80 kB."""
    return _with_sheet(folder / "swollen.xlsx", b" " * (80 << 20))


def lying_workbook(folder: Path) -> Path:
    """Say of a sheet that it is small, and be large."""
    path = _with_sheet(folder / "lying.xlsx", b" " * (1 << 20))
    body = bytearray(path.read_bytes())
    at = body.rindex(b"PK\x01\x02", 0, body.index(b"xl/worksheets/sheet1.xml", len(body) // 2))
    body[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return _put(path, bytes(body))


def far_cornered_workbook(folder: Path) -> Path:
    """Fill two cells at the far corners, so that a careless reader lays out all between."""
    sheet = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
        b'2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">'
        b'<c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    return _with_sheet(folder / "corners.xlsx", sheet)


def junk_named_csv(folder: Path) -> Path:
    noise = random.Random(2).randbytes(100_000)  # noqa: S311  (no secret)
    return _put(folder / "junk.csv", noise)


def picture_named_xlsx(folder: Path) -> Path:
    noise = random.Random(3).randbytes(5_000)  # noqa: S311  (no secret)
    return _put(folder / "picture.xlsx", b"\x89PNG\r\n\x1a\n" + noise)


def workbook_named_csv(folder: Path) -> Path:
    return _put(folder / "workbook.csv", workbook([GOOD_ROW]))


def text_named_parquet(folder: Path) -> Path:
    return _put(folder / "text.parquet", b"Name,Address\na,b\n")


def truncated_parquet(folder: Path) -> Path:
    path = folder / "truncated.parquet"
    pq.write_table(pa.table(dict(zip(HEADINGS, ([cell] for cell in GOOD_ROW), strict=True))), path)
    return _put(path, path.read_bytes()[:-20])


def garbled_parquet(folder: Path) -> Path:
    """Hold bytes that are no text in a column that says it is."""
    columns = {heading: pa.array([cell]) for heading, cell in zip(HEADINGS, GOOD_ROW, strict=True)}
    offsets, body = pa.array([0, 4], pa.int32()).buffers()[1], pa.py_buffer(b"\xff\xfe\xfd\xfc")
    columns["Name"] = pa.Array.from_buffers(pa.string(), 1, [None, offsets, body])
    path = folder / "garbled.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def nested_parquet(folder: Path) -> Path:
    """Give names as lists of names."""
    path = folder / "nested.parquet"
    pq.write_table(pa.table({"Name": [["甲厂"]], "Address": ["湖滨路"]}), path)
    return path


def empty_text(folder: Path) -> Path:
    return _put(folder / "empty.csv", b"")


def empty_workbook(folder: Path) -> Path:
    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        book.add_worksheet()
    return _put(folder / "empty.xlsx", body.getvalue())


def only_headings(folder: Path) -> Path:
    return write_csv(folder / "headings.csv", [])


def ten_thousand_columns(folder: Path) -> Path:
    headings = [f"column {at}" for at in range(10_000)]
    return write_csv(folder / "wide.csv", [headings], headings)


def two_columns_of_names(folder: Path) -> Path:
    return write_csv(folder / "two.csv", [GOOD_ROW], ("Name", "Name", *HEADINGS[2:]))


def without_names(folder: Path) -> Path:
    return write_csv(folder / "nameless.csv", [GOOD_ROW], ("What", *HEADINGS[1:]))


def without_places(folder: Path) -> Path:
    return write_csv(folder / "nowhere.csv", [GOOD_ROW[:3]], HEADINGS[:3])


def blank_names(folder: Path) -> Path:
    """Leave the name blank in three of five rows."""
    blank = ("", *GOOD_ROW[1:])
    rows = [GOOD_ROW, blank, ("乙厂", "LK810203902", *GOOD_ROW[2:]), blank, ("-", *GOOD_ROW[1:])]
    return write_csv(folder / "blank.csv", rows)


def open_quotes(folder: Path) -> Path:
    body = ",".join(HEADINGS) + '\n"甲厂,1,制造帆船,湖滨路,\n乙厂,2,制造帆船,湖滨路,\n'
    return _put(folder / "quotes.csv", body.encode())


def document(folder: Path) -> Path:
    return _put(folder / "register.docx", b"PK\x03\x04")


# The file, the refusal, and the codes of its problems.
HOSTILE: dict[Callable[[Path], Path], tuple[str, set[str]]] = {
    truncated_workbook: ("register_unreadable", {"file_damaged"}),
    swollen_workbook: ("register_unreadable", {"file_too_large"}),
    lying_workbook: ("register_unreadable", {"file_damaged"}),
    far_cornered_workbook: ("register_unreadable", {"too_many_columns"}),
    junk_named_csv: ("register_unreadable", {"content_not_a_table"}),
    picture_named_xlsx: ("register_unreadable", {"content_not_as_named"}),
    workbook_named_csv: ("register_unreadable", {"content_not_as_named"}),
    text_named_parquet: ("register_unreadable", {"content_not_as_named"}),
    truncated_parquet: ("register_unreadable", {"file_damaged"}),
    garbled_parquet: ("register_unreadable", {"file_damaged"}),
    nested_parquet: ("register_refused", {"column_missing"}),
    empty_text: ("register_unreadable", {"table_empty"}),
    empty_workbook: ("register_unreadable", {"table_empty"}),
    only_headings: ("register_refused", {"no_records"}),
    ten_thousand_columns: ("register_unreadable", {"too_many_columns"}),
    two_columns_of_names: ("register_refused", {"column_ambiguous"}),
    without_names: ("register_refused", {"column_missing"}),
    without_places: ("register_refused", {"place_columns_missing"}),
    blank_names: ("register_refused", {"name_missing"}),
    open_quotes: ("register_refused", {"quotes_unbalanced"}),
    document: ("register_unreadable", {"ending_unknown"}),
}


def _put(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def _with_sheet(path: Path, sheet: bytes) -> Path:
    """Write a workbook whose one sheet is replaced."""
    with (
        zipfile.ZipFile(io.BytesIO(workbook([GOOD_ROW]))) as whole,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for one in whole.namelist():
            changed.writestr(one, sheet if one.endswith("sheet1.xml") else whole.read(one))
    return path
