"""Tests of the whole house may stand in the lakes, or in a published edition of them."""

from __future__ import annotations

from cast import cast
from editions import grown, grown_apart, grown_photograph
from houses import lakes

__all__ = ["cast", "grown", "grown_apart", "grown_photograph", "lakes"]
