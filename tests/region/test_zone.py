"""Days begin and end at the region's midnight; what is stored is UTC."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import RequestFactory

from cast import Cast
from xietong.kit.refusals import Refusal
from xietong.region import forms, operations, rules, zone
from xietong.region.models import Mandate
from xietong.region.packs import RegionPack
from xietong.region.pages import tables
from xietong.region.rules import LOCAL

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
