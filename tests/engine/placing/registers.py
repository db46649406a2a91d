"""The four real registers placed with their own county column hidden, beside their authorities."""

from __future__ import annotations

from collections import Counter
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
    """Rows placed, and how many of those placed without their authority it confirms, by reason."""

    rows: int
    placed: Counter[str]
    compared: Counter[str]
    agreed: Counter[str]

    @property
    def coverage(self) -> float:
        """The share of all rows that have a county."""
        return self.placed.total() / self.rows

    @property
    def share(self) -> float:
        """The share of agreement."""
        return self.agreed.total() / self.compared.total()


def register(member: str, *, every: int = 1) -> pa.Table:
    """One register, or every n-th row of it, with canonical names.

    Never the county that the source found.
    """
    path = REAL_DATA / "yrd-enterprises-1978-2004" / f"enterprises_{member}.parquet"
    rows = pq.read_table(path, columns=list(_HEADERS)).rename_columns(list(_HEADERS.values()))
    return rows.take(list(range(0, rows.num_rows, every))) if every > 1 else rows


def place(rows: pa.Table, member: str) -> Placings:
    return Placer(delta_gazetteer()).place_many(rows, member=MEMBERS[member])


@cache
def agreement(member: str, every: int = 1) -> Agreement:
    """Compare places by address, name and city with county-level authorities on the map's codes.

    A zone's office serves firms of several counties and is not compared.
    """
    rows = register(member, every=every)
    found = place(rows, member)
    history = delta_gazetteer().history
    offices = {row["old_code"] for row in table("code_changes") if row["kind"] == "zone"}
    placed: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for code, precision, reason, office in zip(
        found.place.to_pylist(),
        found.precision.to_pylist(),
        found.place_reason.to_pylist(),
        rows["authority_code"].to_pylist(),
        strict=True,
    ):
        if precision != "county":
            continue
        placed[reason] += 1
        home = history.resolve(office or "").place
        if reason == "authority" or office in offices or home is None or home.level < COUNTY:
            continue
        compared[reason] += 1
        agreed[reason] += home.code == code
    return Agreement(rows.num_rows, placed, compared, agreed)
