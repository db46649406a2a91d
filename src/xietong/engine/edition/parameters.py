"""The choices behind an edition, each stated on the map, and the versions of its methods."""

from __future__ import annotations

from dataclasses import asdict, dataclass

# Bumped by hand whenever a method's answers change; part of an edition's hash.
METHOD_VERSIONS = {
    "clusters": 1,
    "coding": 1,
    "concentration": 1,
    "disclosure": 1,
    "location_quotient": 1,
    "placing": 1,
    "tabulate": 1,
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a compiler of the map may set. Shares are in parts of a thousand, so all are whole."""

    minimum_cell: int = 3  # establishments below which a cell is withheld
    placed_at_county_permille: int = 800  # below it a prefecture's counties are insufficient
    cap_wan: int = 100_000  # one establishment's capital counts at most so much (10,000 CNY)
    interval_permille: int = 950  # level of every interval shown
    cluster_permille: int = 950  # level that holds for all cells of a cluster search together
    cluster_units: int = 10  # fewer establishments make no cluster
    industry_units: int = 50  # an industry below it is listed but not drawn
    interval_units: int = 10  # an amount of fewer establishments is told without its interval
    dominance_permille: int = 750  # the largest contributor to an amount may not hold more of it
    p_permille: int = 100  # the p % rule: nobody may estimate the largest closer than this

    def as_integers(self) -> dict[str, int]:
        """Return the parameters by name, for the hash and for the page."""
        return asdict(self)
