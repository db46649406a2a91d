"""The forms of people and organisations; what they say is checked by the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xietong.region import naming, queries, zone
from xietong.region.models import Member, Organisation
from xietong.region.rules import Actor, May

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Why(forms.Form):
    """The reason of what cannot be undone."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Stands in the audit."))


class Name(forms.Form):
    """A name to be written anew."""

    name = forms.CharField(label=_("Full name"), max_length=100)


class Table(forms.Form):
    """A table of a member's organisations."""

    member = forms.ChoiceField(label=_("Member"))
    file = forms.FileField(label=_("Workbook or CSV file"))

    def __init__(self, actor: Actor, line: May, *given: Any, **ways: Any) -> None:
        super().__init__(*given, **ways)
        _choices(self.fields["member"], _members(actor, line))


class ForWhom(forms.Form):
    """A member or an organisation, chosen from those for which the actor may."""

    scope = forms.ChoiceField(label=_("For"))

    def __init__(self, actor: Actor, line: May, *given: Any, **ways: Any) -> None:
        super().__init__(*given, **ways)
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        members = [(f"member:{code}", name) for code, name in _members(actor, line)]
        if members:
            groups.append((str(_("Members")), members))
        rows = [
            (f"organisation:{row.pk}", _placed(row))
            for row in queries.organisations_for(actor, line)
        ]
        if rows:
            groups.append((str(_("Organisations")), rows))
        _choices(self.fields["scope"], groups)

    def owner(self) -> dict[str, Any]:
        """Return the choice as operations take it."""
        kind, _colon, key = self.cleaned_data["scope"].partition(":")
        if kind == "member":
            return {"member": key, "organisation": None}
        return {"member": None, "organisation": int(key)}


class Invite(ForWhom):
    """Somebody to be invited."""

    name = forms.CharField(label=_("Full name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=lambda: list(naming.roles().items()))
    language = forms.ChoiceField(
        label=_("Language of the mail"), choices=[("zh-hans", "中文"), ("en", "English")]
    )
    field_order = ["name", "email", "role", "scope", "language"]


class Grant(ForWhom):
    """A mandate to be granted."""

    role = forms.ChoiceField(label=_("Role"), choices=lambda: list(naming.roles().items()))
    valid_from = forms.DateField(
        label=_("From"), required=False, widget=DATE, help_text=_("Empty: from now on.")
    )
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=DATE, help_text=_("Empty: until revoked.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
    field_order = ["role", "scope", "valid_from", "last_day", "reason"]

    def times(self) -> dict[str, Any]:
        """Return the days as moments: from the first one's beginning to the last one's end."""
        begins, last = self.cleaned_data["valid_from"], self.cleaned_data["last_day"]
        return {
            "valid_from": zone.beginning_of(begins) if begins else None,
            "valid_to": zone.end_of(last) if last else None,
        }


class Move(ForWhom):
    """Where a person works from now on."""

    scope = forms.ChoiceField(label=_("Works for"))
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Stands in the audit."))


class Accept(forms.Form):
    """What whoever was invited chooses."""

    name = forms.CharField(label=_("Full name"), max_length=100)
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Compare both passwords."""
        said = super().clean() or {}
        if said.get("password") != said.get("again"):
            self.add_error("again", _("Both passwords must be the same."))
        return said


class AboutOrganisation(forms.Form):
    """What is written down about an organisation; `member` only where it is new."""

    member = forms.ChoiceField(label=_("Member"), required=False)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=300, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: list(naming.kinds().items()))
    credit_code = forms.CharField(label=_("Credit code"), max_length=40, required=False)
    parent = forms.TypedChoiceField(
        label=_("Superior organisation"), required=False, coerce=int, empty_value=None
    )

    def __init__(
        self, actor: Actor, line: May, row: Organisation | None, *given: Any, **ways: Any
    ) -> None:
        super().__init__(*given, **ways)
        superiors = queries.organisations_for(actor, line)
        if row is not None:
            del self.fields["member"]
            superiors = superiors.filter(member=row.member).exclude(pk=row.pk)
        else:
            none = ("", _("none: the regional office"))
            _choices(self.fields["member"], [*_members(actor, line), none])
        _choices(self.fields["parent"], [("", "–"), *((one.pk, _placed(one)) for one in superiors)])


def _members(actor: Actor, line: May) -> list[tuple[str, str]]:
    rows: list[Member] = list(queries.members_for(actor, line))
    return [(row.code, naming.member(row)) for row in rows]


def _placed(row: Organisation) -> str:
    member = naming.member(row.member)
    name = naming.organisation(row)
    return f"{name} ({member})" if member else name


def _choices(field: forms.Field, choices: Any) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  (each caller names one)
    field.choices = choices
