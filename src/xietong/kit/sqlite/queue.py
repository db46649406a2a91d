"""The queue of SQLite's writers: who begins a transaction waits for the turn, and none starves.

SQLite lets whoever asks at the right moment write next: beside writers without pause somebody
waits for ever. Here one waits at the door and one inside. Whoever has written goes behind the
door again, where all who wait are equal, so that nobody is passed over for long. The system holds
the locks (flock) for a descriptor: a process that is killed lets go of them.
"""

from __future__ import annotations

import fcntl
import os
import random
import time
from pathlib import Path

DOOR, DESK = ".queue", ".turn"
LOOK_SECONDS = 0.002


class TookTooLong(Exception):
    """The turn did not come in the time that may be waited."""


class Turn:
    """The right to write next to one database file; each connection asks with its own."""

    def __init__(self, database: Path, most_seconds: float) -> None:
        self._database = database
        self._most_seconds = most_seconds
        self._held: int | None = None

    def take(self) -> None:
        """Wait for the turn. Raises TookTooLong, and OSError where no lock file can be made."""
        if self._held is not None:
            return
        limit = time.monotonic() + self._most_seconds
        door = self._locked(DOOR, limit)
        try:
            self._held = self._locked(DESK, limit)
        finally:
            os.close(door)

    def give_back(self) -> None:
        """Let the next one write."""
        if self._held is not None:
            held, self._held = self._held, None
            # Said, not only closed: a process forked meanwhile has the descriptor too.
            fcntl.flock(held, fcntl.LOCK_UN)
            os.close(held)

    def _locked(self, ending: str, limit: float) -> int:
        path = self._database.with_name(self._database.name + ending)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() >= limit:
                        raise TookTooLong from None
                    # Not in step with the others who look.
                    time.sleep(LOOK_SECONDS * (0.5 + random.random()))  # noqa: S311  (no secret)
                else:
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
