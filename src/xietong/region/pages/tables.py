"""The lists of people, mandates, invitations and organisations as tables of a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xietong.region import exports, naming, queries, zone
from xietong.region.models import Invitation, Mandate, Organisation, Person

A_PAGE = 30


def tag(words: str) -> str:
    """Return a short state, set apart."""
    return format_html('<span class="tag">{}</span>', words)


class People(tables.Table):
    """People, each with the roles that are held now."""

    name = tables.Column(verbose_name=_("Full name"), attrs={"td": {"class": "title"}})
    home = tables.Column(
        verbose_name=_("Works for"),
        accessor="pk",
        order_by=("member__position", "organisation__name_zh"),
    )
    roles = tables.Column(verbose_name=_("Roles"), accessor="pk", orderable=False)
    state = tables.Column(verbose_name=_("State"), accessor="is_active")

    def render_name(self, record: Person) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("region:person", args=[record.pk]), naming.person(record)
        )

    def render_home(self, record: Person) -> str:
        return naming.owner(record.member, record.organisation)

    def render_roles(self, record: Person) -> str:
        return exports.roles_held(record) or "–"

    def render_state(self, record: Person) -> str:
        return gettext("active") if record.is_active else tag(gettext("deactivated"))


class Dated(tables.Table):
    """A table whose moments are shown as days of the region, whose zone is asked for once."""

    def __init__(self, *given: Any, **ways: Any) -> None:
        self.there = zone.of_the_region()
        super().__init__(*given, **ways)

    def day(self, moment: datetime) -> str:
        """Return the day of a moment in the region."""
        return zone.day_of(moment, self.there).isoformat()

    def last_day(self, moment: datetime) -> str:
        """Return the last day before a moment, in the region."""
        return zone.last_day_before(moment, self.there).isoformat()


class Mandates(Dated):
    """Mandates; those in force can be revoked."""

    person = tables.Column(
        verbose_name=_("Full name"), order_by="person__name", attrs={"td": {"class": "title"}}
    )
    role = tables.Column(verbose_name=_("Role"))
    scope = tables.Column(verbose_name=_("For"), accessor="pk", orderable=False)
    valid_from = tables.Column(verbose_name=_("From"))
    valid_to = tables.Column(verbose_name=_("Until"), empty_values=())
    state = tables.Column(verbose_name=_("State"), accessor="pk", orderable=False)

    def render_person(self, record: Mandate) -> str:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("region:person", args=[record.person_id]),
            naming.person(record.person),
        )

    def render_role(self, record: Mandate) -> str:
        return naming.role(record.role)

    def render_scope(self, record: Mandate) -> str:
        return naming.owner(record.member, record.organisation)

    def render_valid_from(self, value: datetime) -> str:
        return self.day(value)

    def render_valid_to(self, record: Mandate) -> str:
        if record.revoked_at is not None:
            return self.day(record.revoked_at)
        return self.last_day(record.valid_to) if record.valid_to is not None else "–"

    def render_state(self, record: Mandate) -> str:
        state = queries.state_of(record)
        if state == "in_force" or state == "to_come":
            return format_html(
                '<span>{} <a class="tag" href="{}">{}</a></span>',
                naming.state(state),
                reverse("region:revoke", args=[record.pk]),
                gettext("Revoke …"),
            )
        return tag(naming.state(state))


class Invitations(Dated):
    """Invitations; those that are open can be recalled, those whose time is over sent again."""

    name = tables.Column(verbose_name=_("Full name"), attrs={"td": {"class": "title"}})
    email = tables.Column(verbose_name=_("E-mail"))
    role = tables.Column(verbose_name=_("Role"))
    scope = tables.Column(verbose_name=_("For"), accessor="pk", orderable=False)
    invited_at = tables.Column(verbose_name=_("Invited"))
    expires_at = tables.Column(verbose_name=_("Until"))
    state = tables.Column(verbose_name=_("State"), accessor="pk", orderable=False)

    def render_role(self, record: Invitation) -> str:
        return naming.role(record.role)

    def render_scope(self, record: Invitation) -> str:
        return naming.owner(record.member, record.organisation)

    def render_invited_at(self, value: datetime) -> str:
        return self.day(value)

    def render_expires_at(self, value: datetime) -> str:
        return self.day(value)

    def render_state(self, record: Invitation) -> str:
        state = queries.state_of_invitation(record)
        if state not in ("open", "expired"):
            return tag(naming.state(state))
        return format_html(
            '<span>{}{} <a class="tag" href="{}">{}</a> <a class="tag" href="{}">{}</a></span>',
            naming.state(state),
            format_html(" · {}", gettext("mail not sent")) if record.mail_fault else "",
            reverse("region:send_again", args=[record.pk]),
            gettext("Send again …"),
            reverse("region:recall", args=[record.pk]),
            gettext("Recall …"),
        )


class Organisations(tables.Table):
    """Organisations of all members."""

    name_zh = tables.Column(verbose_name=_("Name"), attrs={"td": {"class": "title"}})
    kind = tables.Column(verbose_name=_("Kind"))
    member = tables.Column(
        verbose_name=_("Member"), empty_values=(), order_by=("member__position", "name_zh")
    )
    credit_code = tables.Column(verbose_name=_("Credit code"), default="–")
    parent = tables.Column(
        verbose_name=_("Superior organisation"), default="–", order_by="parent__name_zh"
    )

    def render_name_zh(self, record: Organisation) -> str:
        state = format_html(" {}", tag(gettext("closed"))) if record.closed_at else ""
        return format_html(
            '<a href="{}">{}</a>{}',
            reverse("region:organisation", args=[record.pk]),
            naming.organisation(record),
            state,
        )

    def render_kind(self, record: Organisation) -> str:
        return naming.kinds()[record.kind]

    def render_member(self, record: Organisation) -> str:
        return naming.member(record.member) or "–"

    def render_parent(self, record: Organisation) -> str:
        return naming.organisation(record.parent)


def laid(table: Callable[..., Any], rows: Any, request: Any, but: str = "") -> Any:
    """Return a table sorted and paged as an address asks; `but` is a column that is left out."""
    made = table(rows, exclude=(but,))
    tables.RequestConfig(request, paginate={"per_page": A_PAGE}).configure(made)
    return made
