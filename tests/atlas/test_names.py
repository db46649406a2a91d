"""Names that members publish: attached with a source, shown on cards, detached with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from editions import Grown
from xietong.atlas import operations, queries
from xietong.atlas.models import PublishedName
from xietong.kit.refusals import NotFound, Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL, OUTSIDER, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
FIRM: dict[str, Any] = {
    "member": "southshore",
    "kind": "leading_firm",
    "name_zh": "回舟造船（虚构）",
    "name_en": "Huizhou Boats (invented)",
    "place_code": "820103",
    "industry_key": "d11",
    "source": "南岸省2020年龙头企业名单（虚构）",
    "published_on": date(2020, 5, 6),
}


def attach(**other: Any) -> PublishedName:
    return operations.attach_name(actor=LOCAL, **{**FIRM, **other})


def test_a_published_name_stands_on_the_card(grown: Grown) -> None:
    row = attach(name_zh="  回舟造船（虚构） ")
    assert row.name_zh == "回舟造船（虚构）"
    (told,) = queries.cluster(READER, None, "d11@820103").published_names
    assert (told.member, told.kind, told.name.en) == (
        "southshore",
        "leading_firm",
        "Huizhou Boats (invented)",
    )
    assert told.source == FIRM["source"]
    # Nowhere else: neither another industry of the place nor another place.
    assert queries.cluster(READER, None, "d12@820202").published_names == []
    assert queries.cluster(READER, None, "g111@820103").published_names == []
    assert [one.pk for one in queries.published_names(READER)] == [row.pk]
    assert queries.published_names(OUTSIDER) == []


def test_a_name_stands_on_no_card_of_another_place(grown: Grown) -> None:
    attach(place_code="820101")  # which borders on the cluster
    assert queries.cluster(READER, None, "d11@820103").published_names == []


def test_a_name_without_english_is_shown_in_chinese(grown: Grown) -> None:
    attach(name_en="")
    (told,) = queries.cluster(READER, None, "d11@820103").published_names
    assert told.name.en == told.name.zh


def test_attaching_stands_in_the_audit(grown: Grown) -> None:
    row = attach()
    entry = AuditEntry.objects.filter(verb="attach_name").get()
    assert entry.subject == f"atlas:published_name:{row.pk}"
    assert (entry.actor, entry.reason) == ("local", FIRM["source"])
    assert entry.details == {"name": FIRM["name_zh"]}


@pytest.mark.parametrize(
    ("other", "code", "field"),
    [
        ({"member": "eastshore"}, "no_such_member", "member"),
        ({"place_code": "999999"}, "no_such_place", "place"),
        ({"industry_key": "d99"}, "no_such_industry", "industry"),
        ({"kind": "hero"}, "no_such_name_kind", "kind"),
        ({"place_code": "810203"}, "place_of_another_member", "place"),
        ({"source": "  "}, "source_missing", "source"),
        ({"name_zh": " "}, "published_name_missing", "name_zh"),
        ({"name_zh": "长" * 201}, "text_too_long", "name_zh"),
        ({"name_en": "l" * 301}, "text_too_long", "name_en"),
        ({"source": "s" * 501}, "text_too_long", "source"),
    ],
)
def test_what_does_not_fit_is_refused(
    grown: Grown, other: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        attach(**other)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert PublishedName.objects.count() == 0
    assert not AuditEntry.objects.filter(verb="attach_name").exists()


def test_a_name_is_attached_once_an_industry(grown: Grown) -> None:
    attach()
    with pytest.raises(Refusal, match="name_attached_already"):
        attach(kind="platform")
    attach(industry_key="g111")
    assert PublishedName.objects.count() == 2
    assert AuditEntry.objects.filter(verb="attach_name").count() == 2


def test_a_name_is_detached_with_a_reason(grown: Grown) -> None:
    row = attach()
    operations.detach_name(actor=LOCAL, key=row.pk, reason="the member withdrew the list")
    assert queries.cluster(READER, None, "d11@820103").published_names == []
    entry = AuditEntry.objects.get(verb="detach_name")
    assert entry.reason == "the member withdrew the list"
    assert entry.details == {"name": FIRM["name_zh"]}
    with pytest.raises(NotFound, match="no_such_name"):
        operations.detach_name(actor=LOCAL, key=row.pk, reason="again")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_name_is_not_detached_without_a_reason(grown: Grown, reason: str) -> None:
    row = attach()
    with pytest.raises(Refusal, match="detaching_without_reason") as refused:
        operations.detach_name(actor=LOCAL, key=row.pk, reason=reason)
    assert refused.value.field == "reason"
    assert PublishedName.objects.filter(pk=row.pk).exists()


def test_names_change_no_edition(grown: Grown) -> None:
    before = queries.edition(LOCAL)
    attach()
    assert queries.edition(LOCAL) == before
