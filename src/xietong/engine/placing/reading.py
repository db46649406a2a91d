"""What an address or a firm's name says about its place."""

from __future__ import annotations

from dataclasses import dataclass

from xietong.engine.placing.codes import COUNTY, Place
from xietong.engine.placing.gazetteer import Gazetteer, Hit, Name


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a row before its text is read; "" where nothing is.

    `prefecture` and `candidates` come from a code or a city column, `province` from the province
    column. `member` is the province of the member whose register it is: it settles which of two
    places of one name is meant, and is no evidence by itself.
    """

    prefecture: str = ""
    province: str = ""
    member: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The place that a text names and the words that say so.

    `firm` is True where a county's complete name stands in the address's leading chain, which
    outweighs any column.
    """

    place: Place | None = None
    words: tuple[str, ...] = ()
    firm: bool = False


NOTHING = Reading()

_SHORTEST = 2


class Reader:
    """Reads folded texts with one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._grammar = gazetteer.grammar
        self._history = gazetteer.history

    def address(self, text: str, context: Context) -> Reading:
        """Read an address from its largest division down to its township.

        Names that follow each other from the start form a chain. In the chain short names count;
        behind it only complete ones do. A complete county name outweighs a short one, which
        outweighs a township, which outweighs a development zone. A township that moved to another
        county takes the row with it.
        """
        draft = _Draft(context)
        chained, at = True, 0
        hits = self._gazetteer.find(text)
        following = [*(hit.start for hit in hits), -1][1:]
        for hit, after in zip(hits, following, strict=True):
            chained = chained and self._follows(text, at, hit.start)
            # A name that another follows at once is no road's, whatever that one begins with.
            if after != hit.end and self._is_road(text, hit):
                chained = False
                continue
            if chained:
                at = hit.end
            self._take(draft, hit.name, text[hit.start : hit.end], chained)
        return draft.reading()

    def _take(self, draft: _Draft, name: Name, word: str, chained: bool) -> None:
        """Add one name to the draft, as the largest thing that it can be there."""
        if chained and draft.take_upper(name, word):
            return
        full = name.full
        if draft.county is not None:
            full = draft.below(full) if chained or not draft.firm else ()
        if full:
            found = self._choose(full, draft, sure=chained and not name.former)
            if found is not None:
                draft.take_county(found, name, word, firm=chained)
                return
        if name.short and chained and draft.county is None:
            found = self._choose(name.short, draft)
            if found is not None:
                draft.take_county(found, name, word, firm=False)
                return
        if name.towns and draft.town is None:
            found = self._town(name.towns, draft, chained)
            if found is not None:
                draft.town, draft.town_word = found, word
                return
        if name.zones and draft.zone is None:
            draft.zone, draft.zone_word = self._choose(name.zones, draft), word

    def name(self, text: str, context: Context, *, address: str = "") -> Reading:
        """Read a firm's name: its branch's place, else the places that lead it.

        A place counts at the start, right after a bracket and right behind the words that end a
        firm's own name (…公司甲县分公司); a complete name counts anywhere. It must agree with what
        the row already says of its place. A development zone counts only where the folded address
        says that it lies in one: banks and trading firms carry a zone's name all over the city.
        """
        hits = self._gazetteer.find(text)
        if not hits:
            return NOTHING
        ends = [match.end() for match in self._grammar.organisation.finditer(text)]
        draft = _Draft(context)
        zoned = self._grammar.zone.search(address) is not None
        best, at = NOTHING, 0
        for hit in hits:
            leads = (
                self._follows(text, at, hit.start)
                or hit.start in ends
                or text.startswith("(", hit.start - 1)
            )
            if leads:
                at = hit.end
            if not (leads or hit.name.full) or self._is_road(text, hit):
                continue
            found = self._named(hit.name, draft, zoned=zoned)
            if found is None:
                continue
            branch = found.level == COUNTY and any(end <= hit.start for end in ends)
            if branch or best.place is None or found.level > best.place.level:
                best = Reading(found, (text[hit.start : hit.end],))
        return best

    def _named(self, name: Name, draft: _Draft, *, zoned: bool) -> Place | None:
        """What a place in a firm's name means; a city's name before its county's of one name."""
        meanings = [name.full, name.zones if zoned else (), name.towns if name.sure else ()]
        if name.prefecture is None:
            meanings.insert(1, name.short)
        for meaning in meanings:
            found = self._choose(meaning, draft) if meaning else None
            if found is not None:
                return found
        return name.prefecture if name.prefecture and draft.allows(name.prefecture) else None

    def column(self, text: str, context: Context) -> Place | None:
        """Read a city or province column, which holds one division's name, full or short."""
        if not text:
            return None
        name = self._gazetteer.names.get(text)
        if name is None:
            return self.address(text, context).place
        draft = _Draft(context)
        if name.prefecture is not None and draft.allows(name.prefecture):
            return name.prefecture
        for meaning in (name.full, name.short, name.zones):
            found = self._choose(meaning, draft, sure=True) if meaning else None
            if found is not None:
                return found
        return name.province

    def _follows(self, text: str, at: int, start: int) -> bool:
        return at == start or self._grammar.filler.fullmatch(text, at, start) is not None

    def _is_road(self, text: str, hit: Hit) -> bool:
        """Whether the words behind a name make it a road's, a building's or another word's."""
        if not hit.name.sure:
            return self._grammar.road_after_short.match(text, hit.end) is not None
        if text.startswith(self._grammar.breaks, hit.end - 1):
            return True
        # 甲县路 is a road; behind a longer complete name 路 opens the next word (甲山区路北).
        short = hit.end - hit.start == _SHORTEST
        return short and self._grammar.road_after_full.match(text, hit.end) is not None

    def _choose(
        self, places: tuple[Place, ...], draft: _Draft, *, sure: bool = False
    ) -> Place | None:
        """The one place meant, or None: inside what the text says, else the row, else the member.

        A county may stand under a prefecture that it has left. `sure` lets a complete name in the
        chain stand against the row's columns: firms move.
        """
        context = draft.context
        if context.candidates:
            inside = [place for place in places if place.code in context.candidates]
            if len(inside) == 1:
                return inside[0]
        said = draft.prefecture.code if draft.prefecture else ""
        held = said or context.prefecture
        if held:
            inside = [place for place in places if place.prefecture == held]
            if not inside and said:
                inside = [place for place in places if said in self._history.belonged(place.code)]
            if inside or said or not sure:
                return inside[0] if len(inside) == 1 else None
        stated = draft.province.code if draft.province else context.province
        for province in (stated, context.member):
            inside = [place for place in places if place.province == province]
            if inside or (province and not sure):
                return inside[0] if len(inside) == 1 else None
        return places[0] if len(places) == 1 and sure else None

    def _town(self, towns: tuple[Place, ...], draft: _Draft, chained: bool) -> Place | None:
        """The place that holds a township: the stated county, or the one that it moved to."""
        county = draft.county
        if county is None:
            known = draft.prefecture is not None or draft.context.prefecture
            return self._choose(towns, draft) if known or chained else None
        if county in towns:
            return county
        heirs = self._history.heirs(county.code) | draft.heirs
        moved = [place for place in towns if place.code in heirs]
        return moved[0] if len(moved) == 1 else None


@dataclass(slots=True)
class _Draft:
    """What an address has said so far."""

    context: Context
    province: Place | None = None
    prefecture: Place | None = None
    county: Place | None = None
    firm: bool = False
    heirs: frozenset[str] = frozenset()
    town: Place | None = None
    town_word: str = ""
    zone: Place | None = None
    zone_word: str = ""
    words: tuple[str, ...] = ()

    def take_upper(self, name: Name, word: str) -> bool:
        """Take a province's or prefecture's name; False where it can only be something smaller."""
        if self.county is not None:
            return False
        taken = False
        if name.province is not None and self.province is None:
            self.province = name.province
            taken = True
        city = name.prefecture
        agrees = city is not None and (self.province is None or city.province == self.province.code)
        if self.prefecture is None and agrees:
            self.prefecture = city
            self.heirs |= name.heirs
            taken = True
        if taken:
            self.words += (word,)
        return taken

    def below(self, places: tuple[Place, ...]) -> tuple[Place, ...]:
        """The places that can follow the county in one address: its city's, or its heirs."""
        county = self.county
        if county is None:
            return places
        return tuple(
            place
            for place in places
            if place.prefecture == county.prefecture or place.code in self.heirs
        )

    def take_county(self, county: Place, name: Name, word: str, *, firm: bool) -> None:
        self.county = county
        self.firm = self.firm or firm
        self.heirs = name.heirs
        self.words += (word,)

    def allows(self, place: Place) -> bool:
        """Whether a prefecture agrees with the columns."""
        if self.context.prefecture:
            return place.code == self.context.prefecture
        return not self.context.province or place.province == self.context.province

    def reading(self) -> Reading:
        """The most precise place said, and the words that said it."""
        if self.town is not None and self.town != self.county:
            return Reading(self.town, (*self.words, self.town_word), self.firm)
        if self.county is None and self.zone is not None:
            return Reading(self.zone, (*self.words, self.zone_word))
        return Reading(self.county or self.prefecture or self.province, self.words, self.firm)
