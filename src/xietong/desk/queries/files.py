"""Which files an actor may see, and how a member's table was read last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.db.models import Q, QuerySet

from xietong.desk import rules, storage
from xietong.desk.headings import fingerprint
from xietong.desk.models import ImportTemplate, StoredFile
from xietong.kit.refusals import N_, NotFound
from xietong.region.models import Member
from xietong.region.rules import Actor, Held, Kind, may, of_member


def files_visible_to(actor: Actor) -> QuerySet[StoredFile]:
    """Return the files that the actor kept or that lie on a desk where the actor works."""
    if actor.kind is Kind.LOCAL:
        return StoredFile.objects.all()
    if actor.kind is not Kind.PERSON:
        return StoredFile.objects.none()
    working = frozenset(
        Held(one.role, one.scope) for one in actor.held if one.role in rules.WORKING
    )
    return StoredFile.objects.filter(
        Q(kept_by=actor.key) | Q(scope__in=sorted(rules.own_scopes(working)))
    )


def stored_file(actor: Actor, number: int) -> StoredFile:
    """Return one file's row. Refuses `no_such_file`, whether or not there is one."""
    found = files_visible_to(actor).filter(pk=number).first()
    if found is None:
        raise _none(number)
    return found


def content_of(actor: Actor, number: int) -> Path:
    """Return where the content of a file lies. Refuses `no_such_file`, `file_missing`."""
    found = stored_file(actor, number)
    path = storage.uploads().folder / found.digest
    if not path.is_file():
        raise NotFound(
            "file_missing",
            N_("The content of this file is missing on this node."),
            way_out=N_("Restore the node's files from the backup, or upload it again."),
        )
    return path


def proposed_mapping(
    actor: Actor, *, purpose: str, member: Member, headings: Sequence[str]
) -> Mapping[str, str]:
    """Return how a table with these headings was read last time; nothing where it never was."""
    if not may(actor, rules.REMEMBER_MAPPING, of=of_member(member.code)):
        return {}
    known = ImportTemplate.objects.filter(
        purpose=purpose, member=member, fingerprint=fingerprint(headings)
    ).first()
    return dict(known.mapping) if known else {}


def _none(number: int) -> NotFound:
    return NotFound(
        "no_such_file",
        N_("There is no file {number} that you may see."),
        way_out=N_("Upload it again, or ask who keeps it."),
        field="file",
        number=str(number),
    )
