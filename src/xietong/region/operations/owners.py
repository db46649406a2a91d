"""Whose a new record is: a member's or an organisation's, asked for once and locked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xietong.kit.refusals import N_, Refusal
from xietong.region import queries
from xietong.region.models import Invitation, Mandate, Member, Organisation, Person
from xietong.region.queries.organisations import scopes_of
from xietong.region.rules import Actor, May, require


@dataclass(frozen=True, slots=True)
class Owner:
    """A member, or an organisation; never both."""

    member: Member | None
    organisation: Organisation | None

    @classmethod
    def of(cls, row: Person | Mandate | Invitation) -> Owner:
        """Return for whom a person works, or for whom a mandate is, or would be."""
        return cls(row.member, row.organisation)

    @property
    def scopes(self) -> frozenset[str]:
        """Return how rules name it."""
        return scopes_of(member=self.member, organisation=self.organisation)

    @property
    def home(self) -> Member | None:
        """Return the member to which it belongs; None for the regional office."""
        return self.organisation.member if self.organisation else self.member

    @property
    def code(self) -> str:
        """Return the code of the member in whose audit it stands; the office is in nobody's."""
        return self.home.code if self.home else ""

    @property
    def shown(self) -> str:
        """Return how the audit names it."""
        if self.organisation is not None:
            return f"organisation:{self.organisation.pk}"
        return f"member:{self.member.code}" if self.member else ""

    def lock(self) -> None:
        """Let others who change something of this owner wait until the transaction is over."""
        if self.organisation is not None:
            Organisation.objects.select_for_update(of=("self",)).get(pk=self.organisation.pk)
        if self.member is not None:
            Member.objects.select_for_update(of=("self",)).get(pk=self.member.pk)


def lock_all(owners: Iterable[Owner]) -> None:
    """Lock several in one order, so that nobody who does the same waits for us while we for them.

    Members stand before organisations, as where an organisation is closed.
    """
    for owner in sorted(set(owners), key=lambda one: one.shown):
        owner.lock()


def owner_for(actor: Actor, line: May, *, member: str | None, organisation: int | None) -> Owner:
    """Return whom a new record is for, once the actor may do so for it.

    Refuses `for_whom_missing`, `no_such_member`, `no_such_organisation`, `organisation_closed`.
    """
    if (member is None) == (organisation is None):
        raise Refusal(
            "for_whom_missing",
            N_("It is not said whom this is for."),
            way_out=N_("Choose a member or an organisation, one of both."),
            field="member",
        )
    if member is not None:
        owner = Owner(queries.member(actor, member), None)
    else:
        assert organisation is not None  # noqa: S101  (one of both is given)
        owner = Owner(None, open_organisation(actor, organisation))
    require(actor, line, of=owner.scopes)
    return owner


def open_organisation(actor: Actor, key: int) -> Organisation:
    """Return an organisation that has not been closed. Refuses `organisation_closed`."""
    found = queries.organisation(actor, key)
    if found.closed_at is not None:
        raise Refusal(
            "organisation_closed",
            N_("“{name}” has been closed."),
            way_out=N_("Choose an organisation that is open."),
            field="organisation",
            name=found.name_zh,
        )
    return found
