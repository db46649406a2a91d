"""Reads of organisations (单位), for an actor; how a record's owners are named to the rules."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from xietong.kit.refusals import N_, NotFound
from xietong.region import rules
from xietong.region.models import Member, Organisation
from xietong.region.rules import OFFICE, Actor, May, of_member, of_organisation


def scopes_of(*, member: Member | None, organisation: Organisation | None) -> frozenset[str]:
    """Return whose a record is that belongs to a member, to an organisation of it, or to nobody."""
    if organisation is not None:
        if organisation.kind == Organisation.Kind.REGIONAL_OFFICE:
            return frozenset({OFFICE})
        member = organisation.member
        own = {of_organisation(organisation.pk)}
    else:
        own = set()
    return frozenset(own | ({of_member(member.code)} if member else set()))


def within(scopes: frozenset[str] | None, *, member: str, organisation: str) -> Q:
    """Return the condition that a row belongs to these scopes; `member`, `organisation` are paths.

    None is everybody's. A row of an organisation belongs to the organisation's member too.
    """
    if scopes is None:
        return Q()
    members, keys = _cut(scopes)
    found = Q(**{f"{member}__code__in": members})
    found |= Q(**{f"{organisation}__member__code__in": members})
    found |= Q(**{f"{organisation}__in": keys})
    return found


def organisations_visible_to(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations that an actor may know, the closed ones too."""
    scopes = rules.reach(actor, rules.READ_ORGANISATIONS)
    rows = Organisation.objects.select_related("member", "parent")
    if scopes is None:
        return rows
    return rows.filter(_of(scopes))


def organisations_for(actor: Actor, line: May) -> QuerySet[Organisation]:
    """Return the open organisations to whose records an actor may do what a line says."""
    scopes = rules.reach(actor, line)
    rows = Organisation.objects.filter(closed_at__isnull=True).select_related("member", "parent")
    return rows if scopes is None else rows.filter(_of(scopes))


def members_for(actor: Actor, line: May) -> QuerySet[Member]:
    """Return the members to whose records an actor may do what a line says."""
    scopes = rules.reach(actor, line)
    rows = Member.objects.all()
    if scopes is None:
        return rows
    return rows.filter(code__in=_cut(scopes)[0])


def _of(scopes: frozenset[str]) -> Q:
    members, keys = _cut(scopes)
    return Q(member__code__in=members) | Q(pk__in=keys)


def _cut(scopes: frozenset[str]) -> tuple[list[str], list[int]]:
    """Return the members' codes and the organisations' keys that scopes name."""
    named = [one.partition(":")[::2] for one in scopes]
    members = [key for kind, key in named if kind == "member"]
    return members, [int(key) for kind, key in named if kind == "organisation"]


def organisation(actor: Actor, key: int) -> Organisation:
    """Return one organisation. Refuses `no_such_organisation`."""
    found = organisations_visible_to(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(
            "no_such_organisation",
            N_("There is no organisation with the number {key}."),
            way_out=N_("Choose one from the list of organisations."),
            field="organisation",
            key=key,
        )
    return found


def the_office() -> Organisation | None:
    """Return the regional office where it has been entered."""
    return Organisation.objects.filter(
        kind=Organisation.Kind.REGIONAL_OFFICE, closed_at__isnull=True
    ).first()
