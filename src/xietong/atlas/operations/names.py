"""Names of firms and platforms that a member has itself published, kept apart from registers."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from xietong.atlas import queries
from xietong.atlas.models import PublishedName
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region import queries as region
from xietong.region.operations import record
from xietong.region.rules import Actor, require_writer


def attach_name(
    *,
    actor: Actor,
    member: str,
    kind: str,
    name_zh: str,
    name_en: str = "",
    place_code: str,
    industry_key: str,
    source: str,
    published_on: date,
) -> PublishedName:
    """Attach a published name to a place and an industry.

    Refuses `no_such_member`, `no_such_place`, `no_such_industry`, `source_missing`,
    `place_of_another_member` and `name_attached_already`.
    """
    require_writer(actor, "attach_name")
    owner = region.member(actor, member)
    opened = queries.open_edition(actor)
    place = queries.place_profile(actor, None, place_code)
    queries.industry_or_refusal(opened, industry_key)
    if place.member != owner.code:
        raise Refusal(
            "place_of_another_member",
            N_("{place} lies in another member, for which “{member}” cannot publish."),
            way_out=N_("Choose a place of the member, or let the other member publish the name."),
            field="place",
            place=place.name.zh,
            member=member,
        )
    if not source.strip():
        raise Refusal(
            "source_missing",
            N_("A published name needs the source in which the member published it."),
            way_out=N_("Give the title or address of the publication."),
            field="source",
        )
    with transaction.atomic():
        row, created = PublishedName.objects.get_or_create(
            member=owner,
            name_zh=name_zh.strip(),
            industry_key=industry_key,
            defaults={
                "kind": kind,
                "name_en": name_en.strip(),
                "place_code": place_code,
                "source": source.strip(),
                "published_on": published_on,
            },
        )
        if not created:
            raise Refusal(
                "name_attached_already",
                N_("“{name}” is attached to this industry already."),
                way_out=N_("Detach it first if it must change."),
                field="name",
                name=name_zh,
            )
        record(
            actor=actor,
            verb="attach_name",
            subject=Reference("atlas", "published_name", str(row.pk)),
            reason=source.strip(),
            name=row.name_zh,
        )
    return row


def detach_name(*, actor: Actor, key: int, reason: str) -> None:
    """Take a published name off the map. Refuses `no_such_name`."""
    require_writer(actor, "detach_name")
    with transaction.atomic():
        row = PublishedName.objects.select_for_update().filter(pk=key).first()
        if row is None:
            raise NotFound(
                "no_such_name",
                N_("There is no published name {key}."),
                way_out=N_("See `xietong atlas names` for the numbers."),
                key=key,
            )
        record(
            actor=actor,
            verb="detach_name",
            subject=Reference("atlas", "published_name", str(key)),
            reason=reason,
            name=row.name_zh,
        )
        row.delete()
