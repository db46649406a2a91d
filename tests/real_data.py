"""Where the tests find the real data sets and the region packs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REGIONS = ROOT / "regions"
REAL_DATA = Path(os.environ.get("XIETONG_DATA", ROOT.parent / "shared" / "data")).resolve()

needs_real_data = pytest.mark.skipif(
    not (REAL_DATA / "yrd-enterprises-1978-2004").is_dir(),
    reason="the real data sets are not here (set XIETONG_DATA)",
)
