"""Text tables: which encoding, which delimiter, and the records one by one."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.tables.limits import MOST_CHARACTERS

PIECE = 1 << 20
DELIMITERS = (",", "\t", ";", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A file may hold this share of bytes that its encoding does not know; above, it is unreadable.
_TOLERATED = 0.001
# Latin letters, punctuation, kana and the Han characters of ordinary texts.
_USUAL = re.compile(r"[\t\r\n -~\u00a0-\u024f\u2000-\u206f\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_PLAUSIBLE = 0.9
# Frequent characters: GB 2312 puts 3,755 in its first level, Big5 5,401 in its first.
_FREQUENT = {"gb18030": ("gb2312", 0xB0, 0xD7), "big5hkscs": ("big5", 0xA4, 0xC6)}


@dataclass(frozen=True, slots=True)
class TextForm:
    """How a text table is written."""

    encoding: str
    delimiter: str


def detect(path: Path) -> TextForm:
    """Find encoding and delimiter; raises ProblemsFound where the file is no text of any kind."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(1 << 16)
    return TextForm(encoding, _delimiter(sample))


def records(path: Path, form: TextForm) -> Iterator[list[str] | Problem]:
    """Give every record in order, blank ones as []; a Problem stands where one cannot be cut.

    The n-th thing given is the n-th row as a spreadsheet shows the file: a line break inside
    quotes does not count.
    """
    with path.open(encoding=form.encoding, errors="replace", newline="") as file:
        reader = csv.reader(_lines(file), delimiter=form.delimiter, strict=True)
        row = 0
        while True:
            row += 1
            try:
                yield next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                if "field limit" in str(fault):
                    yield Problem("cell_too_large", row, params={"most": MOST_CHARACTERS})
                else:
                    yield Problem("quotes_unbalanced", row)


def _lines(file: io.TextIOBase) -> Iterator[str]:
    first = file.readline()
    # The sheet program's own hint of the delimiter, which it does not show as a row.
    if first and not (first.lower().startswith("sep=") and len(first.strip()) == 5):
        yield first
    yield from file


def _delimiter(sample: str) -> str:
    hint = sample[:6].lower()
    if hint.startswith("sep=") and hint[4:5] in DELIMITERS:
        return hint[4]
    best, most = ",", 0.0
    lines = sample.splitlines(keepends=True)
    for delimiter in DELIMITERS:
        widths: dict[int, int] = {}
        reader = csv.reader(lines[:200], delimiter=delimiter)
        try:
            for row in reader:
                if row:
                    widths[len(row)] = widths.get(len(row), 0) + 1
        except csv.Error:
            continue
        wide = {width: count for width, count in widths.items() if width > 1}
        if wide:
            usual = max(wide, key=lambda width: (wide[width], width))
            # Rows that agree on their width speak louder than a wide row.
            weight = wide[usual] * wide[usual] / sum(widths.values()) + usual / 1000
            if weight > most:
                best, most = delimiter, weight
    return best


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if wide := _without_mark(head):
        return wide
    if b"\0" in head:
        raise ProblemsFound([Problem("content_not_a_table")])
    faults = {"utf-8": _undecodable(path, "utf-8")}
    size = max(path.stat().st_size, 1)
    if faults["utf-8"]:
        faults |= {encoding: _undecodable(path, encoding) for encoding in _FREQUENT}
    fewest = min(faults.values())
    if fewest > max(2, size * _TOLERATED):
        raise ProblemsFound([Problem("encoding_unknown")])
    equals = [encoding for encoding, count in faults.items() if count == fewest]
    return max(equals, key=lambda encoding: _frequency(path, encoding))


def _without_mark(head: bytes) -> str | None:
    """Tell UTF-16 without its mark: read one way round, nearly all of it is usual characters."""
    if b"\0" not in head:
        return None
    shares = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(encoding, errors="replace")
        shares[encoding] = len(_USUAL.findall(text)) / max(len(text), 1)
    best = max(shares, key=lambda encoding: shares[encoding])
    return best if shares[best] > _PLAUSIBLE else None


def _undecodable(path: Path, encoding: str) -> int:
    """Count what an encoding does not know in a file, in one pass."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    with path.open("rb") as file:
        try:
            for piece in iter(lambda: file.read(PIECE), b""):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            pass
        else:
            return 0
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        count = 0
        for piece in iter(lambda: file.read(PIECE), b""):
            count += decoder.decode(piece).count("\ufffd")
        return count + decoder.decode(b"", final=True).count("\ufffd")


def _frequency(path: Path, encoding: str) -> float:
    """Return how many of the first Han characters are frequent ones in this reading."""
    if encoding not in _FREQUENT:
        return 1.0
    narrow, low, high = _FREQUENT[encoding]
    with path.open("rb") as file:
        text = file.read(PIECE).decode(encoding, errors="ignore")
    others = [character for character in text if ord(character) > 0x7F]
    frequent = 0
    for character in others:
        written = character.encode(narrow, errors="ignore")
        frequent += len(written) == 2 and (low <= written[0] <= high or written[0] in (0xA1, 0xA3))
    return frequent / len(others) if others else 0.5
