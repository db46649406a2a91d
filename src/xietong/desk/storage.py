"""Where the desk keeps its files below the home folder."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from xietong.kit.shelf import Shelf


def uploads() -> Shelf:
    """Files that people brought, each under the SHA-256 of its content."""
    return Shelf(Path(settings.XIETONG_HOME) / "uploads")
