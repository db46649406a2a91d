"""Applied corrections are of the file as an officer had it read; the published summary knows."""

from __future__ import annotations

import pytest
from django.test import Client

from atlas.imports.conftest import NORTH, Counter
from atlas.imports.conftest import counter as counter
from atlas.registers import stored
from cast import Cast
from editions import Grown
from xietong.atlas import operations
from xietong.atlas.models import RegisterVersion
from xietong.atlas.queries import quality, rows
from xietong.kit.refusals import NotFound
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
# The column of addresses has a heading that says nothing, so that an officer has to choose it.
TABLE = """名称,注册号,经营范围,甲栏,乙栏
甲风铃厂,810202100001,制造风铃,北岸省桤林市桨渡县湖滨路,北岸省桤林市帆湾县灯塔路
子划艇厂,810203100001,制造划艇,北岸省桤林市帆湾县灯塔路,北岸省桤林市桨渡县湖滨路
"""
CHOSEN = {"name": 0, "registration_number": 1, "scope": 2, "address": 4}


def chosen(counter: Counter) -> RegisterVersion:
    draft = counter.mapped(counter.text(TABLE), CHOSEN)
    draft = counter.checked(draft)
    assert draft.state == "ready", draft.tallies
    return operations.commit_draft(
        actor=counter.officer, member=NORTH, number=draft.pk, reason="两行样本"
    )


def test_the_choice_of_columns_stays_with_what_is_applied(counter: Counter) -> None:
    first = chosen(counter)
    assert first.choice == {"sheet": "", "columns": CHOSEN}
    unit = rows.rows(LOCAL, NORTH, rows.Filters(q="甲风铃厂")).rows[0]["unit"]
    operations.correct_unit(
        actor=counter.officer, member=NORTH, unit=unit, field="industry", value="1220"
    )
    second, created = operations.apply_corrections(actor=counter.officer, member=NORTH)
    assert (created, second.number, second.choice) == (True, 2, first.choice)
    table = {one["name"]: one for one in stored(counter.house, second).to_pylist()}
    assert (table["甲风铃厂"]["class"], table["甲风铃厂"]["place"]) == ("1220", "810203")
    assert operations.apply_corrections(actor=counter.officer, member=NORTH) == (second, False)
    # The same file, read by the same choice, is what the register is already.
    assert chosen(counter) == second
    assert RegisterVersion.objects.count() == 2


def test_what_was_found_in_the_file_stays_with_what_is_applied(counter: Counter) -> None:
    first = chosen(counter)
    assert first.problems_digest
    unit = rows.rows(LOCAL, NORTH, rows.Filters(q="甲风铃厂")).rows[0]["unit"]
    operations.correct_unit(
        actor=counter.officer, member=NORTH, unit=unit, field="industry", value="1220"
    )
    second, created = operations.apply_corrections(actor=counter.officer, member=NORTH)
    assert (created, second.problems_digest) == (True, first.problems_digest)


def test_a_restored_version_keeps_how_it_was_read(counter: Counter) -> None:
    first = chosen(counter)
    unit = rows.rows(LOCAL, NORTH, rows.Filters(q="甲风铃厂")).rows[0]["unit"]
    operations.correct_unit(
        actor=counter.officer, member=NORTH, unit=unit, field="place", value="810103"
    )
    operations.apply_corrections(actor=counter.officer, member=NORTH)
    back = operations.restore_version(actor=counter.officer, member=NORTH, number=1, reason="再核")
    assert (back.number, back.choice, back.digest) == (3, first.choice, first.digest)
    again, created = operations.apply_corrections(actor=counter.officer, member=NORTH)
    assert (created, again.number) == (True, 4)


def test_the_public_reads_what_the_published_edition_says(grown: Grown, cast: Cast) -> None:
    for part in ("reader", "south_officer"):
        told = quality.published_quality(cast[part], NORTH)
        assert told.edition.number == grown.number
        assert (told.register.member, told.member.code) == (NORTH, NORTH)
        newest = RegisterVersion.objects.filter(register__member__code=NORTH).latest("number")
        assert told.register.rows == newest.rows
    with pytest.raises(NotFound):
        quality.published_quality(cast["outsider"], NORTH)
    with pytest.raises(NotFound):
        quality.published_quality(cast["reader"], "nowhere")


def test_the_published_page_has_no_figure_that_is_not_published(grown: Grown) -> None:
    page = Client().get(f"/en/atlas/registers/{NORTH}/")
    assert page.status_code == 200
    words = page.content.decode()
    newest = RegisterVersion.objects.filter(register__member__code=NORTH).latest("number")
    assert f"{newest.rows:,}" in words
    for shut in ("queue/", "rows/", "corrections/", newest.digest[:12]):
        assert f"/en/atlas/registers/{NORTH}/{shut}" not in words
        assert newest.digest[:12] not in words
