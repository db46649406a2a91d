"""Who sees which edition: the outsider none, the reader what is published, the operator all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cast import Cast
from editions import Grown
from xietong.atlas import operations, queries
from xietong.atlas.models import Edition
from xietong.kit.refusals import NotFound
from xietong.region.rules import LOCAL, OUTSIDER, READER, Actor

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
Read = Callable[[Actor, int | None], Any]
# Every read of one edition.
READS: dict[str, Read] = {
    "open_edition": queries.open_edition,
    "edition": queries.edition,
    "industries": queries.industries,
    "layer": lambda actor, number: queries.layer(actor, number, industry="d11"),
    "place_profile": lambda actor, number: queries.place_profile(actor, number, "810203"),
    "clusters": queries.clusters,
    "cluster": lambda actor, number: queries.cluster(actor, number, "d11@820103"),
    "cluster_cards": lambda actor, number: queries.cluster_cards(actor, number, industry="d11"),
    "cluster_outlines": lambda actor, number: queries.cluster_outlines(actor, number, "d11"),
    "boundaries": lambda actor, number: queries.boundaries(actor, number, "county"),
    "search": lambda actor, number: queries.search(actor, number, "ld"),
}
NOT_OF_AN_EDITION = {
    "Standing",
    "actions",
    "approved",
    "canonical_columns",  # no record at all
    "draft",  # imports under way: tests/atlas/imports
    "drafts_of",
    "editions",
    "editions_to_choose",
    "editions_visible_to",
    "in_trial",
    "industry_or_refusal",
    "marked_book",
    "member_places",
    "members_to_import_for",
    "newest_versions",
    "opened_file",
    "place_or_refusal",
    "problem_file",
    "problems_lost",
    "problems_of",
    "problems_path",
    "published_names",
    "register_versions",
    "rows_path",
    "rows_path_of",
    "search_newest",
    "sees_drafts",
    "sound_rows",
    "standing",  # by number only; see test_editions_pages.py
    "standings",
    "table_columns",
    "tallies_of",
    "version",  # of a register: tests/atlas/imports
    "versions_of",
    "versions_to_compile",
}


def test_no_read_is_forgotten() -> None:
    assert set(queries.__all__) == set(READS) | NOT_OF_AN_EDITION


@pytest.fixture
def draft(grown: Grown) -> int:
    """Add a draft that is newer than the published edition."""
    row = Edition.objects.get(number=grown.number)
    row.pk, row.number, row.state = None, grown.number + 1, Edition.State.DRAFT
    row.digest, row.inputs_digest = "a" * 64, "b" * 64
    row.save()
    return row.number


@pytest.mark.parametrize("name", READS)
def test_the_outsider_sees_nothing(grown: Grown, name: str) -> None:
    with pytest.raises(NotFound, match="no_edition"):
        READS[name](OUTSIDER, None)
    with pytest.raises(NotFound, match="no_such_edition"):
        READS[name](OUTSIDER, grown.number)


@pytest.mark.parametrize("name", READS)
def test_a_reader_sees_the_published_and_no_draft(grown: Grown, draft: int, name: str) -> None:
    assert READS[name](READER, None) == READS[name](READER, grown.number)
    with pytest.raises(NotFound, match="no_such_edition") as refused:
        READS[name](READER, draft)
    # A draft and what is not there are told in the same words.
    with pytest.raises(NotFound) as absent:
        READS[name](READER, 999)
    assert refused.value.sentence == absent.value.sentence


@pytest.mark.parametrize("name", [one for one in READS if one not in ("cluster",)])
def test_the_operator_sees_drafts_but_opens_on_what_is_published(
    grown: Grown, draft: int, name: str
) -> None:
    READS[name](LOCAL, draft)
    assert READS[name](LOCAL, None) == READS[name](LOCAL, grown.number)


def test_lists_hold_what_may_be_seen(grown: Grown, draft: int) -> None:
    def numbers(actor: Actor) -> list[int]:
        assert [one.number for one in queries.editions_visible_to(actor)] == [
            one.number for one in queries.editions(actor)
        ]
        found = [one.number for one in queries.editions(actor)]
        for most in (1, 9):
            chosen = queries.editions_to_choose(actor, most)
            assert [one.number for one in chosen] == found[:most]
        return found

    assert numbers(OUTSIDER) == []
    assert numbers(READER) == [grown.number]
    assert numbers(LOCAL) == [draft, grown.number]
    assert [one.state for one in queries.editions(LOCAL)] == ["draft", "published"]


def test_a_draft_is_for_the_members_it_was_made_from_and_the_office(
    grown: Grown, draft: int, cast: Cast
) -> None:
    row = Edition.objects.get(number=draft)
    row.versions.set(Edition.objects.get(number=grown.number).versions.all())

    def seeing() -> set[str]:
        return {
            part
            for part, actor in cast.everybody().items()
            if draft in [one.number for one in queries.editions_visible_to(actor)]
        }

    parts = set(cast.everybody())
    north = {one for one in parts if one.startswith("north_")}
    south = {one for one in parts if one.startswith("south_")}
    office = {one for one in parts if one.startswith("office_")} | {"operator"}
    # An institute of a member, somebody without a mandate and readers see what is published.
    assert seeing() == north | south | office
    row.versions.remove(*row.versions.filter(register__member__code="southshore"))
    assert seeing() == north | office
    assert {one for one in parts if queries.sees_drafts(cast[one])} == north | south | office
    for part in ("south_approver", "institute_officer", "nobody"):
        with pytest.raises(NotFound, match="no_such_edition"):
            queries.edition(cast[part], draft)
        assert queries.edition(cast[part]).number == grown.number


def test_registers_are_the_operators_alone(grown: Grown) -> None:
    assert [one.register.member.code for one in queries.newest_versions(LOCAL)] == [
        "northshore",
        "southshore",
    ]
    for actor in (READER, OUTSIDER):
        assert queries.register_versions(actor) == []
        assert queries.newest_versions(actor) == []


def test_a_withdrawn_edition_is_gone_for_readers(grown: Grown) -> None:
    operations.withdraw_edition(actor=LOCAL, number=grown.number, reason="a wrong file")
    with pytest.raises(NotFound, match="no_edition"):
        queries.edition(READER)
    with pytest.raises(NotFound, match="edition_withdrawn") as refused:
        queries.edition(READER, grown.number)
    assert refused.value.params["reason"] == "a wrong file"
    with pytest.raises(NotFound, match="no_such_edition"):
        queries.edition(OUTSIDER, grown.number)
    assert queries.edition(LOCAL, grown.number).state == "withdrawn"


def test_an_edition_without_its_files_says_so(grown: Grown, settings: Any, tmp_path: Any) -> None:
    settings.XIETONG_HOME = tmp_path
    for read in READS.values():
        with pytest.raises(NotFound, match=r"edition_files_missing|no_boundary_file"):
            read(READER, None)


def test_a_list_of_editions_costs_one_read(
    grown: Grown, draft: int, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert len(queries.editions(LOCAL)) == 2
