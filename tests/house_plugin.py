"""Gives every run of the tests a home of its own, before any setting is read.

Loaded by `-p house_plugin` in pyproject.toml. What the shell says by XIETONG_… stays outside the
tests, XIETONG_DATA and XIETONG_TEST_DATABASE apart: a test must not depend on, or write to, the
house in which somebody works.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

LET_IN = {"XIETONG_DATA", "XIETONG_TEST_DATABASE"}
HOME = pytest.StashKey[Path]()


def enter(environment: dict[str, str], home: Path) -> dict[str, str]:
    """Return the environment that the house sees during tests whose home is `home`."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith("XIETONG_") or name in LET_IN
    }
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "XIETONG_HOME": str(home)}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Make the home. A wrapper runs before the plugin that reads Django's settings."""
    home = Path(tempfile.mkdtemp(prefix="xietong-tests-"))
    early_config.stash[HOME] = home
    early_config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    wanted = enter(dict(os.environ), home)
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)
    return (yield)
