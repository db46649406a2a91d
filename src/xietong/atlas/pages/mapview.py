"""The view of the map as the address bar holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from xietong.atlas.schemas import Counted, Level, MeasureName

Sort = Literal["rank", "value", "n", "name"]
# Where the map stands: zoom / latitude / longitude.
POSITION = re.compile(r"\d{1,2}(\.\d{1,2})?/-?\d{1,2}(\.\d{1,4})?/-?\d{1,3}(\.\d{1,4})?")
# Capital is no count of like units, so that only these measures of it are published.
OF_CAPITAL: tuple[MeasureName, ...] = ("lq", "n")


@dataclass(frozen=True, slots=True)
class MapView:
    """One view; `industry` None stands for the one that the edition opens on."""

    industry: str | None = None
    level: Level = "county"
    measure: MeasureName = "lq"
    counted: Counted = "n"
    crossing: bool = False
    compare: str | None = None
    place: str | None = None
    cluster: str | None = None
    sort: Sort = "rank"
    rows: Literal["first", "all"] = "first"
    at: str | None = None
    edition: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> MapView:
        """Read an address; what it does not say, or says wrongly, stays as the map opens."""
        number = query.get("edition", "")
        found = cls(
            industry=query.get("industry") or None,
            level=_one_of(query.get("level"), Level, "county"),
            measure=_one_of(query.get("measure"), MeasureName, "lq"),
            counted=_one_of(query.get("counted"), Counted, "n"),
            crossing=query.get("crossing") == "1",
            compare=query.get("compare") or None,
            place=query.get("place") or None,
            cluster=query.get("cluster") or None,
            sort=_one_of(query.get("sort"), Sort, "rank"),
            rows=_one_of(query.get("rows"), Literal["first", "all"], "first"),
            at=at if POSITION.fullmatch(at := query.get("at", "")) else None,
            edition=int(number) if re.fullmatch(r"[1-9]\d{0,8}", number) else None,
        )
        if found.counted == "capital" and found.measure not in OF_CAPITAL:
            return replace(found, measure="lq")
        return found

    def query(self, **changes: Any) -> str:
        """Return the address's query for this view with changes; what is as usual is left out.

        >>> MapView(industry="d39", level="prefecture").query(crossing=True)
        '?industry=d39&level=prefecture&crossing=1'
        """
        said = {}
        for name, usual in USUAL.items():
            value = changes.get(name, getattr(self, name))
            if value != usual:
                said[name] = "1" if value is True else value
        return f"?{urlencode(said, safe='/')}" if said else "?"

    @property
    def layer_query(self) -> str:
        """Return the query that asks API and exports for this view's numbers."""
        asked = {
            "industry": self.industry,
            "level": self.level,
            "measure": self.measure,
            "counted": self.counted,
        }
        return f"?{urlencode(asked)}"


# A page holds hundreds of these addresses.
USUAL = asdict(MapView())


def _one_of(said: str | None, choices: Any, usual: Any) -> Any:
    return said if said in get_args(choices) else usual
