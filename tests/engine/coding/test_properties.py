"""What holds for every text: codes exist, widths and scripts do not matter, nor do other rows."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from engine.coding.pack import china_coder, china_vocabulary
from xietong.engine.coding import Coding
from xietong.engine.terms import fold

CODER = china_coder()
VOCABULARY = china_vocabulary()
WIDE = str.maketrans({chr(at): chr(at + 0xFEE0) for at in range(0x21, 0x7F)})
# Pairs of one character each that OpenCC takes for the same in any context.
TRADITIONAL = str.maketrans("电产销制造国机设备装维业务", "電產銷製造國機設備裝維業務")

_words = st.sampled_from(sorted(VOCABULARY.scope_senses)[::7])
_verbs = st.sampled_from(sorted(VOCABULARY.verbs))
_joints = st.sampled_from(["、", "，", "；", "。", "：", "及", "和", "的", "（", "）", " ", "兼营"])
_pieces = st.one_of(_words, _verbs, _joints, st.text(max_size=3))
scopes = st.lists(_pieces, max_size=14).map("".join)
_ends = st.sampled_from(["有限公司", "厂", "公司门市部", "公司江边支行", "集团公司塑料厂", ""])
names = st.tuples(st.lists(_words, max_size=3).map("".join), _ends).map("飞鸿".join)


def sound(found: Coding) -> None:
    assert 0.0 <= found.confidence <= 1.0
    assert not found.group or (found.division and found.group.startswith(found.division))
    assert not found.class_ or (found.group and found.class_.startswith(found.group))
    assert len(found.division) in (0, 2)
    assert len(found.group) in (0, 3)
    assert len(found.class_) in (0, 4)
    for code in (found.division, found.group, found.class_):
        assert not code or code in VOCABULARY.codes
    if not found.division:
        assert found == Coding("", "", "", 0.0, "")
    if found.class_:
        assert found.group


@given(names, scopes)
@example("", "零售：")
@example("飞鸿厂", "零售制造：零售")
def test_codes_exist_and_lie_in_each_other(name: str, scope: str) -> None:
    sound(CODER.code(name, scope))


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_text_at_all_is_survived(name: str, scope: str) -> None:
    sound(CODER.code(name, scope))


@given(names, scopes)
def test_width_case_and_folding_change_nothing(name: str, scope: str) -> None:
    found = CODER.code(name, scope)
    assert CODER.code(fold(name), fold(scope)) == found
    assert CODER.code(name.translate(WIDE), scope.translate(WIDE)) == found


@given(names, st.lists(st.one_of(_words, _verbs, _joints), max_size=10).map("".join))
def test_traditional_characters_change_nothing(name: str, scope: str) -> None:
    # A text may fold otherwise as a whole than by its characters; those that do not are compared.
    wrote = (name.translate(TRADITIONAL), scope.translate(TRADITIONAL))
    if (fold(wrote[0]), fold(wrote[1])) == (fold(name), fold(scope)):
        assert CODER.code(*wrote) == CODER.code(name, scope)


@given(st.lists(st.tuples(names, scopes), max_size=6), st.randoms(use_true_random=False))
def test_a_row_is_coded_alike_among_any_others(rows: list[tuple[str, str]], draw: object) -> None:
    alone = {row: CODER.code(*row) for row in rows}
    mixed = [*rows, *rows[::-1]]
    draw.shuffle(mixed)  # type: ignore[attr-defined]
    many = CODER.code_many([name for name, _ in mixed], [scope for _, scope in mixed])
    for at, row in enumerate(mixed):
        assert (many.division[at], many.class_[at], many.confidence[at]) == (
            alone[row].division,
            alone[row].class_,
            alone[row].confidence,
        )


@given(names, scopes)
def test_every_deciding_word_is_made_of_the_texts_characters(name: str, scope: str) -> None:
    found = CODER.code(name, scope)
    said = set(fold(name) + fold(scope))
    for word in filter(None, found.words.split("、")):
        assert set(word) <= said
