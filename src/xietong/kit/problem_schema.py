"""The body of every refused API call, as the API's description declares it."""

from __future__ import annotations

from ninja import Schema


class RowProblem(Schema):
    """One fault of a table."""

    code: str
    row: int | None
    field: str | None
    sentence: str
    way_out: str


class ProblemOut(Schema):
    """Problem details (RFC 9457) with the house's code and way out."""

    type: str
    title: str
    status: int
    code: str
    field: str | None
    way_out: str
    problems: list[RowProblem]
    problems_total: int
