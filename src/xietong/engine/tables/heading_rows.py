"""Where a sheet's headings stand: below title rows, in one row or in two with merged cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xietong.engine.tables.cells import parse_date, parse_number
from xietong.engine.tables.headers import Synonyms

# Rows looked at before the headings must have come.
SAMPLE = 40
# (first row, first column), (last row, last column) of a merged cell, counted from 0.
Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class HeadingRows:
    """The rows of the headings, from 0, both ends included, and one heading per column."""

    first: int
    last: int
    names: tuple[str, ...]


def find_headings(
    grid: Sequence[Sequence[str]],
    synonyms: Synonyms | None = None,
    merged: Sequence[Merged] = (),
) -> HeadingRows | None:
    """Find the headings among the first rows of a table; None where no cell says anything.

    The row, or the pair of rows, that names the most columns of `synonyms` wins; on a tie the
    higher one, and the pair where its upper cells are merged. Where none names two, the first row
    with two texts and no figures.
    """
    best: HeadingRows | None = None
    most = 1
    for at, row in enumerate(grid[:SAMPLE]) if synonyms is not None else ():
        assert synonyms is not None  # noqa: S101  (for the type checker; the loop is empty otherwise)
        single = synonyms.known(row)
        if single > most:
            best, most = HeadingRows(at, at, _trimmed(row)), single
        if at + 1 < len(grid) and _opens_a_pair(row, grid[at + 1]):
            names = _joined(at, row, grid[at + 1], merged)
            double = synonyms.known(names)
            spread = best is not None and best.first == at and _is_merged(at, merged)
            if double > most or (double == most and spread):
                best, most = HeadingRows(at, at + 1, names), double
    return best or _first_texts(grid)


def _first_texts(grid: Sequence[Sequence[str]]) -> HeadingRows | None:
    filled = [
        (at, row) for at, row in enumerate(grid[:SAMPLE]) if any(cell.strip() for cell in row)
    ]
    wide = max((len(_trimmed(row)) for _, row in filled), default=0)
    for at, row in filled:
        said = [cell for cell in row if cell.strip()]
        if len(said) >= min(2, wide) and not any(map(_is_figure, said)):
            return HeadingRows(at, at, _trimmed(row))
    return HeadingRows(filled[0][0], filled[0][0], _trimmed(filled[0][1])) if filled else None


def _opens_a_pair(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Tell whether the lower row only completes the upper one, as no row of data does."""
    width = max(len(upper), len(lower))
    pairs = list(zip(_padded(upper, width), _padded(lower, width), strict=True))
    if any(_is_figure(below) for _, below in pairs if below):
        return False
    standing = sum(1 for above, below in pairs if above and not below)
    hanging = sum(1 for above, below in pairs if below and not above)
    return standing > 0 and hanging > 0


def _is_merged(at: int, merged: Sequence[Merged]) -> bool:
    """Tell whether a cell of a row reaches over its neighbour, or over the row below."""
    return any(
        top == at and (right > left or bottom > top) for (top, left), (bottom, right) in merged
    )


def _joined(
    at: int, upper: Sequence[str], lower: Sequence[str], merged: Sequence[Merged]
) -> tuple[str, ...]:
    width = max(len(upper), len(lower))
    above = _padded(upper, width)
    below = _padded(lower, width)
    spans = [(left, right) for (top, left), (_, right) in merged if top == at and right > left]
    for left, right in spans:
        for column in range(left + 1, min(right + 1, width)):
            above[column] = above[column] or above[left]
    if not spans:
        # A text file keeps no merged cells: a blank above a heading belongs to its left.
        for column in range(1, width):
            if below[column] and below[column - 1] and not above[column]:
                above[column] = above[column - 1]
    joined = (f"{one} {two}".strip() for one, two in zip(above, below, strict=True))
    return _trimmed(list(joined))


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [cell.strip() for cell in row] + [""] * (width - len(row))


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    cells = [" ".join(cell.split()) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _is_figure(cell: str) -> bool:
    return parse_number(cell) is not None or parse_date(cell) is not None
