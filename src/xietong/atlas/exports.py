"""A view of the map as CSV, XLSX or GeoJSON; each carries edition, banner and source."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Literal

import xlsxwriter
from django.utils.translation import get_language, gettext

from xietong.atlas.schemas import EditionOut, LayerOut, Names

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


def notes(edition: EditionOut, layer: LayerOut) -> list[tuple[str, str]]:
    """Return what must stand beside the numbers wherever they go."""
    rows = [
        (gettext("Industry"), f"{layer.industry.code} {in_language(layer.industry.name)}".strip()),
        (gettext("Level"), level_name(layer.level)),
        (gettext("Measure"), measure_name(layer.measure)),
        (gettext("What is counted"), counted_name(layer.counted)),
        (gettext("Edition"), f"{edition.number} ({edition.digest})"),
        (gettext("Source"), in_language(edition.attribution)),
        (gettext("Map"), in_language(edition.map_note)),
    ]
    if edition.banner:
        rows.insert(0, (gettext("Note"), in_language(edition.banner)))
    if edition.synthetic:
        rows.insert(0, ("SYNTHETIC", gettext("Synthetic data, not fact")))
    return rows


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


def rows(layer: LayerOut) -> Iterator[list[str | int | float | None]]:
    """Yield one row a place, best first; what is withheld stays empty and says so."""
    for cell in layer.cells:
        yield [
            cell.rank,
            cell.code,
            in_language(cell.name),
            in_language(cell.parent),
            cell.n,
            rounded(cell.value),
            rounded(cell.low),
            rounded(cell.high),
            state_name(cell.state),
        ]


def rounded(value: float | None) -> float | None:
    """Return a number with the digits that its interval carries (three decimals at the most)."""
    return None if value is None else round(value, 3)


def as_csv(edition: EditionOut, layer: LayerOut) -> bytes:
    """Return the view as CSV that Excel opens in Chinese (UTF-8 with a byte-order mark)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(notes(edition, layer))
    writer.writerow([])
    writer.writerow(header(layer))
    writer.writerows(rows(layer))
    return ("\ufeff" + text.getvalue()).encode("utf-8")


def as_xlsx(edition: EditionOut, layer: LayerOut) -> bytes:
    """Return the view as a workbook: the table, and a sheet of notes."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    warning = book.add_format({"bold": True, "font_color": "#9a3412"})
    table = book.add_worksheet(gettext("Data"))
    line = 0
    for label, sentence in notes(edition, layer)[:1] if edition.banner or edition.synthetic else []:
        table.write_string(line, 0, f"{label}: {sentence}", warning)
        line += 1
    table.write_row(line, 0, header(layer), bold)
    table.freeze_panes(line + 1, 3)
    for at, row in enumerate(rows(layer), start=line + 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                table.write_string(at, column, value)
            elif value is not None:
                table.write_number(at, column, value)
    table.autofilter(line, 0, line + len(layer.cells), len(header(layer)) - 1)
    table.set_column(0, 8, 14)
    about = book.add_worksheet(gettext("Notes"))
    about.set_column(0, 0, 18)
    about.set_column(1, 1, 90)
    for at, (label, sentence) in enumerate(notes(edition, layer)):
        about.write_string(at, 0, label, bold)
        about.write_string(at, 1, sentence)
    book.close()
    return file.getvalue()


def as_geojson(edition: EditionOut, layer: LayerOut, outlines: dict[str, Any]) -> bytes:
    """Return the outlines with the view's numbers as properties."""
    cells = {cell.code: cell for cell in layer.cells}
    features = []
    for feature in outlines["features"]:
        cell = cells.get(feature["properties"]["code"])
        if cell is not None:
            values = cell.model_dump(include={"n", "value", "low", "high", "state", "rank"})
            features.append({**feature, "properties": {**feature["properties"], **values}})
    whole = {
        "type": "FeatureCollection",
        "xietong": dict(notes(edition, layer)),
        "features": features,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
