"""Every written form of every place, looked up in one pass over a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xietong.engine.placing.codes import PREFECTURE, PROVINCE, CodeHistory, Place
from xietong.engine.placing.grammar import Grammar
from xietong.engine.terms import fold


@dataclass(slots=True)
class Name:
    """What one written form can mean, each meaning apart by how sure the form is.

    `province`, `prefecture`: the place meant, if any. `full`: counties by a complete name, ending
    included. `short`: counties by the name alone, which is also a word, a road or a brand.
    `towns`, `zones`: places that hold a township or a development zone of this name. `sure` tells
    that the form carries an ending, so that fewer words behind it can turn it into a road. `heirs`
    are the counties that a division once called so was divided among; `former` tells that no
    division of the map carries the name any more.
    """

    province: Place | None = None
    prefecture: Place | None = None
    full: tuple[Place, ...] = ()
    short: tuple[Place, ...] = ()
    towns: tuple[Place, ...] = ()
    zones: tuple[Place, ...] = ()
    sure: bool = False
    heirs: frozenset[str] = frozenset()
    former: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a text, from `start` up to `end`."""

    start: int
    end: int
    name: Name


@dataclass(frozen=True)
class Gazetteer:
    """The places of a region in the map's year with all their names; build it once, share it."""

    history: CodeHistory
    grammar: Grammar
    names: Mapping[str, Name] = field(repr=False)
    starts: Mapping[str, tuple[int, ...]] = field(repr=False)

    @classmethod
    def build(
        cls,
        places: Iterable[Mapping[str, str]],
        changes: Iterable[Mapping[str, str]],
        aliases: Iterable[Mapping[str, str]],
        streets: Iterable[Mapping[str, str]],
        grammar: Grammar,
        *,
        vintage: int = 2019,
    ) -> Gazetteer:
        """Build from the rows of a region pack's tables.

        `places`: code, level, parent, name_zh, valid_from, valid_to, kind; `changes`: old_code,
        new_code, year, kind; `aliases`: alias, code, kind; `streets`: code, name, county_code.
        `vintage` is the year of the map: names and codes of other years lead to its places.
        """
        rows = list(places)
        history = CodeHistory(rows, changes, vintage=vintage)
        writer = _Writer(history, grammar)
        for row in sorted(rows, key=lambda row: row["code"] not in history.places):
            writer.division(row)
        for row in aliases:
            writer.alias(row["alias"], row["code"], row["kind"])
        for row in streets:
            writer.street(row["name"], row["county_code"])
        return cls(history, grammar, *writer.finish())

    def find(self, text: str) -> list[Hit]:
        """Return the names in a folded text, leftmost longest, none overlapping."""
        hits: list[Hit] = []
        starts, names = self.starts, self.names
        at, last = 0, len(text) - 1
        while at < last:
            lengths = starts.get(text[at : at + 2])
            if lengths is not None:
                for length in lengths:
                    name = names.get(text[at : at + length])
                    if name is not None:
                        hits.append(Hit(at, at + length, name))
                        at += length
                        break
                else:
                    at += 1
            else:
                at += 1
        return hits


class _Writer:
    """Collects the written forms while the gazetteer is built."""

    def __init__(self, history: CodeHistory, grammar: Grammar) -> None:
        self._history = history
        self._grammar = grammar
        self._names: dict[str, Name] = {}
        self._shorts: dict[str, str] = {}
        self._ambiguous: set[str] = set()

    def _name(self, form: str) -> Name | None:
        if len(form) < 2:
            return None
        return self._names.setdefault(form, Name())

    def _mean(self, form: str, slot: str, place: Place) -> None:
        """Add one meaning; a place above the county is a prefecture or province in any slot."""
        name = self._name(form)
        if name is None:
            return
        if place.level == PROVINCE:
            name.province = name.province or place
        elif place.level == PREFECTURE and slot not in ("towns", "zones"):
            name.prefecture = name.prefecture or place
        elif place not in getattr(name, slot):
            setattr(name, slot, (*getattr(name, slot), place))

    def division(self, row: Mapping[str, str]) -> None:
        """A division of any year under its full and its short name; a zone as a zone."""
        place = self._history.resolve(row["code"]).place
        if place is None:
            return
        full = fold(row["name_zh"])
        if row["kind"] != "civil":
            self._zone(full, place)
            return
        current = place.code == row["code"]
        if not current and full in self._names:
            return
        short = self._grammar.short(full, row["level"])
        self._mean(full, "full", place)
        self._names[full].sure = True
        self._names[full].former = not current
        if current:
            self._mean(short, "short", place)
            if place.level == PREFECTURE and short:
                self._shorts[short] = full

    def alias(self, text: str, code: str, kind: str) -> None:
        """Another name: an old one as good as the division's, a short one, a zone's, a township's.

        `ambiguous` takes a short name back: it also means something else in the same city.
        """
        place = self._history.resolve(code).place
        form = fold(text)
        if kind == "ambiguous":
            self._ambiguous.add(form)
        elif place is None or kind == "abbreviation":
            return
        elif kind == "development_zone":
            self._zone(form, place)
        elif kind == "old_town":
            self._mean(form, "towns", place)
            self._names[form].sure = True
        elif kind == "old_name" and self._grammar.ends(form, "county"):
            name = self._names.setdefault(form, Name(former=True))
            if place.level != PROVINCE:
                self._mean(form, "full", place)
            name.sure = True
            name.heirs |= self._history.heirs(code)
        else:
            self._mean(form, "short", place)

    def _zone(self, form: str, place: Place) -> None:
        """A zone, also with its city's full name in front (甲州新区 and 甲州市新区)."""
        self._mean(form, "zones", place)
        self._names[form].sure |= self._grammar.ends(form, "county")
        for length in range(2, min(len(form), 6)):
            city = self._shorts.get(form[:length])
            if city and not form.startswith(city):
                longer = city + form[length:]
                self._mean(longer, "zones", place)
                self._names[longer].sure |= self._names[form].sure

    def street(self, text: str, county: str) -> None:
        """A township under any of the endings that it may have had."""
        place = self._history.resolve(county).place
        full = fold(text)
        if place is None:
            return
        short = self._grammar.short(full, "township")
        forms = [short + ending for ending in self._grammar.suffixes["township"]] if short else []
        if self._grammar.ends(full, "township") or self._grammar.short(full, "settlement"):
            forms.append(full)
        for form in forms:
            self._mean(form, "towns", place)
            self._names[form].sure = True

    def finish(self) -> tuple[dict[str, Name], dict[str, tuple[int, ...]]]:
        """The names, and for each first two characters the lengths to try, longest first."""
        for form in self._ambiguous & self._names.keys():
            self._names[form].short = ()
        lengths: dict[str, set[int]] = {}
        for form in self._names:
            lengths.setdefault(form[:2], set()).add(len(form))
        starts = {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}
        return self._names, starts
