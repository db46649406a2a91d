"""Check characters: the standards' own examples, a plain twin, and every slip of one hand."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from real_data import REAL_DATA, needs_real_data
from xietong.engine.identifiers import ALPHABET_31, CodeRule, mod_11_10, mod_31_3

# GB 32100-2015: the characters' values and the places' weights as its tables print them.
_TABLE = """
0 0  1 1  2 2  3 3  4 4  5 5  6 6  7 7  8 8  9 9  A 10  B 11  C 12  D 13  E 14  F 15
G 16  H 17  J 18  K 19  L 20  M 21  N 22  P 23  Q 24  R 25  T 26  U 27  W 28  X 29  Y 30
"""
PRINTED = dict(zip(_TABLE.split()[::2], map(int, _TABLE.split()[1::2]), strict=True))
WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
BODIES = st.text(ALPHABET_31, min_size=17, max_size=17)
RULE = CodeRule()


def by_the_tables(body: str) -> str:
    """The check character by the printed tables: 31 less the remainder, 0 for 31."""
    remainder = sum(PRINTED[one] * by for one, by in zip(body, WEIGHTS, strict=True)) % 31
    wanted = (31 - remainder) % 31
    return next(character for character, value in PRINTED.items() if value == wanted)


def by_the_steps(body: str) -> str:
    """The check digit of ISO/IEC 7064 by trying all ten: the one that ends the sum on 1."""
    for digit in "0123456789":
        product = 10
        for one in body:
            total = (product + int(one)) % 10
            product = (2 * (total if total else 10)) % 11
        if (product + int(digit)) % 10 == 1:
            return digit
    raise AssertionError(body)


def test_the_standards_own_examples() -> None:
    assert mod_31_3("91350100M000100Y4") == "3"
    assert mod_11_10("0794") == "5"
    assert RULE.check(pa.array(["91350100M000100Y43"])).right.tolist() == [True]


def test_the_alphabet_leaves_out_five_letters() -> None:
    assert sorted(PRINTED, key=lambda character: PRINTED[character]) == list(ALPHABET_31)
    assert set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") - set(ALPHABET_31) == set("IOSVZ")


@given(BODIES)
def test_modulus_31_agrees_with_the_printed_tables(body: str) -> None:
    assert mod_31_3(body) == by_the_tables(body)


@given(st.text("0123456789", min_size=1, max_size=20))
def test_modulus_11_10_agrees_with_trying_all_ten(body: str) -> None:
    assert mod_11_10(body) == by_the_steps(body)


@given(BODIES, st.integers(0, 17), st.sampled_from(ALPHABET_31))
def test_one_wrong_character_is_always_found(body: str, at: int, other: str) -> None:
    code = body + mod_31_3(body)
    slipped = code[:at] + other + code[at + 1 :]
    assert RULE.check(pa.array([slipped])).right[0] == (slipped == code)


@given(BODIES, st.integers(0, 16))
def test_two_neighbours_changed_about_are_always_found(body: str, at: int) -> None:
    code = body + mod_31_3(body)
    slipped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert RULE.check(pa.array([slipped])).right[0] == (slipped == code)


@pytest.mark.parametrize(
    "body", ["", "91350100M000100Y", "91350100M000100Y43", "9135010OM000100Y4", "９" * 17]
)
def test_no_body_no_check_character(body: str) -> None:
    with pytest.raises(ValueError, match="17 characters"):
        mod_31_3(body)


@pytest.mark.parametrize("body", ["12a", "１２", "1 2", "²", ""])
def test_digits_are_digits(body: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        mod_11_10(body)


CODES = st.one_of(
    st.none(),
    BODIES.map(lambda body: body + mod_31_3(body)),
    st.text(ALPHABET_31 + "IOSVZa统", min_size=16, max_size=19),
    st.text(max_size=20),
)


@given(st.lists(CODES, max_size=12))
def test_a_column_is_checked_as_its_codes_are_one_by_one(codes: list[str | None]) -> None:
    found = RULE.check(pa.array(codes, pa.string()))
    for at, code in enumerate(codes):
        length = code is not None and len(code) != 18
        letters = code is not None and len(code) == 18 and not set(code) <= set(ALPHABET_31)
        whole = code is not None and not length and not letters
        right = whole and code is not None and by_the_tables(code[:17]) == code[17]
        told = (found.wrong_length, found.wrong_letters, found.wrong_check, found.right)
        assert [bool(one[at]) for one in told] == [length, letters, whole and not right, right]
        assert found.lengths[at] == len(code or "")


def test_a_letter_outside_the_alphabet_is_never_right() -> None:
    """Were it read as −1, a Z would stand for the Y, which is worth 30, and the sum be right."""
    body = next(f"91310115{at:09d}" for at in range(99) if mod_31_3(f"91310115{at:09d}") == "Y")
    found = RULE.check(pa.array([body + "Y", body + "Z"]))
    assert found.right.tolist() == [True, False]
    assert found.wrong_letters.tolist() == [False, True]
    assert found.wrong_check.tolist() == [False, False]


def test_a_slice_and_a_chunk_are_checked_alike() -> None:
    good = "91350100M000100Y43"
    whole = pa.array(["x", good, None, good[:-1]])
    assert RULE.check(whole.slice(1)).right.tolist() == [True, False, False]
    assert RULE.check(whole.slice(3)).wrong_length.tolist() == [True]
    assert RULE.check(pa.array([], pa.string())).right.tolist() == []


def test_a_pack_names_its_rule() -> None:
    assert CodeRule.of_pack({"rule": "none"}) is None
    assert CodeRule.of_pack({"rule": "gb32100-2015", "length": 18}) == RULE
    for facts in ({"rule": "gb32100-2015", "length": 15}, {"rule": "luhn", "length": 18}):
        with pytest.raises(ValueError, match="no rule"):
            CodeRule.of_pack(facts)


@needs_real_data
def test_all_but_eight_real_codes_have_the_right_character() -> None:
    """The register's provenance counts 8 wrong ones among some 285,000."""
    wrong = given_ = 0
    for path in sorted((REAL_DATA / "yrd-enterprises-1978-2004").glob("enterprises_*.parquet")):
        codes = pq.read_table(path, columns=["uscc"])["uscc"].combine_chunks()
        found = RULE.check(codes)
        given_ += len(codes) - codes.null_count
        wrong += int((~found.right).sum()) - codes.null_count
        assert not (found.wrong_length | found.wrong_letters).any()
    assert (wrong, given_) == (8, 285_006)
