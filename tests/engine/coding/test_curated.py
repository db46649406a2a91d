"""The pack's words: every fault at once, and what the coder may rely on."""

from __future__ import annotations

import copy
import re
from dataclasses import fields
from typing import Any

import pytest

from engine.coding.pack import china_tables, classification
from real_data import ROOT
from xietong.engine.coding import Vocabulary, read_vocabulary
from xietong.engine.coding.vocabulary import Weights
from xietong.engine.problems import ProblemsFound
from xietong.engine.terms import fold


def test_every_code_of_the_vocabulary_is_of_the_classification(vocabulary: Vocabulary) -> None:
    known = {row["code"] for row in classification()}
    for senses in (vocabulary.name_senses, vocabulary.scope_senses, vocabulary.tail_senses):
        for word, sense in senses.items():
            assert {sense.make, sense.wholesale, sense.retail, sense.code} - {""} <= known, word
            assert word == fold(word)


def test_a_code_is_as_deep_as_it_goes_without_a_choice(vocabulary: Vocabulary) -> None:
    assert vocabulary.scope_senses["集成电路设计"].code == "6520"
    assert vocabulary.scope_senses["物业管理"].code == "7020"
    assert vocabulary.services["repair"]["34"] == "4320"


def test_confidence_grows_with_the_share(vocabulary: Vocabulary) -> None:
    knots = vocabulary.calibration
    assert [x for x, _ in knots] == sorted({x for x, _ in knots})
    assert [y for _, y in knots] == sorted(y for _, y in knots)
    assert knots[0] == (0.0, 0.0)
    assert knots[-1][0] == 1.0
    assert knots[-1][1] <= 1.0


def test_no_list_names_a_word_that_is_not_there(vocabulary: Vocabulary) -> None:
    tables = china_tables()
    known = {*vocabulary.name_senses, *vocabulary.scope_senses, *vocabulary.tail_senses}
    lists = [
        *tables["faint"].values(),
        *tables["faint_name"].values(),
        *tables["faint_scope"].values(),
        *tables["faint_later"].values(),
        *tables["modifiers"].values(),
        *tables["generic"].values(),
        tables["traded"]["words"],
    ]
    assert [word for words in lists for word in words.split() if word not in known] == []


def broken(**changes: Any) -> dict[str, Any]:
    tables = copy.deepcopy(china_tables())
    for path, value in changes.items():
        table, _, key = path.partition("__")
        if value is None:
            del tables[table][key]
        else:
            tables[table][key] = value
    return tables


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"products__9999": "飞车"}, ("vocabulary_code_unknown", {"code": "9999"})),
        ({"activities__441": "发电 供热"}, ("vocabulary_word_twice", {"word": "供热"})),
        ({"goods__5111": "糧食"}, ("vocabulary_word_unfolded", {"word": "糧食"})),
        ({"goods__5112": "ＬＥＤ"}, ("vocabulary_word_unfolded", {"word": "ＬＥＤ"})),
        ({"retail_goods__5211": "无人知"}, ("vocabulary_word_unknown", {"word": "无人知"})),
        ({"weights__heat": None}, ("vocabulary_weight_unknown", {"weight": "heat"})),
        ({"weights__hope": 1.0}, ("vocabulary_weight_unknown", {"weight": "hope"})),
        ({"sold__34": "9998"}, ("vocabulary_code_unknown", {"code": "9998"})),
        ({"services__repair": {"": "9997"}}, ("vocabulary_code_unknown", {"code": "9997"})),
    ],
)
def test_a_fault_is_named(changes: dict[str, Any], problem: tuple[str, dict[str, str]]) -> None:
    with pytest.raises(ProblemsFound) as refused:
        read_vocabulary(broken(**changes), classification())
    assert problem in [(one.code, dict(one.params)) for one in refused.value.problems]


def test_all_faults_are_named_at_once() -> None:
    tables = broken(products__9999="飞车", goods__5111="糧食", weights__heat=None)
    with pytest.raises(ProblemsFound) as refused:
        read_vocabulary(tables, classification())
    assert {one.code for one in refused.value.problems} == {
        "vocabulary_code_unknown",
        "vocabulary_weight_unknown",
        "vocabulary_word_unfolded",
    }


def test_the_method_page_names_every_table_and_weight() -> None:
    page = (ROOT / "docs" / "methods" / "industry-coding.md").read_text(encoding="utf-8")
    named = {one.split(".")[0] for one in re.findall(r"`([\w.]+)(?:\*)?`", page)}
    tables = {one for one in china_tables() if not one.startswith("classification_")}
    assert tables <= named
    assert {one.name for one in fields(Weights)} <= named
