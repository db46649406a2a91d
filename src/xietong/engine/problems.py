"""What is wrong with an input, said in a way that any door can translate."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input: a code, the place, and what a sentence about it needs.

    `code` is snake_case and stable; `kit.words` holds its sentence and way out in every language.
    `row` counts as the person sees it in the file: the heading is row 1, so the first record is
    row 2; None where the fault is the whole file's. `field` is the canonical column, or the heading
    as found where no canonical column fits. `params` fills the sentence; all values are plain
    strings or integers.
    """

    code: str
    row: int | None = None
    field: str | None = None
    params: Mapping[str, str | int] = dataclasses.field(
        default_factory=lambda: MappingProxyType({})
    )


class ProblemsFound(Exception):
    """An input was refused whole; `problems` lists every fault, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            f"{len(problems)} problems, the first: {problems[0] if problems else None}"
        )
        self.problems = problems
