"""Loading a region pack: once, whole or not at all, in the audit, and members stay who they are."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import models

from real_data import REGIONS
from xietong.kit.refusals import Refusal
from xietong.region import operations, queries
from xietong.region.models import (
    AuditEntry,
    Chain,
    Classification,
    Concordance,
    Industry,
    Member,
    Organisation,
    Place,
    PlaceAlias,
    PlaceChange,
    Region,
    Segment,
    SegmentIndustry,
)
from xietong.region.operations import packs
from xietong.region.packs import RegionPack, read_pack
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
TABLES = (Region, Member, Place, PlaceAlias, PlaceChange, Classification, Concordance, Industry)
CHAINS = (Chain, Segment, SegmentIndustry)


def laid() -> dict[str, list[Any]]:
    """Return all that a pack lays, without the numbers that the database gives."""
    return {table.__name__: sorted(map(str, rows(table))) for table in (*TABLES, *CHAINS)}


def rows(table: type[models.Model]) -> list[tuple[Any, ...]]:
    names = [
        field.name
        for field in table._meta.fields
        if not field.primary_key and not field.is_relation
    ]
    return list(table._default_manager.values_list(*names))


def changed(pack: RegionPack, change: Callable[[dict[str, Any]], None], **parts: Any) -> RegionPack:
    """Return a pack with other facts, which therefore has another digest."""
    facts = copy.deepcopy(dict(pack.facts))
    change(facts)
    return replace(pack, facts=facts, digest="c" * 64, **parts)


def test_a_pack_is_laid_whole(pack: RegionPack) -> None:
    region, new = operations.load_region(actor=LOCAL, pack=pack)
    assert new
    assert (region.code, region.vintage, region.pack_digest) == ("lakes", 2018, pack.digest)
    assert [one.code for one in queries.members(LOCAL)] == ["northshore", "southshore"]
    levels = [place.level for place in queries.places_of_the_map(LOCAL)]
    assert levels == ["province"] * 2 + ["prefecture"] * 4 + ["county"] * 12
    assert Place.objects.count() == len(pack.places)
    assert Industry.objects.filter(level="class").count() == 12
    assert PlaceAlias.objects.count() == len(pack.aliases) > 0
    assert PlaceChange.objects.count() == len(pack.changes) > 0
    assert Concordance.objects.count() > 0
    chains = {chain.key: chain for chain in queries.chains(LOCAL)}
    assert list(chains) == [facts["key"] for facts in pack.chains]
    for facts in pack.chains:
        told = [
            (segment.key, segment.tier, [part.industry_code for part in segment.industries.all()])
            for segment in chains[facts["key"]].segments.all()
        ]
        assert told == [
            (part["key"], part["tier"], sorted(part["classes"])) for part in facts["segment"]
        ]


def test_every_segment_names_codes_of_the_classification(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    known = set(Industry.objects.values_list("code", flat=True))
    named = set(SegmentIndustry.objects.values_list("industry_code", flat=True))
    assert named <= known
    assert named


def test_a_place_is_found_by_its_spelling_and_its_initials(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    assert Place.objects.get(code="810101").pinyin == "ludongxian ldx"


def test_loading_again_changes_nothing(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    before = laid()
    keys = set(Place.objects.values_list("pk", flat=True))
    region, new = operations.load_region(actor=LOCAL, pack=pack)
    assert not new
    assert region.code == "lakes"
    assert laid() == before
    assert set(Place.objects.values_list("pk", flat=True)) == keys
    assert AuditEntry.objects.filter(verb="load_region").count() == 1


def test_a_load_stands_in_the_audit(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.subject) == (
        "local",
        "load_region",
        "region:region:lakes",
    )
    assert (entry.before, entry.after) == ("", pack.digest)


def test_a_changed_pack_keeps_its_members(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    keys = dict(Member.objects.values_list("code", "pk"))

    def rename(facts: dict[str, Any]) -> None:
        facts["members"].reverse()
        facts["members"][0]["name_en"] = "South of the lakes"

    second = changed(pack, rename, chains=pack.chains[:1])
    _, new = operations.load_region(actor=LOCAL, pack=second)
    assert new
    assert dict(Member.objects.values_list("code", "pk")) == keys
    assert [one.name_en for one in queries.members(LOCAL)] == ["South of the lakes", "Northshore"]
    assert [chain.key for chain in queries.chains(LOCAL)] == [pack.chains[0]["key"]]
    last = AuditEntry.objects.last()
    assert last is not None
    assert (last.before, last.after) == (pack.digest, "c" * 64)


def without_southshore(pack: RegionPack) -> RegionPack:
    return changed(pack, lambda facts: facts["members"].pop())


def test_a_member_that_the_pack_no_longer_names_goes(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    operations.load_region(actor=LOCAL, pack=without_southshore(pack))
    assert [one.code for one in Member.objects.all()] == ["northshore"]


def test_a_member_on_which_records_hang_stays(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    Organisation.objects.create(
        name_zh="湖南岸统计局", kind="authority", member=Member.objects.get(code="southshore")
    )
    before = laid()
    with pytest.raises(Refusal, match="member_in_use") as refused:
        operations.load_region(actor=LOCAL, pack=without_southshore(pack))
    assert refused.value.params["count"] == 1
    assert laid() == before


@pytest.mark.parametrize(
    "step", ["_lay_members", "_lay_places", "_lay_classification", "_lay_chains", "record"]
)
def test_a_load_that_breaks_off_leaves_all_as_it_was(
    pack: RegionPack, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    before = laid()

    def break_off(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(packs, step, break_off)
    second = changed(pack, lambda facts: facts["pack"].update(name_en="Another name"))
    with pytest.raises(KeyboardInterrupt):
        operations.load_region(actor=LOCAL, pack=second)
    assert laid() == before
    assert AuditEntry.objects.count() == 1


def _twice(pack: RegionPack) -> dict[str, Any]:
    return {"places": (*pack.places, pack.places[0])}


def _no_number(pack: RegionPack) -> dict[str, Any]:
    return {"places": ({**pack.places[0], "longitude": "far east"}, *pack.places[1:])}


def _no_name(pack: RegionPack) -> dict[str, Any]:
    first = {name: value for name, value in pack.places[0].items() if name != "name_zh"}
    return {"places": (first, *pack.places[1:])}


@pytest.mark.parametrize("fault", [_twice, _no_number, _no_name])
def test_a_faulty_pack_is_refused_whole(
    pack: RegionPack, fault: Callable[[RegionPack], dict[str, Any]]
) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    before = laid()
    faulty = replace(pack, digest="d" * 64, **fault(pack))
    with pytest.raises(Refusal, match="pack_faulty"):
        operations.load_region(actor=LOCAL, pack=faulty)
    assert laid() == before
    assert AuditEntry.objects.count() == 1


def test_a_node_serves_one_region(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    other = changed(pack, lambda facts: facts["pack"].update(code="ponds"))
    with pytest.raises(Refusal, match="another_region") as refused:
        operations.load_region(actor=LOCAL, pack=other)
    assert "lakes" in str(refused.value)
    assert list(Region.objects.values_list("code", flat=True)) == ["lakes"]


def test_the_released_pack_can_be_loaded(pack: RegionPack) -> None:
    released = read_pack(REGIONS, "yrd")
    region, _ = operations.load_region(actor=LOCAL, pack=released)
    places = queries.places_of_the_map(LOCAL)
    levels = [sum(one.level == level for one in places) for level in Place.Level.values]
    assert levels == [4, 41, 307]
    assert len(queries.members(LOCAL)) == 4
    assert len(queries.chains(LOCAL)) >= 9
    assert region.vintage == 2019
