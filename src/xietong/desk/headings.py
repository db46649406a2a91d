"""What makes two tables alike: their headings, however they are spaced, spelt and ordered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from xietong.engine.terms import fold


def fingerprint(headings: Sequence[str]) -> str:
    """Return one hash over the set of headings.

    >>> fingerprint(["企业名称", "Code "]) == fingerprint(["code", "企業 名稱"])
    True
    >>> fingerprint(["企业名称"]) == fingerprint(["企业名称", "地址"])
    False
    """
    folded = sorted({"".join(fold(one).split()) for one in headings})
    return hashlib.sha256("\n".join(folded).encode()).hexdigest()
