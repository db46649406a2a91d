"""Problems of a register as a file: however many, told page by page without reading them all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xietong.engine.problems import Problem
from xietong.engine.register.columns import REFUSING

PROBLEM_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("code", pa.string(), nullable=False),
        pa.field("field", pa.string()),
        pa.field("params", pa.string(), nullable=False),
    ]
)
# Nobody mends two million cells by a list; beyond them problems are counted and not listed.
MOST_LISTED = 2_000_000
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a code was found in a column ("" for the whole row or file); `refuses` or not."""

    code: str
    field: str
    count: int

    @property
    def refuses(self) -> bool:
        """Tell whether one of these is enough to refuse the register."""
        return self.code in REFUSING


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """Some of the problems that were asked for, in the order of the rows, and their number."""

    problems: tuple[Problem, ...]
    total: int


class ProblemWriter:
    """Writes problems to `path` as they are told, in any order; the file is whole at the end.

    Used as a context: where the body fails, no file is left.
    """

    def __init__(self, path: Path, *, most: int = MOST_LISTED) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self._path = path
        self._most = most
        self._waiting: list[Problem] = []
        self._tables: list[pa.Table] = []
        self._listed = 0

    def __enter__(self) -> ProblemWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._write()

    def __call__(self, problems: Sequence[Problem]) -> None:
        """Take the next problems."""
        self.counts.update((one.code, one.field or "") for one in problems)
        room = self._most - self._listed - len(self._waiting)
        self._waiting += problems[: max(room, 0)]
        if len(self._waiting) >= _AT_ONCE:
            self._pack()

    def tally(self) -> list[Tally]:
        """Return how many there were, those that refuse first, then by their number."""
        tallies = [Tally(code, field, count) for (code, field), count in self.counts.items()]
        return sorted(tallies, key=lambda one: (not one.refuses, -one.count, one.code, one.field))

    def _pack(self) -> None:
        self._tables.append(
            pa.table(
                {
                    "row": [one.row for one in self._waiting],
                    "code": [one.code for one in self._waiting],
                    "field": [one.field for one in self._waiting],
                    "params": [
                        json.dumps(dict(one.params), ensure_ascii=False, sort_keys=True)
                        for one in self._waiting
                    ],
                },
                PROBLEM_SCHEMA,
            )
        )
        self._listed += len(self._waiting)
        self._waiting = []

    def _write(self) -> None:
        self._pack()
        whole = pa.concat_tables(self._tables)
        # What is the whole file's comes first.
        keyed = whole.select(["code"]).append_column("at", pc.fill_null(whole["row"], 0))
        keyed = keyed.append_column("field", pc.fill_null(whole["field"], ""))
        order = pc.sort_indices(
            keyed, sort_keys=[(name, "ascending") for name in ("at", "code", "field")]
        )
        pq.write_table(whole.take(order), self._path, compression="zstd")


def read_problems(
    path: Path,
    *,
    code: str = "",
    field: str = "",
    refusing: bool | None = None,
    start: int = 0,
    count: int = 50,
) -> ProblemPage:
    """Return the problems `start` to `start + count` of a file, of one code or column if given.

    `refusing` asks for those that refuse the register, or for the others only.
    """
    table = pq.read_table(path)
    mask = _mask(table, code, field, refusing)
    if mask is not None:
        table = table.filter(mask)
    return ProblemPage(tuple(_problems(table.slice(start, count))), table.num_rows)


def problems_by_row(path: Path) -> Iterator[tuple[int, list[Problem]]]:
    """Give each row that has problems with all of them, from the top; row 0 is the file as such."""
    row, found = 0, list[Problem]()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            for one in _problems(pa.Table.from_batches([batch])):
                if (one.row or 0) != row:
                    if found:
                        yield row, found
                    row, found = one.row or 0, []
                found.append(one)
    if found:
        yield row, found


def _mask(table: pa.Table, code: str, field: str, refusing: bool | None) -> pa.ChunkedArray | None:
    masks = []
    if code:
        masks.append(pc.equal(table["code"], code))
    if field:
        masks.append(pc.fill_null(pc.equal(table["field"], field), False))
    if refusing is not None:
        of_these = pc.is_in(table["code"], pa.array(sorted(REFUSING)))
        masks.append(of_these if refusing else pc.invert(of_these))
    whole = None
    for mask in masks:
        whole = mask if whole is None else pc.and_(whole, mask)
    return whole


def _problems(table: pa.Table) -> Iterator[Problem]:
    for one in table.to_pylist():
        yield Problem(one["code"], one["row"], one["field"], json.loads(one["params"]))
