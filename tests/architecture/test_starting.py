"""What a command loads before it knows what it is asked for: every start waits for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Large, and used by few: each is loaded by the function that uses it.
LATER = ("docx", "ibis", "scipy.sparse", "scipy.spatial", "scipy.special", "sqlglot", "typst")
ASKED = """
import sys
from xietong.portal.main import main
sys.argv = ["xietong", "--help"]
try:
    main()
finally:
    print("loaded:", *sys.modules)
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Return every module that a process has loaded by the time that it has shown the help."""
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    return set(done.stdout.partition("loaded:")[2].split())


@pytest.mark.parametrize("name", LATER)
def test_help_does_not_wait_for_a_library_that_it_does_not_need(
    name: str, loaded: set[str]
) -> None:
    assert "xietong.atlas.commands" in loaded
    assert name not in loaded
