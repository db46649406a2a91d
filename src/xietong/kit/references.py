"""References by which rooms point at each other's records without importing each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATTERN = re.compile(r"(?P<room>[a-z]+):(?P<kind>[a-z_]+):(?P<key>[A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True)
class Reference:
    """A record of some room, such as `atlas:edition:3`; only the portal resolves it."""

    room: str
    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.room}:{self.kind}:{self.key}"

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Return the reference that a text spells. Raises ValueError where it spells none."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no reference; wanted room:kind:key")
        return cls(**match.groupdict())
