"""Reads of people (人员), their mandates and invitations, for an actor.

Whoever works for a member sees by name who else does, and in which roles; e-mail addresses,
mandates that are over and invitations are the administrators'. The office sees all members'.
"""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from xietong.kit.refusals import N_, NotFound
from xietong.region import rules
from xietong.region.models import Invitation, Mandate, Person
from xietong.region.queries.organisations import scopes_of, within
from xietong.region.rules import Actor, May


def people_visible_to(actor: Actor) -> QuerySet[Person]:
    """Return the people whose names an actor may know, each with the mandates in force."""
    return _people(actor, rules.READ_PEOPLE)


def people_managed_by(actor: Actor) -> QuerySet[Person]:
    """Return the people whose addresses and mandates an actor looks after."""
    return _people(actor, rules.MANAGE_PEOPLE)


def _people(actor: Actor, line: May) -> QuerySet[Person]:
    scopes = rules.reach(actor, line)
    rows = Person.objects.select_related("member", "organisation__member").order_by("name", "pk")
    if scopes is not None and not scopes:
        return rows.none()
    now = Mandate.objects.filter(Mandate.in_force(timezone.now())).select_related(
        "member", "organisation__member"
    )
    return rows.filter(
        within(scopes, member="member", organisation="organisation")
    ).prefetch_related(Prefetch("mandates", queryset=now, to_attr="in_force"))


def held_now(row: Person) -> list[Mandate]:
    """Return the mandates in force of a person of `people_visible_to`, which were read along."""
    # Whoever was read in another way has none, which must not pass for holding nothing.
    held: list[Mandate] = vars(row)["in_force"]
    return held


def person(actor: Actor, key: int) -> Person:
    """Return one person. Refuses `no_such_person`."""
    found = people_visible_to(actor).filter(pk=key).first()
    if found is None:
        raise no_such_person(key)
    return found


def no_such_person(key: int) -> NotFound:
    """Return the refusal of a person who does not exist for whoever asks."""
    return NotFound(
        "no_such_person",
        N_("There is no person with the number {key}."),
        way_out=N_("Choose one from the list of people."),
        field="person",
        key=key,
    )


def scopes_of_person(row: Person) -> frozenset[str]:
    """Return whose a person is: the organisation's and its member's, or the member's."""
    return scopes_of(member=row.member, organisation=row.organisation)


def scopes_of_mandate(row: Mandate | Invitation) -> frozenset[str]:
    """Return for whom a mandate lets act, or would once the invitation is accepted."""
    return scopes_of(member=row.member, organisation=row.organisation)


def manages(actor: Actor, row: Person) -> bool:
    """Tell whether an actor looks after a person."""
    return rules.may(actor, rules.MANAGE_PEOPLE, of=scopes_of_person(row))


def mandates_visible_to(actor: Actor) -> QuerySet[Mandate]:
    """Return all mandates that an actor looks after: for its member, or of its member's people."""
    scopes = rules.reach(actor, rules.MANAGE_PEOPLE)
    rows = Mandate.objects.select_related(
        "person__member", "person__organisation", "member", "organisation__member"
    ).order_by("-pk")
    if scopes is not None and not scopes:
        return rows.none()
    return rows.filter(
        within(scopes, member="member", organisation="organisation")
        | within(scopes, member="person__member", organisation="person__organisation")
    )


def mandate(actor: Actor, key: int) -> Mandate:
    """Return one mandate. Refuses `no_such_mandate`."""
    found = mandates_visible_to(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(
            "no_such_mandate",
            N_("There is no mandate with the number {key}."),
            way_out=N_("Choose one from the list of mandates."),
            field="mandate",
            key=key,
        )
    return found


def invitations_visible_to(actor: Actor) -> QuerySet[Invitation]:
    """Return the invitations that an actor looks after."""
    scopes = rules.reach(actor, rules.MANAGE_PEOPLE)
    rows = Invitation.objects.select_related("member", "organisation__member", "accepted_by")
    if scopes is not None and not scopes:
        return rows.none()
    return rows.filter(within(scopes, member="member", organisation="organisation"))


def invitation(actor: Actor, key: int) -> Invitation:
    """Return one invitation. Refuses `no_such_invitation`."""
    found = invitations_visible_to(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(
            "no_such_invitation",
            N_("There is no invitation with the number {key}."),
            way_out=N_("Choose one from the list of invitations."),
            field="invitation",
            key=key,
        )
    return found
