"""The cut of a text into words: the best there is, by trying all of them."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xietong.engine.coding.lexicon import Found, Lexicon

LETTERS = "管理发展"


def every_match(words: frozenset[str], text: str) -> list[Found]:
    """The longest word at each place."""
    found = []
    for start in range(len(text)):
        fitting = [word for word in words if len(word) > 1 and text.startswith(word, start)]
        if fitting:
            word = max(fitting, key=len)
            found.append((start, start + len(word), word))
    return found


def explained(cut: tuple[Found, ...]) -> int:
    return sum((end - start) ** 2 for start, end, _ in cut)


def apart(cut: tuple[Found, ...]) -> bool:
    return all(one[1] <= other[0] for one, other in pairwise(cut))


@given(
    st.frozensets(st.text(LETTERS, min_size=2, max_size=4), max_size=6),
    st.text(LETTERS, min_size=2, max_size=9),
)
def test_no_other_cut_explains_more(words: frozenset[str], text: str) -> None:
    found = tuple(Lexicon(words).find(text))
    matches = every_match(words, text)
    assert set(found) <= set(matches)
    assert apart(found)
    cuts = (cut for size in range(len(matches) + 1) for cut in combinations(matches, size))
    assert explained(found) == max(explained(cut) for cut in cuts if apart(cut))


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["理发", "管理", "发展"], "物业管理发展公司", ["管理", "发展"]),
        (["理发"], "物业管理发展公司", ["理发"]),
        (["光电", "电力"], "阳光电力", ["电力"]),  # of two equal cuts that of the later word
        (["化工", "化工机械", "机械制造", "制造"], "化工机械制造", ["化工机械", "制造"]),
        (["布", "布匹"], "布", ["布"]),
        (["布", "布匹"], "花布", []),
        (["布匹"], "", []),
    ],
)
def test_cuts_as_one_would_read(words: list[str], text: str, found: list[str]) -> None:
    assert [word for _, _, word in Lexicon(words).find(text)] == found
