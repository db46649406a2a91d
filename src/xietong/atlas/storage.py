"""Where the atlas keeps its files below the home folder."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from xietong.kit.shelf import Shelf


def registers() -> Shelf:
    """Checked registers, one Parquet file a version."""
    return Shelf(Path(settings.XIETONG_HOME) / "registers")


def drafts() -> Shelf:
    """What checks of registers found: lists of problems, and workbooks that are marked up."""
    return Shelf(Path(settings.XIETONG_HOME) / "drafts")


def editions() -> Shelf:
    """Frozen editions, one folder each."""
    return Shelf(Path(settings.XIETONG_HOME) / "editions")
