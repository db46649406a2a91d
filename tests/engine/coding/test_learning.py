"""Words learnt from corrections: none that harms, none that was known, and a gain on the twin."""

from __future__ import annotations

import random
import tomllib

import pytest

from engine.recipes import lakes, rows, toml
from houses import LAKES
from xietong.engine.coding import Coder, Vocabulary, merged, read_vocabulary
from xietong.engine.coding.learning import Addition, Known, accuracy, as_toml, extended, propose

LAKELAND = LAKES / "lakeland"
CLASSES = rows(LAKELAND / "classification" / "lk2020.csv")
TABLES = toml(LAKELAND / "coding" / "coding.toml")
HIDDEN = ("划艇", "窗用玻璃")


def vocabulary() -> Vocabulary:
    return read_vocabulary(TABLES, CLASSES)


def bells(count: int, code: str = "1220") -> list[Known]:
    return [Known(f"{town}风铃厂", "制造风铃", code) for town in "甲乙丙丁戊己"[:count]]


def test_a_word_that_three_corrected_rows_share_is_proposed() -> None:
    assert propose(bells(2), [], vocabulary()) == []
    found = propose(bells(4), [("辛风铃厂", "制造风铃"), ("子划艇厂", "制造划艇")], vocabulary())
    assert found[0].addition == Addition("products", "1220", "风铃")
    assert (found[0].support, found[0].holding, found[0].ratio) == (4, 4, 1.0)
    assert (found[0].right_before, found[0].right_after) == (0, 4)
    assert (found[0].sample, found[0].sample_holding, found[0].sample_changes) == (2, 1, 1)


def test_words_that_officers_do_not_agree_on_are_not_proposed() -> None:
    mixed = [*bells(3), *[Known(f"{town}风铃厂", "制造风铃", "1111") for town in "庚辛壬"]]
    assert all(one.addition.word != "风铃" for one in propose(mixed, [], vocabulary()))


def test_names_of_places_and_words_that_are_known_are_not_proposed() -> None:
    assert propose(bells(4), [], vocabulary(), never={"风铃"}) == []
    boats = [Known(f"{town}划艇厂", "制造划艇", "1220") for town in "甲乙丙"]
    assert all(one.addition.word != "划艇" for one in propose(boats, [], vocabulary()))


def test_what_the_pack_knows_stays_as_it_was_and_toml_can_be_taken_over() -> None:
    words = [Addition("products", "1220", "风铃"), Addition("activities", "2211", "帆图绘制")]
    mine = extended(
        vocabulary(),
        [*words, Addition("products", "1111", "灯具"), Addition("products", "9", "空")],
    )
    assert mine.name_senses["灯具"] == vocabulary().name_senses["灯具"]
    theirs = read_vocabulary(merged([TABLES, tomllib.loads(as_toml(words))]), CLASSES)
    assert dict(mine.name_senses) == dict(theirs.name_senses)
    assert dict(mine.scope_senses) == dict(theirs.scope_senses)
    for name, scope in (("甲风铃厂", "制造风铃"), ("乙社", "帆图绘制"), ("丙厂", "制造划艇")):
        assert Coder(mine).code(name, scope) == Coder(theirs).code(name, scope)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_proposal_ever_makes_a_corrected_row_wrong(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    words = ["风铃", "纸鸢", "划艇", "灯具", "船帆", "石墨", "湖藻"]
    codes = ["1111", "1220", "1121", "2220", "2211"]
    corrected = []
    for at in range(60):
        word = chance.choice(words)
        code = codes[words.index(word) % 5] if chance.random() < 0.9 else chance.choice(codes)
        corrected.append(Known(f"第{at}{word}厂", f"制造{word}", code))
    plain = vocabulary()
    before, _ = accuracy(corrected, plain)
    found = propose(corrected, [], plain)
    assert found
    for one in found:
        after, _ = accuracy(corrected, extended(plain, [one.addition]))
        assert after == one.right_after > before
        for row in corrected:
            was = Coder(plain).code(row.name, row.scope).division == row.code[:2]
            now = Coder(extended(plain, [one.addition])).code(row.name, row.scope).division
            assert not was or now == row.code[:2]


def test_on_the_twin_the_hidden_words_come_back_and_the_truth_is_met_more_often() -> None:
    """Take words out of the pack, correct forty rows by the twin's truth, learn, and count all."""
    tables = {
        **TABLES,
        "products": {
            code: " ".join(word for word in words.split() if word not in HIDDEN)
            for code, words in TABLES["products"].items()
        },
    }
    plain = read_vocabulary({**tables, "classification_never": " ".join(HIDDEN)}, CLASSES)
    twin = lakes().register(lakes().scene(), "810000")
    headings = lakes().speech.columns
    names = [str(one or "") for one in twin.columns[headings["name"]]]
    scopes = [str(one or "") for one in twin.columns[headings["scope"]]]
    whole = [Known(*row) for row in zip(names, scopes, twin.trade.tolist(), strict=True)][:1500]
    wrong = [
        one for one in whole if Coder(plain).code(one.name, one.scope).division != one.code[:2]
    ]
    corrected = random.Random(7).sample(wrong, min(40, len(wrong)))  # noqa: S311
    found = propose(corrected, [(one.name, one.scope) for one in whole[:400]], plain)
    learnt = extended(plain, [one.addition for one in found])
    before, _ = accuracy(whole, plain)
    after, _ = accuracy(whole, learnt)
    assert {one.addition.word for one in found} == set(HIDDEN)
    assert (before, after) == (650, 745)
