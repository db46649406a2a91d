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


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(12))
    + b"]>"
)
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TEXT_CELL = (
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row></sheetData></worksheet>'
)


def laughing_sheet(folder: Path) -> Path:
    """Define in the sheet an entity of a billion laughs, and use it."""
    return _with_part(folder / "laughs.xlsx", "sheet1.xml", LAUGHS + SHEET + TEXT_CELL % b"&m;")


def laughing_strings(folder: Path) -> Path:
    """Laugh a billion times in the texts that the sheets share."""
    body = LAUGHS + b"<sst><si><t>&m;</t></si></sst>"
    return _with_part(folder / "strings.xlsx", "sharedStrings.xml", body)


def laughing_workbook(folder: Path) -> Path:
    """Laugh a billion times where the sheets are named."""
    body = LAUGHS + b'<workbook><sheets><sheet name="&m;" sheetId="1"/></sheets></workbook>'
    return _with_part(folder / "workbook.xlsx", "workbook.xml", body)


def reaching_out(folder: Path) -> Path:
    """Ask for a file of the machine by an external entity."""
    body = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SHEET + TEXT_CELL % b"&e;"
    return _with_part(folder / "external.xlsx", "sheet1.xml", body)


def overlapping_workbook(folder: Path) -> Path:
    """Name one packed megabyte a hundred times, as zip bombs do that hold no other zip."""
    path = _with_sheet(folder / "overlapping.xlsx", b" " * (1 << 20))
    body = path.read_bytes()
    end = body.rindex(b"PK\x05\x06")
    start = int.from_bytes(body[end + 16 : end + 20], "little")
    whole = body[start:end]
    at = whole.rindex(b"PK\x01\x02", 0, whole.index(b"xl/worksheets/sheet1.xml"))
    length = 46 + sum(
        int.from_bytes(whole[at + part : at + part + 2], "little") for part in (28, 30, 32)
    )
    one, count = whole[at : at + length], 4000
    more = b"".join(
        one.replace(b"sheet1.xml", b"s%05d.xml" % number)[:46].replace(
            one[28:30], len(b"xl/worksheets/s%05d.xml" % number).to_bytes(2, "little")
        )
        + b"xl/worksheets/s%05d.xml" % number
        for number in range(count)
    )
    kept = int.from_bytes(body[end + 10 : end + 12], "little") + count
    tail = bytearray(body[end:])
    tail[8:10] = tail[10:12] = kept.to_bytes(2, "little")
    tail[12:16] = (len(whole) + len(more)).to_bytes(4, "little")
    return _put(path, body[:end] + more + bytes(tail))


def nested_archive(folder: Path) -> Path:
    """Hold, as a workbook, archives in archives and no sheet."""
    body = b" " * (10 << 20)
    for depth in range(4):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as outer:
            for at in range(4):
                outer.writestr(f"{depth}.{at}.zip", body)
        body = packed.getvalue()
    return _put(folder / "nested.xlsx", body)


def linked_workbook(folder: Path) -> Path:
    """Be, in the place of the sheet, a link to a file of the machine."""
    path = folder / "linked.xlsx"
    with (
        zipfile.ZipFile(io.BytesIO(workbook([GOOD_ROW]))) as whole,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for one in whole.namelist():
            if not one.endswith("sheet1.xml"):
                changed.writestr(one, whole.read(one))
        link = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        changed.writestr(link, "/etc/passwd")
    return path


def encrypted_workbook(folder: Path) -> Path:
    """Be what a sheet program saves under a password: a package in an OLE container."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    return _put(folder / "locked.xlsx", head + "EncryptedPackage".encode("utf-16-le") + bytes(2000))


def old_workbook_with_nothing(folder: Path) -> Path:
    head = bytes.fromhex("d0cf11e0a1b11ae1")
    noise = random.Random(5).randbytes(20_000)  # noqa: S311  (no secret)
    return _put(folder / "old.xls", head + noise)


def binary_workbook(folder: Path) -> Path:
    return _put(folder / "binary.xlsb", workbook([GOOD_ROW]))


def macro_workbook(folder: Path) -> Path:
    path = _put(folder / "macros.xlsm", workbook([GOOD_ROW]))
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"Auto_Open")
    return path


def renamed_macro_workbook(folder: Path) -> Path:
    return macro_workbook(folder).rename(folder / "innocent.xlsx")


def macro_workbook_of_excel_4(folder: Path) -> Path:
    path = _put(folder / "old-macros.xlsm", workbook([GOOD_ROW]))
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/macrosheets/sheet1.xml", b"<x/>")
    return path


def macro_workbook_xls(folder: Path) -> Path:
    head = bytes.fromhex("d0cf11e0a1b11ae1")
    # Across the border between two pieces that are read.
    before = bytes((1 << 20) - 8 - 10)
    return _put(folder / "macros.xls", head + before + "_VBA_PROJECT_CUR".encode("utf-16-le"))


def macro_workbook_ods(folder: Path) -> Path:
    path = folder / "macros.ods"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("content.xml", "<x/>")
        packed.writestr("Basic/Standard/Module1.xml", "<x/>")
    return path


def million_characters_csv(folder: Path) -> Path:
    row = ("甲" * 1_000_000, *GOOD_ROW[1:])
    return _put(folder / "long.csv", "\n".join(",".join(one) for one in (HEADINGS, row)).encode())


def million_characters_workbook(folder: Path) -> Path:
    path = folder / "long.xlsx"
    with (
        zipfile.ZipFile(io.BytesIO(workbook([GOOD_ROW]))) as whole,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for one in whole.namelist():
            mark = f"<t>{GOOD_ROW[0]}<".encode()
            longer = f"<t>{'甲' * 1_000_000}<".encode()
            changed.writestr(one, whole.read(one).replace(mark, longer))
    return path


def million_characters_heading(folder: Path) -> Path:
    heads = (*HEADINGS[:-1], "乙" * 100_000)
    return _put(folder / "head.csv", "\n".join(",".join(one) for one in (heads, GOOD_ROW)).encode())


def damaged_ods(folder: Path) -> Path:
    """Be an OpenDocument table whose content laughs."""
    path = folder / "laughs.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", LAUGHS + b"<office>&m;</office>")
    return path


def hundred_thousand_columns(folder: Path) -> Path:
    headings = [f"c{at}" for at in range(100_000)]
    return write_csv(folder / "wider.csv", [headings], headings)


def mixed_encodings(folder: Path) -> Path:
    """Change from UTF-8 to GB 18030 to UTF-16 from line to line."""
    line = ",".join(GOOD_ROW) + "\n"
    body = ",".join(HEADINGS).encode() + b"\n"
    for _ in range(50):
        body += line.encode() + line.encode("gb18030") + line.encode("utf-16-le")
    return _put(folder / "mixed.csv", body)


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
    laughing_sheet: ("register_unreadable", {"file_damaged"}),
    laughing_strings: ("register_unreadable", {"file_damaged"}),
    laughing_workbook: ("register_unreadable", {"file_damaged"}),
    reaching_out: ("register_unreadable", {"file_damaged"}),
    overlapping_workbook: ("register_unreadable", {"file_too_large"}),
    nested_archive: ("register_unreadable", {"content_not_as_named"}),
    linked_workbook: ("register_unreadable", {"file_damaged"}),
    encrypted_workbook: ("register_unreadable", {"file_encrypted"}),
    old_workbook_with_nothing: ("register_unreadable", {"file_damaged"}),
    binary_workbook: ("register_unreadable", {"ending_unknown"}),
    macro_workbook: ("register_unreadable", {"workbook_has_macros"}),
    renamed_macro_workbook: ("register_unreadable", {"workbook_has_macros"}),
    macro_workbook_of_excel_4: ("register_unreadable", {"workbook_has_macros"}),
    macro_workbook_xls: ("register_unreadable", {"workbook_has_macros"}),
    macro_workbook_ods: ("register_unreadable", {"workbook_has_macros"}),
    million_characters_csv: ("register_refused", {"cell_too_large"}),
    million_characters_workbook: ("register_refused", {"cell_too_large"}),
    million_characters_heading: ("register_refused", {"cell_too_large"}),
    damaged_ods: ("register_unreadable", {"file_damaged"}),
    hundred_thousand_columns: ("register_unreadable", {"too_many_columns"}),
    mixed_encodings: ("register_unreadable", {"content_not_a_table"}),
}


def _put(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def _with_sheet(path: Path, sheet: bytes) -> Path:
    """Write a workbook whose one sheet is replaced."""
    return _with_part(path, "sheet1.xml", sheet)


def _with_part(path: Path, ending: str, body: bytes) -> Path:
    """Write a workbook of which one part is replaced."""
    with (
        zipfile.ZipFile(io.BytesIO(workbook([GOOD_ROW]))) as whole,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        assert any(one.endswith(ending) for one in whole.namelist())
        for one in whole.namelist():
            changed.writestr(one, body if one.endswith(ending) else whole.read(one))
    return path
