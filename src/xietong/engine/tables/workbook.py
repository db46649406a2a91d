"""Sheets of XLSX, XLS and ODS: looked at before they are opened, then read as typed cells."""

from __future__ import annotations

import datetime
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.tables.headers import Synonyms
from xietong.engine.tables.heading_rows import SAMPLE, HeadingRows, Merged, find_headings
from xietong.engine.tables.limits import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_MEMBERS,
    MOST_RATIO,
    MOST_UNPACKED_BYTES,
    RATIO_FROM_BYTES,
)

Cell = str | float | int | bool | datetime.date | datetime.time | datetime.timedelta
PIECE = 1 << 20
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Where programs lie in a workbook: of Visual Basic, of Excel 4, of OpenDocument; in an XLS file.
_MACROS = re.compile(r"(.*/)?vbaProject\.bin|xl/macrosheets/.+|(Basic|Scripts)/.+", re.IGNORECASE)
_MACROS_OF_XLS = "_VBA_PROJECT".encode("utf-16-le")
_REFERENCE = re.compile(rb'\sr="([A-Z]{1,7})(\d{1,10})"')
_DATE_1904 = re.compile(rb'date1904\s*=\s*"(1|true)"')
_ODS_CELL = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ODS_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
# What reading a damaged package may end in, by the ways that its members may be packed.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ElementTree.ParseError,
    ValueError,
)
# A whole number beyond this was rounded when the sheet stored it.
_EXACT_TO = 2**53


@dataclass(frozen=True)
class Sheet:
    """One sheet, its headings found; `rows` gives (row as shown, cells as text)."""

    name: str
    headings: HeadingRows
    epoch_1904: bool
    left: int
    sheet: CalamineSheet

    def rows(self) -> Iterator[tuple[int, list[str | None]]]:
        """Give every row below the headings, blank ones too, its number counted from 1."""
        for row, cells in enumerate(self.sheet.iter_rows(), 1):
            if row > self.headings.last + 1:
                yield row, [_said(cell) or None for cell in cells]


def list_sheets(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets that a person sees; raises ProblemsFound like `read_sheet`."""
    _inspect(path)
    with _safely():
        return _visible(CalamineWorkbook.from_path(path))


def read_sheet(path: Path, synonyms: Synonyms | None, sheet: str | None) -> Sheet:
    """Open the sheet that holds the table: `sheet`, else the first whose headings are known.

    Raises ProblemsFound for what is damaged, encrypted, too large or empty.
    """
    epoch_1904 = _inspect(path)
    first: Sheet | None = None
    with _safely():
        book = CalamineWorkbook.from_path(path)
        names = _visible(book)
        if sheet is not None and sheet not in book.sheet_names:
            raise _refused("sheet_missing", sheet=sheet, known=", ".join(names))
        for name in names if sheet is None else [sheet]:
            found = _look(book, name, synonyms, epoch_1904)
            if found is None:
                continue
            if synonyms is None or synonyms.known(found.headings.names) > 1:
                return found
            first = first or found
    if first is None:
        raise _refused("table_empty")
    return first


@contextmanager
def _safely() -> Iterator[None]:
    """Tell what the parser cannot stand as a refusal of the file."""
    try:
        yield
    except PasswordError as fault:
        raise _refused("file_encrypted") from fault
    except (CalamineError, OSError, ValueError) as fault:
        raise _refused("file_damaged") from fault
    except BaseException as fault:
        # The parser is native code: it may also tell by a panic.
        if type(fault).__name__ == "PanicException":
            raise _refused("file_damaged") from fault
        raise


def _visible(book: CalamineWorkbook) -> tuple[str, ...]:
    return tuple(
        one.name
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
    )


def _look(
    book: CalamineWorkbook, name: str, synonyms: Synonyms | None, epoch_1904: bool
) -> Sheet | None:
    sheet = book.get_sheet_by_name(name)
    if sheet.start is None:
        return None
    if sheet.width > MOST_COLUMNS:
        raise _refused("too_many_columns", columns=sheet.width, most=MOST_COLUMNS)
    left = sheet.start[1]
    grid = []
    for cells in sheet.iter_rows():
        grid.append([_said(cell) for cell in cells])
        if len(grid) > SAMPLE:
            break
    merged: list[Merged] = [
        ((top, from_ - left), (bottom, to - left))
        for (top, from_), (bottom, to) in sheet.merged_cell_ranges or ()
        if top <= SAMPLE
    ]
    headings = find_headings(grid, synonyms, merged)
    return None if headings is None else Sheet(name, headings, epoch_1904, left, sheet)


def _said(cell: Cell) -> str:
    """Return a typed cell as the text that a person would have typed."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < _EXACT_TO:
            return str(int(cell))
        return repr(cell) if abs(cell) < _EXACT_TO else f"{cell:.15e}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ") if cell.time() != datetime.time() else cell.date().isoformat()
    return str(cell)


def _inspect(path: Path) -> bool:
    """Refuse what would hurt to open; return whether its serial days count from 1904."""
    with path.open("rb") as file:
        head = file.read(8)
        if head == _OLE:
            file.seek(0)
            if path.suffix.lower() == ".xls":
                _refuse_macros_of_xls(file)
                return False
            encrypted = _ENCRYPTED in file.read(MOST_UNPACKED_BYTES)
            raise _refused("file_encrypted" if encrypted else "content_not_as_named")
    if path.suffix.lower() == ".xls":
        raise _refused("content_not_as_named")
    if not zipfile.is_zipfile(path):
        raise _refused("file_damaged" if head.startswith(b"PK") else "content_not_as_named")
    try:
        with zipfile.ZipFile(path) as packed:
            return _inspect_packed(packed, path.suffix.lower())
    except DAMAGE as fault:
        raise _refused("file_damaged") from fault
    except (NotImplementedError, RuntimeError) as fault:
        # What zipfile says of a method it does not know, or of a member with a password.
        raise _refused("file_encrypted") from fault


def _refuse_macros_of_xls(file: IO[bytes]) -> None:
    tail = b""
    while piece := file.read(PIECE):
        if _MACROS_OF_XLS in tail + piece:
            raise _refused("workbook_has_macros")
        tail = piece[-len(_MACROS_OF_XLS) :]


def check_package(packed: zipfile.ZipFile) -> None:
    """Refuse a package by what its directory says: too many members, too much in them, locked,
    programs in it: nothing runs here, but the file is kept and handed out again.
    """
    members = packed.infolist()
    whole = sum(one.file_size for one in members)
    small = max(sum(one.compress_size for one in members), 1)
    if (
        len(members) > MOST_MEMBERS
        or whole > MOST_UNPACKED_BYTES
        or (whole > RATIO_FROM_BYTES and whole / small > MOST_RATIO)
    ):
        raise _refused("file_too_large", megabytes=whole >> 20, most=MOST_UNPACKED_BYTES >> 20)
    if any(one.flag_bits & 1 for one in members):
        raise _refused("file_encrypted")
    if any(_MACROS.fullmatch(one.filename.replace("\\", "/")) for one in members):
        raise _refused("workbook_has_macros")


def _inspect_packed(packed: zipfile.ZipFile, ending: str) -> bool:
    check_package(packed)
    members = packed.infolist()
    names = {one.filename for one in members}
    if ending == ".ods":
        if "content.xml" not in names:
            raise _refused("content_not_as_named")
        if b"encryption-data" in _start(packed, "META-INF/manifest.xml", names):
            raise _refused("file_encrypted")
        _inspect_ods(packed)
        return False
    if "xl/workbook.xml" not in names:
        raise _refused("content_not_as_named")
    for one in members:
        # Read to the end, so that a false size or a damaged member is found here, in safe code.
        with packed.open(one) as member:
            if one.filename.startswith("xl/worksheets/") and one.filename.endswith(".xml"):
                _inspect_worksheet(member)
            else:
                while member.read(PIECE):
                    pass
    return bool(_DATE_1904.search(_start(packed, "xl/workbook.xml", names)))


def _inspect_worksheet(member: IO[bytes]) -> None:
    """Refuse a sheet whose far corners would be filled up with blank cells in memory."""
    columns = rows = 0
    left = top = None
    tail = b""
    while piece := member.read(PIECE):
        text = tail + piece
        # A wide sheet is known by its three-letter columns; the last row stands in the last piece.
        found = _REFERENCE.findall(text)
        for letters in {letters for letters, _ in found}:
            column = _column(letters)
            columns = max(columns, column)
            left = column if left is None else min(left, column)
        if found:
            numbers = (int(found[0][1]), int(found[-1][1]), max(int(row) for _, row in found))
            rows = max(rows, *numbers)
            top = numbers[0] if top is None else min(top, numbers[0])
        tail = text[-64:]
    if columns - (left or 0) + 1 > MOST_COLUMNS:
        raise _refused("too_many_columns", columns=columns, most=MOST_COLUMNS)
    if (columns - (left or 1) + 1) * (rows + 1) > MOST_CELLS:
        raise _refused("too_many_cells", cells=columns * rows, most=MOST_CELLS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _inspect_ods(packed: zipfile.ZipFile) -> None:
    """Count the cells that repeated rows and cells stand for; blank ones cost nothing."""
    cells = 0
    in_row = 0
    with packed.open("content.xml") as content:
        for _, one in ElementTree.iterparse(content):  # noqa: S314  (expat bounds its entities)
            if one.tag == f"{_ODS_CELL}table-cell":
                if len(one) or f"{_ODS_OFFICE}value-type" in one.attrib:
                    in_row += int(one.get(f"{_ODS_CELL}number-columns-repeated", "1"))
                    if in_row > MOST_COLUMNS:
                        raise _refused("too_many_columns", columns=in_row, most=MOST_COLUMNS)
                one.clear()
            elif one.tag == f"{_ODS_CELL}table-row":
                cells += in_row * int(one.get(f"{_ODS_CELL}number-rows-repeated", "1"))
                in_row = 0
                if cells > MOST_CELLS:
                    raise _refused("too_many_cells", cells=cells, most=MOST_CELLS)
                one.clear()


def _start(packed: zipfile.ZipFile, name: str, names: set[str]) -> bytes:
    if name not in names:
        return b""
    with packed.open(name) as member:
        return member.read(PIECE)


def _refused(code: str, **params: str | int) -> ProblemsFound:
    return ProblemsFound([Problem(code, params=params)])
