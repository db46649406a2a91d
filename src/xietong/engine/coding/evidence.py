"""What the words of a name and a scope speak for, as additive scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xietong.engine.coding.scope import Item
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
_SELLING = frozenset(("trade", "wholesale", "retail"))
_RETAILING = frozenset(("retail",))
# How much a usual maker counts beside one whom a word names.
_GUESS = 0.3
# What is done with a thing that is neither made nor sold, in the order in which it decides.
_SERVICES = ("repair", "install", "lease", "develop", "technology")


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

    def goods(self, sense: Sense, made: float, sold: float, word: str) -> None:
        """Add one thing, with its weight as something made and as something sold."""
        if made and sense.make:
            self._product(MAKE, sense.make, made * (_GUESS if sense.guessed else 1.0), word)
        if sold and sense.wholesale:
            self._product(WHOLESALE, sense.wholesale, sold, word)
            if sense.retail:
                self._product(RETAIL, sense.retail, sold, word)

    def _product(self, actor: str, code: str, weight: float, word: str) -> None:
        of_actor = self.products[actor]
        of_actor[code] = of_actor.get(code, 0.0) + weight
        self.told.append((code, word, weight))

    def named(self) -> frozenset[str]:
        """Return the divisions of the services that have spoken so far."""
        return frozenset(actor[:2] for actor in self.actors if actor not in self.products)

    def fields(self, actor: str, vocabulary: Vocabulary) -> list[tuple[str, float]]:
        """Return the divisions an actor may stand in, with shares that sum to one; less than one
        where nothing says what is made or sold, and the usual division stands for it.
        """
        products = self.products.get(actor)
        if products is None:
            return [(actor[:2], 1.0)]
        sums: dict[str, float] = {}
        for code, weight in products.items():
            sums[code[:2]] = sums.get(code[:2], 0.0) + weight
        if len(sums) == 1:
            return [(division, 1.0) for division in sums]
        if not sums:
            usual = vocabulary.unnamed.get(actor, "")
            return [(usual[:2], vocabulary.weights.unnamed)] if usual else []
        powers = {key: value**vocabulary.weights.sharpness for key, value in sums.items()}
        total = sum(powers.values())
        return [(division, power / total) for division, power in powers.items()]

    def deepest(self, actor: str, division: str, vocabulary: Vocabulary) -> str:
        """Return the code below `division` that the words decide, at most four digits."""
        scores = self.products.get(actor)
        if scores is None:
            scores = {code: score for code, score in self.actors.items() if code[:2] == division}
        return _deepest(scores, division, vocabulary.weights.decided)

    def deciding(self, actor: str, division: str) -> list[str]:
        """Return the words that spoke for this actor in this division, the weightiest first."""
        weights: dict[str, float] = {}
        for about, word, weight in self.told:
            if word and (about == actor or about.startswith(division)):
                weights[word] = weights.get(word, 0.0) + weight
        words = sorted(
            (word for word, weight in weights.items() if weight > 0),
            key=lambda word: (-weights[word], word),
        )
        return words[:5]


def _deepest(scores: dict[str, float], division: str, decided: float) -> str:
    """Walk down from `division` while one branch holds at least `decided` of the squared weight."""
    code = division
    for depth in (3, 4):
        branches: dict[str, float] = {}
        for candidate, score in scores.items():
            if len(candidate) >= depth and score > 0 and candidate.startswith(code):
                branch = candidate[:depth]
                branches[branch] = branches.get(branch, 0.0) + score
        if not branches:
            break
        best = min(branches, key=lambda branch: (-branches[branch], branch))
        if branches[best] ** 2 < decided * sum(score**2 for score in branches.values()):
            break
        code = best
    return code


def weigh_name(name: str, vocabulary: Vocabulary, evidence: Evidence) -> None:
    """Add what the folded name says; a branch's own words come before its parent's."""
    weights = vocabulary.weights
    for pattern in vocabulary.name_strip:
        name = pattern.sub("", name)
    parts = vocabulary.name_split.split(name, maxsplit=1)
    head, tail = (parts[0], parts[1]) if len(parts) == 2 else (name, "")
    for form, actors in vocabulary.forms:
        if found := form.search(tail or head):
            for actor, weight in actors.items():
                evidence.actor(actor, weight, found[0])
    factor = 1.0
    if ending := _ending(tail or head, bool(tail), vocabulary):
        word, sense = ending
        evidence.actor(sense.code, weights.tail * sense.weight, word)
        factor = weights.parent
    if tail and _weigh_words(tail, 1.0, vocabulary, evidence):
        factor = min(factor, weights.head)
    _weigh_words(head, factor, vocabulary, evidence)


def _ending(text: str, branch: bool, vocabulary: Vocabulary) -> tuple[str, Sense] | None:
    """Return the word that tells a kind of branch: anywhere in a branch's name, else at the end."""
    found = vocabulary.tail_lexicon.find(text if branch else text[-9:])
    if not found or not (branch or text.endswith(found[-1][2])):
        return None
    return found[-1][2], vocabulary.tail_senses[found[-1][2]]


def _weigh_words(text: str, factor: float, vocabulary: Vocabulary, evidence: Evidence) -> bool:
    """Add what one part of a name says; return whether it said anything."""
    weights = vocabulary.weights
    senses = vocabulary.name_senses
    found = [word for _, _, word in vocabulary.name_lexicon.find(text)]
    told = False
    for word in found:
        if senses[word].kind == FORM:
            for actor, weight in senses[word].actors.items():
                evidence.actor(actor, factor * weight, word)
                told = True
    words = vocabulary.sensed(found, senses)
    for rank, (word, sense) in enumerate(words):
        strength = factor * (weights.modifier if rank else 1.0)
        if sense.kind == ACTIVITY:
            evidence.actor(sense.code, weights.name_activity * strength * sense.weight, word)
            continue
        if sense.kind == PROCESS:
            evidence.actor(MAKE, weights.name_process * strength, word)
        else:
            evidence.actor(MAKE, weights.name_make * strength, word)
            evidence.actor(WHOLESALE, weights.name_wholesale * strength, word)
            evidence.actor(RETAIL, weights.name_retail * strength, word)
        field_weight = weights.name_field * strength * sense.weight
        evidence.goods(sense, field_weight, field_weight, word)
    return told or bool(words)


def weigh_scope(items: Sequence[Item], vocabulary: Vocabulary, evidence: Evidence) -> None:
    """Add what the scope's items say, the first-named the most; a repeated actor adds little."""
    weights = vocabulary.weights
    named = evidence.named()
    made = frozenset(code[:2] for code in evidence.products[MAKE])
    alone = not made and sum(bool(item.words) for item in items) == 1
    strength = field_strength = 1.0
    best: dict[str, tuple[float, str]] = {}
    rest: dict[str, float] = {}
    alike = bare = retailed = sold = 0.0
    for item in items:
        if not item.words:
            strength = max(weights.floor, strength * weights.unknown_decay)
            continue
        word, sense = item.words[0]
        side = weights.side if item.side else 1.0
        here = strength * side
        if sense.kind == ACTIVITY and not alone and sense.code[:2] not in named:
            here *= sense.weight * (sense.later if strength < 1.0 else 1.0)
        elif sense.kind == GOODS:
            if not item.roles:
                bare += 1
                alike += sense.make[:2] in made and not sense.traded
            elif (selling := item.roles & _SELLING) and "make" not in item.roles:
                sold += here
                retailed += here * (selling == _RETAILING)
        of_field = field_strength * side * sense.weight
        for actor, weight in _actors_of(item, word, sense, vocabulary, evidence, here, of_field):
            known = best.get(actor)
            if known is None or weight > known[0]:
                if known:
                    rest[actor] = rest.get(actor, 0.0) + known[0]
                best[actor] = (weight, word)
            else:
                rest[actor] = rest.get(actor, 0.0) + weight
        strength = max(weights.floor, strength * weights.decay)
        field_strength = max(weights.field_floor, field_strength * weights.field_decay)
    if retailed:
        share = weights.retail_named * retailed / sold * evidence.actors.get(WHOLESALE, 0.0)
        word = best[RETAIL][1]
        evidence.actor(RETAIL, share, word)
        evidence.actor(WHOLESALE, -share, word)
    if alike:
        evidence.actor(MAKE, weights.bare_alike * alike / bare, "")
    for actor, (weight, word) in best.items():
        evidence.actor(actor, weight + weights.again * rest.get(actor, 0.0), word)


def _actors_of(
    item: Item,
    word: str,
    sense: Sense,
    vocabulary: Vocabulary,
    evidence: Evidence,
    here: float,
    of_field: float,
) -> list[tuple[str, float]]:
    """Return the actors that one item speaks for, and add its goods to the fields.

    `here` is what the item counts for its actor, `of_field` for the field of the actor.
    """
    weights = vocabulary.weights
    roles = item.roles
    if sense.kind == ACTIVITY:
        return [(sense.code, weights.scope_activity * here)]
    if sense.kind == PROCESS or "make" in roles:
        sold = 0.0 if sense.kind == PROCESS else weights.bare_field
        evidence.goods(sense, weights.made_field * of_field, sold * of_field, word)
        return [(MAKE, weights.scope_make * here)]
    actors: list[tuple[str, float]] = []
    selling = roles & _SELLING
    for role in _SERVICES:
        if role in roles and not (selling and role != "develop"):
            code = longest(vocabulary.services.get(role, {}), sense.make or sense.wholesale)
            if code:
                actors.append((code, weights.scope_activity * here))
                break
    if selling:
        if actors:  # 软件开发、销售: above all a developer
            here *= weights.served
        evidence.goods(
            sense, weights.sold_made_field * of_field, weights.sold_field * of_field, word
        )
        if selling == _RETAILING:
            actors.append((RETAIL, weights.scope_retail * here))
            actors.append((WHOLESALE, weights.retail_wholesale * here))
        else:
            actors.append((WHOLESALE, weights.scope_sell * here))
        if "develop" in roles:
            actors.append((MAKE, weights.developed * here))
    elif not actors:
        if roles:
            here *= weights.served
        evidence.goods(sense, weights.bare_field * of_field, weights.sold_field * of_field, word)
        actors.append((WHOLESALE, weights.bare_sell * here))
        actors.append((MAKE, (weights.bare_traded if sense.traded else weights.bare_make) * here))
    return actors
