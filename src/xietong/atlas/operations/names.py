"""Names of firms and platforms that a member has itself published, kept apart from registers."""

from __future__ import annotations

from datetime import date

from xietong.atlas import queries, rules
from xietong.atlas.models import PublishedName
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region import queries as region
from xietong.region.operations import change, record
from xietong.region.rules import Actor, of_member, require


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
    """Attach a published name to a place and an industry of the newest edition.

    Refuses `no_such_member`, `no_edition`, `no_such_place`, `no_such_industry`,
    `no_such_name_kind`, `place_of_another_member`, `source_missing`, `published_name_missing`,
    `text_too_long` and `name_attached_already`.
    """
    require(actor, rules.ATTACH_NAME)
    owner = region.member(actor, member)
    require(actor, rules.ATTACH_NAME, of=of_member(owner.code))
    opened = queries.open_edition(actor)
    place = queries.place_or_refusal(opened, place_code)
    queries.industry_or_refusal(opened, industry_key)
    if place["member"] != owner.code:
        raise Refusal(
            "place_of_another_member",
            N_("{place} lies in another member, for which “{member}” cannot publish."),
            way_out=N_("Choose a place of the member, or let the other member publish the name."),
            field="place",
            place=opened.names_of(place_code).zh,
            member=member,
        )
    _check(kind, name_zh.strip(), name_en.strip(), source.strip())
    with change():
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
            member=row.member.code,
            reason=source.strip(),
            name=row.name_zh,
        )
    return row


def _check(kind: str, name_zh: str, name_en: str, source: str) -> None:
    """Refuse what the row could not hold."""
    if kind not in PublishedName.Kind.values:
        raise Refusal(
            "no_such_name_kind",
            N_("There is no kind of published name called “{kind}”."),
            way_out=N_("Choose one of: {known}."),
            field="kind",
            kind=kind,
            known=", ".join(PublishedName.Kind.values),
        )
    if not name_zh:
        raise Refusal(
            "published_name_missing",
            N_("The Chinese name is missing."),
            way_out=N_("Give the name as the member published it."),
            field="name_zh",
        )
    if not source:
        raise Refusal(
            "source_missing",
            N_("A published name needs the source in which the member published it."),
            way_out=N_("Give the title or address of the publication."),
            field="source",
        )
    longest = {field.name: field.max_length for field in PublishedName._meta.fields}
    for field, text in (("name_zh", name_zh), ("name_en", name_en), ("source", source)):
        most = longest[field] or 0
        if len(text) > most:
            raise Refusal(
                "text_too_long",
                N_("The text has {length} characters, and {most} is the most."),
                way_out=N_("Shorten it."),
                field=field,
                length=len(text),
                most=most,
            )


def detach_name(*, actor: Actor, key: int, reason: str) -> None:
    """Take a published name off the map.

    Refuses `detaching_without_reason` and `no_such_name`.
    """
    require(actor, rules.DETACH_NAME)
    if not reason.strip():
        raise Refusal(
            "detaching_without_reason",
            N_("A published name is not taken off the map without a reason."),
            way_out=N_("Give the reason in a sentence."),
            field="reason",
        )
    with change():
        row = PublishedName.objects.select_for_update().filter(pk=key).first()
        if row is None:
            raise NotFound(
                "no_such_name",
                N_("There is no published name {key}."),
                way_out=N_("See `xietong atlas names` for the numbers."),
                key=key,
            )
        require(actor, rules.DETACH_NAME, of=of_member(row.member.code))
        record(
            actor=actor,
            verb="detach_name",
            subject=Reference("atlas", "published_name", str(key)),
            member=row.member.code,
            reason=reason.strip(),
            name=row.name_zh,
        )
        row.delete()
