"""Runs a `xietong` command and kills itself at the n-th call of one of our functions.

`python killed.py N ARGUMENTS…`; with N = 0 it lives, and prints how many calls there were.
Everything that an import does lies between two such calls, so that every moment between two steps
can be tried, however short it lasts.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

WATCHED = ("/xietong/", "/django/db/")


def main(fatal: int, arguments: list[str]) -> None:
    """Run the command and die at call `fatal`, or count the calls."""
    import django

    django.setup()
    from xietong.portal.main import gathered

    command = gathered()
    calls = 0

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        if event in ("call", "return") and any(
            part in frame.f_code.co_filename for part in WATCHED
        ):
            calls += 1
            if calls == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)
    try:
        command(arguments, standalone_mode=False)
    finally:
        sys.setprofile(None)
    sys.stderr.write(f"\n{calls}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
