"""Placing: from coordinates, codes, addresses and names to a division of the map."""

from xietong.engine.placing.boundaries import BoundaryIndex
from xietong.engine.placing.codes import CodeHistory, Place, Resolution
from xietong.engine.placing.gazetteer import Gazetteer
from xietong.engine.placing.grammar import Grammar
from xietong.engine.placing.placer import COLUMNS, REASONS, Placer, Placing, Placings

__all__ = [
    "COLUMNS",
    "REASONS",
    "BoundaryIndex",
    "CodeHistory",
    "Gazetteer",
    "Grammar",
    "Place",
    "Placer",
    "Placing",
    "Placings",
    "Resolution",
]
