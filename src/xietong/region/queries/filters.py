"""What lists of people, organisations, mandates and invitations can be asked for.

Every door narrows the rows that an actor may see by the same filters; what they do not know they
leave out of account.
"""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xietong.region import naming
from xietong.region.models import Invitation, Mandate, Member, Organisation, Person

CHOICE = forms.Select(attrs={"class": "form-select"})
TEXT = forms.TextInput(attrs={"class": "form-control", "type": "search"})


def _members() -> list[tuple[str, str]]:
    return [(one.code, naming.member(one)) for one in Member.objects.all()]


def _roles() -> list[tuple[str, str]]:
    return list(naming.roles().items())


class _Filters(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), method="search", max_length=100, widget=TEXT)
    member = filters.ChoiceFilter(
        label=_("Member"),
        choices=_members,
        method="of_member",
        empty_label=_("All"),
        widget=CHOICE,
    )

    def of_member(self, rows: QuerySet[Any], name: str, code: str) -> QuerySet[Any]:
        return rows.filter(Q(member__code=code) | Q(organisation__member__code=code))


class People(_Filters):
    """People by name, member, role in force, and whether they may sign in."""

    role = filters.ChoiceFilter(
        label=_("Role"), choices=_roles, method="in_role", empty_label=_("All"), widget=CHOICE
    )
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[("active", _("active")), ("inactive", _("deactivated"))],
        method="in_state",
        empty_label=_("All"),
        widget=CHOICE,
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def search(self, rows: QuerySet[Person], name: str, text: str) -> QuerySet[Person]:
        """Narrow by a part of the name or of the organisation's."""
        # Not by e-mail address, which not everybody who sees the name may see.
        return rows.filter(
            Q(name__icontains=text)
            | Q(organisation__name_zh__icontains=text)
            | Q(organisation__name_en__icontains=text)
        )

    def in_role(self, rows: QuerySet[Person], name: str, role: str) -> QuerySet[Person]:
        """Narrow to who holds a role now."""
        held = Mandate.objects.filter(Mandate.in_force(timezone.now()), role=role).values("person")
        return rows.filter(pk__in=held)

    def in_state(self, rows: QuerySet[Person], name: str, state: str) -> QuerySet[Person]:
        """Narrow to who may sign in, or may not."""
        return rows.filter(is_active=state == "active")


class Organisations(_Filters):
    """Organisations by name or credit code, member, kind, and whether they are open."""

    kind = filters.ChoiceFilter(
        label=_("Kind"),
        choices=lambda: list(naming.kinds().items()),
        empty_label=_("All"),
        widget=CHOICE,
    )
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", _("operating")), ("closed", _("closed"))],
        method="in_state",
        empty_label=_("All"),
        widget=CHOICE,
    )

    class Meta:
        model = Organisation
        fields: list[str] = []

    def of_member(self, rows: QuerySet[Any], name: str, code: str) -> QuerySet[Any]:
        """Narrow to one member."""
        return rows.filter(member__code=code)

    def search(self, rows: QuerySet[Organisation], name: str, text: str) -> QuerySet[Organisation]:
        """Narrow by a part of the name, or by how the credit code begins."""
        return rows.filter(
            Q(name_zh__icontains=text)
            | Q(name_en__icontains=text)
            | Q(credit_code__istartswith=text)
        )

    def in_state(
        self, rows: QuerySet[Organisation], name: str, said: str
    ) -> QuerySet[Organisation]:
        """Narrow to what operates, or is closed."""
        return rows.filter(closed_at__isnull=said == "open")


class Mandates(_Filters):
    """Mandates by the person's name, member, role, and state."""

    role = filters.ChoiceFilter(
        label=_("Role"), choices=_roles, empty_label=_("All"), widget=CHOICE
    )
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[("in_force", _("in force")), ("not", _("not in force"))],
        method="in_state",
        empty_label=_("All"),
        widget=CHOICE,
    )

    class Meta:
        model = Mandate
        fields: list[str] = []

    def search(self, rows: QuerySet[Mandate], name: str, text: str) -> QuerySet[Mandate]:
        """Narrow by a part of the person's name."""
        return rows.filter(person__name__icontains=text)

    def in_state(self, rows: QuerySet[Mandate], name: str, said: str) -> QuerySet[Mandate]:
        """Narrow to what is in force now, or is not."""
        holds = Mandate.in_force(timezone.now())
        return rows.filter(holds) if said == "in_force" else rows.exclude(holds)


class Invitations(_Filters):
    """Invitations by name or address, member, and state."""

    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[
            ("open", _("open")),
            ("accepted", _("accepted")),
            ("recalled", _("recalled")),
            ("expired", _("expired")),
        ],
        method="in_state",
        empty_label=_("All"),
        widget=CHOICE,
    )

    class Meta:
        model = Invitation
        fields: list[str] = []

    def search(self, rows: QuerySet[Invitation], name: str, text: str) -> QuerySet[Invitation]:
        """Narrow by a part of the name or the address."""
        return rows.filter(Q(name__icontains=text) | Q(email__icontains=text))

    def in_state(self, rows: QuerySet[Invitation], name: str, said: str) -> QuerySet[Invitation]:
        """Narrow to what is open, accepted, recalled or expired."""
        if said == "accepted":
            return rows.filter(accepted_at__isnull=False)
        if said == "recalled":
            return rows.filter(recalled_at__isnull=False)
        unanswered = rows.filter(accepted_at__isnull=True, recalled_at__isnull=True)
        now = timezone.now()
        return (
            unanswered.filter(expires_at__gt=now)
            if said == "open"
            else unanswered.filter(expires_at__lte=now)
        )
