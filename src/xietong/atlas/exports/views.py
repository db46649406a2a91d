"""A view of the map as CSV, XLSX or GeoJSON; each carries edition, banner and source."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import xlsxwriter
from django.utils.translation import get_language, gettext

from xietong.atlas.schemas import EditionOut, LayerOut, Names
from xietong.engine.tables.write import harmless
from xietong.kit import figures

MOST_DECIMALS = 3
Note = tuple[str, str]
Row = list[str | int | float | None]
Format = Literal["csv", "xlsx", "geojson"]
MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}


def in_language(names: Names) -> str:
    """Return the name in the active language."""
    return names.zh if (get_language() or "").startswith("zh") else names.en


def file_name(layer: LayerOut, kind: Format) -> str:
    """Return a plain ASCII name that says which view of which edition it is."""
    return (
        f"xietong-{layer.edition}-{layer.industry.key}-{layer.level}-"
        f"{layer.measure}-{layer.counted}.{kind}"
    )


def warnings(edition: EditionOut) -> list[Note]:
    """Return what must stand over the numbers: that they are made up, how they must be read."""
    found = []
    if edition.synthetic:
        found.append(("SYNTHETIC", gettext("Synthetic data, not fact")))
    if edition.banner:
        found.append((gettext("Note"), in_language(edition.banner)))
    return found


def sources(edition: EditionOut) -> list[Note]:
    """Return where the numbers come from."""
    schematic = f" ({gettext('outlines are schematic')})" if edition.schematic else ""
    return [
        (gettext("Edition"), f"{edition.number} ({edition.digest})"),
        (gettext("Source"), in_language(edition.attribution)),
        (gettext("Map"), in_language(edition.map_note) + schematic),
    ]


def notes(edition: EditionOut, layer: LayerOut) -> list[Note]:
    """Return what must stand beside the numbers wherever they go."""
    undrawn = layer.industry.why_disabled
    minimum = int(edition.parameters["minimum_cell"])
    return [
        *warnings(edition),
        (gettext("Industry"), f"{layer.industry.code} {in_language(layer.industry.name)}".strip()),
        *([(gettext("Not drawn"), in_language(undrawn))] if undrawn else []),
        (gettext("Level"), level_name(layer.level)),
        (gettext("Measure"), measure_name(layer.measure)),
        (gettext("What is counted"), counted_name(layer.counted)),
        (gettext("How to read it"), withheld_name(minimum, layer.counted)),
        *sources(edition),
    ]


def level_name(level: str) -> str:
    """Return the level's name in the active language."""
    return {
        "province": gettext("Province level"),
        "prefecture": gettext("Prefecture level"),
        "county": gettext("County level"),
    }[level]


def measure_name(measure: str) -> str:
    """Return the measure's name in the active language."""
    return {
        "lq": gettext("Location quotient"),
        "symmetric": gettext("Symmetric location quotient"),
        "standardised": gettext("Standardised location quotient"),
        "n": gettext("Amount"),
        "share": gettext("Share of the region"),
    }[measure]


def counted_name(counted: str) -> str:
    """Return the name of what is counted in the active language."""
    return {"n": gettext("Establishments"), "capital": gettext("Registered capital")}[counted]


def state_name(state: str) -> str:
    """Return how a cell is to be read, in the active language; empty for a plain number."""
    return {
        "ok": "",
        "zero": gettext("None"),
        "withheld": gettext("Withheld"),
        "insufficient": gettext("Insufficient data"),
    }[state]


def withheld_name(minimum: int, counted: str) -> str:
    """Return why a number is withheld, in the active language: for itself, or to hide another."""
    if counted == "capital":
        return gettext(
            "Withheld (fewer than {minimum} units, mostly one unit's, or one such could be derived)"
        ).format(minimum=minimum)
    return gettext("Withheld (fewer than {minimum} units, or one such could be derived)").format(
        minimum=minimum
    )


def header(layer: LayerOut) -> list[str]:
    """Return the headings of the table."""
    return [
        gettext("Rank"),
        gettext("Code"),
        gettext("Place"),
        gettext("Part of"),
        gettext("Establishments"),
        f"{measure_name(layer.measure)} {in_language(layer.unit)}".strip(),
        gettext("Interval, low"),
        gettext("Interval, high"),
        gettext("How to read it"),
    ]


def rows(layer: LayerOut) -> Iterator[Row]:
    """Yield one row a place, best first; what is withheld stays empty and says so."""
    for cell in layer.cells:
        places = figures.decimals(cell.low, cell.high, most=MOST_DECIMALS)
        yield [
            cell.rank,
            cell.code,
            in_language(cell.name),
            in_language(cell.parent),
            cell.n,
            rounded(cell.value, places),
            rounded(cell.low, places),
            rounded(cell.high, places),
            state_name(cell.state),
        ]


def rounded(value: float | None, places: int) -> float | None:
    """Return a number with no more decimals than its interval carries."""
    return None if value is None else round(value, places)


def body(kind: Format, edition: EditionOut, layer: LayerOut, outlines: Callable[[], Path]) -> bytes:
    """Return the view as a file; `outlines` finds the outlines, should they be asked for."""
    if kind == "csv":
        return as_csv(edition, layer)
    if kind == "xlsx":
        return as_xlsx(edition, layer)
    return as_geojson(edition, layer, json.loads(outlines().read_bytes()))


def as_csv(edition: EditionOut, layer: LayerOut) -> bytes:
    """Return the view as CSV that Excel opens in Chinese (UTF-8 with a byte-order mark)."""
    return csv_of(notes(edition, layer), header(layer), rows(layer))


def csv_of(notes: list[Note], header: list[str], rows: Iterable[Row]) -> bytes:
    """Return notes and, below a blank line, a table; no text of it runs in a sheet program."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in (*notes, [], header, *rows):
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return ("\ufeff" + text.getvalue()).encode("utf-8")


def as_xlsx(edition: EditionOut, layer: LayerOut) -> bytes:
    """Return the view as a workbook: the table, and a sheet of notes."""
    return xlsx_of(
        gettext("Data"), warnings(edition), notes(edition, layer), header(layer), rows(layer)
    )


def xlsx_of(
    title: str, warnings: list[Note], notes: list[Note], header: list[str], rows: Iterable[Row]
) -> bytes:
    """Return a workbook: warnings over a table, and a sheet of notes; a text stays a text."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        warning = book.add_format({"bold": True, "font_color": "#9a3412"})
        table = book.add_worksheet(title)
        for line, (label, sentence) in enumerate(warnings):
            table.write_string(line, 0, f"{label}: {sentence}", warning)
        top = at = len(warnings)
        for column, heading in enumerate(header):
            table.write_string(top, column, heading, bold)
        for at, row in enumerate(rows, start=top + 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    table.write_string(at, column, value)
                elif value is not None:
                    table.write_number(at, column, value)
        table.freeze_panes(top + 1, 3)
        table.autofilter(top, 0, at, len(header) - 1)
        table.set_column(0, len(header) - 1, 14)
        about = book.add_worksheet(gettext("Notes"))
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 90)
        for at, (label, sentence) in enumerate(notes):
            about.write_string(at, 0, label, bold)
            about.write_string(at, 1, sentence)
    return file.getvalue()


def as_geojson(edition: EditionOut, layer: LayerOut, outlines: dict[str, Any]) -> bytes:
    """Return the outlines with the view's numbers as properties; `xietong` says what it is."""
    cells = {cell.code: cell for cell in layer.cells}
    features = []
    for feature in outlines["features"]:
        cell = cells.get(feature["properties"]["code"])
        if cell is not None:
            values = cell.model_dump(include={"n", "value", "low", "high", "state", "rank"})
            features.append({**feature, "properties": {**feature["properties"], **values}})
    whole = {
        "type": "FeatureCollection",
        "xietong": {
            "synthetic": edition.synthetic,
            "banner": in_language(edition.banner) if edition.banner else None,
            "edition": edition.number,
            "digest": edition.digest,
            "source": in_language(edition.attribution),
            "map": in_language(edition.map_note),
            "schematic": edition.schematic,
            "industry": layer.industry.key,
            "level": layer.level,
            "measure": layer.measure,
            "counted": layer.counted,
            "unit": in_language(layer.unit),
            "notes": [list(note) for note in notes(edition, layer)],
        },
        "features": features,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
