"""What stands in a brief's files, read back apart from the code that wrote them."""

from __future__ import annotations

import io
import re
from typing import Any

from docx import Document

from xietong.atlas.brief import Brief


def texts_of(brief: Brief) -> list[str]:
    """Give every text that a brief says, in the order of its pages."""
    found = [brief.title, brief.under, *brief.marks, brief.said_heading, *brief.said]
    for one in brief.figures:
        found += [one.label, one.value, one.beside]
    found.append(brief.caption)
    for table in (brief.first, *brief.tables):
        found.append(table.heading)
        if table.rows:
            found += [*table.header, *(cell for row in table.rows for cell in row)]
        else:
            found.append(table.empty)
    return [one for one in [*found, brief.notes_heading, *brief.notes] if one]


def texts_of_docx(body: bytes) -> str:
    """Read a Word document again: paragraphs and cells, head and foot apart."""
    document: Any = Document(io.BytesIO(body))
    found = []
    for part in document.iter_inner_content():
        if hasattr(part, "rows"):
            for row in part.rows:
                found += [cell.text for cell in row.cells]
        else:
            found.append(part.text)
    return "\n".join(found)


def head_and_foot(body: bytes) -> tuple[str, str]:
    """Read a Word document's head and foot."""
    section = Document(io.BytesIO(body)).sections[0]
    return section.header.paragraphs[0].text, section.footer.paragraphs[0].text


def pages_of_pdf(body: bytes) -> int:
    """Count the pages of a PDF by its page objects, which must be as many as its tree says."""
    objects = len(re.findall(rb"/Type\s*/Page\b", body))
    (counted,) = re.findall(rb"/Type\s*/Pages\s*/Count\s+(\d+)", body)
    assert objects == int(counted)
    return objects


def breaks_of_docx(body: bytes) -> int:
    """Count the page breaks that a Word document itself sets."""
    document: Any = Document(io.BytesIO(body))
    return str(document.element.xml).count('w:type="page"')
