"""Days begin and end at the region's midnight; what is stored is UTC."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import RequestFactory
from python_calamine import CalamineWorkbook

from cast import Cast
from real_data import ROOT
from xietong.kit.references import Reference
from xietong.kit.refusals import Refusal
from xietong.region import exports, forms, operations, queries, rules, zone
from xietong.region.models import Mandate
from xietong.region.packs import RegionPack
from xietong.region.pages import tables
from xietong.region.rules import LOCAL
from xietong.region.templatetags import clocks

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def test_before_a_region_is_loaded_days_are_those_of_utc() -> None:
    assert zone.beginning_of(date(2026, 3, 1)) == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_zone_that_nobody_knows_is_a_fault_of_the_pack(pack: RegionPack) -> None:
    facts = {**pack.facts, "pack": {**pack.facts["pack"], "zone": "Lakes/Nowhere"}}
    with pytest.raises(Refusal, match="pack_faulty"):
        operations.load_region(actor=LOCAL, pack=dataclasses.replace(pack, facts=facts))


def test_a_mandate_for_days_holds_from_midnight_to_midnight(cast: Cast) -> None:
    form = forms.Grant(
        cast["north_administrator"],
        rules.GRANT_MANDATE,
        {
            "role": "officer",
            "scope": "member:northshore",
            "valid_from": "2026-03-01",
            "last_day": "2026-03-31",
        },
    )
    assert form.is_valid(), form.errors
    # The lakes are six hours before UTC.
    begins, ends = datetime(2026, 2, 28, 18, tzinfo=UTC), datetime(2026, 3, 31, 18, tzinfo=UTC)
    assert form.times() == {"valid_from": begins, "valid_to": ends}
    row = operations.grant_mandate(
        actor=cast["north_administrator"],
        person=cast.person("nobody").pk,
        role="officer",
        member="northshore",
        **form.times(),
    )
    row.refresh_from_db()
    assert (row.valid_from, row.valid_to) == (begins, ends)
    table = tables.laid(
        tables.Mandates, Mandate.objects.filter(pk=row.pk), RequestFactory().get("/")
    )
    [shown] = table.rows
    assert shown.get_cell("valid_from") == "2026-03-01"
    assert shown.get_cell("valid_to") == "2026-03-31"


def test_a_moment_lies_on_the_regions_day(cast: Cast) -> None:
    late = datetime(2026, 3, 1, 18, tzinfo=UTC)
    assert zone.day_of(late) == date(2026, 3, 2)
    assert zone.day_of(late - timedelta(seconds=1)) == date(2026, 3, 1)
    assert zone.last_day_before(late) == date(2026, 3, 1)
    assert zone.minute_of(late) == "2026-03-02 00:00 (UTC+06:00)"


def test_a_moment_away_from_the_pages_is_the_regions_with_its_distance(cast: Cast) -> None:
    moment = datetime(2026, 2, 28, 18, 5, 9, tzinfo=UTC)
    # The lakes are six hours before UTC.
    assert zone.minute_of(moment) == "2026-03-01 00:05 (UTC+06:00)"
    assert zone.second_of(moment) == "2026-03-01 00:05:09 (UTC+06:00)"
    assert clocks.minute_there(moment) == zone.minute_of(moment)
    assert clocks.day_there("2026-02-28T18:05:09+00:00") == "2026-03-01"


def test_the_workbook_of_the_audit_tells_the_regions_time(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "audit.xlsx"
    operations.invite_person(
        actor=LOCAL,
        email="new@lakes.example",
        name="新客",
        role="viewer",
        member="northshore",
        site="http://testserver/",
    )
    assert exports.write_audit(LOCAL, queries.Wanted(verb="invite_person"), path) == 1
    heads, row = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    at = queries.history(LOCAL, Reference.parse(str(row[5])))[0].at
    assert heads[1] in ("Time", "时间")
    assert row[1] == zone.second_of(at)
    assert str(row[1]).endswith("(UTC+06:00)")


# What shows a time away from pages asks the zone; the foot of a page names the zone of its times.
SHOWN_BY = {"region/zone.py", "desk/templatetags/desk.py"}


def test_nobody_else_writes_an_hour() -> None:
    source = ROOT / "src" / "xietong"
    written = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "%H:%M" in path.read_text(encoding="utf-8")
    }
    assert written == SHOWN_BY
