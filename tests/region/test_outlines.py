"""Importing outlines: each coordinate system, all faults at once, the same file changes nothing."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from houses import DATA
from xietong.engine.coordinates import from_wgs84
from xietong.kit.refusals import NotFound, Refusal
from xietong.region import operations, queries, storage
from xietong.region.models import AuditEntry, BoundarySet
from xietong.region.operations import boundaries
from xietong.region.packs import RegionPack
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
# The lakes lie where the shifted systems shift nothing; here they do.
EAST, NORTH = 150.0, 28.0
SYSTEMS = {"WGS84": "wgs84", "CGCS2000": "cgcs2000", "GCJ-02": "gcj02", "BD-09": "bd09"}


@pytest.fixture
def loaded(pack: RegionPack) -> RegionPack:
    """Load the lakes without outlines."""
    operations.load_region(actor=LOCAL, pack=pack)
    return pack


@pytest.fixture
def counties() -> dict[str, Any]:
    """Return the lakes' counties, carried to where coordinate systems differ."""
    whole = json.loads((DATA / "lakes-outlines" / "county.geojson").read_text(encoding="utf-8"))
    for feature in whole["features"]:
        for ring in feature["geometry"]["coordinates"]:
            ring[:] = [[round(x + EAST, 6), round(y + NORTH, 6)] for x, y in ring]
    return dict(whole)


def written(folder: Path, whole: dict[str, Any], system: str = "wgs84") -> Path:
    """Write outlines as a file in a coordinate system."""
    whole = copy.deepcopy(whole)
    for feature in whole["features"]:
        for ring in feature["geometry"]["coordinates"]:
            x, y = from_wgs84([p[0] for p in ring], [p[1] for p in ring], system)
            ring[:] = np.column_stack([x, y]).tolist()
    path = folder / f"{system}.geojson"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def imported(path: Path, crs: str = "WGS84", **other: str) -> tuple[BoundarySet, bool]:
    words = {"code_property": "code", "attribution_zh": "虚构", "attribution_en": "invented"}
    return operations.import_boundaries(actor=LOCAL, county=path, crs=crs, **{**words, **other})


def kept(row: BoundarySet, name: str) -> Any:
    path = storage.boundaries().folder / row.digest / name
    return json.loads(path.read_text(encoding="utf-8"))


def shelved() -> list[str]:
    folder = storage.boundaries().folder
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize("crs", SYSTEMS)
def test_outlines_arrive_in_wgs84(
    loaded: RegionPack, counties: dict[str, Any], tmp_path: Path, crs: str
) -> None:
    row, new = imported(written(tmp_path, counties, SYSTEMS[crs]), crs)
    assert new
    assert (row.source_crs, row.vintage, row.schematic) == (crs, 2018, False)
    stored = {one["properties"]["code"]: one for one in kept(row, "county.geojson")["features"]}
    for feature in counties["features"]:
        found = shape(stored[feature["properties"]["code"]]["geometry"])
        # 0.0001 degrees, to which coordinates are rounded, are some 10 m; the shifts are hundreds.
        assert found.hausdorff_distance(shape(feature["geometry"])) < 0.0003
    assert queries.newest_boundaries(LOCAL) == row


def test_levels_above_are_dissolved_from_the_counties(
    loaded: RegionPack, counties: dict[str, Any], tmp_path: Path
) -> None:
    row, _ = imported(written(tmp_path, counties))
    shapes = {
        level: {
            one["properties"]["code"]: shape(one["geometry"])
            for one in kept(row, f"{level}.geojson")["features"]
        }
        for level in ("county", "prefecture", "province")
    }
    assert [len(places) for places in shapes.values()] == [12, 4, 2]
    for above, below in (("prefecture", "county"), ("province", "prefecture")):
        for code, outline in shapes[above].items():
            parts = [
                shapes[below][place.code]
                for place in queries.places_of_the_map(LOCAL)
                if place.parent_code == code
            ]
            assert outline.symmetric_difference(shapely.union_all(parts)).area < 1e-9


def test_counties_that_touch_are_told(
    loaded: RegionPack, counties: dict[str, Any], tmp_path: Path
) -> None:
    row, _ = imported(written(tmp_path, counties))
    pairs = {tuple(pair) for pair in kept(row, "adjacency.json")}
    # The lakes are a grid of three by four, without its diagonals.
    assert len(pairs) == 3 * 3 + 2 * 4
    assert ("810101", "810102") in pairs
    assert ("810102", "810202") in pairs
    assert ("810203", "820103") in pairs  # across the members' border
    assert ("810101", "810202") not in pairs


def test_the_same_file_again_changes_nothing(
    loaded: RegionPack,
    counties: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = written(tmp_path, counties)
    first, _ = imported(path)
    before = shelved()
    monkeypatch.setattr(boundaries.engine, "read_outlines", None)  # it is not even read
    again, new = imported(path)
    assert (again, new) == (first, False)
    assert shelved() == before == [first.digest]
    assert AuditEntry.objects.filter(verb="import_boundaries").count() == 1


def test_the_same_outlines_in_another_file_are_the_same_set(
    loaded: RegionPack, counties: dict[str, Any], tmp_path: Path
) -> None:
    first, _ = imported(written(tmp_path, counties))
    counties["features"].reverse()
    again, new = imported(written(tmp_path, counties))
    assert (again, new) == (first, False)
    assert shelved() == [first.digest]


def test_other_places_make_another_set_of_the_same_file(
    loaded: RegionPack, counties: dict[str, Any], tmp_path: Path
) -> None:
    path = written(tmp_path, counties)
    first, _ = imported(path)
    places = tuple(
        {**row, "name_en": "Upper Reedflower"} if row["code"] == "810103" else row
        for row in loaded.places
    )
    operations.load_region(actor=LOCAL, pack=replace(loaded, places=places, digest="e" * 64))
    second, new = imported(path)
    assert new
    assert second.digest != first.digest
    names = {one["properties"]["name_en"] for one in kept(second, "county.geojson")["features"]}
    assert "Upper Reedflower" in names


def test_an_import_stands_in_the_audit(
    loaded: RegionPack, counties: dict[str, Any], tmp_path: Path
) -> None:
    row, _ = imported(written(tmp_path, counties, "gcj02"), "GCJ-02")
    entry = AuditEntry.objects.get(verb="import_boundaries")
    assert entry.actor == "local"
    assert entry.subject == f"region:boundary_set:{row.digest[:12]}"
    assert entry.after == row.digest
    assert entry.details == {"crs": "GCJ-02", "schematic": False}


def _spoilt(whole: dict[str, Any]) -> dict[str, tuple[int | None, str]]:
    """Spoil outlines in every way; return each fault with its row and the code in its words."""
    features = whole["features"]
    del features[0]["properties"]["code"]
    features[1]["properties"]["code"] = "999999"
    features[3]["properties"]["code"] = features[2]["properties"]["code"]
    features[4]["geometry"] = {"type": "Point", "coordinates": [120.0, 30.0]}
    features[5]["geometry"] = copy.deepcopy(features[6]["geometry"])
    for point in features[5]["geometry"]["coordinates"][0]:
        point[0] += 0.1
    return {
        "outline_without_code": (1, ""),
        "outline_unknown": (2, "999999"),
        "outline_twice": (4, "810103"),
        "outline_invalid": (5, "810202"),
        "outlines_overlap": (None, "810203"),
        "outline_missing": (None, "810101"),
    }


def test_every_fault_is_told_at_once_and_nothing_stays(
    loaded: RegionPack, counties: dict[str, Any], tmp_path: Path
) -> None:
    wanted = _spoilt(counties)
    path = tmp_path / "spoilt.geojson"
    path.write_text(json.dumps(counties), encoding="utf-8")
    with pytest.raises(Refusal, match="boundaries_refused") as refused:
        imported(path)
    found = {(one.code, one.row, one.params.get("code", "")) for one in refused.value.problems}
    assert {(code, *place) for code, place in wanted.items()} <= found
    assert refused.value.params["count"] == len(refused.value.problems)
    assert BoundarySet.objects.count() == 0
    assert AuditEntry.objects.filter(verb="import_boundaries").count() == 0
    assert shelved() == []


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"type": "FeatureCollection"}', "{}"])
def test_what_is_no_geojson_is_refused(loaded: RegionPack, tmp_path: Path, text: str) -> None:
    path = tmp_path / "county.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        imported(path)
    assert [one.code for one in refused.value.problems] == ["not_geojson"]
    assert shelved() == []


def test_an_unknown_system_is_refused(
    loaded: RegionPack, counties: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match="unknown_crs") as refused:
        imported(written(tmp_path, counties), "BJ-54")
    assert refused.value.field == "crs"
    assert refused.value.params["known"] == "WGS84, CGCS2000, GCJ-02, BD-09"


def test_outlines_want_a_region(pack: RegionPack, counties: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no_region"):
        imported(written(tmp_path, counties))


@pytest.mark.parametrize("step", ["as_geojson", "adjacency", "dissolved"])
def test_an_import_that_breaks_off_leaves_no_file(
    loaded: RegionPack,
    counties: dict[str, Any],
    tmp_path: Path,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_off(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(boundaries.engine, step, break_off)
    with pytest.raises(KeyboardInterrupt):
        imported(written(tmp_path, counties))
    assert shelved() == []
    assert BoundarySet.objects.count() == 0


def test_an_import_whose_row_is_not_written_is_swept_later(
    loaded: RegionPack,
    counties: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_off(**_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(boundaries, "record", break_off)
        with pytest.raises(KeyboardInterrupt):
            imported(written(tmp_path, counties))
    assert BoundarySet.objects.count() == 0
    (orphan,) = shelved()
    row, new = imported(written(tmp_path, counties))
    assert (row.digest, new) == (orphan, True)


def test_schematic_outlines_are_drawn_once_and_say_so(loaded: RegionPack) -> None:
    row, new = operations.draw_schematic_boundaries(actor=LOCAL, pack=loaded)
    assert new
    assert row.schematic
    assert row.attribution_zh == loaded.facts["schematic"]["attribution_zh"]
    features = kept(row, "county.geojson")["features"]
    assert len(features) == 12
    by_code = {one["properties"]["code"]: shape(one["geometry"]) for one in features}
    for place in queries.places_of_the_map(LOCAL):
        if place.level == "county":
            point = shapely.Point(place.longitude, place.latitude)
            assert by_code[place.code].distance(point) < 0.01
    again, new = operations.draw_schematic_boundaries(actor=LOCAL, pack=loaded)
    assert (again, new) == (row, False)
    entry = AuditEntry.objects.get(verb="draw_schematic_boundaries")
    assert entry.details == {"crs": "WGS84", "schematic": True}


def test_imported_outlines_follow_schematic_ones(
    loaded: RegionPack, counties: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match="no_boundaries"):
        queries.newest_boundaries(LOCAL)
    operations.draw_schematic_boundaries(actor=LOCAL, pack=loaded)
    row, _ = imported(written(tmp_path, counties))
    assert queries.newest_boundaries(LOCAL) == row
