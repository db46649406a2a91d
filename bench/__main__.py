"""All benchmarks, or those that are named: `python -m bench [NAME …]`; `--list` names them."""

from __future__ import annotations

import ast
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = ("duckdb", "ibis-framework", "numpy", "pandas", "pyarrow")


def benchmarks(folder: Path = HERE) -> list[str]:
    """Return the modules beside this one that have a `main()`, without importing any."""
    return [
        path.stem
        for path in sorted(folder.glob("*.py"))
        if any(
            isinstance(node, ast.FunctionDef) and node.name == "main"
            for node in ast.parse(path.read_text(encoding="utf-8")).body
        )
        and not path.stem.startswith("_")
    ]


def machine() -> str:
    """Return what the figures depend on, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {memory:.0f} GiB, Python {platform.python_version()}, {versions}"


def main(names: Sequence[str]) -> int:
    """Run the benchmarks, each in a process of its own; return the exit status."""
    known = benchmarks()
    if list(names) == ["--list"]:
        print("\n".join(known))
        return 0
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    print(machine())
    failed = []
    for name in names or known:
        print(f"\n{name}", flush=True)
        told = subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=HERE.parent)
        if told.returncode:
            failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
