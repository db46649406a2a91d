"""Every test of the atlas may stand in the region of the lakes, or in a published edition of it."""

from __future__ import annotations

from cast import cast
from editions import grown, grown_apart, grown_photograph
from houses import lakes, lakes_registers

__all__ = ["cast", "grown", "grown_apart", "grown_photograph", "lakes", "lakes_registers"]
