"""Keeps workers running beside the server: starts them, starts those that die again, ends all.

Its life line is its standard input, which the server holds open: when that closes, however the
server ended, the keeper ends its workers and itself. It imports nothing of the house, so it is
small.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time

WORK = "from xietong.portal.main import main; main()"
LOOK_SECONDS = 1.0
# A worker that dies at once, again and again, must not keep the machine busy with starting it.
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
LIVED_SECONDS = 30.0
GRACE_SECONDS = 20


class Kept:
    """One worker and how often it had to be started in a row."""

    def __init__(self) -> None:
        self.pause = SHORTEST_PAUSE
        self.next_start = 0.0
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Start the worker where it does not run and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            lived = now - self.started >= LIVED_SECONDS
            self.pause = SHORTEST_PAUSE if lived else min(self.pause * 2, LONGEST_PAUSE)
            self.next_start = now + self.pause
            self.process = None
        if self.process is None and now >= self.next_start:
            self.started = now
            self.process = subprocess.Popen(  # noqa: S603  (a fixed program, no shell)
                [sys.executable, "-c", WORK, "work", "--tied"], stdin=subprocess.PIPE
            )

    def end(self, until: float) -> None:
        """Let the worker end itself until a moment, then end it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def keep(number: int) -> None:
    """Keep so many workers until standard input closes or we are told to end."""
    told = []
    signal.signal(signal.SIGTERM, lambda *_: told.append(True))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kept = [Kept() for _ in range(number)]
    while not told:
        for one in kept:
            one.look()
        readable, _, _ = select.select([0], [], [], LOOK_SECONDS)
        if readable and not os.read(0, 1024):
            break
    for one in kept:
        if one.process is not None:
            one.process.terminate()
    until = time.monotonic() + GRACE_SECONDS
    for one in kept:
        one.end(until)


if __name__ == "__main__":
    keep(int(sys.argv[1]))
