"""The static map of a brief: outlines, the members' borders, and the places it is about."""

from __future__ import annotations

from pathlib import Path

from xietong.atlas.brief.contents import Brief
from xietong.atlas.drawing import drawn

LAND, BORDER, MEMBERS = "#eef1f3", "#c3ccd3", "#5d6b75"
SHADES = ("#9ec6dd", "#3f8ab3", "#0a5178")
MARKED = SHADES[-1]


def picture(brief: Brief, own: Path, provinces: Path) -> str:
    """Return the map as SVG; `own` are the outlines of the brief's level.

    Codes and colours only: no text of a record is in it.
    """
    places, members = drawn(own), drawn(provinces)
    left, top, width, height = places.window(brief.places)
    thin = max(width, height) / 1000
    marked = {code: SHADES[brief.shades.get(code, 3) - 1] for code in brief.places}
    shapes = [
        _shape(path, fill=LAND, stroke=BORDER, width=0.8 * thin)
        for code, path in places.paths.items()
        if code not in marked
    ]
    shapes += [
        _shape(places.paths[code], fill=colour, stroke="#ffffff", width=0.9 * thin)
        for code, colour in marked.items()
        if code in places.paths
    ]
    shapes += [
        _shape(path, fill="none", stroke=MEMBERS, width=2.2 * thin)
        for path in members.paths.values()
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" '
        f'width="{width}" height="{height}">{"".join(shapes)}</svg>'
    )


def _shape(path: str, *, fill: str, stroke: str, width: float) -> str:
    return (
        f'<path d="{path}" fill="{fill}" stroke="{stroke}" stroke-width="{width:.2f}" '
        'stroke-linejoin="round"/>'
    )
