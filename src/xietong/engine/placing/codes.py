"""Division codes of any year, carried to the year of the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PROVINCE, PREFECTURE, COUNTY = 1, 2, 3
LEVELS = {"province": PROVINCE, "prefecture": PREFECTURE, "county": COUNTY}
PRECISIONS = {0: "none", PROVINCE: "province", PREFECTURE: "prefecture", COUNTY: "county"}

# A part of the old area went elsewhere while the code lived on: no reason to doubt the code, but
# a township in the address may say that the row lies in the part.
_PART = "part"


@dataclass(frozen=True, slots=True)
class Place:
    """One division on the map: its code, level (1 province, 2 prefecture, 3 county) and parents."""

    code: str
    level: int
    prefecture: str
    province: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a code of some year lies on the map: the most precise place sure to hold it.

    `candidates` are the counties that took over its area; more than one leaves the place at the
    level that all of them share.
    """

    place: Place | None
    candidates: tuple[str, ...] = ()


NOWHERE = Resolution(None)


class CodeHistory:
    """The divisions of the map's year and the ways that older and newer codes lead to them."""

    def __init__(
        self,
        places: Iterable[Mapping[str, str]],
        changes: Iterable[Mapping[str, str]],
        *,
        vintage: int,
    ) -> None:
        rows = list(places)
        self.vintage = vintage
        self.places: dict[str, Place] = {}
        self.elsewhen: dict[str, str] = {}
        by_code = {row["code"]: row for row in rows}
        for row in rows:
            self._add(row, by_code)
        self._onward: dict[str, list[str]] = {}
        self._back: dict[str, list[str]] = {}
        self._parts: dict[str, set[str]] = {}
        for change in changes:
            old, new = change["old_code"], change["new_code"]
            self._back.setdefault(new, []).append(old)
            self._parts.setdefault(old, set()).add(new)
            if change["kind"] != _PART:
                self._onward.setdefault(old, []).append(new)
        self._from: dict[str, set[str]] = {}
        for old, heirs in self._parts.items():
            for new in heirs:
                self._from.setdefault(new, set()).add(old)
        self._known: dict[str, Resolution] = {}
        self._heirs: dict[str, frozenset[str]] = {}
        self._belonged: dict[str, frozenset[str]] = {}

    def _add(self, row: Mapping[str, str], by_code: Mapping[str, Mapping[str, str]]) -> None:
        code = row["code"]
        valid = int(row["valid_from"] or 0) <= self.vintage <= int(row["valid_to"] or 9999)
        if not valid or row["kind"] != "civil":
            self.elsewhen[code] = row["parent"]
            return
        level = LEVELS[row["level"]]
        parent = row["parent"]
        if level == COUNTY:
            self.places[code] = Place(code, level, parent, by_code[parent]["parent"])
        elif level == PREFECTURE:
            self.places[code] = Place(code, level, code, parent)
        else:
            self.places[code] = Place(code, level, "", code)

    def resolve(self, code: str) -> Resolution:
        """Return where a code of any year lies on the map, or NOWHERE.

        A code of the map's year is itself. Another is followed through the changes, forward for an
        older, backward for a newer one. Where its area was divided the answer is the level that
        all heirs share. An unknown code under a known prefecture gives that prefecture. Longer
        codes (townships, 9 or 12 digits) count by their first six, shorter ones (31, 3205) are
        filled with zeros.

        >>> row = {"valid_from": "", "valid_to": "", "kind": "civil"}
        >>> places = [
        ...     {**row, "code": "910000", "level": "province", "parent": ""},
        ...     {**row, "code": "910100", "level": "prefecture", "parent": "910000"},
        ...     {**row, "code": "910102", "level": "county", "parent": "910100"},
        ... ]
        >>> changes = [{"old_code": "910121", "new_code": "910102", "kind": "renumber"}]
        >>> history = CodeHistory(places, changes, vintage=2019)
        >>> [history.resolve(code).place.code for code in ("910121", "9101", "910102003")]
        ['910102', '910100', '910102']
        """
        known = self._known.get(code)
        if known is None:
            known = self._known[code] = self._resolve(code)
        return known

    def _resolve(self, code: str) -> Resolution:
        digits = code.strip()[:6].ljust(6, "0")
        if not digits.isdecimal() or len(code.strip()) < 2:
            return NOWHERE
        place = self.places.get(digits)
        if place is not None:
            return Resolution(place, (digits,) if place.level == COUNTY else ())
        ends = self._follow(digits)
        if ends:
            return Resolution(self.shared(ends), tuple(sorted(ends)))
        upper = self.elsewhen.get(digits) or digits[:4] + "00"
        return Resolution(self.places.get(upper) or self.places.get(digits[:2] + "0000"))

    def _follow(self, code: str) -> set[str]:
        """Counties of the map reached from a code: onward through the years, else back."""
        for ways in (self._onward, self._back):
            ends, seen, open_ = set(), {code}, [code]
            while open_:
                for step in ways.get(open_.pop(), ()):
                    if step in seen:
                        continue
                    seen.add(step)
                    if step in self.places:
                        ends.add(step)
                    else:
                        open_.append(step)
            if ends:
                return ends
        return set()

    def shared(self, codes: Iterable[str]) -> Place | None:
        """Return the most precise place that holds all these codes, or None."""
        places = [self.places[code] for code in codes]
        if len({place.code for place in places}) == 1:
            return places[0]
        if len({place.prefecture for place in places}) == 1:
            return self.places.get(places[0].prefecture)
        if len({place.province for place in places}) == 1:
            return self.places.get(places[0].province)
        return None

    def heirs(self, code: str) -> frozenset[str]:
        """Return the counties of the map that ever took over a part of this code's area."""
        known = self._heirs.get(code)
        if known is None:
            reached = _reach(code, self._parts)
            known = self._heirs[code] = frozenset(c for c in reached if c in self.places)
        return known

    def belonged(self, code: str) -> frozenset[str]:
        """Return the prefectures that a county and its forerunners ever carried in their codes."""
        known = self._belonged.get(code)
        if known is None:
            reached = _reach(code, self._from)
            known = self._belonged[code] = frozenset(c[:4] + "00" for c in reached)
        return known


def _reach(code: str, ways: Mapping[str, set[str]]) -> set[str]:
    """A code and all that can be reached from it."""
    seen, open_ = {code}, [code]
    while open_:
        for step in ways.get(open_.pop(), ()):
            if step not in seen:
                seen.add(step)
                open_.append(step)
    return seen
