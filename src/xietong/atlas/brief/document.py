"""Setting a brief as a Word document, with fonts that offices have and others can replace."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from xietong.atlas.brief.contents import Brief, Table
from xietong.atlas.brief.typesetting import as_png, width_of

# A word processor without the first falls back by the family that it is declared to be of.
TITLE, BODY, PLAIN = "方正小标宋简体", "仿宋", "黑体"
LATIN, LATIN_PLAIN = "Times New Roman", "Arial"
DEEP, SOFT, SIGNAL = (
    RGBColor(0x0A, 0x51, 0x78),
    RGBColor(0x4B, 0x5B, 0x66),
    RGBColor(0x9A, 0x34, 12),
)
LINE_CM = 16.6
# Dates inside of the file must not be today's.
ZIPPED_AT = (1980, 1, 1, 0, 0, 0)


def as_docx(brief: Brief, picture: str, language: str, made_at: datetime) -> bytes:
    """Return the brief as DOCX; the same bytes for the same edition."""
    document = Document()
    _page(document, brief)
    _first(document, brief, picture)
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    for table in brief.tables:
        _table(document, table, 8)
    _heading(document, brief.notes_heading)
    for at, note in enumerate(brief.notes, start=1):
        _line(document, f"{at}. {note}", size=8, east=BODY)
    about = document.core_properties
    about.title, about.author, about.comments = brief.title, "", ""
    about.language = "zh-CN" if language == "zh" else "en-GB"
    about.created = about.modified = made_at.replace(tzinfo=None, microsecond=0)
    about.last_modified_by, about.revision = "", 1
    file = io.BytesIO()
    document.save(file)
    return _without_dates(file.getvalue())


def _page(document: Any, brief: Brief) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(1.9), Cm(1.6)
    section.header_distance = section.footer_distance = Cm(0.9)
    head = section.header.paragraphs[0]
    _run(head, brief.kind, size=8, colour=SOFT, east=PLAIN, latin=LATIN_PLAIN)
    if brief.synthetic:
        _run(head, "  SYNTHETIC", size=8, colour=SIGNAL, bold=True, latin=LATIN_PLAIN)
    foot = section.footer.paragraphs[0]
    _run(foot, brief.foot, size=6.5, colour=SOFT, east=PLAIN, latin=LATIN_PLAIN)


def _first(document: Any, brief: Brief, picture: str) -> None:
    title = document.paragraphs[0] if document.paragraphs else document.add_paragraph()
    _spaced(title, centred=True)
    _run(title, brief.title, size=19 if len(brief.title) <= 28 else 14, bold=True, east=TITLE)
    _line(document, brief.under, size=9, colour=SOFT, east=PLAIN, centred=True)
    for mark in brief.marks:
        _line(document, mark, size=8.5, colour=SIGNAL, east=PLAIN)
    _heading(document, brief.said_heading)
    for sentence in brief.said:
        _line(document, sentence, size=11, east=BODY)
    grid = document.add_table(rows=1, cols=2)
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    own, beside = grid.rows[0].cells
    _spaced(own.paragraphs[0])
    _run(own.paragraphs[0], brief.figures_heading, size=10.5, bold=True, colour=DEEP, east=PLAIN)
    for one in brief.figures:
        label = own.add_paragraph()
        _spaced(label)
        _run(label, one.label, size=8.5, colour=SOFT, east=PLAIN, latin=LATIN_PLAIN)
        value = own.add_paragraph()
        _spaced(value, after=3)
        _run(value, one.value, size=13, bold=True, colour=DEEP, east=PLAIN, latin=LATIN_PLAIN)
        if one.beside:
            _run(value, f" {one.beside}", size=8.5, colour=SOFT, east=PLAIN, latin=LATIN_PLAIN)
    _spaced(beside.paragraphs[0], centred=True)
    width, height = 230, 190
    image = io.BytesIO(as_png(picture, width, height))
    beside.paragraphs[0].add_run().add_picture(image, width=Cm(8))
    under = beside.add_paragraph()
    _spaced(under, centred=True)
    _run(under, brief.caption, size=7, colour=SOFT, east=PLAIN, latin=LATIN_PLAIN)
    _table(document, brief.first, 8.5)


def _table(document: Any, table: Table, size: float) -> None:
    _heading(document, table.heading)
    if not table.rows:
        _line(document, table.empty, size=9, colour=SOFT, east=BODY)
        return
    grid = document.add_table(rows=0, cols=len(table.header))
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = _widths(table)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for at, texts in enumerate([table.header, *table.rows]):
        cells = grid.add_row().cells
        for text, cell, numeric, width in zip(texts, cells, table.numeric, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            _spaced(paragraph)
            if numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _run(paragraph, text, size=size, bold=at == 0, east=PLAIN, latin=LATIN_PLAIN)
    _ruled(grid)


def _widths(table: Table) -> list[Cm]:
    """Share the line among the columns: what is longer gets more, numbers no more than they take.

    Columns of one width would break long texts so often that the page would not hold them.
    """
    shares = []
    for column, numeric in enumerate(table.numeric):
        words = max(width_of(word) for word in table.header[column].split() or [""])
        longest = max([words, *(width_of(row[column]) for row in table.rows)])
        shares.append(max(longest + 2, 7) if numeric else min(max(longest, 11), 44))
    return [Cm(LINE_CM * one / sum(shares)) for one in shares]


def _ruled(grid: Any) -> None:
    """Draw lines between rows only."""
    borders = OxmlElement("w:tblBorders")
    for side, width, colour in (
        ("top", "8", "0A5178"),
        ("bottom", "4", "A9B6BF"),
        ("insideH", "4", "A9B6BF"),
    ):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", width), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    grid._tbl.tblPr.append(borders)


def _heading(document: Any, text: str) -> None:
    _line(document, text, size=10.5, colour=DEEP, east=PLAIN, bold=True, before=5)


def _line(
    document: Any,
    text: str,
    *,
    size: float,
    east: str,
    colour: RGBColor | None = None,
    bold: bool = False,
    centred: bool = False,
    before: float = 0,
) -> None:
    paragraph = document.add_paragraph()
    _spaced(paragraph, centred=centred, before=before, after=2)
    _run(paragraph, text, size=size, colour=colour, bold=bold, east=east)


def _spaced(paragraph: Any, *, centred: bool = False, before: float = 0, after: float = 0) -> None:
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.0
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _run(
    paragraph: Any,
    text: str,
    *,
    size: float,
    colour: RGBColor | None = None,
    bold: bool = False,
    east: str = BODY,
    latin: str = LATIN,
) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, latin
    run._element.rPr.rFonts.set(qn("w:eastAsia"), east)
    if colour is not None:
        run.font.color.rgb = colour


def _without_dates(file: bytes) -> bytes:
    """Pack the parts anew, each with the same date in the archive."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(file)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = zipfile.ZipInfo(name, ZIPPED_AT)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return packed.getvalue()
