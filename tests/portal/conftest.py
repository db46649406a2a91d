"""Tests of the whole house may stand in the region of the lakes."""

from __future__ import annotations

from houses import lakes

__all__ = ["lakes"]
