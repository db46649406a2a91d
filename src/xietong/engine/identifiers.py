"""Numbers that carry a check character, and the arithmetic that finds a slip in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

ALPHABET_31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18
_VALUES = np.full(256, -1, dtype=np.int16)
for _value, _character in enumerate(ALPHABET_31):
    _VALUES[ord(_character)] = _value
_WEIGHTS = np.array([pow(3, place, 31) for place in range(_LENGTH - 1)], dtype=np.int64)


def mod_31_3(body: str) -> str:
    """Return the check character of a 17-character body: modulus 31, weights the powers of 3.

    Raises ValueError where the body holds a letter that the alphabet leaves out (I, O, S, V, Z) or
    has another length. Source: GB 32100-2015, annex A.

    >>> mod_31_3("91350100M000100Y4")
    '3'
    """
    values = [ALPHABET_31.find(character) for character in body]
    if len(values) != _LENGTH - 1 or min(values) < 0:
        raise ValueError(f"{body!r} is not {_LENGTH - 1} characters of {ALPHABET_31}")
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values))
    return ALPHABET_31[-total % 31]


def mod_11_10(body: str) -> str:
    """Return the check digit of a body of digits: the hybrid system MOD 11,10 of ISO/IEC 7064.

    Raises ValueError where the body holds anything but digits 0 to 9.

    >>> mod_11_10("0794")
    '5'
    """
    if not body.isascii() or not body.isdigit():
        raise ValueError(f"{body!r} holds more than digits")
    carried = 10
    for digit in body:
        carried = ((carried + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - carried) % 10)


@dataclass(frozen=True, slots=True)
class CodeRule:
    """How a unit's credit code is checked: its length, its alphabet, its check character."""

    length: int = _LENGTH
    alphabet: str = ALPHABET_31

    @classmethod
    def of_pack(cls, facts: Mapping[str, Any]) -> CodeRule | None:
        """Return the rule that a pack's `[credit_code]` names; None where its codes have none.

        Raises ValueError for a rule that is not known here, or with another length.
        """
        if facts["rule"] == "none":
            return None
        if facts["rule"] != "gb32100-2015" or facts["length"] != _LENGTH:
            raise ValueError(
                f"no rule {facts['rule']} of {facts.get('length')} characters is known"
            )
        return cls()

    def check(self, codes: pa.Array) -> Checked:
        """Check a column of codes (strings, upper case); nulls pass as neither right nor wrong."""
        texts = pc.fill_null(codes, "")
        lengths = pc.utf8_length(texts).to_numpy(zero_copy_only=False)
        fits = (lengths == self.length) & (
            pc.binary_length(texts).to_numpy(zero_copy_only=False) == self.length
        )
        given = pc.is_valid(codes).to_numpy(zero_copy_only=False)
        letters = np.zeros(len(texts), dtype=bool)
        right = np.zeros(len(texts), dtype=bool)
        if fits.any():
            whole = "".join(pc.filter(texts, pa.array(fits)).to_pylist()).encode("ascii")
            values = _VALUES[np.frombuffer(whole, dtype=np.uint8)].reshape(-1, self.length)
            known = (values >= 0).all(axis=1)
            total = values[:, :-1].astype(np.int64) @ _WEIGHTS
            letters[fits] = known
            right[fits] = known & ((total + values[:, -1]) % 31 == 0)
        return Checked(
            right=right,
            wrong_length=given & (lengths != self.length),
            wrong_letters=given & (lengths == self.length) & ~letters,
            wrong_check=letters & ~right,
            lengths=lengths,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What a check of a column found, one entry per row; a null is in none of the four."""

    right: npt.NDArray[np.bool_]
    wrong_length: npt.NDArray[np.bool_]
    wrong_letters: npt.NDArray[np.bool_]
    wrong_check: npt.NDArray[np.bool_]
    lengths: npt.NDArray[np.int64]
