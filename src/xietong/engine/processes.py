"""Work spread over processes that are started when first needed and end with whoever asked."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Generic, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")


class Processes(Generic[Part, Result]):
    """So many processes that do one kind of work; a context manager, for they must be ended.

    `prepare` is called once in each and returns the work; it must be picklable, and so must parts
    and results. One process means this one. A worker that is killed from outside raises
    BrokenProcessPool here; where this process is killed, its workers end themselves.
    """

    def __init__(self, prepare: Callable[[], Callable[[Part], Result]], number: int) -> None:
        self._prepare = prepare
        self._number = number
        self._pool: ProcessPoolExecutor | None = None
        self._work: Callable[[Part], Result] | None = None

    def __enter__(self) -> Processes[Part, Result]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def map(self, parts: Sequence[Part]) -> Iterator[Result]:
        """Give the result of each part, in their order; a single part is worked on here."""
        if self._number <= 1 or len(parts) <= 1:
            if self._work is None:
                self._work = self._prepare()
            return map(self._work, parts)
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._number,
                # Not by fork: whoever calls may hold threads and open databases.
                mp_context=get_context("forkserver"),
                initializer=_begin,
                initargs=(self._prepare,),
            )
        return self._pool.map(_do, parts)


_work: list[Callable[[Any], Any]] = []


def _begin(prepare: Callable[[], Callable[[Any], Any]]) -> None:
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _work[:] = [prepare()]


def _end_with(sentinel: int) -> None:
    """End this process when its parent is gone: who is killed tells nobody."""
    wait([sentinel])
    os._exit(1)


def _do(part: Any) -> Any:
    return _work[0](part)
