"""Names of uploaded files: what a stranger wrote, made fit to be shown and offered again."""

from __future__ import annotations

import unicodedata

MOST_CHARACTERS = 120
# Path separators of all systems, what Windows forbids, and what HTTP headers would break at.
FORBIDDEN = set('/\\:*?"<>|')
NAMELESS = "file"


def cleaned(name: str) -> str:
    """Return the last part of a path without what controls, hides or reverses; never empty.

    >>> cleaned("../../etc/passwd"), cleaned("C:\\\\up\\\\企业 名录.xlsx"), cleaned("\\x00..")
    ('passwd', '企业 名录.xlsx', 'file')
    >>> cleaned("invoice\\u202excod.exe")
    'invoicexcod.exe'
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    kept = "".join(
        one
        for one in last
        if one not in FORBIDDEN and unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    kept = " ".join(kept.split()).strip(". ")
    if len(kept) > MOST_CHARACTERS:
        stem, dot, ending = kept.rpartition(".")
        tail = f"{dot}{ending}"[:16] if stem else ""
        kept = kept[: MOST_CHARACTERS - len(tail)].rstrip(". ") + tail
    return kept or NAMELESS
