"""What `make` asks beside tests: requirements in step, the built front, the system's packages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import check_requirements
from real_data import ROOT

NOBODY = 65534
FILES = ("pyproject.toml", "requirements.txt", "requirements-dev.txt")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project's requirements, to plant in."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_the_requirements_are_in_step() -> None:
    assert check_requirements.check(ROOT) == []


@pytest.mark.parametrize(
    ("file", "pattern", "instead", "fault"),
    [
        ("requirements.txt", r"django==", "djinn==", "django is not in it"),
        ("requirements.txt", r"numpy==[\d.]+", "numpy==1.0.0", "numpy 1.0.0, wanted ~=2.4"),
        ("requirements-dev.txt", r"asgiref==[\d.]+", "asgiref==3.0.0", "but 3.0.0 is tested"),
        ("requirements-dev.txt", r"pytest==", "protest==", "pytest is not in it"),
        ("requirements.txt", r"(click==[\d.]+)[^#]+#", r"\1\n    #", "click==[0-9.]+ has no hash"),
        ("requirements.txt", r"\A", "--index-url https://a.example/simple\n", "it names a host"),
        ("pyproject.toml", r'"click~=', '"clack~=', "clack is not in it"),
        ("pyproject.toml", r'"ruff~=[\d.]+', '"ruff~=99.0', "wanted ~=99.0"),
    ],
)
def test_requirements_out_of_step_are_seen(
    project: Path, file: str, pattern: str, instead: str, fault: str
) -> None:
    path = project / file
    text, count = re.subn(pattern, instead, path.read_text(), count=1)
    assert count == 1
    path.write_text(text)
    assert any(re.search(fault, told) for told in check_requirements.check(project))


@pytest.fixture
def front(tmp_path: Path) -> Path:
    """Return a small project with a front whose build writes one file."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "front").mkdir()
    package = {"name": "planted", "version": "1.0.0"}
    lock = {**package, "lockfileVersion": 3, "packages": {"": package}}
    scripts = {"scripts": {"build": "node build.js"}}
    (tmp_path / "front" / "package.json").write_text(json.dumps({**package, **scripts}))
    (tmp_path / "front" / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "front" / "build.js").write_text(
        'require("fs").writeFileSync("../src/xietong/kit/static/kit/map.js", "built")'
    )
    built = tmp_path / "src" / "xietong" / "kit" / "static" / "kit" / "map.js"
    built.parent.mkdir(parents=True)
    built.write_text("built")
    return tmp_path


def check_front(root: Path, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    """Run the check on the project under `root`."""
    return subprocess.run(
        [str(root / "tools" / "check-front")],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="Node is not installed")


@needs_node
def test_a_front_that_was_built_passes(front: Path) -> None:
    told = check_front(front)
    assert (told.returncode, told.stderr) == (0, "")
    assert "are what front/ builds to" in told.stdout


@needs_node
def test_a_front_that_was_not_built_is_seen_and_left_alone(front: Path) -> None:
    built = front / "src" / "xietong" / "kit" / "static" / "kit" / "map.js"
    built.write_text("edited by hand")
    told = check_front(front)
    assert told.returncode == 1
    assert "type: make front" in told.stderr
    assert built.read_text() == "edited by hand"
    assert not (front / ".venv" / "front-check").exists()


@needs_node
def test_a_front_that_does_not_build_is_seen(front: Path) -> None:
    (front / "front" / "build.js").write_text("throw new Error('planted')")
    told = check_front(front)
    assert told.returncode == 1
    assert "the build fails" in told.stderr
    assert "planted" in told.stderr


@needs_node
def test_a_lock_that_does_not_fit_is_seen(front: Path) -> None:
    path = front / "front" / "package.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "dependencies": {"left": "1.0"}}))
    told = check_front(front)
    assert told.returncode == 1
    assert "does not fit" in told.stderr


def tools_only(folder: Path, *names: str) -> str:
    """Return a PATH on which only some programs are found."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return str(folder)


def test_without_node_the_check_says_that_it_did_not_compare(front: Path, tmp_path: Path) -> None:
    path = tools_only(tmp_path / "bin", "sh", "dirname")
    told = check_front(front, path)
    assert told.returncode == 0
    assert told.stdout == "[front] not compared: Node is not installed\n"


def test_without_root_the_missing_packages_are_one_line_to_type(tmp_path: Path) -> None:
    script = tmp_path / "system-packages"
    shutil.copy(ROOT / "tools" / "system-packages", script)
    # An ordinary user must be able to read it; pytest's own folders are closed to others.
    body = script.read_text()
    path = tools_only(tmp_path / "bin", "id", "ls")
    account = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    shell, identity = shutil.which("sh"), shutil.which("id")
    assert shell
    assert identity
    told = subprocess.run(
        [shell, "-c", body.replace("$(id -u)", f"$({identity} -u)")],
        cwd="/",
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
        **account,  # type: ignore[call-overload]
    )
    assert told.returncode == 1
    assert "sudo apt-get update && sudo apt-get install -y chromium" in told.stderr


def test_every_target_is_explained() -> None:
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    told = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert {line.split()[1] for line in told.stdout.splitlines()} == set(phony[1].split())
