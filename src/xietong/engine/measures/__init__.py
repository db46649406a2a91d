"""How specialised places are, and how concentrated industries are, from additive tables."""

from xietong.engine.measures.concentrations import (
    Concentration,
    Undefined,
    concentration,
    concentration_of_plants,
)
from xietong.engine.measures.intervals import simultaneous_level
from xietong.engine.measures.quotients import (
    LocationQuotients,
    location_quotients,
    weighted_location_quotients,
    z_scores,
)

__all__ = [
    "Concentration",
    "LocationQuotients",
    "Undefined",
    "concentration",
    "concentration_of_plants",
    "location_quotients",
    "simultaneous_level",
    "weighted_location_quotients",
    "z_scores",
]
