"""Shelves: a file is whole under its name or is not there; what was left behind is swept."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from xietong.kit.shelf import ORPHAN_AGE_SECONDS, PART, Shelf, digest_of, digest_of_folder


def put(shelf: Shelf, text: str) -> Path:
    """Keep a text under the hash of its content."""
    with shelf.aside() as scratch:
        written = scratch / "written"
        written.write_text(text)
        return shelf.keep(written, digest_of(written))


def names(shelf: Shelf) -> set[str]:
    """Return what lies on a shelf."""
    return {path.name for path in shelf.folder.iterdir()}


def test_a_file_lies_under_its_hash_and_nothing_else_remains(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "made" / "when" / "needed")
    kept = put(shelf, "content")
    assert kept.read_text() == "content"
    assert names(shelf) == {hashlib.sha256(b"content").hexdigest()}


def test_the_same_content_again_is_the_same_file(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    first = put(shelf, "content")
    before = first.stat().st_ino
    assert put(shelf, "content") == first
    assert first.stat().st_ino == before
    assert len(names(shelf)) == 1


def test_a_folder_is_kept_whole(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with shelf.aside() as scratch:
        folder = scratch / "edition"
        (folder / "outlines").mkdir(parents=True)
        (folder / "outlines" / "a.json").write_text("{}")
        kept = shelf.keep(folder, "whole")
    assert (kept / "outlines" / "a.json").read_text() == "{}"
    assert names(shelf) == {"whole"}


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)

    def fail() -> None:
        with shelf.aside() as scratch:
            (scratch / "half").write_text("half a f")
            raise ValueError("row 214")

    with pytest.raises(ValueError, match="row 214"):
        fail()
    assert names(shelf) == set()


def test_a_killed_writer_leaves_no_name_and_is_swept_later(tmp_path: Path) -> None:
    script = textwrap.dedent(
        f"""
        import os, signal
        from pathlib import Path
        from xietong.kit.shelf import Shelf
        with Shelf(Path({str(tmp_path)!r})).aside() as scratch:
            (scratch / "half").write_text("half a f")
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    run = subprocess.run([sys.executable, "-c", script], check=False)
    assert run.returncode == -signal.SIGKILL
    shelf = Shelf(tmp_path)
    (left,) = names(shelf)
    assert left.startswith(PART)
    assert shelf.sweep(named=()) == []
    assert shelf.sweep(named=(), now=time.time() + ORPHAN_AGE_SECONDS + 60) == [left]
    assert names(shelf) == set()


def test_a_writer_that_comes_second_finds_the_first_ones_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Between the look and the rename another process keeps the same folder.
    shelf = Shelf(tmp_path)
    rename = os.rename

    def late(source: Path, target: Path) -> None:
        if not target.exists():
            target.mkdir()
            (target / "a").write_text("the same")
        rename(source, target)

    with shelf.aside() as scratch:
        folder = scratch / "edition"
        folder.mkdir()
        (folder / "a").write_text("the same")
        monkeypatch.setattr(os, "rename", late)
        kept = shelf.keep(folder, "whole")
    assert (kept / "a").read_text() == "the same"
    assert names(shelf) == {"whole"}


def test_a_full_disk_is_told_and_leaves_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path)

    def full(source: Path, target: Path) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        put(shelf, "content")
    assert names(shelf) == set()


def test_only_old_orphans_are_swept(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    old = time.time() - ORPHAN_AGE_SECONDS - 60
    for name in ("named", "orphan", "fresh"):
        (tmp_path / name).write_text(name)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("a")
    for name in ("named", "orphan", "folder"):
        os.utime(tmp_path / name, (old, old))
    assert shelf.sweep(named={"named"}) == ["folder", "orphan"]
    assert names(shelf) == {"named", "fresh"}
    assert Shelf(tmp_path / "not there yet").sweep(named=()) == []


def test_what_is_kept_again_counts_as_fresh(tmp_path: Path) -> None:
    # Its row is about to be written: a sweep in between must not take the file away.
    shelf = Shelf(tmp_path)
    kept = put(shelf, "content")
    old = time.time() - ORPHAN_AGE_SECONDS - 60
    os.utime(kept, (old, old))
    assert put(shelf, "content") == kept
    assert shelf.sweep(named=()) == []
    assert kept.exists()


def test_the_hash_of_a_file_is_its_contents(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 3_000_000)
    assert digest_of(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()


def test_the_hash_of_a_folder_sees_names_contents_and_nothing_else(tmp_path: Path) -> None:
    def folder(name: str, files: dict[str, str]) -> str:
        for file, text in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return digest_of_folder(tmp_path / name)

    first = folder("first", {"a": "1", "b/c": "2"})
    assert folder("second", {"b/c": "2", "a": "1"}) == first
    assert folder("third", {"a": "1", "b/c": "3"}) != first
    assert folder("fourth", {"a": "1", "bc": "2"}) != first
    assert folder("fifth", {"a": "2", "b/c": "1"}) != first
    assert folder("sixth", {"a": "1"}) != first


@pytest.mark.parametrize("damage", ["", "content", "cöntent", "content and more"])
def test_a_file_that_was_damaged_on_the_shelf_is_replaced(tmp_path: Path, damage: str) -> None:
    shelf = Shelf(tmp_path)
    kept = put(shelf, "content")
    kept.write_text(damage)
    assert put(shelf, "content").read_text() == "content"
    assert names(shelf) == {digest_of(kept)}
