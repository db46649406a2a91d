"""Who holds a role now: to whom a notice about a member's records goes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from xietong.region.models import Mandate, Organisation, Person
from xietong.region.rules import Role


def holders_of(role: Role, members: Iterable[str], *, office: bool = False) -> list[Person]:
    """Return the active people who hold a role for one of these members, or at the office."""
    for_whom = Q(member__code__in=list(members))
    if office:
        for_whom |= Q(organisation__kind=Organisation.Kind.REGIONAL_OFFICE)
    held = Mandate.in_force(timezone.now())
    mandates = Mandate.objects.filter(for_whom, held, role=role.value)
    return list(Person.objects.filter(is_active=True, mandates__in=mandates).distinct())
