"""Exports: the numbers of the layer, all that must stand beside them, and no cell that runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook
from shapely.geometry import shape

from editions import Grown
from xietong.atlas import exports, queries
from xietong.atlas.schemas import EditionOut, LayerOut, Names
from xietong.kit import figures
from xietong.region.rules import READER

pytestmark = pytest.mark.django_db
HOSTILE = ('=HYPERLINK("http://a.example","x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")
LANGUAGES: dict[str, dict[str, Any]] = {
    "zh-hans": {
        "SYNTHETIC": "合成数据，并非事实",
        "banner": ("说明", "三湖为虚构地区，数据仅供测试"),
        "source": ("数据来源", "虚构数据，仅供测试；虚构边界"),
        "map": ("地图", "虚构地图"),
        "withheld": "不予公布",
        "read": "读数说明",
        "insufficient": "数据不足",
    },
    "en": {
        "SYNTHETIC": "Synthetic data, not fact",
        "banner": ("Note", "Three Lakes is an invented region; its data are for tests only"),
        "source": ("Source", "Invented data, for tests only; Invented outlines"),
        "map": ("Map", "Invented map"),
        "withheld": "Withheld",
        "read": "How to read it",
        "insufficient": "Insufficient data",
    },
}
View = tuple[EditionOut, LayerOut]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Any:
    """Export in each language."""
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def view(grown: Grown) -> View:
    """Show a group with every state among its counties."""
    return queries.edition(READER), queries.layer(READER, industry="g112")


def as_rows(view: View) -> list[list[str]]:
    return list(csv.reader(io.StringIO(exports.as_csv(*view).decode("utf-8-sig"))))


def as_sheets(view: View) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(exports.as_xlsx(*view)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def as_geojson(view: View) -> dict[str, Any]:
    path = queries.boundaries(READER, None, view[1].level)
    found: dict[str, Any] = json.loads(exports.body("geojson", *view, lambda: path))
    return found


def shown(value: float | None, low: float | None, high: float | None) -> float | None:
    return None if value is None else round(value, figures.decimals(low, high, most=3))


def test_csv_opens_in_sheet_programs(view: View, language: str) -> None:
    whole = exports.as_csv(*view)
    assert whole.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in whole


def test_csv_holds_the_layer(view: View, language: str) -> None:
    rows = as_rows(view)
    blank = rows.index([])
    heading, cells = rows[blank + 1], rows[blank + 2 :]
    assert len(heading) == len(set(heading)) == 9
    assert [row[1] for row in cells] == [cell.code for cell in view[1].cells]
    for row, cell in zip(cells, view[1].cells, strict=True):
        told = [cell.rank, cell.n, *(shown(x, cell.low, cell.high) for x in (cell.value, cell.low))]
        assert [row[0], row[4], row[5], row[6]] == ["" if x is None else str(x) for x in told]
        assert row[2] == (cell.name.zh if language == "zh-hans" else cell.name.en)
        assert row[8] == exports.state_name(cell.state)


def test_what_is_withheld_is_empty_and_says_so(view: View, language: str) -> None:
    words = LANGUAGES[language]
    rows = {row[1]: row for row in as_rows(view) if len(row) == 9}
    assert rows["810201"] == [
        *("", "810201"),
        *rows["810201"][2:4],
        *("", "", "", "", words["withheld"]),
    ]
    assert rows["810101"][4:] == ["", "", "", "", words["insufficient"]]
    sheet = next(iter(as_sheets(view).values()))
    (row,) = [row for row in sheet if row[1] == "810201"]
    assert row[4:] == ["", "", "", "", words["withheld"]]
    features = {
        one["properties"]["code"]: one["properties"] for one in as_geojson(view)["features"]
    }
    assert features["810201"]["state"] == "withheld"
    for name in ("n", "value", "low", "high", "rank"):
        assert features["810201"][name] is None


def notes_of(view: View) -> dict[str, list[list[str]]]:
    """Return what stands beside the numbers in each kind of file."""
    rows = as_rows(view)
    return {
        "csv": rows[: rows.index([])],
        "xlsx": list(as_sheets(view).values())[1],
        "geojson": as_geojson(view)["xietong"]["notes"],
    }


def test_every_file_says_what_it_is(view: View, language: str) -> None:
    edition, layer = view
    words = LANGUAGES[language]
    for notes in notes_of(view).values():
        told = dict(notes)
        for part in ("banner", "source", "map"):
            label, sentence = words[part]
            assert told[label] == sentence
        assert f"{edition.number} ({edition.digest})" in told.values()
        assert len(notes) == 9
        assert words["withheld"] in told[str(words["read"])]
        assert any(layer.industry.code in sentence for sentence in told.values())
        assert "SYNTHETIC" not in told


def test_synthetic_stands_first_everywhere(view: View, language: str) -> None:
    edition, layer = view
    made_up = edition.model_copy(update={"synthetic": True, "schematic": True})
    words = LANGUAGES[language]
    for notes in notes_of((made_up, layer)).values():
        assert notes[0] == ["SYNTHETIC", words["SYNTHETIC"]]
        assert notes[1] == list(words["banner"])
    data = next(iter(as_sheets((made_up, layer)).values()))
    assert data[0][0] == f"SYNTHETIC: {words['SYNTHETIC']}"
    assert data[1][0] == ": ".join(words["banner"])
    about = as_geojson((made_up, layer))["xietong"]
    assert (about["synthetic"], about["schematic"]) == (True, True)


def test_a_workbook_holds_the_layer(view: View, language: str) -> None:
    data, _ = as_sheets(view).values()
    assert data[0][0] == ": ".join(LANGUAGES[language]["banner"])
    cells = data[2:]
    assert [row[1] for row in cells] == [cell.code for cell in view[1].cells]
    for row, cell in zip(cells, view[1].cells, strict=True):
        wanted = [
            cell.rank,
            cell.n,
            *(shown(x, cell.low, cell.high) for x in (cell.value, cell.low)),
        ]
        found = [row[0], row[4], row[5], row[6]]
        assert found == ["" if x is None else x for x in wanted]
        assert isinstance(row[1], str)  # a code is no number


def test_geojson_holds_the_layer(view: View, language: str) -> None:
    edition, layer = view
    whole = as_geojson(view)
    assert whole["type"] == "FeatureCollection"
    assert len(whole["features"]) == len(layer.cells)
    cells = {cell.code: cell for cell in layer.cells}
    for feature in whole["features"]:
        assert shape(feature["geometry"]).is_valid
        told = feature["properties"]
        cell = cells[told["code"]]
        for name in ("n", "value", "low", "high", "state", "rank"):
            assert told[name] == getattr(cell, name)
    about = whole["xietong"]
    assert about["digest"] == edition.digest
    assert (about["edition"], about["industry"], about["level"]) == (1, "g112", "county")
    assert (about["measure"], about["counted"]) == ("lq", "n")
    assert about["banner"] == LANGUAGES[language]["banner"][1]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_text(view: View, name: str) -> None:
    edition, layer = view
    cells = [
        cell.model_copy(update={"name": Names(zh=name, en=name), "parent": Names(zh=name, en=name)})
        for cell in layer.cells
    ]
    about = edition.model_copy(
        update={"attribution": Names(zh=name, en=name), "banner": Names(zh=name, en=name)}
    )
    spoilt = (about, layer.model_copy(update={"cells": cells}))
    for row in as_rows(spoilt):
        for text in row:
            # A plain signed number is what it looks like.
            assert not text.startswith(("=", "+", "-", "@", "\t", "\r")) or _is_number(text)
    data, notes = as_sheets(spoilt).values()
    texts = {row[2] for row in data[2:]} | {row[1] for row in notes}
    assert {text.strip() for text in texts} >= {name.strip()}
    assert b"<f>" not in _unzipped(exports.as_xlsx(*spoilt))
    assert b"hyperlink" not in _unzipped(exports.as_xlsx(*spoilt))


def test_names_of_files_are_plain(view: View) -> None:
    assert exports.file_name(view[1], "csv") == "xietong-1-g112-county-lq-n.csv"
    layer = queries.layer(READER, industry="s-lake_boats.gear", measure="n", counted="capital")
    name = exports.file_name(layer, "xlsx")
    assert name == "xietong-1-s-lake_boats.gear-county-n-capital.xlsx"


def test_outlines_are_only_read_for_a_map(view: View) -> None:
    def unwanted() -> Any:
        raise AssertionError

    kinds: tuple[exports.Format, ...] = ("csv", "xlsx")
    for kind in kinds:
        assert exports.body(kind, *view, unwanted)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _unzipped(book: bytes) -> bytes:
    import zipfile

    read: Callable[[str], bytes]
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        read = packed.read
        return b"".join(read(name) for name in packed.namelist() if "sheet" in name)
