"""One member's made-up register: every row composed from its place, its trade and chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xietong.engine.identifiers import ALPHABET_31, mod_11_10
from xietong.engine.twin.addresses import AddressBook, County
from xietong.engine.twin.scene import Scene
from xietong.engine.twin.speech import COUNTY, PREFECTURE, Phrase, Speech, pick
from xietong.engine.twin.trades import Trade

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = list[str | None]

# Capital in ten thousands: a lognormal body, and a Pareto tail without a variance.
BODY, BODY_SPREAD, TAIL_SHARE, TAIL_LEAST, TAIL_POWER = 4.0, 1.2, 0.02, 2000.0, 1.2
MOST_CAPITAL = 50_000_000.0
BODY_LENGTH = 17
_LETTERS = np.array(list(ALPHABET_31))
_VALUES = np.array([max(ALPHABET_31.find(chr(byte)), 0) for byte in range(128)], dtype=np.int64)
_WEIGHTS = np.array([pow(3, place, 31) for place in range(BODY_LENGTH)], dtype=np.int64)
WIDE = str.maketrans({chr(at): chr(at + 0xFEE0) for at in range(0x30, 0x3A)})


@dataclass(frozen=True, slots=True, eq=False)
class TwinRegister:
    """A register and its truth, one entry a row.

    `columns` maps each heading to its values, None where blank. `place` is the place that the row
    lets be known (a county, or a prefecture where it says no more) and `county` where it truly
    lies; `trade` is the true code. `repeated` marks rows that came before. `faults` counts what was
    planted.
    """

    columns: Mapping[str, list[object]]
    place: NDArray[np.str_]
    county: NDArray[np.str_]
    trade: NDArray[np.str_]
    repeated: Flags
    faults: Mapping[str, int]

    def table(self) -> pa.Table:
        """Return the columns as a table of texts, numbers and timestamps."""
        return pa.table(
            {
                heading: pa.array(values, _type_of(values))
                for heading, values in self.columns.items()
            }
        )


def _type_of(values: list[object]) -> pa.DataType:
    known = next((value for value in values if value is not None), "")
    if isinstance(known, np.datetime64):
        return pa.timestamp("us")
    return pa.float64() if isinstance(known, float) else pa.string()


def write_rows(
    scene: Scene,
    rows: Ints,
    *,
    book: AddressBook,
    trades: Mapping[str, Trade],
    speech: Speech,
    years: tuple[int, int],
    growth: float,
    thin: Sequence[str] = (),
    credit_codes: bool = True,
    texts: bool = False,
    seed: int,
) -> TwinRegister:
    """Compose the given rows of a scene, in an order of chance.

    `years` are the first and the last year of registration, `growth` the factor from one to the
    next. In the prefectures of `thin` most addresses name no county. `credit_codes` is False where
    the country's units have none. `texts` writes dates as texts, as a CSV file holds them.
    """
    chance = np.random.default_rng([seed, 2, *rows[:1].tolist()])
    maker = _Maker(speech, chance, len(rows))
    order = chance.permutation(rows)
    counties = [book.counties[scene.places[at]] for at in scene.place[order]]
    work = [trades[scene.codes[at]] for at in scene.trade[order]]
    closer = ~maker.flags(
        "city_only",
        np.where(
            np.isin([one.prefecture_code for one in counties], list(thin)),
            speech.faults["city_only_where_thin"],
            speech.faults["city_only"],
        ),
    )
    made: dict[str, Sequence[object]] = {
        "name": maker.names(counties, work, closer),
        "registered_on": maker.dates(years, growth, texts=texts),
        "legal_form": maker.blanked(
            "legal_form_missing", [speech.forms[at] for at in maker.whole(len(speech.forms))]
        ),
        "scope": maker.blanked("scope_missing", maker.scopes(work)),
        "province": [one.province_short for one in counties],
        "city": [
            one.prefecture_short if one.province or not close else one.short
            for one, close in zip(counties, closer.tolist(), strict=True)
        ],
        "prefecture_code": [one.prefecture_code for one in counties],
        "county_source": [speech.mark] * len(counties),
        **maker.codes(counties, closer, credit_codes),
        **maker.capital(),
        "address": maker.addresses(counties, closer),
    }
    again = maker.again()
    return TwinRegister(
        columns={
            heading: [made[name][at] for at in again.tolist()]
            for name, heading in speech.columns.items()
        },
        place=np.array(
            [
                one.code if close else one.prefecture_code
                for one, close in zip(counties, closer.tolist(), strict=True)
            ],
            dtype=np.str_,
        )[again],
        county=np.array([one.code for one in counties], dtype=np.str_)[again],
        trade=np.array([one.code for one in work], dtype=np.str_)[again],
        repeated=np.arange(len(again)) >= len(rows),
        faults=dict(sorted(maker.planted.items())),
    )


class _Maker:
    """Draws what the rows of one register say; counts the faults it plants."""

    def __init__(self, speech: Speech, chance: np.random.Generator, rows: int) -> None:
        self.planted: dict[str, int] = {}
        self._speech = speech
        self._chance = chance
        self._rows = rows
        self._wide = self.flags("full_width")

    def flags(
        self, fault: str, share: NDArray[np.float64] | None = None, among: Flags | None = None
    ) -> Flags:
        """Draw which rows have a fault, by its share or by one share a row, `among` some rows."""
        drawn: Flags = self._chance.random(self._rows) < (
            self._speech.faults[fault] if share is None else share
        )
        drawn = drawn if among is None else drawn & among
        self.planted[fault] = int(drawn.sum())
        return drawn

    def habit(self, name: str) -> list[bool]:
        """Draw which scopes carry something that none need to."""
        return [bool(one) for one in self._chance.random(self._rows) < self._speech.habits[name]]

    def whole(self, below: int) -> list[int]:
        """Draw one whole number a row, 0 <= number < below."""
        return [int(one) for one in self._chance.integers(0, below, self._rows)]

    def blanked(self, fault: str, values: Sequence[str]) -> Texts:
        """Return the values with blanks where the fault falls."""
        gone = self.flags(fault).tolist()
        return [None if blank else value for value, blank in zip(values, gone, strict=True)]

    def names(self, counties: list[County], work: list[Trade], closer: Flags) -> list[str]:
        speech = self._speech
        first, second = self.whole(len(speech.first)), self.whole(len(speech.second))
        phrases = self._phrases(speech.names, [one.kind for one in work])
        word = self.whole(10_000)
        where = self._chance.random(self._rows).tolist()
        names = []
        for at, (county, trade) in enumerate(zip(counties, work, strict=True)):
            place = county.prefecture_short
            if closer[at] and where[at] < 0.5:
                place = county.short if where[at] < 0.4 else county.province_short
            names.append(
                phrases[at].pattern.format(
                    place=place,
                    mark=speech.mark,
                    own=speech.first[first[at]] + speech.second[second[at]],
                    word=trade.words[word[at] % len(trade.words)],
                )
            )
        return names

    def scopes(self, work: list[Trade]) -> list[str]:
        speech = self._speech
        phrases = self._phrases(speech.scopes, [one.kind for one in work])
        drawn = [self.whole(10_000) for _ in "abc"]
        side, close = self.habit("sideline"), self.habit("closing")
        which = self.whole(len(speech.sidelines) * len(speech.closings))
        other = self._chance.permutation(self._rows).tolist()
        scopes = []
        for at, trade in enumerate(work):
            a, b, c = (trade.words[column[at] % len(trade.words)] for column in drawn)
            text = phrases[at].pattern.format(a=a, b=b, c=c)
            if side[at]:
                # Some sell beside their own what a firm of another trade lives from.
                words = work[other[at]].words
                text += speech.sidelines[which[at] % len(speech.sidelines)].format(other=words[0])
            if close[at]:
                text += speech.closings[which[at] % len(speech.closings)]
            scopes.append(text)
        return scopes

    def addresses(self, counties: list[County], closer: Flags) -> list[str]:
        speech = self._speech
        says = [COUNTY if close else PREFECTURE for close in closer.tolist()]
        phrases = self._phrases(speech.addresses, says)
        plain = {
            kind: next(one for one in speech.addresses if one.kind == kind) for kind in set(says)
        }
        road, number, room = self.whole(len(speech.roads)), self.whole(2000), self.whole(60)
        which = self.whole(10_000)
        texts = []
        for at, county in enumerate(counties):
            phrase = phrases[at]
            lists = {"town": county.towns, "old_name": county.old_names}
            if any(name in phrase.fields and not words for name, words in lists.items()):
                phrase = plain[says[at]]
            own = {name: words[which[at] % len(words)] for name, words in lists.items() if words}
            text = phrase.pattern.format(
                province=county.province,
                prefecture=county.prefecture,
                prefecture_short=county.prefecture_short,
                county=county.name,
                road=speech.roads[road[at]],
                number=number[at] + 1,
                room=room[at] + 1,
                **own,
            )
            texts.append(text.translate(WIDE) if self._wide[at] else text)
        return texts

    def codes(self, counties: list[County], closer: Flags, credit: bool) -> dict[str, Texts]:
        """Draw county codes, authorities and the units' own codes, with their faults."""
        given = ~self.flags("county_code_missing", among=closer) & closer
        has_old = np.array([bool(one.old_codes) for one in counties], dtype=bool)
        older = self.flags("county_code_old", among=given & has_old)
        near = closer & ~self.flags("authority_at_prefecture", among=closer)
        authorities = [
            one.code if close else one.prefecture_code
            for one, close in zip(counties, near.tolist(), strict=True)
        ]
        none = np.ones(self._rows, dtype=bool)
        if credit:
            none = self.flags("credit_code_missing")
        serial = self._chance.permutation(self._rows).tolist()
        own = self._credit_codes(authorities, ~none) if credit else []
        return {
            "county_code": [
                (one.old_codes[at % len(one.old_codes)] if older[at] else one.code)
                if given[at]
                else None
                for at, one in enumerate(counties)
            ],
            "authority_code": list(authorities),
            "credit_code": [None if none[at] else own[at] for at in range(self._rows)],
            "registration_number": [
                _registration_number(authorities[at], serial[at]) if none[at] else None
                for at in range(self._rows)
            ],
        }

    def _credit_codes(self, authorities: list[str], given: Flags) -> list[str]:
        speech = self._speech
        wrong = self.flags("credit_code_wrong", among=given)
        length = BODY_LENGTH - len(speech.code_prefix) - len(speech.code_mark) - 6
        # A permutation of a long count, so that no two rows of a register share a code.
        serial = self._chance.permutation(self._rows)
        digits = [serial // 31**place % 31 for place in reversed(range(length))]
        tails = _LETTERS[np.stack(digits, axis=1)]
        bodies = [
            speech.code_prefix + authority + speech.code_mark + "".join(tail)
            for authority, tail in zip(authorities, tails.tolist(), strict=True)
        ]
        values = _VALUES[np.frombuffer("".join(bodies).encode("ascii"), dtype=np.uint8)]
        check = (-(values.reshape(-1, BODY_LENGTH) @ _WEIGHTS) + wrong) % 31
        return [body + ALPHABET_31[at] for body, at in zip(bodies, check.tolist(), strict=True)]

    def capital(self) -> dict[str, Sequence[object]]:
        """Draw capital as it is written, its figure in ten thousands, and its currency."""
        speech, chance = self._speech, self._chance
        body = np.exp(chance.normal(BODY, BODY_SPREAD, self._rows))
        tail = TAIL_LEAST * (1 + chance.pareto(TAIL_POWER, self._rows))
        drawn = np.where(chance.random(self._rows) < TAIL_SHARE, tail, body)
        drawn = np.clip(drawn, 1.0, MOST_CAPITAL)
        size = 10 ** np.maximum(np.floor(np.log10(drawn)) - 1, 0)
        sums = np.round(drawn / size) * size
        which = pick(chance, [one.share for one in speech.amounts], self._rows).tolist()
        blank = self.flags("capital_missing").tolist()
        written: Texts = []
        figures: list[float | None] = []
        currencies: Texts = []
        for at, (amount, gone) in enumerate(zip(sums.tolist(), blank, strict=True)):
            way = speech.amounts[which[at]]
            way = way if amount >= way.least else speech.amounts[0]
            figure = f"{amount / way.unit:,.4f}".rstrip("0").rstrip(".")
            text = way.pattern.format(figure=figure)
            written.append(None if gone else text.translate(WIDE) if self._wide[at] else text)
            figures.append(None if gone else amount)
            currencies.append(None if gone else way.currency)
        return {"capital": written, "capital_wan": figures, "currency": currencies}

    def dates(self, years: tuple[int, int], growth: float, *, texts: bool) -> Sequence[object]:
        """Draw days of registration, more in later years."""
        first, last = years
        span = np.arange(first, last + 1)
        year = span[pick(self._chance, growth ** (span - first), self._rows)]
        day = self._chance.integers(0, 365, self._rows)
        days = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + day
        if not texts:
            return list(days.astype("datetime64[us]"))
        forms = self._speech.dates
        which = self.whole(len(forms))
        return [one.strftime(forms[form]) for one, form in zip(days.tolist(), which, strict=True)]

    def again(self) -> Ints:
        """Return every row's position, then those of the rows that stand twice."""
        twice = np.flatnonzero(self.flags("repeated"))
        return np.concatenate([np.arange(self._rows), twice]).astype(np.int64)

    def _phrases(self, phrases: Sequence[Phrase], kinds: list[str]) -> list[Phrase]:
        """Draw a phrase of each row's kind."""
        drawn: list[Phrase] = [phrases[0]] * self._rows
        asked = np.array(kinds)
        for kind in sorted(set(kinds)):
            own = [one for one in phrases if one.kind == kind]
            at = np.flatnonzero(asked == kind)
            which = pick(self._chance, [one.share for one in own], len(at))
            for row, chosen in zip(at.tolist(), which.tolist(), strict=True):
                drawn[row] = own[chosen]
        return drawn


def _registration_number(authority: str, serial: int) -> str:
    """An older number of 15 digits: the authority, a running number, and its check digit."""
    body = f"{authority}{serial:08d}"
    return body + mod_11_10(body)
