"""Entering, changing and closing organisations (单位)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
from django.conf import settings
from django.utils import timezone

from xietong.engine.identifiers import CodeRule
from xietong.engine.problems import Problem
from xietong.engine.tables.cells import plain
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region import queries, rules
from xietong.region.models import Invitation, Mandate, Member, Organisation, Region
from xietong.region.operations.audit import change, record
from xietong.region.operations.mandates import end_invitation, end_mandates
from xietong.region.operations.owners import Owner, open_organisation
from xietong.region.packs import read_pack
from xietong.region.queries.organisations import scopes_of
from xietong.region.rules import OFFICE, Actor, of_member, require

OFFICE_KIND = Organisation.Kind.REGIONAL_OFFICE


@dataclass(frozen=True, slots=True)
class About:
    """What is written down about an organisation, besides whose it is."""

    name_zh: str
    kind: str
    name_en: str = ""
    credit_code: str = ""
    parent: int | None = None


def add_organisation(*, actor: Actor, member: str | None, about: About) -> Organisation:
    """Enter an organisation of a member, or the regional office, which is no member's.

    Refuses `no_such_member`, `no_such_kind`, `member_missing`, `office_of_no_member`,
    `one_office`, and what `change_organisation` refuses.
    """
    require(actor, rules.ADD_ORGANISATION)
    home = _home(actor, member, about.kind)
    require(actor, rules.ADD_ORGANISATION, of=of_member(home.code) if home else OFFICE)
    with change():
        _lock(home)
        if home is None and Organisation.objects.filter(kind=OFFICE_KIND, closed_at=None).exists():
            raise Refusal(
                "one_office",
                N_("The regional office has been entered already."),
                way_out=N_("Change its name, or close it first."),
                field="kind",
            )
        row = Organisation(member=home, kind=about.kind)
        _write(actor, row, about)
        row.save(force_insert=True)
        record(
            actor=actor,
            verb="add_organisation",
            subject=Reference("region", "organisation", str(row.pk)),
            after=row.name_zh[:64],
            member=home.code if home else "",
            kind=row.kind,
        )
    return row


def change_organisation(*, actor: Actor, key: int, about: About) -> Organisation:
    """Write anew what is known about an organisation; whose it is stays.

    Refuses `no_such_organisation`, `organisation_closed`, `kind_fixed`,
    `organisation_name_missing`, `organisation_known`, `credit_code_wrong`, `credit_code_taken`,
    `parent_elsewhere` and `hierarchy_cycle`.
    """
    require(actor, rules.CHANGE_ORGANISATION)
    with change():
        row = open_organisation(actor, key)
        require(actor, rules.CHANGE_ORGANISATION, of=_scopes(row))
        _lock(row.member)
        row = Organisation.objects.select_for_update(of=("self",)).get(pk=key)
        if (row.kind == OFFICE_KIND) != (about.kind == OFFICE_KIND):
            raise Refusal(
                "kind_fixed",
                N_("An organisation does not become the regional office, nor cease to be it."),
                way_out=N_("Enter a new organisation."),
                field="kind",
            )
        before = row.name_zh
        _write(actor, row, about)
        row.kind = kind_named(about.kind)
        row.save()
        record(
            actor=actor,
            verb="change_organisation",
            subject=Reference("region", "organisation", str(key)),
            member=row.member.code if row.member else "",
            before=before[:64],
            after=row.name_zh[:64],
            kind=row.kind,
            credit_code=row.credit_code or "",
            parent=row.parent_id or 0,
        )
    return row


def close_organisation(*, actor: Actor, key: int, reason: str) -> Organisation:
    """Close an organisation: its mandates end, invitations to it are recalled, its records stay.

    Refuses `no_such_organisation`, `organisation_closed`, `reason_needed`, `has_subordinates`,
    `last_administrator`.
    """
    require(actor, rules.CLOSE_ORGANISATION)
    with change():
        row = open_organisation(actor, key)
        require(actor, rules.CLOSE_ORGANISATION, of=_scopes(row))
        why = rules.reason_given(reason)
        _lock(row.member)
        Owner(None, row).lock()
        if row.subordinates.filter(closed_at__isnull=True).exists():
            raise Refusal(
                "has_subordinates",
                N_("Organisations below “{name}” are open."),
                way_out=N_("Close them first, or let them belong to another."),
                name=row.name_zh,
            )
        now = timezone.now()
        ending = list(
            Mandate.objects.filter(Mandate.not_ended(now), organisation=row).select_related(
                "person", "member", "organisation"
            )
        )
        end_mandates(actor, ending, why, now)
        invited = Invitation.objects.filter(
            organisation=row, accepted_at__isnull=True, recalled_at__isnull=True
        )
        for invitation in invited:
            end_invitation(actor, invitation, why, now)
        row.closed_at = now
        row.save(update_fields=["closed_at"])
        record(
            actor=actor,
            verb="close_organisation",
            subject=Reference("region", "organisation", str(key)),
            member=row.member.code if row.member else "",
            reason=why,
            before="open",
            after="closed",
            mandates_ended=len(ending),
        )
    return row


def kind_named(kind: str) -> str:
    """Return a kind that is known. Refuses `no_such_kind`."""
    if kind not in Organisation.Kind.values:
        raise Refusal(
            "no_such_kind",
            N_("There is no kind of organisation “{kind}”."),
            way_out=N_("Choose one of: {known}."),
            field="kind",
            kind=str(kind)[:40],
            known=", ".join(Organisation.Kind.values),
        )
    return kind


def code_rule() -> CodeRule | None:
    """Return how the country of this node's region checks credit codes; None: not at all."""
    return _rule_of(settings.XIETONG_REGIONS, settings.XIETONG_REGION)


@lru_cache(maxsize=2)
def _rule_of(packs: Path, code: str) -> CodeRule | None:
    # A table of organisations asks for each row, and a pack is a whole folder of files.
    return CodeRule.of_pack(read_pack(packs, code).country.facts["credit_code"])


def code_problem(code: str, rule: CodeRule | None, row: int | None = None) -> Problem | None:
    """Return what is wrong with a credit code, if anything."""
    if rule is None:
        length = Organisation._meta.get_field("credit_code").max_length or 18
        if len(code) <= length:
            return None
        return Problem(
            "credit_code_length", row, "credit_code", {"length": len(code), "needed": length}
        )
    checked = rule.check(pa.array([code]))
    if checked.wrong_length[0]:
        params = {"length": len(code), "needed": rule.length}
        return Problem("credit_code_length", row, "credit_code", params)
    if checked.wrong_letters[0]:
        return Problem("credit_code_letters", row, "credit_code")
    return Problem("credit_code_check", row, "credit_code") if checked.wrong_check[0] else None


def tidy_code(code: str) -> str:
    """Return a credit code as it is kept: half-width, upper case, no blanks."""
    return plain(code).upper().replace(" ", "")


def _home(actor: Actor, member: str | None, kind: str) -> Member | None:
    """Return whose a new organisation is; None for the regional office alone."""
    if kind_named(kind) == OFFICE_KIND:
        if member:
            raise Refusal(
                "office_of_no_member",
                N_("The regional office belongs to no member."),
                way_out=N_("Leave the member open, or choose another kind."),
                field="member",
            )
        queries.the_region(actor)
        return None
    if not member:
        raise Refusal(
            "member_missing",
            N_("It is not said to which member the organisation belongs."),
            way_out=N_("Choose a member."),
            field="member",
        )
    return queries.member(actor, member)


def _scopes(row: Organisation) -> frozenset[str]:
    return scopes_of(member=row.member, organisation=row)


def _lock(home: Member | None) -> None:
    """Let all changes to one member's hierarchy wait for each other."""
    if home is not None:
        Member.objects.select_for_update(of=("self",)).get(pk=home.pk)
    else:
        Region.objects.select_for_update(of=("self",)).get()


def _write(actor: Actor, row: Organisation, about: About) -> None:
    """Put into a row what is said about it, once all of it may stand."""
    name = " ".join(about.name_zh.split())
    if not name or len(name) > 200 or len(about.name_en) > 300:
        raise Refusal(
            "organisation_name_missing",
            N_("The organisation's name is missing, or too long."),
            way_out=N_("Give the name as it stands on the seal, in at most 200 characters."),
            field="name_zh",
        )
    same_name = Organisation.objects.filter(member=row.member, name_zh=name).exclude(pk=row.pk)
    if row.member is not None and same_name.exists():
        raise Refusal(
            "organisation_known",
            N_("The member has an organisation “{name}” already."),
            way_out=N_("Change that one, or tell the two apart by their names."),
            field="name_zh",
            name=name,
        )
    row.name_zh, row.name_en = name, " ".join(about.name_en.split())
    row.credit_code = _code(row, about.credit_code)
    row.parent = _parent(actor, row, about.parent)


def _code(row: Organisation, given: str) -> str | None:
    code = tidy_code(given)
    if not code:
        return None
    if problem := code_problem(code, code_rule()):
        raise Refusal(
            "credit_code_wrong",
            N_("“{code}” is no credit code."),
            way_out=N_("Compare it with the licence; a character is probably mistyped."),
            field="credit_code",
            problems=(problem,),
            code=code[:40],
        )
    if Organisation.objects.filter(credit_code=code).exclude(pk=row.pk).exists():
        raise Refusal(
            "credit_code_taken",
            N_("Another organisation has the credit code “{code}”."),
            way_out=N_("Compare both with their licences, and search for the code."),
            field="credit_code",
            code=code,
        )
    return code


def _parent(actor: Actor, row: Organisation, key: int | None) -> Organisation | None:
    if key is None:
        return None
    parent = open_organisation(actor, key)
    if parent.member_id != row.member_id:
        raise Refusal(
            "parent_elsewhere",
            N_("“{name}” belongs to another member."),
            way_out=N_("Choose a superior organisation of the same member."),
            field="parent",
            name=parent.name_zh,
        )
    above: Organisation | None = parent
    while above is not None:
        if row.pk is not None and above.pk == row.pk:
            raise Refusal(
                "hierarchy_cycle",
                N_("“{name}” stands below this organisation already."),
                way_out=N_("Choose one that does not stand below it."),
                field="parent",
                name=parent.name_zh,
            )
        above = above.parent
    return parent
