"""The beginning of a large workbook: enough of it to see its sheets, headings and some cells."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.tables.first_rows_ods import beginning_of_content
from xietong.engine.tables.workbook import DAMAGE, PIECE, check_package

# A workbook whose sheets and texts unpack to less is read whole: that takes a second or two.
SMALL_BYTES = 16 << 20
ROWS = 400
# What is read of a sheet for its rows, and of the texts that they share.
MOST_SHEET_BYTES = 8 << 20
MOST_TEXT_BYTES = 96 << 20
MOST_OTHER_BYTES = 32 << 20
# Cells that are merged stand behind the rows; where they are not reached in time, headings in two
# rows are read as if none were merged.
SECONDS = 2.0
_TAIL_BYTES = 256 << 10
_ROW_END = re.compile(rb"</(?P<space>\w+:)?row>")
_TEXT_END = re.compile(rb"</(?P<space>\w+:)?si>|<(?P<blank>\w+:)?si\s*/>")
_TEXT_AT = re.compile(rb'\st="s"[^>]*>\s*<(?:\w+:)?v>(\d{1,9})<')
_MERGED = re.compile(rb"<(?P<space>\w+:)?mergeCells\b.*?</(?P=space)?mergeCells>", re.DOTALL)
_TEXTS = "xl/sharedStrings.xml"
_CONTENT = "content.xml"
_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/styles\.xml|xl/_rels/.*"
)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")


def beginning(path: Path, scratch: Path) -> Path:
    """Return a workbook in `scratch` with the first rows of every sheet of `path`.

    Returns `path` itself where it is small, or neither XLSX nor ODS. Takes a few seconds however
    large the workbook is, and says nothing of the rows beyond: whoever reads them inspects the
    whole.
    Raises ProblemsFound for what is damaged, encrypted or would unpack to too much.
    """
    ending = path.suffix.lower()
    if ending not in (".xlsx", ".xlsm", ".ods") or not zipfile.is_zipfile(path):
        return path
    try:
        with zipfile.ZipFile(path) as packed:
            check_package(packed)
            if ending == ".ods":
                return _beginning_of_ods(packed, scratch) or path
            sizes = {one.filename: one.file_size for one in packed.infolist()}
            sheets = [name for name in sizes if _SHEET.fullmatch(name)]
            if sum(sizes[name] for name in [*sheets, _TEXTS] if name in sizes) < SMALL_BYTES:
                return path
            short = scratch / f"beginning{path.suffix.lower()}"
            with zipfile.ZipFile(short, "w", zipfile.ZIP_STORED) as cut:
                _copy(packed, cut, sheets)
    except DAMAGE as fault:
        raise ProblemsFound([Problem("file_damaged")]) from fault
    except (NotImplementedError, RuntimeError) as fault:
        # What zipfile says of a method it does not know, or of a member with a password.
        raise ProblemsFound([Problem("file_encrypted")]) from fault
    return short


def _beginning_of_ods(packed: zipfile.ZipFile, scratch: Path) -> Path | None:
    """Return the beginning of an ODS; None where it is small, or not cut as others are."""
    members = {one.filename: one.file_size for one in packed.infolist()}
    # Each cell is spelt out, and is looked at twice: less is read whole in the time of a request.
    if members.get(_CONTENT, 0) < SMALL_BYTES:
        return None
    with packed.open(_CONTENT) as member:
        content = beginning_of_content(member, time.monotonic() + SECONDS)
    if content is None:
        return None
    short = scratch / "beginning.ods"
    with zipfile.ZipFile(short, "w", zipfile.ZIP_STORED) as cut:
        for name in ("mimetype", "META-INF/manifest.xml"):
            if name in members:
                with packed.open(name) as member:
                    cut.writestr(name, _bounded(member, MOST_OTHER_BYTES))
        cut.writestr(_CONTENT, content)
    return short


def _copy(packed: zipfile.ZipFile, cut: zipfile.ZipFile, sheets: list[str]) -> None:
    until = time.monotonic() + SECONDS
    most = -1
    for name in sheets:
        with packed.open(name) as member:
            rows = _rows(member, until)
        most = max(most, *(int(at) for at in _TEXT_AT.findall(rows)), -1)
        cut.writestr(name, rows)
    for name in packed.namelist():
        if name == _TEXTS:
            with packed.open(name) as member:
                cut.writestr(name, _texts(member, most + 1))
        elif _NEEDED.fullmatch(name):
            with packed.open(name) as member:
                cut.writestr(name, _bounded(member, MOST_OTHER_BYTES))


def _rows(member: IO[bytes], until: float) -> bytes:
    """Return a sheet with its first rows and the cells that are merged."""
    text, ends = b"", list[re.Match[bytes]]()
    while len(ends) < ROWS and len(text) < MOST_SHEET_BYTES:
        piece = member.read(PIECE)
        if not piece:
            return text
        text += piece
        ends = list(_ROW_END.finditer(text))
    if not ends:
        raise _too_large(MOST_SHEET_BYTES)
    last = ends[min(ROWS, len(ends)) - 1]
    space = last["space"] or b""
    close = b"</%ssheetData>%s</%sworksheet>" % (space, _merged(text, member, until), space)
    return text[: last.end()] + close


def _merged(text: bytes, member: IO[bytes], until: float) -> bytes:
    tail = text[-_TAIL_BYTES:]
    while time.monotonic() < until:
        piece = member.read(PIECE)
        if not piece:
            found = _MERGED.search(tail)
            return found[0] if found else b""
        tail = (tail + piece)[-_TAIL_BYTES:]
    return b""


def _texts(member: IO[bytes], count: int) -> bytes:
    """Return the first `count` of the texts that sheets share."""
    parts, seen, left = list[bytes](), 0, b""
    for piece in _pieces(member, MOST_TEXT_BYTES):
        left += piece
        end = 0
        for found in _TEXT_END.finditer(left):
            seen, end = seen + 1, found.end()
            if seen >= count:
                space = found["space"] or found["blank"] or b""
                return b"".join([*parts, left[:end], b"</%ssst>" % space])
        parts.append(left[:end])
        left = left[end:]
    return b"".join([*parts, left])


def _bounded(member: IO[bytes], most: int) -> bytes:
    return b"".join(_pieces(member, most))


def _pieces(member: IO[bytes], most: int) -> Iterator[bytes]:
    size = 0
    while piece := member.read(PIECE):
        size += len(piece)
        if size > most:
            raise _too_large(most)
        yield piece


def _too_large(most: int) -> ProblemsFound:
    params: dict[str, str | int] = {"megabytes": (most >> 20) + 1, "most": most >> 20}
    return ProblemsFound([Problem("file_too_large", params=params)])
