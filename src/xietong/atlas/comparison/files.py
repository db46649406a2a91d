"""The changelog as CSV and XLSX, with both editions named and the warnings of both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from django.utils.translation import gettext

from xietong.atlas import exports
from xietong.atlas.comparison.kinds import Change
from xietong.atlas.comparison.reading import Asked, Compared, found
from xietong.atlas.comparison.words import group_name, industry_name, sentence
from xietong.atlas.exports import in_language, level_name
from xietong.atlas.schemas import EditionOut
from xietong.engine.edition.comparison import CellChange

MOST_ROWS = 2000


def as_file(
    kind: Literal["csv", "xlsx"],
    whole: Compared,
    asked: Asked,
    about: tuple[EditionOut, EditionOut],
) -> bytes:
    """Return the changes that are asked for as a file; the first two thousand, as its notes say."""
    changes = found(whole, asked)
    warnings = list(dict.fromkeys(note for one in about for note in exports.warnings(one)))
    notes = [*warnings, *(note for one in about for note in exports.sources(one))]
    if len(changes) > MOST_ROWS:
        cut = gettext("the first {most} of {all} changes, by importance").format(
            most=MOST_ROWS, all=len(changes)
        )
        notes.append((gettext("Shown"), cut))
    rows = _rows(whole, changes[:MOST_ROWS])
    if kind == "csv":
        return exports.csv_of(notes, _header(), rows)
    return exports.xlsx_of(gettext("Changes"), warnings, notes, _header(), rows)


def _header() -> list[str]:
    return [
        gettext("Change"),
        gettext("Industry"),
        gettext("Level"),
        gettext("Place"),
        gettext("Units before"),
        gettext("Units after"),
        gettext("Rank before"),
        gettext("Rank after"),
        gettext("In words"),
    ]


def _rows(whole: Compared, changes: list[Change]) -> Iterator[exports.Row]:
    for change in changes:
        cell = change.what if isinstance(change.what, CellChange) else None
        industry = whole.industry(change.industry) if change.industry else None
        yield [
            group_name(change.group),
            industry_name(industry) if industry else None,
            level_name(change.level) if change.level else None,
            in_language(whole.name_of(cell.place)) if cell else None,
            cell.before.n if cell else None,
            cell.after.n if cell else None,
            cell.before.rank if cell else None,
            cell.after.rank if cell else None,
            sentence(whole, change),
        ]
