"""What the pages call things: parameters of an edition, members, strengths of a place."""

from __future__ import annotations

from dataclasses import fields

import pytest
from django.utils import translation

from xietong.atlas.pages import methods
from xietong.atlas.pages.shades import shades
from xietong.atlas.schemas import (
    IndustryIndices,
    IndustryOut,
    LayerOut,
    MeasureName,
    MemberOut,
    Names,
)
from xietong.atlas.templatetags import mapping
from xietong.engine.edition.parameters import Parameters

SOMETHING = Names(zh="某业", en="Something")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_parameter_has_words(language: str) -> None:
    with translation.override(language):
        assert set(methods.names()) == {one.name for one in fields(Parameters)}
        told = methods.chosen(Parameters().as_integers())
    assert len(told) == len(fields(Parameters))
    assert not any("_" in label for label, _ in told)
    assert "80%" in dict(told).values()


def test_a_parameter_without_words_keeps_its_name_and_stands_last() -> None:
    assert methods.chosen({"new": 7, "minimum_cell": 3})[-1] == ("new", "7")


def test_members_stand_as_the_region_lists_them() -> None:
    known = {
        code: MemberOut(code=code, name=SOMETHING, short=Names(zh=zh, en=en), place=code)
        for code, zh, en in (("shanghai", "沪", "SH"), ("anhui", "皖", "AH"))
    }
    with translation.override("en"):
        assert mapping.shorts(["anhui", "shanghai"], known) == "SH · AH"


def layer(measure: MeasureName, breaks: list[float]) -> LayerOut:
    """Return a layer of nothing with these class limits."""
    nothing = dict.fromkeys(("hhi", "ellison_glaeser", "eg_by_chance"))
    industry = IndustryOut(
        key="d11", kind="division", code="11", name=SOMETHING, short=SOMETHING, parent=None,
        n=9, clusters=0, crossing_clusters=0, enabled=True, why_disabled=None,
    )  # fmt: skip
    return LayerOut(
        edition=1, industry=industry, level="county", measure=measure, counted="n",
        unit=SOMETHING, breaks=breaks, diverging=measure == "lq", total=9, cells=[],
        counts={"ok": 0, "zero": 0, "withheld": 0, "insufficient": 0},
        indices=IndustryIndices(n=9, maurel_sedillot=None, why=None, **nothing),
    )  # fmt: skip


def test_limits_of_whole_numbers_are_whole() -> None:
    assert [one.label for one in shades(layer("n", [6.4, 18.0]))] == ["< 7", "7 – 18", "≥ 18"]
    assert [one.label for one in shades(layer("share", [0.5]))] == ["< 0.5", "≥ 0.5"]


def test_two_maps_share_a_legend_only_with_the_same_classes() -> None:
    one, same, other = layer("lq", [0.5, 1.0]), layer("lq", [0.5, 1.0]), layer("lq", [1.0])
    assert [shade.beside for shade in shades(one, same)] == [0, 0, 0]
    assert [shade.beside for shade in shades(one, other)] == [None, None, None]


def test_an_index_says_what_chance_alone_reaches() -> None:
    def told(value: float | None, chance: float | None) -> str:
        return mapping.eg(
            IndustryIndices(
                n=60, hhi=None, ellison_glaeser=value, eg_by_chance=chance, maurel_sedillot=None,
                why=None,
            )
        )  # fmt: skip

    with translation.override("en"):
        assert told(0.0123, 0.0021) == "0.012 (chance ±0.002)"
    with translation.override("zh-hans"):
        assert told(-0.0123, 0.0021) == "−0.012（随机分布±0.002）"
    assert told(0.0123, 0.0003) == "0.012"
    assert told(None, None) == ""
