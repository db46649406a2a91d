"""The figures of a register's quality: each with its rows, its rule, and what lists its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from xietong.atlas.models import RegisterVersion
from xietong.atlas.queries import rows as register_rows
from xietong.engine.register.corrections import FIELDS
from xietong.engine.register.outliers import HEAPED_PERMILLE, LEAST, RANGES, Fences


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that leads to its origin: how many rows of how many, by which rule, and the filter
    that lists them. `n` and `of` are rows.
    """

    key: str
    label: str
    n: int
    of: int
    rule: str
    filters: Mapping[str, str] | None = None

    @property
    def share(self) -> float | None:
        """Return the share of the rows, None of none."""
        return self.n / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one subject."""

    key: str
    title: str
    figures: tuple[Figure, ...]


def groups_of(version: RegisterVersion) -> tuple[Group, ...]:
    """Return all figures of a version, for who has been let in already."""
    rows, told = version.rows, version.quality
    counts = _counts(version.digest)
    marks = register_rows.marks_of(version)
    return (
        _coverage(rows, told),
        _placing(rows, counts),
        _coding(rows, counts),
        _bands(rows, counts),
        _repeats(rows, marks, told),
        _outliers(rows, marks, register_rows.fences_of(version)),
        _corrected(rows, told),
    )


def figures_of(groups: Sequence[Group]) -> list[tuple[Group, Figure]]:
    """Return every figure with its group, in order."""
    return [(group, figure) for group in groups for figure in group.figures]


@lru_cache(maxsize=8)
def _counts(digest: str) -> Mapping[str, Counter[str]]:
    """Return how often each value of the counted columns occurs in a version's file."""
    columns = ("reason", "precision", "coded_by")
    table = pq.read_table(
        register_rows.file_of(digest), columns=[*columns, "confidence", "place_in_words"]
    )
    found = {name: _tally(table[name]) for name in columns}
    words = table.filter(pc.equal(table["coded_by"], "words"))["confidence"]
    bands: Counter[str] = Counter()
    for key, low, high in register_rows.BANDS:
        inside = pc.and_(pc.greater_equal(words, low), pc.less(words, high))
        bands[key] = pc.sum(inside).as_py() or 0
    found["band"] = bands
    found["conflicts"] = Counter(yes=pc.sum(pc.not_equal(table["place_in_words"], "")).as_py() or 0)
    return found


def _tally(column: pa.ChunkedArray) -> Counter[str]:
    return Counter({one["values"]: one["counts"] for one in pc.value_counts(column).to_pylist()})


def _coverage(rows: int, told: Mapping[str, Any]) -> Group:
    rule = _("rows in which the column is filled, of all rows")
    return Group(
        "coverage",
        _("Columns filled"),
        tuple(
            Figure(name, column_name(name), rows - empty, rows, rule, {"missing": name})
            for name, empty in told.get("missing", {}).items()
            if name in register_rows.COLUMNS_THAT_MAY_MISS
        ),
    )


def _placing(rows: int, counts: Mapping[str, Counter[str]]) -> Group:
    by = _("rows placed by this evidence, of all rows; the first that tells a county counts")
    near = _("rows placed this closely, of all rows")
    reasons = [
        Figure(f"by_{key}", label, counts["reason"][key], rows, by, {"placed_by": key})
        for key, label in placed_by_names().items()
        if counts["reason"][key]
    ]
    precisions = [
        Figure(f"to_{key}", label, counts["precision"][key], rows, near, {"precision": key})
        for key, label in precision_names().items()
        if counts["precision"][key]
    ]
    conflicts = Figure(
        "conflicts",
        _("Coordinates and words tell two counties"),
        counts["conflicts"]["yes"],
        rows,
        _("rows placed by coordinates whose code or address names another county, of all rows"),
        {"conflicts": "1"},
    )
    return Group("placing", _("Placing"), (*reasons, *precisions, conflicts))


def _coding(rows: int, counts: Mapping[str, Counter[str]]) -> Group:
    rule = _("rows whose industry comes from there, of all rows")
    return Group(
        "coding",
        _("Where the industry comes from"),
        tuple(
            Figure(key, label, counts["coded_by"][key], rows, rule, {"coded_by": key})
            for key, label in coded_by_names().items()
        ),
    )


def _bands(rows: int, counts: Mapping[str, Counter[str]]) -> Group:
    read = counts["coded_by"]["words"]
    rule = _(
        "rows coded by their words with a calibrated confidence in this band, of all such rows"
    )
    return Group(
        "confidence",
        _("Confidence of the industries read from words"),
        tuple(
            Figure(key, f"{key.replace('-', '–')}%", counts["band"][key], read, rule, {"band": key})
            for key, *_bounds in register_rows.BANDS
        ),
    )


def _repeats(rows: int, marks: pa.Table, told: Mapping[str, Any]) -> Group:
    repeated, skipped = told.get("repeated", 0), told.get("skipped", 0)
    sent = rows + repeated + skipped
    return Group(
        "duplicates",
        _("Repeated rows"),
        (
            Figure(
                "repeated",
                _("Left out as repeated"),
                repeated,
                sent,
                _("rows of the file with the credit code of an earlier row, or alike throughout"),
            ),
            Figure(
                "skipped",
                _("Left out as totals and notes"),
                skipped,
                sent,
                _("rows of the file that are no establishment"),
            ),
            Figure(
                "same_name",
                _("Same name at the same place"),
                pc.sum(marks["duplicate"]).as_py() or 0,
                rows,
                _("rows that share name and place with another row, of all rows; they are kept"),
                {"duplicates": "1"},
            ),
        ),
    )


def _outliers(rows: int, marks: pa.Table, fences: Fences) -> Group:
    def counted(name: str) -> int:
        return pc.sum(marks[f"odd_{name}"]).as_py() or 0

    fence = _("{ranges} interquartile ranges beyond the quartiles, where {least} rows have a value")
    tukey = fence.format(ranges=f"{RANGES:g}", least=LEAST)
    return Group(
        "outliers",
        _("Outliers"),
        (
            Figure(
                "capital",
                _("Capital"),
                counted("capital"),
                rows,
                _("zero, or on the logarithm {fence}").format(fence=tukey)
                + _said(fences.capital_low_wan, fences.capital_high_wan),
                {"odd": "capital"},
            ),
            Figure(
                "dates",
                _("Registration dates"),
                counted("dates"),
                rows,
                _(
                    "{fence}, or a single day that more than {permille}‰ of the dated rows name"
                ).format(fence=tukey, permille=HEAPED_PERMILLE)
                + _said(fences.earliest, fences.latest),
                {"odd": "dates"},
            ),
            Figure(
                "coordinates",
                _("Coordinates"),
                counted("coordinates"),
                rows,
                _("a point outside the member, or in no place of the map"),
                {"odd": "coordinates"},
            ),
        ),
    )


def _said(low: Any, high: Any) -> str:
    """Return the fences in figures, "" where too few rows have a value."""
    if low is None or high is None:
        return ""
    shown = [f"{one:,.4g}" if isinstance(one, float) else str(one) for one in (low, high)]
    return f" ({shown[0]} … {shown[1]})"


def _corrected(rows: int, told: Mapping[str, Any]) -> Group:
    by_field = told.get("corrections", {})
    names = {"industry": _("Industry"), "place": _("Place")}
    figures = []
    for name in FIELDS:
        one = by_field.get(name, {})
        applied = one.get("applied", 0)
        filters = {"coded_by": "corrected"} if name == "industry" else {"placed_by": "corrected"}
        for key, label, of, rule in (
            (
                "applied",
                _("applied"),
                rows,
                _("rows with a correction in this version, of all rows"),
            ),
            (
                "agreed",
                _("machine agrees now"),
                applied,
                _("corrections that today's methods read by themselves, of those applied"),
            ),
            (
                "not_found",
                _("unit not found"),
                applied + one.get("not_found", 0),
                _("corrections of units that this version does not hold, of all in force then"),
            ),
        ):
            figures.append(
                Figure(
                    f"{name}_{key}",
                    f"{names[name]}: {label}",
                    one.get(key, 0),
                    of,
                    rule,
                    filters if key == "applied" else None,
                )
            )
    return Group("corrections", _("Corrections"), tuple(figures))


def placed_by_names() -> dict[str, str]:
    """Return by what a row can be placed, in words."""
    return {
        "coordinates": _("Coordinates"),
        "code": _("Code of the county"),
        "address": _("Address"),
        "name": _("Name of the unit"),
        "authority": _("Registering authority"),
        "city": _("City"),
        "corrected": _("Corrected by an officer"),
        "none": _("Nothing tells the place"),
    }


def precision_names() -> dict[str, str]:
    """Return how closely a row can be placed, in words."""
    return {
        "point": _("To the point"),
        "county": _("To the county"),
        "prefecture": _("Only to the prefecture"),
        "province": _("Only to the province"),
        "none": _("Not placed"),
    }


def coded_by_names() -> dict[str, str]:
    """Return where an industry can come from, in words."""
    return {
        "stated": _("Stated in the register"),
        "words": _("Read from name and scope"),
        "corrected": _("Corrected by an officer"),
        "none": _("Not coded"),
    }


def column_name(name: str) -> str:
    """Return a register's column in words."""
    return {
        "credit_code": _("Credit code"),
        "registration_number": _("Registration number"),
        "registered_on": _("Registered on"),
        "legal_form": _("Legal form"),
        "capital_wan": _("Registered capital"),
        "currency": _("Currency"),
        "scope": _("Business scope"),
        "province": _("Province"),
        "city": _("City"),
        "county_code": _("Code of the county"),
        "authority_code": _("Registering authority"),
        "industry_code": _("Industry code"),
        "employees": _("Employees"),
        "longitude": _("Longitude"),
        "latitude": _("Latitude"),
        "address": _("Address"),
    }.get(name, name)
