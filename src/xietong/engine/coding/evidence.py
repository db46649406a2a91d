"""What the words of a name and a scope speak for, as additive scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xietong.engine.coding.scope import Item, senses_in
from xietong.engine.coding.vocabulary import (
    ACTIVITY,
    FORM,
    GOODS,
    PROCESS,
    Sense,
    Vocabulary,
    longest,
)

MAKE, WHOLESALE, RETAIL = "make", "wholesale", "retail"
_SELLING = (WHOLESALE, RETAIL)


@dataclass(slots=True)
class Evidence:
    """Scores of actors (maker, wholesaler, retailer, or a service's code) and of their fields.

    `products` holds, for each of the three actors of goods, how strongly each code is named;
    `told` which words gave an actor or a code its weight.
    """

    actors: dict[str, float] = field(default_factory=dict)
    products: dict[str, dict[str, float]] = field(
        default_factory=lambda: {MAKE: {}, WHOLESALE: {}, RETAIL: {}}
    )
    told: list[tuple[str, str, float]] = field(default_factory=list)

    def actor(self, actor: str, weight: float, word: str) -> None:
        """Add `weight` for an actor, because of `word`."""
        if weight:
            self.actors[actor] = self.actors.get(actor, 0.0) + weight
            self.told.append((actor, word, weight))

    def goods(self, sense: Sense, weights: tuple[float, float, float], word: str) -> None:
        """Add one thing that is made or sold, with its weight as made, in bulk, in a shop."""
        for actor, code, weight in zip(
            (MAKE, WHOLESALE, RETAIL),
            (sense.make, sense.wholesale, sense.retail),
            weights,
            strict=True,
        ):
            if code and weight:
                of_actor = self.products[actor]
                of_actor[code] = of_actor.get(code, 0.0) + weight
                self.told.append((code, word, weight))

    def fields(self, actor: str, vocabulary: Vocabulary) -> list[tuple[str, float]]:
        """Return the divisions an actor may stand in, with shares that sum to one."""
        if actor not in self.products:
            return [(actor[:2], 1.0)]
        if not self.products[actor] and vocabulary.unnamed.get(actor):
            return [(vocabulary.unnamed[actor][:2], 1.0)]
        sums: dict[str, float] = {}
        for code, weight in self.products[actor].items():
            sums[code[:2]] = sums.get(code[:2], 0.0) + weight
        sharpness = vocabulary.weights["sharpness"]
        total = sum(value**sharpness for value in sums.values())
        return [(division, value**sharpness / total) for division, value in sums.items()]

    def deepest(self, actor: str, division: str, vocabulary: Vocabulary) -> str:
        """Return the code below `division` that the words decide, at most four digits."""
        products = self.products.get(actor)
        if products is None:
            services = {
                code: score for code, score in self.actors.items() if code.startswith(division)
            }
            return _deepest(services, division, vocabulary.weights["decided"])
        return _deepest(products, division, vocabulary.weights["decided"])

    def deciding(self, actor: str, division: str) -> list[str]:
        """Return the words that spoke for this actor in this division, the weightiest first."""
        weights: dict[str, float] = {}
        for about, word, weight in self.told:
            if about == actor or about.startswith(division):
                weights[word] = weights.get(word, 0.0) + weight
        words = sorted(
            (word for word, weight in weights.items() if weight > 0 and word),
            key=lambda word: (-weights[word], word),
        )
        return words[:5]


def _deepest(scores: dict[str, float], division: str, decided: float) -> str:
    """Walk down from `division` while one branch holds at least `decided` of the weight below."""
    code = division
    for depth in (3, 4):
        branches: dict[str, float] = {}
        for candidate, score in scores.items():
            if candidate.startswith(code) and len(candidate) >= depth and score > 0:
                branch = candidate[:depth]
                branches[branch] = branches.get(branch, 0.0) + score
        if not branches:
            break
        best = min(branches, key=lambda branch: (-branches[branch], branch))
        if branches[best] < decided * sum(branches.values()):
            break
        code = best
    return code


def weigh_name(name: str, vocabulary: Vocabulary, evidence: Evidence) -> None:
    """Add what the folded name says; a branch's own words come before its parent's."""
    weights = vocabulary.weights
    for pattern in vocabulary.name_strip:
        name = pattern.sub("", name)
    head, tail = _parts(name, vocabulary)
    for form, actors in vocabulary.forms:
        if found := form.search(tail or head):
            for actor, weight in actors.items():
                evidence.actor(actor, weight, found[0])
    in_tail = senses_in(tail, vocabulary.tail_lexicon, vocabulary.tail_senses, vocabulary)
    if not in_tail and not tail:
        at_end = senses_in(head[-9:], vocabulary.tail_lexicon, vocabulary.tail_senses, vocabulary)
        if at_end and head.endswith(at_end[0][0]):
            in_tail = at_end
    if in_tail:
        word, sense = in_tail[0]
        evidence.actor(sense.code, weights["tail"] * sense.weight, word)
    factor = 1.0
    for text in (tail, head):
        if text is head and in_tail:
            factor = min(factor, weights["parent"])
        words = senses_in(text, vocabulary.name_lexicon, vocabulary.name_senses, vocabulary)
        rank = 0
        for word, sense in words:
            strength = factor * (1.0 if rank == 0 else weights["modifier"])
            if sense.kind == FORM:
                for actor, weight in sense.actors.items():
                    evidence.actor(actor, factor * weight, word)
                continue
            rank += 1
            strength *= sense.weight
            if sense.kind == ACTIVITY:
                evidence.actor(sense.code, weights["name_activity"] * strength, word)
            elif sense.kind == PROCESS:
                evidence.actor(MAKE, weights["name_process"] * strength, word)
                evidence.goods(sense, (weights["name_field"] * strength, 0.0, 0.0), word)
            elif sense.kind == GOODS:
                evidence.actor(MAKE, weights["name_goods_make"] * strength, word)
                evidence.actor(WHOLESALE, weights["name_goods_sell"] * strength, word)
                evidence.goods(sense, (weights["name_field"] * strength,) * 3, word)
        if rank and text is tail:
            factor = weights["head"]


def _parts(name: str, vocabulary: Vocabulary) -> tuple[str, str]:
    parts = vocabulary.name_split.split(name, maxsplit=1)
    if len(parts) == 2 and parts[1]:
        return parts[0], parts[1]
    return name, ""


def weigh_scope(items: Sequence[Item], vocabulary: Vocabulary, evidence: Evidence) -> None:
    """Add what the scope's items say, the first-named the most; a repeated actor adds little."""
    weights = vocabulary.weights
    decay, floor, again = weights["decay"], weights["floor"], weights["again"]
    strength = 1.0
    best: dict[str, tuple[float, str]] = {}
    rest: dict[str, float] = {}
    for item in items:
        if not item.words:
            strength = max(floor, strength * weights["unknown_decay"])
            continue
        word, sense = item.words[0]
        here = strength * (weights["side"] if item.side else 1.0) * sense.weight
        if strength < 1.0:
            here *= sense.later
        for actor, weight in _actors_of(item, sense, vocabulary, evidence, here, word):
            known = best.get(actor)
            if known is None or weight > known[0]:
                if known:
                    rest[actor] = rest.get(actor, 0.0) + known[0]
                best[actor] = (weight, word)
            else:
                rest[actor] = rest.get(actor, 0.0) + weight
        strength = max(floor, strength * decay)
    for actor, (weight, word) in best.items():
        evidence.actor(actor, weight + again * rest.get(actor, 0.0), word)


def _actors_of(
    item: Item,
    sense: Sense,
    vocabulary: Vocabulary,
    evidence: Evidence,
    here: float,
    word: str,
) -> Iterable[tuple[str, float]]:
    """Yield the actors that one item speaks for, and add its goods to the fields."""
    weights = vocabulary.weights
    roles = item.roles
    if sense.kind == ACTIVITY:
        yield (
            sense.code,
            weights["scope_activity"] * here * (sense.weight if sense.weight < 0.3 else 1),
        )
        return
    if sense.kind == PROCESS:
        evidence.goods(sense, (weights["made_field"] * here, 0.0, 0.0), word)
        yield MAKE, weights["scope_make"] * here
        return
    if "make" in roles:
        evidence.goods(
            sense,
            (
                weights["made_field"] * here,
                weights["bare_field"] * here,
                weights["bare_field"] * here,
            ),
            word,
        )
        yield MAKE, weights["scope_make"] * here
        return
    selling = roles & {"trade", "wholesale", "retail"}
    if not selling:
        for role, table in (
            ("repair", vocabulary.repairs),
            ("lease", vocabulary.leases),
            ("install", vocabulary.installs),
        ):
            if role in roles:
                code = longest(table, sense.make or sense.wholesale)
                if code:
                    yield code, weights["scope_activity"] * here
                return
    sold = weights["sold_field"] * here
    if not selling:
        evidence.goods(sense, (weights["bare_field"] * here, sold, sold), word)
        yield WHOLESALE, weights["bare_sell"] * here
        yield MAKE, weights["bare_make"] * here
        return
    evidence.goods(sense, (weights["sold_made_field"] * here, sold, sold), word)
    if selling == {"retail"}:
        yield RETAIL, weights["scope_sell"] * here
        yield WHOLESALE, weights["retail_sell"] * here
    else:
        yield WHOLESALE, weights["scope_sell"] * here
