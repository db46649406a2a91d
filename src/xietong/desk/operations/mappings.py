"""Remembering how the columns of a member's table were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from xietong.desk import rules
from xietong.desk.headings import fingerprint
from xietong.desk.models import ImportTemplate
from xietong.kit.references import Reference
from xietong.region.models import Member
from xietong.region.operations import change, record
from xietong.region.rules import Actor, of_member, require


def remember_mapping(
    *,
    actor: Actor,
    purpose: str,
    member: Member,
    headings: Sequence[str],
    mapping: Mapping[str, str],
) -> ImportTemplate:
    """Keep which heading was read as which column, for the next table with these headings."""
    require(actor, rules.REMEMBER_MAPPING, of=of_member(member.code) if member else None)
    with change():
        template, _ = ImportTemplate.objects.update_or_create(
            purpose=purpose,
            member=member,
            fingerprint=fingerprint(headings),
            defaults={
                "headings": list(headings),
                "mapping": dict(mapping),
                "used_at": timezone.now(),
                "used_by": actor.key,
            },
        )
        record(
            actor=actor,
            verb="remember_mapping",
            subject=Reference("desk", "template", str(template.pk)),
            purpose=purpose,
            member=member.code,
        )
    return template
