"""The tool that cuts a pack's coast out of a TopoJSON archive."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

import land_outline

# Two squares that share a side, as delta-encoded arcs on a grid of half a degree from (-10, -10);
# the second has a hole and reads the shared arc backwards. A third lies far away.
TOPOLOGY: dict[str, Any] = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [-10.0, -10.0]},
    "objects": {
        "land": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "MultiPolygon", "arcs": [[[0, 1]], [[-1, 2], [3]]]},
                {"type": "Polygon", "arcs": [[4]]},
            ],
        }
    },
    "arcs": [
        [[24, 20], [0, 4]],
        [[24, 24], [-4, 0], [0, -4], [4, 0]],
        [[24, 20], [4, 0], [0, 4], [-4, 0]],
        [[25, 21], [0, 2], [2, 0], [0, -2], [-2, 0]],
        [[200, 20], [4, 0], [0, 4], [-4, -4]],
    ],
}


def archive(folder: Path) -> Path:
    path = folder / "atlas.tgz"
    body = json.dumps(TOPOLOGY).encode()
    with tarfile.open(path, "w:gz") as packed:
        about = tarfile.TarInfo("package/land-10m.json")
        about.size = len(body)
        packed.addfile(about, io.BytesIO(body))
    return path


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "places.csv").write_text(
        "code,longitude,latitude\n1,1.5,1.0\n2,2.5,1.0\n3,,\n", encoding="utf-8"
    )
    return folder


def test_arcs_are_put_together_cut_and_written(tmp_path: Path, pack: Path) -> None:
    assert land_outline.main([str(archive(tmp_path)), str(pack)]) == 0
    whole = json.loads((pack / "land.geojson").read_text(encoding="utf-8"))
    assert "public domain" in whole["source"]
    assert whole["source_digest"].startswith("sha256:")
    land = shapely.union_all([shape(one["geometry"]) for one in whole["features"]])
    # The box reaches 1.2 degrees beyond the points: from 0.3 to 3.7 and from -0.2 to 2.2.
    expected = shapely.box(0.3, 0, 3.7, 2).difference(shapely.box(2.5, 0.5, 3.5, 1.5))
    assert land.equals(expected)


def test_the_same_archive_gives_the_same_file(tmp_path: Path, pack: Path) -> None:
    packed = archive(tmp_path)
    land_outline.main([str(packed), str(pack)])
    once = (pack / "land.geojson").read_bytes()
    land_outline.main([str(packed), str(pack)])
    assert (pack / "land.geojson").read_bytes() == once
