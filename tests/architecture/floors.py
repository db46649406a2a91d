"""The floors of the house, as pyproject.toml states them for import-linter."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Floors:
    """Which room stands on which floor, the lowest at 0."""

    height: dict[str, int]

    @classmethod
    def read(cls, pyproject: Path) -> Floors:
        """Return the floors of the contract `floors`."""
        contracts = tomllib.loads(pyproject.read_text())["tool"]["importlinter"]["contracts"]
        layers = next(each["layers"] for each in contracts if each["id"] == "floors")
        return cls(
            {
                room.strip(" ()"): height
                for height, layer in enumerate(reversed(layers))
                for room in layer.split("|")
            }
        )

    @property
    def rooms(self) -> set[str]:
        """Every room that may exist."""
        return set(self.height)

    def may_refer(self, room: str, other: str) -> bool:
        """A room refers to itself and to rooms on floors below, never to a neighbour."""
        return room == other or self.height[other] < self.height[room]
