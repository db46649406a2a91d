"""What an edition is compiled from, gathered once: rows, names, nodes, outlines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xietong.atlas.models import RegisterVersion
from xietong.engine.edition.nodes import IndustryNode, industry_nodes
from xietong.engine.edition.rollup import MapPlace
from xietong.region import queries as region
from xietong.region.models import BoundarySet, Chain, Industry, Member, Place, Region
from xietong.region.rules import Actor
from xietong.region.storage import boundaries as boundary_shelf


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a compiler reads, apart from the registers' files."""

    region: Region
    members: tuple[Member, ...]
    versions: tuple[RegisterVersion, ...]
    places: tuple[Place, ...]
    industries: Mapping[str, Industry]
    chains: tuple[Chain, ...]
    nodes: tuple[IndustryNode, ...]
    boundaries: BoundarySet

    @classmethod
    def gather(
        cls, actor: Actor, members: list[Member], versions: list[RegisterVersion]
    ) -> Sources:
        """Read the region's part of the sources."""
        industries = {one.code: one for one in region.industries(actor)}
        chains = region.chains(actor)
        return cls(
            region=region.the_region(actor),
            members=tuple(members),
            versions=tuple(versions),
            places=tuple(region.places_of_the_map(actor)),
            industries=industries,
            chains=tuple(chains),
            nodes=industry_nodes(
                {code: one.level for code, one in industries.items()},
                {code: one.parent_code for code, one in industries.items()},
                [
                    (
                        chain.key,
                        [
                            (segment.key, [part.industry_code for part in segment.industries.all()])
                            for segment in chain.segments.all()
                        ],
                    )
                    for chain in chains
                ],
            ),
            boundaries=region.newest_boundaries(actor),
        )

    @property
    def map_places(self) -> tuple[MapPlace, ...]:
        """Return the places as the engine wants them."""
        return tuple(MapPlace(one.code, one.level, one.parent_code) for one in self.places)

    @property
    def adjacency(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs of counties that share a border."""
        return tuple((left, right) for left, right in self.boundary_file("adjacency.json"))

    @property
    def classification_digest(self) -> str:
        """Return one hash over the classification and the chains, their names included.

        An edition freezes the names, so that a corrected one makes another edition.
        """
        facts = {
            "codes": sorted(
                (
                    *(one.code, one.level, one.parent_code),
                    *(one.name_zh, one.name_en, one.short_zh, one.short_en),
                )
                for one in self.industries.values()
            ),
            "chains": [
                [
                    *(chain.key, chain.name_zh, chain.name_en),
                    *(
                        [
                            *(one.key, one.name_zh, one.name_en, one.tier, one.function),
                            *(part.industry_code for part in one.industries.all()),
                        ]
                        for one in chain.segments.all()
                    ),
                ]
                for chain in self.chains
            ],
        }
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    def boundary_file(self, name: str) -> Any:
        """Return one JSON file of the boundary set."""
        path = boundary_shelf().folder / self.boundaries.digest / name
        return json.loads(path.read_text(encoding="utf-8"))
