"""Where the region keeps its files below the home folder."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from xietong.kit.shelf import Shelf


def boundaries() -> Shelf:
    """Boundary sets, one folder each: an outline file a level, and which counties touch."""
    return Shelf(Path(settings.XIETONG_HOME) / "boundaries")


def incoming() -> Shelf:
    """Files that people sent, as long as they are read; the desk sweeps what a kill left."""
    return Shelf(Path(settings.XIETONG_HOME) / "uploads")
