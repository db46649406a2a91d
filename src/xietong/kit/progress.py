"""How long work tells what it is doing: a stage, how much is done, of how much."""

from __future__ import annotations

import sys
import time
from typing import Protocol, TextIO


class Progress(Protocol):
    """Called often and cheaply: the stage in English, units done, and the total where known."""

    def __call__(self, stage: str, done: int = 0, total: int | None = None) -> None: ...


def silent(stage: str, done: int = 0, total: int | None = None) -> None:
    """Tell nobody."""


class Printer:
    """Prints a line when a stage begins, at most every two seconds within it, and its seconds."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.started = time.monotonic()
        self.stage = ""
        self.stage_started = self.started
        self.told = 0.0

    def __call__(self, stage: str, done: int = 0, total: int | None = None) -> None:
        now = time.monotonic()
        if stage != self.stage:
            self.stage, self.stage_started, self.told = stage, now, now
            self._line(stage, now)
        elif done and now - self.told >= 2:
            self.told = now
            rate = done / max(now - self.stage_started, 1e-9)
            left = f", {(total - done) / rate:.0f} s left" if total and rate else ""
            of = f" of {total:,}" if total else ""
            self._line(f"  {stage}: {done:,}{of}, {rate:,.0f} a second{left}", now)

    def _line(self, text: str, now: float) -> None:
        print(f"[{now - self.started:6.1f} s] {text}", file=self.stream, flush=True)
