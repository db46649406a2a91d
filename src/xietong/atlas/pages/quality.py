"""Data quality (数据质量) of one member's register: figures, their origin, and the rows behind."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from xietong.atlas import rules
from xietong.atlas.exports import quality as quality_files
from xietong.atlas.naming import Codes
from xietong.atlas.queries import figures
from xietong.atlas.queries import quality as queries
from xietong.atlas.queries import rows as register_rows
from xietong.atlas.queries.rows import Filters
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to

CHART = (("placed_county", "line-a"), ("coded", "line-b"))
WIDTH, HEIGHT = 560, 120


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the small chart: its points, ready for a polyline."""

    name: str
    label: str
    points: str
    dots: tuple[tuple[float, float, str], ...]


@open_to(PUBLIC)
def show(request: HttpRequest, member: str) -> HttpResponse:
    """Show a register's quality: all of it to its member, figures to the office, else what is
    published.
    """
    actor = actor_of(request)
    if not queries.may_read_figures(actor, member):
        found = queries.published_quality(actor, member)
        return render(request, "atlas/quality/published.html", {"found": found})
    found_here = queries.quality(actor, member)
    rows_url = reverse("atlas:register_rows", args=[member]) if found_here.sees_rows else ""
    return render(
        request,
        "atlas/quality/quality.html",
        {
            "found": found_here,
            "groups": [
                (
                    group,
                    [
                        (
                            one,
                            f"{rows_url}?{urlencode(dict(one.filters or {}))}"
                            if _leads(one, rows_url)
                            else "",
                        )
                        for one in group.figures
                    ],
                )
                for group in found_here.groups
            ],
            "lines": _lines(found_here),
            "width": WIDTH,
            "height": HEIGHT,
        },
    )


@open_to(rules.READ_FIGURES)
def export(request: HttpRequest, member: str, kind: str) -> HttpResponse:
    """Give the same figures as a workbook or CSV."""
    found = queries.quality(actor_of(request), member)
    return quality_files.answer(
        quality_files.quality_body(found, quality_files.checked(kind)),
        f"xietong-quality-{member}-{found.version.number}.{kind}",
        kind,
    )


@open_to(rules.READ_ROWS)
def rows(request: HttpRequest, member: str) -> HttpResponse:
    """List the rows behind a figure, to those who may see rows."""
    names = [one.name for one in fields(Filters)]
    filters = Filters(**{name: request.GET[name][:100] for name in names if request.GET.get(name)})
    page = request.GET.get("page", "1")
    found = register_rows.rows(
        actor_of(request), member, filters, int(page) if page.isdecimal() and len(page) < 6 else 1
    )
    given = filters.given()
    return render(
        request,
        "atlas/quality/rows.html",
        {
            "found": found,
            "member": found.version.register.member,
            "filters": filters,
            "codes": Codes(),
            "choices": _choices(),
            "before": f"?{urlencode({**given, 'page': found.page - 1})}",
            "after": f"?{urlencode({**given, 'page': found.page + 1})}",
        },
    )


def _leads(figure: figures.Figure, rows_url: str) -> bool:
    return bool(rows_url and figure.filters)


def _choices() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the selects of the list of rows: name, label, values with their labels."""
    return [
        ("precision", _("How closely placed"), list(figures.precision_names().items())),
        ("placed_by", _("Placed by"), list(figures.placed_by_names().items())),
        ("coded_by", _("Industry from"), list(figures.coded_by_names().items())),
        (
            "band",
            _("Confidence"),
            [(key, f"{key.replace('-', '–')}%") for key, *_bounds in register_rows.BANDS],
        ),
        (
            "odd",
            _("Outliers"),
            [
                ("capital", _("Capital")),
                ("dates", _("Registration dates")),
                ("coordinates", _("Coordinates")),
            ],
        ),
        (
            "missing",
            _("Without"),
            [(one, figures.column_name(one)) for one in register_rows.COLUMNS_THAT_MAY_MISS],
        ),
        ("duplicates", _("Repeated rows"), [("1", _("Same name at the same place"))]),
        ("conflicts", _("Conflicts"), [("1", _("Coordinates and words tell two counties"))]),
        (
            "sort",
            _("Sorted by"),
            [
                ("row", _("Row of the file")),
                ("score", _("Worth a look")),
                ("capital", _("Capital")),
                ("confidence", _("Confidence, least first")),
                ("name", _("Name")),
            ],
        ),
    ]


def _lines(found: queries.Quality) -> list[Line]:
    labels = {"placed_county": _("Placed at the county"), "coded": _("Industry coded")}
    step = (WIDTH - 20) / max(len(found.trend) - 1, 1)
    lines = []
    for name, style in CHART:
        dots: list[tuple[float, float, str]] = []
        for at, one in enumerate(found.trend):
            share: Any = one.share(name)
            dots.append((round(10 + at * step, 1), round(10 + (HEIGHT - 20) * (1 - share), 1), ""))
        points = " ".join(f"{x},{y}" for x, y, _word in dots)
        lines.append(Line(style, labels[name], points, tuple(dots)))
    return lines
