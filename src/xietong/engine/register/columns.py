"""What a register of establishments holds, and the rules that its rows are read by."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from xietong.engine.identifiers import CodeRule
from xietong.engine.tables.headers import Synonyms

COLUMNS = (
    "name",
    "credit_code",
    "registration_number",
    "registered_on",
    "legal_form",
    "capital",
    "currency",
    "scope",
    "province",
    "city",
    "county_code",
    "authority_code",
    "industry_code",
    "employees",
    "longitude",
    "latitude",
    "address",
)
# Any one of these lets a row be placed; the last needs its latitude too.
PLACING = ("county_code", "address", "city", "longitude")

# A checked register. `row` is the row of the source; `capital_wan` is in whole units of 10,000 of
# the pack's currency, and `currency` what it was stated in; degrees are WGS84; "" never stands
# where null is meant.
SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("credit_code", pa.string()),
        pa.field("registration_number", pa.string()),
        pa.field("registered_on", pa.date32()),
        pa.field("legal_form", pa.string()),
        pa.field("capital_wan", pa.int64()),
        pa.field("currency", pa.string()),
        pa.field("scope", pa.string()),
        pa.field("province", pa.string()),
        pa.field("city", pa.string()),
        pa.field("county_code", pa.string()),
        pa.field("authority_code", pa.string()),
        pa.field("industry_code", pa.string()),
        pa.field("employees", pa.int32()),
        pa.field("longitude", pa.float64()),
        pa.field("latitude", pa.float64()),
        pa.field("address", pa.string()),
    ]
)

# A register with one of these is refused whole; every other problem is a warning.
REFUSING = frozenset(
    {
        "column_missing",
        "column_ambiguous",
        "place_columns_missing",
        "no_records",
        "name_missing",
        "quotes_unbalanced",
        "row_too_long",
        "cell_too_large",
    }
)


@dataclass(frozen=True)
class Rules:
    """By what the rows of a register are read and judged; all of it comes from the region pack.

    Dates outside `first_year` … `today` are left out, with a warning. `currency` is what an amount
    is in where neither cell, column nor heading says.
    """

    synonyms: Synonyms
    credit_code: CodeRule | None
    first_year: int
    today: datetime.date
    currency: str

    @classmethod
    def of_pack(
        cls, facts: Mapping[str, Any], synonyms: Synonyms, *, today: datetime.date
    ) -> Rules:
        """Take the rules from a country's pack.toml; KeyError where it lacks one."""
        return cls(
            synonyms=synonyms,
            credit_code=CodeRule.of_pack(facts["credit_code"]),
            first_year=facts["pack"]["minimum_year"],
            today=today,
            currency=facts["pack"]["currency"],
        )
