"""What else a firm may do: the divisions that its words speak for, each with its reasons."""

from __future__ import annotations

from dataclasses import dataclass

from xietong.engine.coding.coder import Coder
from xietong.engine.coding.decision import shares, summed


@dataclass(frozen=True, slots=True)
class Alternative:
    """A code that some words speak for, its share of what was said, and these words."""

    code: str
    share: float
    words: tuple[str, ...]


def alternatives(coder: Coder, name: str, scope: str, *, most: int = 4) -> list[Alternative]:
    """Return the divisions with the largest shares, each as deep as its words go, the best first.

    The first is what the coder decides; empty where no word says anything.
    """
    evidence = coder.evidence(name, scope)
    by_actor = shares(evidence, coder.vocabulary)
    by_division = summed(by_actor)
    found = []
    for division in sorted(by_division, key=lambda one: (-by_division[one], one))[:most]:
        actor = min(
            (actor for code, actor in by_actor if code == division),
            key=lambda actor: (-by_actor[division, actor], actor),
        )
        found.append(
            Alternative(
                evidence.deepest(actor, division, coder.vocabulary),
                round(by_division[division], 3),
                tuple(evidence.deciding(actor, division)),
            )
        )
    return found
