"""One way of doing one thing, timed in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def fresh(module: str, way: str, *arguments: str | Path) -> dict[str, Any]:
    """Run `python -m bench.MODULE --one WAY …` and return what it printed, as JSON."""
    told = subprocess.run(
        [sys.executable, "-m", f"bench.{module}", "--one", way, *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


def serve(ways: dict[str, Callable[..., dict[str, Any]]]) -> bool:
    """Answer a call by `fresh`, if this process was started by one; say whether it was."""
    if sys.argv[1:2] != ["--one"]:
        return False
    print(json.dumps(ways[sys.argv[2]](*sys.argv[3:])))
    return True


@contextmanager
def timed(into: dict[str, Any], name: str) -> Iterator[None]:
    """Put the seconds of the block, and the process's peak at its end, into `into`."""
    began = time.perf_counter()
    yield
    into[f"{name}_seconds"] = time.perf_counter() - began
    into[f"{name}_megabytes"] = peak_megabytes()


def peak_megabytes() -> int:
    """Return this process's peak; unlike getrusage it leaves out the parent's before exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) >> 10 for line in status.splitlines() if "VmHWM" in line)
