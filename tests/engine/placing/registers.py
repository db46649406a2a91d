"""The four real registers placed with their own county column hidden, beside their authorities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq

from engine.placing.planted import delta_gazetteer, table
from real_data import REAL_DATA
from xietong.engine.placing import Placer, Placings
from xietong.engine.placing.codes import COUNTY

MEMBERS = {"shanghai": "310000", "jiangsu": "320000", "zhejiang": "330000", "anhui": "340000"}
_HEADERS = {
    "address": "address",
    "name": "name",
    "city": "city",
    "province": "province",
    "uscc": "credit_code",
    "reg_adcode": "authority_code",
}


@dataclass(frozen=True)
class Agreement:
    """Rows placed without their authority, and how many of them it confirms."""

    rows: int
    placed: int
    by_authority: int
    compared: int
    agreed: int


def register(member: str, *, authority: bool = True) -> pa.Table:
    """One register with canonical names; never the county that the source found."""
    path = REAL_DATA / "yrd-enterprises-1978-2004" / f"enterprises_{member}.parquet"
    names = dict(_HEADERS)
    if not authority:
        del names["uscc"], names["reg_adcode"]
    return pq.read_table(path, columns=list(names)).rename_columns(list(names.values()))


def place(rows: pa.Table, member: str) -> Placings:
    return Placer(delta_gazetteer()).place_many(rows, member=MEMBERS[member])


@cache
def agreement(member: str) -> Agreement:
    """Compare places by address, name and city with county-level authorities on the map's codes."""
    rows = register(member)
    found = place(rows, member)
    history = delta_gazetteer().history
    offices = {row["old_code"] for row in table("code_changes") if row["kind"] == "zone"}
    codes = rows["authority_code"].to_pylist()
    placed = by_authority = compared = agreed = 0
    for place_code, precision, reason, office in zip(
        found.place.to_pylist(),
        found.precision.to_pylist(),
        found.place_reason.to_pylist(),
        codes,
        strict=True,
    ):
        if precision != "county":
            continue
        placed += 1
        by_authority += reason == "authority"
        home = history.resolve(office or "").place
        if reason == "authority" or office in offices or home is None or home.level < COUNTY:
            continue
        compared += 1
        agreed += home.code == place_code
    return Agreement(len(codes), placed, by_authority, compared, agreed)
