"""Cuts the land around a region out of Natural Earth's coastline and writes a pack's land.geojson.

`npm pack world-atlas@2.0.2`, then `python tools/land_outline.py world-atlas-2.0.2.tgz
regions/PACK`. The archive's land-10m.json is Natural Earth's land at 1:10,000,000, which is in the
public domain, as TopoJSON. What is written is the land within `MARGIN` degrees of the pack's
points, with fewer points; the same archive and the same pack give the same file.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

MEMBER = "package/land-10m.json"
MARGIN = 1.2
# Degrees; the source itself is drawn to about a kilometre.
TOLERANCE = 0.002
DECIMALS = 4
SOURCE = "Natural Earth 1:10m land, public domain"


def lines_of(topology: dict[str, Any]) -> list[np.ndarray]:
    """Return the arcs as points in degrees: a quantized arc is a start and then steps."""
    scale = np.array(topology["transform"]["scale"])
    origin = np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + origin for arc in topology["arcs"]]


def ring(numbers: Iterable[int], arcs: Sequence[np.ndarray]) -> np.ndarray:
    """Return one ring; ~n is arc n read backwards, and each arc starts where the last one ended."""
    parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def land_of(topology: dict[str, Any], box: BaseGeometry) -> BaseGeometry:
    """Return the land inside a box."""
    arcs = lines_of(topology)
    whole = topology["objects"]["land"]
    pieces = []
    for geometry in whole.get("geometries", [whole]):
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for shell, *holes in polygons:
            outer = ring(shell, arcs)
            if not shapely.box(*outer.min(axis=0), *outer.max(axis=0)).intersects(box):
                continue
            polygon = shapely.Polygon(outer, [ring(hole, arcs) for hole in holes])
            pieces.append(shapely.make_valid(polygon).intersection(box))
    return shapely.union_all(pieces)


def around(pack: Path) -> BaseGeometry:
    """Return the box around a pack's points."""
    with (pack / "places.csv").open(encoding="utf-8-sig", newline="") as file:
        points = [
            (float(row["longitude"]), float(row["latitude"]))
            for row in csv.DictReader(file)
            if row["longitude"] and row["latitude"]
        ]
    west, south = np.min(points, axis=0) - MARGIN
    east, north = np.max(points, axis=0) + MARGIN
    return shapely.box(west, south, east, north)


def collection(land: BaseGeometry, digest: str) -> dict[str, Any]:
    """Return GeoJSON with one feature a piece of land, largest first."""
    pieces = [
        piece
        for piece in shapely.get_parts(shapely.set_precision(land, 10**-DECIMALS))
        if piece.geom_type == "Polygon"
    ]
    pieces.sort(key=lambda piece: (-piece.area, piece.bounds))
    return {
        "type": "FeatureCollection",
        "source": SOURCE,
        "source_digest": f"sha256:{digest}",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": rounded(mapping(piece))}
            for piece in pieces
        ],
    }


def rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    """Return a geometry with its coordinates rounded to what is meant."""

    def cut(value: Any) -> Any:
        return round(value, DECIMALS) if isinstance(value, float) else [cut(one) for one in value]

    return {"type": geometry["type"], "coordinates": cut(geometry["coordinates"])}


def main(argv: Sequence[str] | None = None) -> int:
    """Write land.geojson into a pack."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    parser.add_argument("pack", type=Path)
    given = parser.parse_args(argv)
    with tarfile.open(given.archive) as archive:
        file = archive.extractfile(MEMBER)
        if file is None:
            raise FileNotFoundError(MEMBER)
        raw = file.read()
    land = land_of(json.loads(raw), around(given.pack))
    simple = shapely.simplify(land, TOLERANCE, preserve_topology=True)
    whole = collection(simple, hashlib.sha256(raw).hexdigest())
    target = given.pack / "land.geojson"
    target.write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")
    pieces, size = len(whole["features"]), target.stat().st_size
    sys.stdout.write(f"{target}: {pieces} pieces, {size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
