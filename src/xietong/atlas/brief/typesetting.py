"""Setting a brief as PDF by typst: its texts go in as data and are never read as markup."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from xietong.atlas.brief.contents import Brief, Table
from xietong.kit.refusals import N_, Broken

TEMPLATE = Path(__file__).with_name("brief.typ")
FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC")
PACKAGE = "fonts-noto-cjk"


def as_pdf(brief: Brief, picture: str, language: str, made_at: datetime) -> bytes:
    """Return the two pages; the same bytes for the same edition. Refuses `brief_font_missing`."""
    return bytes(_compiled(brief, picture, language, made_at, "pdf"))


def as_pages(brief: Brief, picture: str, language: str, made_at: datetime) -> list[bytes]:
    """Return each page as a picture (PNG), to be looked at."""
    pages = _compiled(brief, picture, language, made_at, "png")
    return [pages] if isinstance(pages, bytes) else list(pages)


def as_png(picture: str, width: int, height: int) -> bytes:
    """Return an SVG as a PNG; it needs no font, since the map has no text."""
    source = (
        f"#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n"
        '#image(bytes(sys.inputs.picture), format: "svg", width: 100%, height: 100%, '
        'fit: "contain")\n'
    )
    found = typst.compile(source.encode(), format="png", ppi=144, sys_inputs={"picture": picture})
    return bytes(found)


def _compiled(brief: Brief, picture: str, language: str, made_at: datetime, kind: Any) -> Any:
    fonts = _fonts()
    missing = [family for family in FAMILIES if family not in _families()]
    if missing:
        raise Broken(
            "brief_font_missing",
            N_("The brief cannot be set: this machine lacks the font “{font}”."),
            way_out=N_("Install the Debian package {package}, or ask for DOCX."),
            font=missing[0],
            package=PACKAGE,
        )
    whole = asdict(brief) | {"picture": picture, "language": "zh" if language == "zh" else "en"}
    whole["title_width"] = width_of(brief.title)
    whole["first"] = _with_widths(brief.first)
    whole["tables"] = [_with_widths(one) for one in brief.tables]
    return typst.compile(
        TEMPLATE.read_bytes(),
        format=kind,
        font_paths=fonts,
        sys_inputs={"brief": json.dumps(whole, ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
        ppi=110 if kind == "png" else None,
    )


def _with_widths(table: Table) -> dict[str, Any]:
    """Give a table with the widths of its columns: what is longer gets more, numbers stay close."""
    widths = []
    for column, numeric in enumerate(table.numeric):
        texts = [table.header[column], *(row[column] for row in table.rows)]
        longest = max(width_of(text) for text in texts)
        widths.append(0 if numeric and longest <= 12 else min(max(longest, 11), 34))
    return {**asdict(table), "widths": widths}


def width_of(text: str) -> int:
    """Return how wide a text is in halves of a square character."""
    return sum(2 if ord(one) > 0x2E7F else 1 for one in text)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Find the system's fonts once a process."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


@lru_cache(maxsize=1)
def _families() -> frozenset[str]:
    return frozenset(_fonts().families())
