"""The import contracts hold, and each one breaks when its violation is planted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from real_data import ROOT

LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the package and its contracts, to plant in."""
    shutil.copytree(
        ROOT / "src" / "xietong",
        tmp_path / "xietong",
        ignore=shutil.ignore_patterns("__pycache__", "static", "templates", "locale"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package under `root`."""
    return subprocess.run(
        [str(LINT), "--no-cache", "--no-logo", "--config", "pyproject.toml"],
        cwd=root,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_hold(house: Path) -> None:
    told = lint(house)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "0 broken" in told.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("kit/planted.py", "import xietong.region.models", "A room imports only from the floors"),
        ("newroom/__init__.py", "", "A room imports only from the floors"),
        ("plan/__init__.py", "import xietong.atlas.queries", "A room imports only from the floors"),
        ("engine/planted.py", "import django.db", "The engine knows nothing of Django"),
        ("engine/planted.py", "import ninja", "The engine knows nothing of Django"),
        (
            "engine/planted.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import django",
            "The engine knows nothing of Django",
        ),
        ("atlas/rules.py", "import duckdb", "rules.py decides"),
        ("kit/words.py", "from django.utils.translation import gettext", "rules.py decides"),
        ("atlas/queries/planted.py", "import xietong.atlas.operations", "Doors call operations"),
        ("atlas/models.py", "import xietong.atlas.queries", "Doors call operations"),
        ("atlas/api/planted.py", "import xietong.atlas.commands", "Doors call operations"),
        ("atlas/unheard_of.py", "", "Doors call operations"),
        ("atlas/planted/__init__.py", "import xietong.atlas.api", "Nobody imports another room's"),
        ("atlas/forms.py", "", None),
        (
            "atlas/operations/planted.py",
            "import xietong.region.forms",
            "A form belongs to its room's pages",
        ),
        ("engine/planted.py", "import xietong.kit.money", "No cycles among siblings"),
    ],
)
def test_a_planted_violation_breaks_its_contract(
    house: Path, file: str, line: str, contract: str | None
) -> None:
    (house / "xietong" / "region" / "forms.py").write_text('"""Planted, and allowed."""\n')
    path = house / "xietong" / file
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else '"""Planted."""\n'
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    told = lint(house)
    verdicts = " ".join(told.stdout.split())
    if contract is None:
        assert told.returncode == 0, told.stdout
        return
    assert told.returncode == 1, told.stdout + told.stderr
    _, _, after = verdicts.partition(contract)
    # The first verdict after the contract's name is its own.
    assert " BROKEN" in after.split(" KEPT", maxsplit=1)[0], verdicts
