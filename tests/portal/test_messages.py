"""Everything that is said is said in Chinese too."""

from __future__ import annotations

import pytest
from babel.messages import Catalog

from messages import as_mo, as_po, faults, read, sentences, updated
from xietong.kit.words import PROBLEMS


def test_every_sentence_is_translated() -> None:
    assert faults(updated()) == []


def test_catalogue_is_what_the_code_says() -> None:
    assert as_po(updated()) == as_po(read())


def test_code_and_templates_are_both_read() -> None:
    said = {message for _, _, message, _ in sentences() if isinstance(message, str)}
    assert "There is no page at this address." in said  # Python
    assert "List of clusters" in said  # a template
    assert next(iter(PROBLEMS.values())).sentence in said  # marked by N_


@pytest.mark.parametrize(
    ("english", "chinese", "fault"),
    [
        ("Where is it?", "", "not translated"),
        ("There is no member “{code}”.", "没有成员方。", "leaves out"),
        ("There is no member.", "没有成员方“{code}”。", "fills in what"),
    ],
)
def test_a_fault_is_seen(english: str, chinese: str, fault: str) -> None:
    catalogue = Catalog(locale="zh_Hans", fuzzy=False)
    catalogue.add("Place", "地方")
    assert faults(catalogue) == []
    catalogue.add(english, chinese)
    assert [one for one in faults(catalogue) if fault in one]


def test_a_fuzzy_translation_is_seen() -> None:
    catalogue = Catalog(locale="zh_Hans", fuzzy=False)
    catalogue.add("Place", "地方", flags=["fuzzy"])
    assert faults(catalogue) == ["fuzzy: Place"]


def test_compiled_file_is_the_same_each_time() -> None:
    assert as_mo(updated()) == as_mo(updated())
