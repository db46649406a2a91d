"""An invented region of two provinces and its base table: an edition of it is built in a second."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from xietong.engine.edition.build import BuiltEdition, build_edition
from xietong.engine.edition.nodes import IndustryNode, industry_nodes
from xietong.engine.edition.parameters import Parameters
from xietong.engine.edition.rollup import MapPlace
from xietong.engine.tabulate import KEYS, ORDER

CLASSES = ("1110", "1121", "1122", "1210", "1310", "1320", "2110", "2210")
LEVELS = dict.fromkeys(CLASSES, "class") | {code[:3]: "group" for code in CLASSES}
LEVELS |= {code[:2]: "division" for code in CLASSES}
PARENTS = {code: code[:-1] for code in LEVELS}
CHAINS = [
    ("boats", [("hulls", ["1121", "2110"]), ("repair", ["2210"])]),
    ("sails", [("a", ["1122"])]),
]
RARE = "1320"
PARAMETERS = Parameters(industry_units=20, cluster_units=5)


@dataclass(frozen=True)
class Made:
    """Places on two rows of a grid, the base table, and the edition built from it."""

    places: tuple[MapPlace, ...]
    nodes: tuple[IndustryNode, ...]
    cells: pa.Table
    adjacency: tuple[tuple[str, str], ...]

    def built(self) -> BuiltEdition:
        return build_edition(
            cells=self.cells,
            places=self.places,
            nodes=self.nodes,
            adjacency=self.adjacency,
            parameters=PARAMETERS,
        )


def made(seed: int, *, counties: int = 4, thin: bool = False) -> Made:
    """Draw a base table: most cells small, one industry gathered over the border."""
    rng = np.random.default_rng(seed)
    places = [MapPlace(code, "province", "") for code in ("1", "2")]
    places += [MapPlace(f"{one}{two}", "prefecture", one) for one in "12" for two in "12"]
    codes = [f"{one.code}{at}" for one in places[2:] for at in range(1, counties + 1)]
    places += [MapPlace(code, "county", code[:2]) for code in codes]
    # One row of counties, the provinces' border in the middle of it.
    adjacency = tuple(pairwise(codes))
    middle = codes[len(codes) // 2 - 1], codes[len(codes) // 2]
    rows: dict[tuple[str, str, str, int], list[int]] = {}
    for code in codes:
        for industry in (*CLASSES, "11", "111", ""):
            mean = 0.6 if industry == RARE else rng.gamma(0.5, 8.0)
            mean += 90.0 if industry == "2110" and code in middle else 0.0
            for year in rng.integers(1995, 2000, rng.poisson(mean)).tolist():
                # Some know only the prefecture, a few the province, hardly any nothing.
                at = int(rng.choice([3, 2, 1, 0], p=[0.95, 0.04, 0.008, 0.002]))
                if thin and code.startswith("11") and rng.random() < 0.5:
                    at = 2
                precision = ("none", "province", "prefecture", "county")[at]
                worth = int(np.ceil(rng.lognormal(3.0, 1.5)))
                rows.setdefault((code[:at], precision, industry, year), []).append(worth)
    return Made(tuple(places), industry_nodes(LEVELS, PARENTS, CHAINS), _table(rows), adjacency)


def _table(rows: dict[tuple[str, str, str, int], list[int]]) -> pa.Table:
    keys = sorted(rows)
    columns: dict[str, list[object]] = {
        name: [key[at] for key in keys] for at, name in enumerate(KEYS)
    }
    figures = dict.fromkeys(ORDER, [0] * len(keys))
    for name in ("capital", "capped"):
        figures[name] = [sum(rows[key]) for key in keys]
        figures[f"{name}_sq"] = [sum(one**2 for one in rows[key]) for key in keys]
        figures[f"{name}_max"] = [max(rows[key]) for key in keys]
    figures["n"] = [len(rows[key]) for key in keys]
    return pa.table(columns | figures)
