"""The beginning of a large OpenDocument sheet: its tables' first rows, the others run over.

All tables of an ODS stand one after the other in one text, so that a later one is reached by going
through those before it. Where that takes too long, the later ones are seen when the whole is read.
"""

from __future__ import annotations

import re
import time
from typing import IO
from xml.etree import ElementTree

PIECE = 1 << 20
ROWS = 400
MOST_TABLE_BYTES = 8 << 20
# No tag that is looked for is longer: what ends a piece is kept so far for the next one.
_TAG_BYTES = 4 << 10
_OPEN = re.compile(rb"<(?P<space>\w+:)?table(?=[\s>])[^>]*(?<!/)>")
_ROW_END = re.compile(rb"</(?:\w+:)?table-row>|<(?:\w+:)?table-row(?=[\s/])[^>]*/>")
# Rows may stand in groups and behind headings, which are closed where the table is cut.
_GROUP = re.compile(
    rb"<(?P<close>/)?(?P<name>(?:\w+:)?table-(?:row-group|header-rows|rows))\b[^>]*>"
)
_ROOTS = re.compile(rb"<(?P<name>(?:\w+:)?(?:document-content|body|spreadsheet))(?=[\s>])[^>]*>")


def beginning_of_content(member: IO[bytes], until: float) -> bytes | None:
    """Return a content.xml with the first rows of its tables; None where it cannot be cut so.

    `until` is the moment, by time.monotonic(), after which no further table is looked for.
    """
    parts: list[bytes] = []
    text = b""
    while True:
        text, opened = _to_the_next(member, text, parts if not parts else [], until)
        if opened is None:
            break
        kept, text, whole = _table(member, text, opened)
        if kept is None:
            return None
        parts.append(kept)
        if not whole:
            text, found = _past_the_end(member, text, opened["space"] or b"", until)
            if not found:
                break
    if len(parts) < 2:
        return None
    roots = [found["name"] for found in _ROOTS.finditer(parts[0])]
    cut = b"".join([*parts, *(b"</%s>" % name for name in reversed(roots))])
    return cut if _well_formed(cut) else None


def _to_the_next(
    member: IO[bytes], text: bytes, before: list[bytes], until: float
) -> tuple[bytes, re.Match[bytes] | None]:
    """Go to the next table; what stands before the first one is kept in `before`."""
    first = True
    while True:
        if found := _OPEN.search(text):
            before.append(text[: found.start()])
            return text, found
        if not first and time.monotonic() > until:
            return text, None
        first = False
        piece = member.read(PIECE)
        if not piece or len(text) > MOST_TABLE_BYTES:
            return text, None
        text += piece


def _table(
    member: IO[bytes], text: bytes, opened: re.Match[bytes]
) -> tuple[bytes | None, bytes, bool]:
    """Return a table with its first rows, what of the text is behind them, and whether it ended."""
    close = b"</%stable>" % (opened["space"] or b"")
    text = text[opened.start() :]
    while True:
        end = text.find(close)
        rows = list(_ROW_END.finditer(text, 0, end if end >= 0 else len(text)))
        if end >= 0 and len(rows) <= ROWS:
            end += len(close)
            return text[:end], text[end:], True
        if len(rows) > ROWS or (rows and len(text) > MOST_TABLE_BYTES):
            at = rows[min(ROWS, len(rows)) - 1].end()
            return text[:at] + _groups_closed(text[:at]) + close, text[at:], False
        piece = member.read(PIECE)
        if not piece or len(text) > MOST_TABLE_BYTES:
            return None, text, False
        text += piece


def _groups_closed(text: bytes) -> bytes:
    opened: list[bytes] = []
    for found in _GROUP.finditer(text):
        if found["close"]:
            if opened:
                opened.pop()
        elif not found[0].endswith(b"/>"):
            opened.append(found["name"])
    return b"".join(b"</%s>" % name for name in reversed(opened))


def _past_the_end(member: IO[bytes], text: bytes, space: bytes, until: float) -> tuple[bytes, bool]:
    """Run over the rest of a table; tell whether its end was reached in time."""
    close = b"</%stable>" % space
    while (end := text.find(close)) < 0:
        piece = member.read(PIECE)
        if not piece or time.monotonic() > until:
            return b"", False
        text = text[-_TAG_BYTES:] + piece
    return text[end + len(close) :], True


def _well_formed(text: bytes) -> bool:
    try:
        ElementTree.fromstring(text)  # noqa: S314  (short, and expat bounds its entities)
    except ElementTree.ParseError:
        return False
    return True
