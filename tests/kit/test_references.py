"""References: spelt one way, read back as they were, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xietong.kit.references import Reference

ROOMS = st.from_regex(r"[a-z]+", fullmatch=True)
KINDS = st.from_regex(r"[a-z_]+", fullmatch=True)
KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]*", fullmatch=True)


@given(ROOMS, KINDS, KEYS)
def test_a_reference_is_read_back_as_it_was(room: str, kind: str, key: str) -> None:
    reference = Reference(room, kind, key)
    assert Reference.parse(str(reference)) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        "atlas",
        "atlas:edition",
        "atlas:edition:",
        "atlas::3",
        ":edition:3",
        "Atlas:edition:3",
        "atlas:edition:3:4",
        "atlas:edition:-3",
        "atlas:edition:3\n",
        " atlas:edition:3",
        "atlas:edition:三",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no reference"):
        Reference.parse(text)


def test_references_are_compared_and_used_as_keys() -> None:
    assert Reference("atlas", "edition", "3") == Reference.parse("atlas:edition:3")
    assert len({Reference("atlas", "edition", "3"), Reference.parse("atlas:edition:3")}) == 1
    assert Reference("atlas", "edition", "3") != Reference("atlas", "edition", "4")
