"""The list of clusters, their cards and outlines: what was planted is there, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from shapely.geometry import shape

import grown_lakes
from editions import Grown
from xietong.atlas import queries
from xietong.kit.refusals import NotFound
from xietong.region.rules import READER

pytestmark = pytest.mark.django_db


def test_what_was_planted_is_found(grown: Grown) -> None:
    boats, lamps = (queries.clusters(READER, industry=key)[0] for key in ("d11", "g122"))
    assert set(boats.places) == set(grown_lakes.BOATS)
    assert boats.crossing
    assert boats.members == ["northshore", "southshore"]
    assert set(lamps.places) == set(grown_lakes.LAMPS)
    assert not lamps.crossing
    assert lamps.members == ["southshore"]
    assert queries.clusters(READER, industry="d21") == []
    assert queries.clusters(READER, industry="d22") == []


def test_no_cluster_reaches_where_nothing_may_be_read(grown: Grown) -> None:
    for row in queries.clusters(READER):
        assert not set(row.places) & set(grown_lakes.THIN_COUNTIES)


def test_the_list_is_filtered(grown: Grown) -> None:
    everything = queries.clusters(READER)
    assert len(everything) >= 4
    assert {row.key for row in queries.clusters(READER, crossing_only=True)} == {
        row.key for row in everything if len(row.members) > 1
    }
    assert {row.key for row in queries.clusters(READER, member="northshore")} == {
        row.key for row in everything if any(code.startswith("81") for code in row.places)
    }
    assert queries.clusters(READER, member="eastshore") == []
    for text in ("镜泉县", "鏡泉縣", "mirrorspring", " MIRRORSPRING "):
        assert {row.key for row in queries.clusters(READER, q=text)} == {
            row.key for row in everything if "镜泉县" in row.name_zh
        }
    assert queries.clusters(READER, q="nothing of the kind") == []


@pytest.mark.parametrize("sort", ["units", "lq", "share", "name"])
def test_the_list_is_sorted(grown: Grown, sort: Any) -> None:
    rows = queries.clusters(READER, sort=sort)
    keys: dict[str, Any] = {
        "units": [-row.units for row in rows],
        "lq": [-row.low for row in rows],
        "share": [-row.share for row in rows],
        "name": [row.name_en for row in rows],
    }
    assert keys[sort] == sorted(keys[sort])


def test_a_card_adds_up(grown: Grown) -> None:
    for row in queries.clusters(READER):
        card = queries.cluster(READER, None, row.key)
        assert [cell.code for cell in card.places] != []
        assert {cell.code for cell in card.places} == set(row.places)
        assert sum(cell.n or 0 for cell in card.places) == card.units
        assert card.share == pytest.approx(card.units / (card.industry.n or 0))
        assert card.low <= card.lq <= card.high
        assert card.core in row.places
        assert card.core == row.places[0]
        for one in card.leading:
            assert one.industry.parent == row.industry_key
            assert one.low <= one.lq <= one.high
        assert {one.parent for one in card.absent_segments} <= {row.industry_key}
        for place in card.places[:1]:
            assert place.name.zh in card.name.zh


def test_cards_of_an_industry_are_its_clusters_cards(grown: Grown) -> None:
    for industry in ("d11", "d12", "c-lake_boats", "d21"):
        for crossing in (False, True):
            rows = queries.clusters(READER, industry=industry, crossing_only=crossing)
            cards = queries.cluster_cards(READER, None, industry=industry, crossing_only=crossing)
            assert cards == [queries.cluster(READER, None, row.key) for row in rows]


def test_cards_cost_the_same_however_many(grown: Grown, django_assert_num_queries: Any) -> None:
    queries.cluster_cards(READER, None, industry="c-lake_boats")
    for industry in ("d11", "c-lake_boats"):
        with django_assert_num_queries(3):  # the edition, its clusters, published names
            queries.cluster_cards(READER, None, industry=industry)


def test_an_outline_encloses_the_clusters_counties(grown: Grown) -> None:
    counties = {
        feature["properties"]["code"]: shape(feature["geometry"])
        for feature in _json(queries.boundaries(READER, None, "county"))["features"]
    }
    for industry in ("d11", "g122", "c-lake_boats"):
        outlines = queries.cluster_outlines(READER, None, industry)
        rows = {row.key: row for row in queries.clusters(READER, industry=industry)}
        assert {one["properties"]["key"] for one in outlines["features"]} == set(rows)
        for one in outlines["features"]:
            row = rows[one["properties"]["key"]]
            whole = shape(one["geometry"])
            assert whole.is_valid
            inside = shapely.union_all([counties[code] for code in row.places])
            assert whole.symmetric_difference(inside).area < 1e-6
            assert whole.bounds == pytest.approx(row.bounds)


def test_an_industry_without_clusters_has_no_outlines(grown: Grown) -> None:
    assert queries.cluster_outlines(READER, None, "d21") == {
        "type": "FeatureCollection",
        "features": [],
    }


@pytest.mark.parametrize(
    "key", ["", "d11", "d11@999999", "d11@820103\0", "../../etc/passwd", "x" * 500, "集群"]
)
def test_an_unknown_cluster_is_refused(grown: Grown, key: str) -> None:
    with pytest.raises(NotFound, match="no_such_cluster") as refused:
        queries.cluster(READER, None, key)
    assert refused.value.field == "cluster"


def test_an_unknown_industry_is_refused(grown: Grown) -> None:
    for read in (
        lambda: queries.clusters(READER, industry="../d11"),
        lambda: queries.cluster_cards(READER, None, industry="../d11"),
        lambda: queries.cluster_outlines(READER, None, "../d11"),
    ):
        with pytest.raises(NotFound, match="no_such_industry"):
            read()


def _json(path: Any) -> Any:
    import json

    return json.loads(path.read_bytes())
