"""Search: by Chinese in either script and width, pinyin, initials, English and code."""

from __future__ import annotations

from typing import Any

import pytest

from editions import Grown
from xietong.atlas import queries
from xietong.atlas.schemas import SearchHit
from xietong.region.rules import READER

pytestmark = pytest.mark.django_db


def hits(text: str, **how: Any) -> list[SearchHit]:
    return queries.search(READER, None, text, **how)


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("镜泉县", "place", "820202"),
        ("镜泉", "place", "820202"),
        ("鏡泉縣", "place", "820202"),  # Traditional
        ("  镜泉  ", "place", "820202"),
        ("Mirrorspring", "place", "820202"),
        ("mirror", "place", "820202"),
        ("ＭＩＲＲＯＲ", "place", "820202"),  # full width
        ("jingquanxian", "place", "820202"),
        ("jingquan", "place", "820202"),
        ("jqx", "place", "820202"),
        ("jq", "place", "820202"),
        ("820202", "place", "820202"),
        ("南岸", "place", "820000"),
        ("heron", "place", "810100"),
        ("East Heron", "place", "810101"),
        ("船艇制造", "industry", "d11"),
        ("船艇", "industry", "d11"),  # its short name
        ("ctzz", "industry", "d11"),
        ("chuantingzhizao", "industry", "d11"),
        ("Boat building", "industry", "d11"),
        ("111", "industry", "g111"),
        ("湖船", "chain", "c-lake_boats"),
        ("lake boats", "chain", "c-lake_boats"),
        ("huchuan", "chain", "c-lake_boats"),
        ("帆桨", "segment", "s-lake_boats.gear"),
        ("sails and oars", "segment", "s-lake_boats.gear"),
    ],
)
def test_what_is_called_so_comes_first(grown: Grown, text: str, kind: str, key: str) -> None:
    first = hits(text)[0]
    assert (first.kind, first.key) == (kind, key)


def test_a_cluster_is_found_by_its_name(grown: Grown) -> None:
    for text in ("舟尾县—桨渡县等4地船艇集群", "Sternwick–Oarferry and 2 more"):
        assert [one.key for one in hits(text)] == ["d11@820103"]


def test_a_place_comes_before_the_clusters_named_after_it(grown: Grown) -> None:
    kinds = [one.kind for one in hits("舟尾")]
    assert kinds[0] == "place"
    assert "cluster" in kinds


def test_later_words_are_found_after_first_ones(grown: Grown) -> None:
    keys = [one.key for one in hits("heron")]
    assert keys[0] == "810100"  # Heron
    assert {"810101", "810102"} <= set(keys)  # East Heron, West Heron
    assert "810100" not in [one.key for one in hits("eron")]  # no word begins so


def test_each_hit_leads_to_its_page(grown: Grown) -> None:
    pages = {
        "820202": "atlas/places/820202/",
        "d11": "atlas/?industry=d11",
        "c-lake_boats": "atlas/?industry=c-lake_boats",
        "d11@820103": "atlas/clusters/d11@820103/",
    }
    for text in ("镜泉县", "船艇", "湖船", "Sternwick"):
        for one in hits(text):
            assert one.url == pages.get(one.key, one.url)
            assert one.detail.zh


@pytest.mark.parametrize("text", ["", "   ", "\t"])
def test_a_blank_search_finds_nothing(grown: Grown, text: str) -> None:
    assert hits(text) == []


@pytest.mark.parametrize("text", ["zzz", "%", "' OR 1=1", "\0", "(", "长" * 100])
def test_what_is_called_otherwise_is_not_found(grown: Grown, text: str) -> None:
    assert hits(text) == []


def test_no_more_than_asked_for(grown: Grown) -> None:
    assert len(hits("县")) == 30 or len(hits("县")) >= 12
    assert hits("县", limit=3) == hits("县")[:3]


def test_a_search_costs_one_read(grown: Grown, django_assert_num_queries: Any) -> None:
    hits("jq")
    with django_assert_num_queries(1):
        hits("镜泉")
