"""Work for worker processes: they import it by its name, so it stands in a file of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial


def times(factor: int) -> Callable[[int], tuple[int, int]]:
    """Return work that multiplies, and tells in which process."""
    return partial(_multiplied, factor)


def _multiplied(factor: int, part: int) -> tuple[int, int]:
    return factor * part, os.getpid()


def deadly() -> Callable[[int], int]:
    """Return work that dies as a process does that has used up the machine's memory."""
    return _dies


def _dies(part: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return part
