"""Reading what a firm does: actor (maker, seller, service) times field, scored in the open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import exp
from types import TracebackType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from xietong.engine.coding.evidence import Evidence, weigh_name, weigh_scope
from xietong.engine.coding.scope import ScopeReader
from xietong.engine.coding.vocabulary import Vocabulary
from xietong.engine.processes import Processes
from xietong.engine.terms import fold

PART_ROWS = 2_000
# Names, and as many scopes.
Part: TypeAlias = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Coding:
    """One firm's code: as deep as its words decide, "" beyond; how sure; the deciding words."""

    division: str
    group: str
    class_: str
    confidence: float
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Codings:
    """Codings by column, in the order of the rows given; texts are arrays of `str`."""

    division: npt.NDArray[np.str_]
    group: npt.NDArray[np.str_]
    class_: npt.NDArray[np.str_]
    confidence: npt.NDArray[np.float64]
    words: npt.NDArray[np.object_]


NOTHING_SAID = Coding("", "", "", 0.0, "")


class Coder:
    """Codes firms by name and business scope with one vocabulary.

    The answer depends on the two texts and the vocabulary alone, never on other rows.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._scopes = ScopeReader(vocabulary)

    def code(self, name: str, scope: str) -> Coding:
        """Return the industry that name and scope tell, with its confidence and its words.

        Division "" with confidence 0 means that no word said anything. The confidence is the
        share of right divisions among rows like this one, as calibrated on hand-labelled rows.
        """
        return self._decide(self.evidence(name, scope))

    def evidence(self, name: str, scope: str) -> Evidence:
        """Return what the words speak for, before any decision: for those who ask why."""
        vocabulary = self._vocabulary
        evidence = Evidence()
        weigh_name(fold(name or ""), vocabulary, evidence)
        weigh_scope(self._scopes.read(scope or ""), vocabulary, evidence)
        return evidence

    def code_many(
        self, names: Sequence[str], scopes: Sequence[str], *, processes: int = 1
    ) -> Codings:
        """Return the codings of many firms, by column, in the order given.

        `processes` above 1 spreads the rows over that many worker processes; the answer is the
        same. Raises ValueError where the two columns differ in length.
        """
        with self.workers(processes) as workers:
            return workers.code_many(names, scopes)

    def workers(self, processes: int) -> CodingWorkers:
        """Return workers for several tables, to be used in a `with`; starting them takes time."""
        return CodingWorkers(self._vocabulary, processes)

    def rows(self, part: Part) -> list[Coding]:
        """Return the codings of a part: names, and as many scopes."""
        return [self.code(name, scope) for name, scope in zip(*part, strict=True)]

    def _decide(self, evidence: Evidence) -> Coding:
        weights = self._vocabulary.weights
        scores = evidence.actors
        if not scores:
            return NOTHING_SAID
        heat = weights["heat"]
        top = max(scores.values())
        chances = {actor: exp((score - top) * heat) for actor, score in scores.items()}
        total = sum(chances.values())
        by_division: dict[str, float] = {}
        by_actor: dict[tuple[str, str], float] = {}
        for actor, chance in chances.items():
            chance /= total
            for division, share in evidence.fields(actor, self._vocabulary):
                by_division[division] = by_division.get(division, 0.0) + chance * share
                by_actor[division, actor] = chance * share
        if not by_division:
            return NOTHING_SAID
        division = min(by_division, key=lambda code: (-by_division[code], code))
        actor = min(
            (actor for code, actor in by_actor if code == division),
            key=lambda actor: (-by_actor[division, actor], actor),
        )
        code = evidence.deepest(actor, division, self._vocabulary)
        raw = by_division[division] * (1 - exp(-weights["enough"] * top))
        return Coding(
            division=division,
            group=code[:3] if len(code) > 2 else "",
            class_=code if len(code) > 3 else "",
            confidence=self._calibrated(raw),
            words="、".join(evidence.deciding(actor, division)),
        )

    def _calibrated(self, raw: float) -> float:
        knots = self._vocabulary.calibration
        value = float(np.interp(raw, [x for x, _ in knots], [y for _, y in knots]))
        return round(value, 3)


def _columns(rows: Sequence[Coding]) -> Codings:
    return Codings(
        division=np.array([row.division for row in rows], dtype="U2"),
        group=np.array([row.group for row in rows], dtype="U3"),
        class_=np.array([row.class_ for row in rows], dtype="U4"),
        confidence=np.array([row.confidence for row in rows], dtype=np.float64),
        words=np.array([row.words for row in rows], dtype=object),
    )


class CodingWorkers:
    """Worker processes that code with one vocabulary, until the `with` ends."""

    def __init__(self, vocabulary: Vocabulary, processes: int) -> None:
        self._processes = Processes(partial(_rows_of, vocabulary), processes)

    def __enter__(self) -> CodingWorkers:
        self._processes.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._processes.__exit__(kind, fault, trace)

    def code_many(
        self,
        names: Sequence[str],
        scopes: Sequence[str],
        *,
        told: Callable[[int], None] = lambda done: None,
    ) -> Codings:
        """Return the codings of many firms; `told` hears how many are done, again and again.

        Raises ValueError where the two columns differ in length.
        """
        if len(names) != len(scopes):
            raise ValueError(f"{len(names)} names but {len(scopes)} scopes")
        starts = range(0, len(names), PART_ROWS)
        parts = [(names[at : at + PART_ROWS], scopes[at : at + PART_ROWS]) for at in starts]
        rows: list[Coding] = []
        for part in self._processes.map(parts):
            rows += part
            told(len(rows))
        return _columns(rows)


def _rows_of(vocabulary: Vocabulary) -> Callable[[Part], list[Coding]]:
    return Coder(vocabulary).rows
