"""From scores to one industry: actor times field, how sure, and as deep as the words decide."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np

from xietong.engine.coding.evidence import Evidence
from xietong.engine.coding.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Coding:
    """One firm's code: as deep as its words decide, "" beyond; how sure; the deciding words."""

    division: str
    group: str
    class_: str
    confidence: float
    words: str


NOTHING_SAID = Coding("", "", "", 0.0, "")


def decide(evidence: Evidence, vocabulary: Vocabulary) -> Coding:
    """Return the division with the largest share, and the codes below it that the words decide."""
    by_actor = shares(evidence, vocabulary)
    if not by_actor:
        return NOTHING_SAID
    by_division = summed(by_actor)
    division = min(by_division, key=lambda code: (-by_division[code], code))
    actor = min(
        (actor for code, actor in by_actor if code == division),
        key=lambda actor: (-by_actor[division, actor], actor),
    )
    code = evidence.deepest(actor, division, vocabulary)
    return Coding(
        division=division,
        group=code[:3] if len(code) > 2 else "",
        class_=code if len(code) > 3 else "",
        confidence=calibrated(by_division[division], vocabulary),
        words="、".join(evidence.deciding(actor, division)),
    )


def shares(evidence: Evidence, vocabulary: Vocabulary) -> dict[tuple[str, str], float]:
    """Return the share of each division and actor in what was said; {} where nothing was.

    An actor's share is its score's softmax; where even the best score is small, all shares are,
    and what is missing to one stands for what the words do not tell.
    """
    weights = vocabulary.weights
    scores = evidence.actors
    if not scores:
        return {}
    top = max(scores.values())
    chances = {actor: exp((score - top) * weights.heat) for actor, score in scores.items()}
    told = (1 - exp(-weights.enough * max(top, 0.0))) / sum(chances.values())
    return {
        (division, actor): chance * told * share
        for actor, chance in chances.items()
        for division, share in evidence.fields(actor, vocabulary)
    }


def summed(by_actor: dict[tuple[str, str], float]) -> dict[str, float]:
    """Return the shares of the divisions, whoever the actors in them are."""
    by_division: dict[str, float] = {}
    for (division, _), share in by_actor.items():
        by_division[division] = by_division.get(division, 0.0) + share
    return by_division


def calibrated(share: float, vocabulary: Vocabulary) -> float:
    """Return how often a share this large is right, by the knots that labelled rows gave."""
    knots = vocabulary.calibration
    value = float(np.interp(share, [x for x, _ in knots], [y for _, y in knots]))
    return round(value, 3)
