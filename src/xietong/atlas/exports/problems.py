"""A list of problems as CSV, however long: written while it is read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.http import StreamingHttpResponse
from django.utils.translation import get_language, gettext, override

from xietong.atlas import queries
from xietong.atlas.models import RegisterDraft, RegisterVersion
from xietong.engine.problems import Problem
from xietong.engine.register.problem_file import problems_by_row
from xietong.engine.tables.write import harmless
from xietong.kit.doors import said_problem
from xietong.kit.words import COLUMNS

AT_ONCE = 500


def problem_list(found: RegisterDraft | RegisterVersion, name: str) -> StreamingHttpResponse:
    """Return all problems of a draft or version in the active language; no cell of it runs."""
    answer = StreamingHttpResponse(
        _pieces(queries.problem_file(found), get_language() or ""),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _pieces(path: Path | None, language: str) -> Iterator[bytes]:
    with override(language):
        headings = [
            gettext("Row"),
            gettext("Column"),
            gettext("What is wrong"),
            gettext("What to do"),
            gettext("Code"),
        ]
    # A mark, so that sheet programs read it right.
    yield b"\xef\xbb\xbf" + _lines([headings])
    if path is None:
        return
    waiting = []
    for row, problems in problems_by_row(path):
        waiting += [(row, one) for one in problems]
        if len(waiting) >= AT_ONCE:
            yield _said(waiting, language)
            waiting = []
    yield _said(waiting, language)


def _said(problems: list[tuple[int, Problem]], language: str) -> bytes:
    # Between two pieces another request may have its turn, with a language of its own.
    with override(language):
        told = [(row, said_problem(one)) for row, one in problems]
    return _lines(
        [
            [row or "", _column(one["field"]), one["sentence"], one["way_out"], one["code"]]
            for row, one in told
        ]
    )


def _column(name: str | None) -> str:
    """Return a column as the page calls it; one that no column of a register is, as it stands."""
    return gettext(COLUMNS[name]) if name in COLUMNS else name or ""


def _lines(rows: Sequence[Sequence[str | int]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue().encode()
