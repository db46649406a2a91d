"""Reads of the audit: what an actor may see of who changed what."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound
from xietong.region.leads import shared_by
from xietong.region.models import AuditEntry, Member
from xietong.region.rules import READ_AUDIT, Actor, may, of_member, of_organisation, require

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; what is blank does not narrow."""

    actor: str = ""
    verb: str = ""
    subject: str = ""
    member: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def all(self) -> bool:
        """Tell whether nothing narrows."""
        return self == Wanted()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of entries, the newest first; `older` and `newer` are where the next ones begin."""

    entries: list[AuditEntry]
    older: int | None
    newer: int | None


def reads_whole_audit(actor: Actor) -> bool:
    """Tell whether an actor reads the entries of every member and those of none."""
    return may(actor, READ_AUDIT, of=())


def entries(actor: Actor, wanted: Wanted | None = None) -> Iterator[AuditEntry]:
    """Give the entries that an actor may see, the first one first."""
    return _visible(actor, wanted or Wanted()).order_by("number").iterator(chunk_size=2000)


def sheet_of_entries(
    actor: Actor, wanted: Wanted, *, before: int | None = None, after: int | None = None
) -> Sheet:
    """Return a page of entries before or after a number, the newest first."""
    visible = _visible(actor, wanted)
    if after is not None:
        found = list(visible.filter(number__gt=after).order_by("number")[: PAGE + 1])
        more, rows = len(found) > PAGE, found[:PAGE][::-1]
        older = rows[-1].number if rows else None
        return Sheet(rows, older, rows[0].number if more else None)
    if before is not None:
        visible = visible.filter(number__lt=before)
    found = list(visible.order_by("-number")[: PAGE + 1])
    rows = found[:PAGE]
    older = rows[-1].number if len(found) > PAGE else None
    return Sheet(rows, older, rows[0].number if rows and before is not None else None)


def history(actor: Actor, subject: Reference) -> list[AuditEntry]:
    """Return what happened to one record, the newest first. Refuses `no_history`.

    Whoever may see none of it cannot tell it from a record to which nothing happened.
    """
    found = list(_of_record(actor, subject).order_by("-number")[:1000])
    if not found:
        raise NotFound(
            "no_history",
            N_("There is no entry on “{subject}” that you may see."),
            way_out=N_("Check the reference, or look through the whole audit."),
            subject=str(subject),
        )
    return found


def has_history(actor: Actor, subject: Reference) -> bool:
    """Tell whether an actor would find an entry on a record."""
    return _of_record(actor, subject).exists()


def _of_record(actor: Actor, subject: Reference) -> QuerySet[AuditEntry]:
    if not may(actor, READ_AUDIT):
        return AuditEntry.objects.none()
    return _visible(actor, Wanted(subject=str(subject)))


def verbs_in_audit(actor: Actor) -> list[str]:
    """Return the verbs of the entries that an actor may see."""
    return sorted(_visible(actor, Wanted()).order_by().values_list("verb", flat=True).distinct())


def members_of_audit(actor: Actor) -> list[Member]:
    """Return the members whose entries an actor may see."""
    return [one for one in Member.objects.all() if may(actor, READ_AUDIT, of=of_member(one.code))]


def _visible(actor: Actor, wanted: Wanted) -> QuerySet[AuditEntry]:
    require(actor, READ_AUDIT)
    rows = AuditEntry.objects.all()
    if not reads_whole_audit(actor):
        rows = rows.filter(
            _in_lists_of([one.code for one in members_of_audit(actor)])
            | Q(subject__in=_own_organisations(actor))
        )
    if wanted.actor:
        rows = rows.filter(Q(actor_key=wanted.actor) | Q(actor_name__icontains=wanted.actor))
    for column in ("verb", "subject"):
        if getattr(wanted, column):
            rows = rows.filter(**{column: getattr(wanted, column)})
    if wanted.member:
        rows = rows.filter(_in_lists_of([wanted.member]))
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    return rows


def _in_lists_of(members: Collection[str]) -> Q:
    """Return what entries of these members are: on their records, or on one that they share."""
    found = Q(member__in=members)
    for references in shared_by(members):
        found |= Q(subject__in=references)
    return found


def _own_organisations(actor: Actor) -> list[str]:
    """Return the references of the organisations whose holders read what happened to them."""
    prefix = of_organisation("")
    return [
        str(Reference("region", "organisation", one.scope.removeprefix(prefix)))
        for one in actor.held
        if one.scope.startswith(prefix) and one.role in READ_AUDIT.own
    ]
