"""How a language writes addresses: the endings, road words and fillers around a place's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xietong.engine.terms import fold


@dataclass(frozen=True, slots=True)
class Grammar:
    """The words around place names, compiled from a pack's `placing.toml`.

    `suffixes` gives each level's endings, longest first. `road_after_full` and `road_after_short`
    match right behind a name that belongs to a road or a building called after the place; `filler`
    is what may stand between two levels of one address; `organisation` ends a firm's own name;
    `zone` says that an address lies in a development zone, which it need not name.
    """

    suffixes: Mapping[str, tuple[str, ...]]
    road_after_full: re.Pattern[str]
    road_after_short: re.Pattern[str]
    breaks: tuple[str, ...]
    filler: re.Pattern[str]
    organisation: re.Pattern[str]
    zone: re.Pattern[str]

    @classmethod
    def build(cls, table: Mapping[str, Mapping[str, Sequence[str]]]) -> Grammar:
        """Compile the tables `suffixes`, `roads` and `words` of a pack's placing.toml.

        `zones` among the words may be absent.

        >>> grammar = Grammar.build({
        ...     "suffixes": {"county": ["shire"], "township": ["ham"]},
        ...     "roads": {
        ...         "always": ["road"], "after_short": ["inn"], "between": ["north"], "except": [],
        ...     },
        ...     "words": {"fillers": [], "breaks": [], "organisations": ["ltd"]},
        ... })
        >>> bool(grammar.road_after_short.match("kent north road", 4))
        False
        >>> bool(grammar.road_after_short.match("kentnorthroad", 4))
        True
        """
        roads, words = table["roads"], table["words"]
        always, short = _either(roads["always"]), _either([*roads["always"], *roads["after_short"]])
        between = _either(roads["between"])
        except_ = _either(roads["except"])
        return cls(
            suffixes={
                level: tuple(sorted(map(fold, endings), key=len, reverse=True))
                for level, endings in table["suffixes"].items()
            },
            road_after_full=re.compile(f"(?!{except_})(?:{always})"),
            road_after_short=re.compile(
                f"(?!{except_})(?:{short}|(?:(?:{between}){{1,2}}|.)(?!{except_})(?:{always}))"
            ),
            breaks=tuple(map(fold, words["breaks"])),
            filler=re.compile(rf"(?:[\W_]|{_either(words['fillers'])})*"),
            organisation=re.compile(_either(words["organisations"])),
            zone=re.compile(_either(words.get("zones", ()))),
        )

    def short(self, name: str, level: str) -> str:
        """Return a folded name without its level's ending; "" where too little would be left."""
        for ending in self.suffixes.get(level, ()):
            if name.endswith(ending):
                rest = name[: -len(ending)]
                return rest if len(rest) > 1 else ""
        return ""

    def ends(self, name: str, level: str) -> bool:
        """Tell whether a folded name carries one of the level's endings."""
        return name.endswith(self.suffixes.get(level, ()))


def _either(words: Iterable[str]) -> str:
    """An alternation, longest first; one that never matches where there are no words."""
    ordered = sorted({fold(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, ordered)) or r"(?!)"
