"""Only who may write writes; whoever may not is told so in the same words through every door."""

from __future__ import annotations

import json

import pytest
from django.test import RequestFactory
from django.utils import translation

from region.deeds import BUT, DEEDS, LINES
from writers import Operation, cells, nothing_owed, operations_of, positional, refused
from xietong.kit import doors
from xietong.region import operations, queries
from xietong.region.models import Region
from xietong.region.packs import RegionPack
from xietong.region.rules import LOAD_REGION, LOCAL, OUTSIDER, READER, TABLE, Actor, Kind, may

pytestmark = pytest.mark.django_db
OPERATIONS = [one for one in operations_of(operations) if one.__name__ not in BUT]
CLOSED = [one for one in OPERATIONS if not LINES[one.__name__].public]
test_every_cell = cells(DEEDS, "pack")
LANGUAGES = {
    "en": "“{name}” may not do this ({verb}).",
    "zh-hans": "“{name}”无权办理此事（{verb}）。",
}


def test_every_operation_and_every_line_has_its_deed() -> None:
    reads = {"read_people", "manage_people", "read_organisations", "read_audit", "read_rules"}
    nothing_owed(operations, TABLE, DEEDS, reads=reads, but=BUT)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
def test_an_operation_is_called_by_names(operation: Operation) -> None:
    assert positional(operation) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("actor", [READER, OUTSIDER], ids=lambda one: one.name)
@pytest.mark.parametrize("operation", CLOSED, ids=lambda one: one.__name__)
def test_whoever_may_not_write_is_told_the_same_through_every_door(
    operation: Operation, actor: Actor, language: str
) -> None:
    refusal = refused(operation, actor)
    request = RequestFactory().get("/")
    middleware = doors.RefusalMiddleware(lambda _: pytest.fail("nothing else is asked"))
    with translation.override(language):
        sentence, way_out = doors.said(refusal)
        page = middleware.process_exception(request, refusal)
        answer = doors.api_answer(request, refusal)
        line = doors.command_line(refusal)
    assert sentence == LANGUAGES[language].format(
        name=actor.name, verb=LINES[operation.__name__].verb
    )
    assert page is not None
    assert page.status_code == answer.status_code == 403
    assert sentence in page.content.decode()
    assert way_out in page.content.decode()
    body = json.loads(answer.content)
    assert (body["title"], body["way_out"], body["code"]) == (sentence, way_out, "not_allowed")
    assert line == f"not_allowed: {sentence} {way_out}"


def test_who_may_do_what_without_a_mandate() -> None:
    may_write = {actor.kind: may(actor, LOAD_REGION) for actor in (LOCAL, READER, OUTSIDER)}
    assert may_write == {Kind.LOCAL: True, Kind.READER: False, Kind.OUTSIDER: False}
    may_read = {actor.kind: actor.may_read_published for actor in (LOCAL, READER, OUTSIDER)}
    assert may_read == {Kind.LOCAL: True, Kind.READER: True, Kind.OUTSIDER: False}


def test_the_outsider_sees_nothing_of_the_region(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    assert Region.objects.exists()
    assert queries.industries(OUTSIDER) == []
    assert queries.chains(OUTSIDER) == []
    for read in (
        queries.the_region,
        queries.members,
        queries.places_of_the_map,
        queries.newest_boundaries,
    ):
        with pytest.raises(doors.Refusal, match="no_region"):
            read(OUTSIDER)
    with pytest.raises(doors.Refusal, match="no_region"):
        queries.member(OUTSIDER, "northshore")


def test_a_reader_sees_the_region(pack: RegionPack) -> None:
    operations.load_region(actor=LOCAL, pack=pack)
    assert queries.the_region(READER).code == "lakes"
    assert queries.member(READER, "southshore").name_en == "Southshore"
    with pytest.raises(doors.Refusal, match="no_such_member") as refusal:
        queries.member(READER, "eastshore")
    assert refusal.value.params["known"] == "northshore, southshore"
