"""Every test of the atlas may stand in the region of the lakes."""

from __future__ import annotations

from houses import lakes, lakes_registers

__all__ = ["lakes", "lakes_registers"]
