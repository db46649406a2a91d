"""The benchmarks are found, and the peer's table is ours to the last digit."""

from __future__ import annotations

import subprocess
import sys

import pytest

from real_data import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=ROOT
    )


def test_every_benchmark_is_found() -> None:
    found = run("bench", "--list").stdout.split()
    assert {"compile", "register"} <= set(found)
    assert not {"fresh", "__main__", "__init__"} & set(found)


def test_an_unknown_benchmark_is_named() -> None:
    told = run("bench", "nonsense")
    assert told.returncode == 2
    assert "nonsense" in told.stderr
    assert "compile" in told.stderr


@pytest.mark.parametrize("rows", ["3000"])
def test_pandas_makes_the_same_table(rows: str) -> None:
    # The benchmark asserts that both tables have one hash.
    told = run("bench.compile", rows)
    assert told.returncode == 0, told.stderr
    assert "3,000" in told.stdout
    assert "pandas" in told.stdout
