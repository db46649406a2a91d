from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xietong.engine.terms import fold, terms


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("", ""),
        ("ＡＢＣ電子（蘇州）有限公司", "abc电子(苏州)有限公司"),
        ("臺灣積體電路", "台湾积体电路"),
        ("Smart Sensor", "smart sensor"),
        ("１２３ｋｇ", "123kg"),
        ("乾燥設備", "干燥设备"),
        ("簡体", "简体"),
    ],
)
def test_one_script_one_width_one_case(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_a_phrase_is_converted_whole() -> None:
    # 乾 alone may stay (乾隆), but becomes 干 where the phrase says so.
    assert fold("乾隆") == "乾隆"
    assert fold("餅乾") == "饼干"


def test_terms_are_words_characters_and_pairs() -> None:
    assert terms("MEMS傳感器 3D打印") == [
        "mems",
        "传",
        "传感",
        "感",
        "感器",
        "器",
        "3d",
        "打",
        "打印",
        "印",
    ]


def test_punctuation_parts_pairs() -> None:
    assert "器阀" not in terms("传感器、阀门")


def test_repeated_terms_stay() -> None:
    assert terms("水水").count("水") == 2


@given(st.text())
def test_folding_twice_changes_nothing_that_matters(text: str) -> None:
    assert terms(fold(text)) == terms(text)


@given(st.text())
def test_no_term_is_empty_or_longer_than_it_may_be(text: str) -> None:
    for term in terms(text):
        assert term
        assert not term.isspace()
