"""The synthetic twin: made-up registers of establishments whose truth is known, row by row.

Nothing here knows a country or a region: every word comes from the packs.
"""

from xietong.engine.twin.recipe import TWIN_VERSION, Recipe
from xietong.engine.twin.register import TwinRegister
from xietong.engine.twin.scene import Plant, Planted, Scene, settle

__all__ = [
    "TWIN_VERSION",
    "Plant",
    "Planted",
    "Recipe",
    "Scene",
    "TwinRegister",
    "settle",
]
