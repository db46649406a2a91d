"""The engine works without the web framework, and importing it costs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

from real_data import ROOT

FRAMEWORK = {"django", "ninja", "click", "granian", "whitenoise", "csp", "django_htmx"}
HEAVY = {"numpy", "scipy", "pandas", "pyarrow", "duckdb", "ibis", "shapely", "opencc"}


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh Python holds after a statement."""
    script = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {name.partition(".")[0] for name in json.loads(told.stdout)}


def test_importing_the_engine_loads_no_library() -> None:
    assert loaded_by("import xietong.engine") & (FRAMEWORK | HEAVY) == set()


def test_no_module_of_the_engine_loads_the_framework() -> None:
    every = textwrap.dedent(
        """
        import importlib, pkgutil
        import xietong.engine
        for found in pkgutil.walk_packages(xietong.engine.__path__, "xietong.engine."):
            importlib.import_module(found.name)
        """
    )
    loaded = loaded_by(every)
    assert "numpy" in loaded
    assert loaded & FRAMEWORK == set()


def test_a_heavy_import_would_be_seen() -> None:
    assert "django" in loaded_by("import xietong.engine, django")
    assert "numpy" in loaded_by("import xietong.engine.measures")


def test_the_package_itself_is_empty() -> None:
    source = (Path(ROOT) / "src" / "xietong" / "engine" / "__init__.py").read_text()
    assert source.strip().startswith('"""')
    assert "import" not in source
