"""Text as the engine compares it: folded to one script and one width, then cut into terms."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

_HAN = "\u3400-\u9fff\U00020000-\U0003ffff〇"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=65_536)
def _is_traditional(character: str) -> bool:
    return bool(_converter().convert(character) != character)


def fold(text: str) -> str:
    """Return the text in one width (NFKC), in Simplified characters and in lower case.

    Firms of Hong Kong, Macao and Taiwan write Traditional, keyboards write full-width letters and
    brackets; both must compare equal to the plain form. OpenCC converts whole phrases and costs
    tens of microseconds, so it is called only where some character is Traditional by itself.

    >>> fold("ＡＢＣ電子（華東）有限公司")
    'abc电子(华东)有限公司'
    """
    if not _BEYOND_ASCII.search(text):
        return text.lower()
    folded = unicodedata.normalize("NFKC", text)
    if any(map(_is_traditional, set(folded))):
        folded = _converter().convert(folded)
    return folded.lower()


def terms(text: str) -> list[str]:
    """Return the text's terms in order: Latin words and numbers, Han characters and their pairs.

    Chinese has no spaces, and a dictionary never knows a new firm's words; single characters and
    overlapping pairs find both without one. A run of Han characters gives each character followed
    by the pair that it opens. Repeated terms stay, so that they can be counted.

    >>> terms("OLED 顯示屏")
    ['oled', '显', '显示', '示', '示屏', '屏']
    """
    found: list[str] = []
    for run in _RUNS.findall(fold(text)):
        if not _is_han(run[0]):
            found.append(run)
            continue
        for place, character in enumerate(run):
            found.append(character)
            if place + 1 < len(run):
                found.append(run[place : place + 2])
    return found


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character == "〇" or character >= "\U00020000"
