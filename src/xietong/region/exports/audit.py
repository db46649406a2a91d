"""The audit as files: JSON lines that are verified elsewhere, and a workbook that is read."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import xlsxwriter
from django.utils.translation import gettext

from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Broken, Malformed, Refusal
from xietong.region import queries, zone
from xietong.region.models import AuditEntry
from xietong.region.queries import Wanted
from xietong.region.rules import Actor
from xietong.region.verbs import words_of

FORMS = (".jsonl", ".xlsx")
# So many rows fit on a sheet beside its heading, and so many letters into a cell.
ROWS = 1_000_000
LETTERS = 32_000


def reference(text: str) -> Reference:
    """Return the record that a text names. Refuses `no_reference`."""
    try:
        return Reference.parse(text)
    except ValueError as fault:
        raise Malformed(
            "no_reference",
            N_("“{text}” names no record."),
            way_out=N_("Name it as room:kind:key, such as atlas:edition:3."),
            field="subject",
            text=text,
        ) from fault


def json_lines(actor: Actor, wanted: Wanted) -> Iterator[str]:
    """Give a line an entry, its text and hash as they were written; of the whole audit, its head.

    The lines can be verified without this house: docs/methods/audit-chain.md shows how.
    """
    last = 0
    for one in queries.entries(actor, wanted):
        last = one.number
        yield json.dumps({"hash": one.hash, "body": one.body}, ensure_ascii=False) + "\n"
    if wanted.all and last and queries.reads_whole_audit(actor):
        head = json.loads(queries.signed_head(actor, last).as_json())
        yield json.dumps({"head": head}) + "\n"


def write_workbook(rows: Iterable[AuditEntry], path: Path) -> int:
    """Write entries into a workbook row by row, whatever their number; return it."""
    heads = [
        *(gettext("No."), gettext("Time"), gettext("Who"), gettext("Key")),
        *(gettext("What"), gettext("Record"), gettext("Member"), gettext("Reason")),
        *(gettext("Before"), gettext("After"), gettext("Details"), gettext("Hash")),
    ]
    number, there = 0, zone.of_the_region()
    # No cell is a formula or a link, whatever it begins with.
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, plain) as book:
        bold = book.add_format({"bold": True})
        sheet = None
        for number, one in enumerate(rows, start=1):
            line = (number - 1) % ROWS + 1
            if sheet is None or line == 1:
                sheet = _sheet(book, heads, bold)
            cells = [
                *(str(one.number), zone.second_of(one.at, there), one.actor, one.actor_key),
                *(words_of(one.verb), one.subject, one.member, one.reason),
                *(one.before, one.after, json.dumps(one.details, ensure_ascii=False), one.hash),
            ]
            sheet.write_number(line, 0, one.number)
            for column, cell in enumerate(cells[1:], start=1):
                sheet.write_string(line, column, cell[:LETTERS])
        if sheet is None:
            _sheet(book, heads, bold)
    return number


def _sheet(
    book: xlsxwriter.Workbook, heads: list[str], bold: object
) -> xlsxwriter.worksheet.Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, (head, width) in enumerate(
        zip(heads, (8, 33, 16, 14, 28, 32, 14, 40, 20, 20, 40, 20), strict=True)
    ):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, bold)
    return sheet


def write_audit(actor: Actor, wanted: Wanted, path: Path) -> int:
    """Write the entries that an actor may see into a file, or nothing; return their number.

    Refuses `export_form_unknown`, and `export_not_written` where the disk does not take it.
    """
    if path.suffix not in FORMS:
        raise Refusal(
            "export_form_unknown",
            N_("The audit is not written as “{ending}”."),
            way_out=N_("Choose a name that ends in .jsonl or .xlsx."),
            field="file",
            ending=path.suffix,
        )
    try:
        handle, part = tempfile.mkstemp(prefix=".part-", dir=path.parent)
        os.close(handle)
        try:
            if path.suffix == ".xlsx":
                count = write_workbook(queries.entries(actor, wanted), Path(part))
            else:
                count = _write_lines(json_lines(actor, wanted), Path(part))
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
    except (OSError, xlsxwriter.exceptions.XlsxFileError) as fault:
        raise Broken(
            "export_not_written",
            N_("“{file}” could not be written: {fault}."),
            way_out=N_("Check that the folder exists and has room, then export again."),
            file=path.name,
            fault=getattr(fault, "strerror", None) or type(fault).__name__,
        ) from fault
    return count


def _write_lines(lines: Iterator[str], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(line)
            count += not line.startswith('{"head"')
    return count
