"""A whole twin from the packs' facts: its scene, and each member's register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xietong.engine.placing import Grammar
from xietong.engine.twin.addresses import AddressBook, Row
from xietong.engine.twin.register import TwinRegister, write_rows
from xietong.engine.twin.scene import Plant, Scene, settle
from xietong.engine.twin.speech import Speech
from xietong.engine.twin.trades import Trade, trades_of, weights_of

# Raised by hand whenever the same packs would give another twin.
TWIN_VERSION = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a twin is made from; the same recipe gives the same twin, to the last cell.

    `parts` gives each province's part of the establishments that no plant accounts for, `thin` the
    prefectures where most addresses name no county. `credit_codes` tells whether units have any.
    """

    seed: int
    units: int
    years: tuple[int, int]
    growth: float
    thin: tuple[str, ...]
    parts: Mapping[str, float]
    plants: tuple[Plant, ...]
    speech: Speech
    trades: Mapping[str, Trade]
    book: AddressBook
    credit_codes: bool

    @classmethod
    def of_packs(
        cls,
        *,
        planting: Mapping[str, Any],
        speech: Mapping[str, Any],
        vocabulary: Mapping[str, Any],
        placing: Mapping[str, Any],
        places: Iterable[Row],
        changes: Iterable[Row],
        aliases: Iterable[Row],
        streets: Iterable[Row],
        vintage: int,
        credit_codes: bool,
    ) -> Recipe:
        """Read a region's twin.toml (`planting`) and its country's (`speech`) with their packs.

        `vocabulary` is the union of the coder's files, `placing` the pack's placing.toml, the rest
        are the rows of the region's tables. Raises KeyError where a file lacks a part, ValueError
        for a plant whose code has no words and for a kind of firm without a name or scope.
        """
        spoken = Speech.of_pack(speech)
        plants = tuple(
            Plant(
                one["industry"],
                tuple(one["codes"]),
                int(one["units"]),
                tuple((tuple(part["places"]), float(part["share"])) for part in one["clusters"]),
            )
            for one in planting["plant"]
        )
        planted = {code for plant in plants for code in plant.codes}
        trades = trades_of(vocabulary, divisions={*spoken.mix, *(code[:2] for code in planted)})
        if wordless := sorted(planted - set(trades)):
            raise ValueError(f"the vocabulary has no words for {wordless}")
        for kind in {trade.kind for trade in trades.values()}:
            if not all(
                any(one.kind == kind for one in way) for way in (spoken.names, spoken.scopes)
            ):
                raise ValueError(f"no name or no scope is there for a firm of the kind {kind}")
        first, last = planting["years"]
        return cls(
            seed=int(planting["seed"]),
            units=int(planting["units"]),
            years=(int(first), int(last)),
            growth=float(planting["growth"]),
            thin=tuple(planting["thin"]),
            parts={code: float(part) for code, part in planting["parts"].items()},
            plants=plants,
            speech=spoken,
            trades=trades,
            book=AddressBook.build(
                places, changes, aliases, streets, Grammar.build(placing), vintage=vintage
            ),
            credit_codes=credit_codes,
        )

    def scene(self) -> Scene:
        """Settle the establishments."""
        counties = self.book.counties
        inside = {
            upper: sum(one.province_code == upper for one in counties.values())
            for upper in self.parts
        }
        weights = {
            code: self.parts[one.province_code] / inside[one.province_code]
            for code, one in counties.items()
        }
        mix = weights_of(self.trades, self.speech.mix)
        return settle(weights, mix, self.plants, units=self.units, seed=self.seed)

    def register(self, scene: Scene, province: str, *, texts: bool = False) -> TwinRegister:
        """Write the register of one province; `texts` writes dates as a CSV file holds them."""
        upper = np.array([self.book.counties[code].province_code for code in scene.places])
        return write_rows(
            scene,
            np.flatnonzero(upper[scene.place] == province),
            book=self.book,
            trades=self.trades,
            speech=self.speech,
            years=self.years,
            growth=self.growth,
            thin=self.thin,
            credit_codes=self.credit_codes,
            texts=texts,
            seed=self.seed,
        )
