"""Reading what a firm does: actor (maker, seller, service) times field, scored in the open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from xietong.engine.coding.decision import Coding, decide
from xietong.engine.coding.evidence import Evidence, weigh_name, weigh_scope
from xietong.engine.coding.scope import ScopeReader
from xietong.engine.coding.vocabulary import Vocabulary
from xietong.engine.processes import Processes
from xietong.engine.terms import fold

PART_ROWS = 2_000
# Names, and as many scopes.
Part: TypeAlias = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Codings:
    """Codings by column, in the order of the rows given; texts are arrays of `str`."""

    division: npt.NDArray[np.str_]
    group: npt.NDArray[np.str_]
    class_: npt.NDArray[np.str_]
    confidence: npt.NDArray[np.float64]
    words: npt.NDArray[np.object_]


class Coder:
    """Codes firms by name and business scope with one vocabulary.

    The answer depends on the two texts and the vocabulary alone, never on other rows.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._scopes = ScopeReader(vocabulary)

    @property
    def vocabulary(self) -> Vocabulary:
        """Return the words that it codes with."""
        return self._vocabulary

    def code(self, name: str, scope: str) -> Coding:
        """Return the industry that name and scope tell, with its confidence and its words.

        Division "" with confidence 0 means that no word said anything. The confidence is the
        share of right divisions among rows like this one, as calibrated on hand-labelled rows.
        """
        return decide(self.evidence(name, scope), self._vocabulary)

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
