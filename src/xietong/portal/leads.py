"""What each kind of record is called and where it stands, read through its room's queries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from xietong.agreements import queries as agreements
from xietong.atlas import models, rules
from xietong.atlas import queries as atlas
from xietong.atlas.queries.editions import editions_for
from xietong.desk import queries as desk
from xietong.desk.models import ImportTemplate
from xietong.desk.rules import REMEMBER_MAPPING
from xietong.desk.sayings import say
from xietong.region import models as region_models
from xietong.region import naming, queries
from xietong.region.leads import Lead, resolves, shares
from xietong.region.rules import READ_AUDIT, Actor, Kind, May, may, of_member

Leads = Mapping[str, Lead]


def _numbers(keys: Collection[str]) -> list[int]:
    return [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 18]


def _by_key(rows: Iterable[Model], lead: Callable[..., Lead]) -> Leads:
    return {str(row.pk): lead(row) for row in rows}


def _called(zh: str, en: str) -> str:
    return zh if naming.speaks_chinese() else en or zh


def _of_members(line: May, actor: Actor, row: Model) -> bool:
    member: region_models.Member = getattr(row, "member")  # noqa: B009  (tables of many kinds)
    return may(actor, line, of=of_member(member.code))


@resolves("agreements", "agreement")
def _agreements(actor: Actor, keys: Collection[str]) -> Leads:
    return {
        str(number): Lead(
            _called(one.title.zh, one.title.en),
            reverse("agreements:agreement", args=[number]),
        )
        for number, one in agreements.agreements_by_id(actor, _numbers(keys)).items()
    }


@shares
def _of_parties(members: Collection[str]) -> QuerySet[Any, str]:
    return agreements.references_of_parties(members)


@resolves("atlas", "edition")
def _editions(actor: Actor, keys: Collection[str]) -> Leads:
    rows = editions_for(actor).filter(number__in=_numbers(keys))
    return {
        str(number): Lead(
            gettext("Edition {number}").format(number=number),
            reverse("atlas:edition", args=[number]),
        )
        for number in rows.values_list("number", flat=True)
    }


@resolves("atlas", "editions")
def _newest(actor: Actor, keys: Collection[str]) -> Leads:
    if "newest" not in keys or not actor.may_read_published:
        return {}
    return {"newest": Lead(gettext("Editions of the map"), reverse("atlas:editions"))}


@resolves("atlas", "register")
def _registers(actor: Actor, keys: Collection[str]) -> Leads:
    rows = region_models.Member.objects.filter(code__in=keys)
    return {
        row.code: Lead(
            gettext("Register of {member}").format(member=naming.member(row)),
            reverse("atlas:register", args=[row.code]),
        )
        for row in rows
        if may(actor, rules.READ_FIGURES, of=of_member(row.code))
    }


@resolves("atlas", "register_version")
def _versions(actor: Actor, keys: Collection[str]) -> Leads:
    wanted = [
        (code, _numbers([number])) for code, _, number in (key.rpartition(".") for key in keys)
    ]
    members = {row.code: row for row in queries.members_for(actor, rules.READ_IMPORTS)}
    return {
        f"{code}.{number}": Lead(
            gettext("Register of {member}, version {number}").format(
                member=naming.member(members[code]), number=number
            ),
            reverse("atlas:versions", args=[code]),
        )
        for code, numbers in wanted
        if code in members
        for number in models.RegisterVersion.objects.filter(
            register__member=members[code], number__in=numbers
        ).values_list("number", flat=True)
    }


@resolves("atlas", "register_draft")
def _drafts(actor: Actor, keys: Collection[str]) -> Leads:
    rows = models.RegisterDraft.objects.filter(pk__in=_numbers(keys)).select_related("member")
    return _by_key(
        (row for row in rows if _of_members(rules.READ_IMPORTS, actor, row)),
        lambda row: Lead(
            gettext("Import of “{file}”").format(file=row.name),
            reverse("atlas:import", args=[row.member.code, row.pk]),
        ),
    )


@resolves("atlas", "correction")
def _corrections(actor: Actor, keys: Collection[str]) -> Leads:
    rows = models.Correction.objects.filter(pk__in=_numbers(keys)).select_related("member")
    return _by_key(
        (row for row in rows if _of_members(rules.READ_ROWS, actor, row)),
        lambda row: Lead(
            gettext("Correction {number}").format(number=row.pk),
            reverse("atlas:corrections", args=[row.member.code]),
        ),
    )


@resolves("atlas", "assignment")
def _assignments(actor: Actor, keys: Collection[str]) -> Leads:
    rows = models.Assignment.objects.filter(pk__in=_numbers(keys)).select_related("member")
    return _by_key(
        (row for row in rows if _of_members(rules.READ_ROWS, actor, row)),
        lambda row: Lead(
            gettext("A unit of the queue"), reverse("atlas:queue", args=[row.member.code])
        ),
    )


@resolves("atlas", "word")
def _words(actor: Actor, keys: Collection[str]) -> Leads:
    rows = models.VocabularyWord.objects.filter(pk__in=_numbers(keys)).select_related("member")
    return _by_key(
        (row for row in rows if _of_members(rules.READ_ROWS, actor, row)),
        lambda row: Lead(
            gettext("The word “{word}”").format(word=row.word),
            reverse("atlas:words", args=[row.member.code]),
        ),
    )


@resolves("atlas", "published_name")
def _published_names(actor: Actor, keys: Collection[str]) -> Leads:
    wanted = set(_numbers(keys))
    return {
        str(row.pk): Lead(_called(row.name_zh, row.name_en))
        for row in atlas.published_names(actor)
        if row.pk in wanted
    }


@resolves("desk", "job")
def _jobs(actor: Actor, keys: Collection[str]) -> Leads:
    return _by_key(
        desk.jobs_visible_to(actor).filter(pk__in=_numbers(keys)),
        lambda row: Lead(say(row.title, row.title_params), reverse("desk:job", args=[row.pk])),
    )


@resolves("desk", "file")
def _files(actor: Actor, keys: Collection[str]) -> Leads:
    return _by_key(
        desk.files_visible_to(actor).filter(pk__in=_numbers(keys)),
        lambda row: Lead(row.name, reverse("desk:file", args=[row.pk])),
    )


@resolves("desk", "template")
def _templates(actor: Actor, keys: Collection[str]) -> Leads:
    rows = ImportTemplate.objects.filter(pk__in=_numbers(keys)).select_related("member")
    return _by_key(
        (row for row in rows if _of_members(REMEMBER_MAPPING, actor, row)),
        lambda row: Lead(gettext("How a table's columns are read")),
    )


@resolves("desk", "search")
def _search(actor: Actor, keys: Collection[str]) -> Leads:
    if "index" not in keys or not may(actor, READ_AUDIT):
        return {}
    return {"index": Lead(gettext("Search index"))}


@resolves("region", "person")
def _people(actor: Actor, keys: Collection[str]) -> Leads:
    if actor.kind is Kind.READER:
        return {}
    return _by_key(
        queries.people_visible_to(actor).filter(pk__in=_numbers(keys)),
        lambda row: Lead(naming.person(row), reverse("region:person", args=[row.pk])),
    )


@resolves("region", "organisation")
def _organisations(actor: Actor, keys: Collection[str]) -> Leads:
    return _by_key(
        queries.organisations_visible_to(actor).filter(pk__in=_numbers(keys)),
        lambda row: Lead(naming.organisation(row), reverse("region:organisation", args=[row.pk])),
    )


@resolves("region", "invitation")
def _invitations(actor: Actor, keys: Collection[str]) -> Leads:
    return _by_key(
        queries.invitations_visible_to(actor).filter(pk__in=_numbers(keys)),
        lambda row: Lead(
            gettext("Invitation of {name}").format(name=row.name or row.email),
            reverse("region:invitations"),
        ),
    )


@resolves("region", "token")
def _tokens(actor: Actor, keys: Collection[str]) -> Leads:
    if actor.kind is not Kind.PERSON:
        return {}
    wanted = set(_numbers(keys))
    return _by_key(
        (row for row in queries.own_tokens(actor) if row.pk in wanted),
        lambda row: Lead(
            gettext("Token “{name}”").format(name=row.name), reverse("portal:account")
        ),
    )


@resolves("region", "member")
def _members(actor: Actor, keys: Collection[str]) -> Leads:
    if not actor.may_read_published:
        return {}
    rows = region_models.Member.objects.filter(code__in=keys)
    return {row.code: Lead(naming.member(row)) for row in rows}


@resolves("region", "region")
def _regions(actor: Actor, keys: Collection[str]) -> Leads:
    if not actor.may_read_published:
        return {}
    rows = region_models.Region.objects.filter(code__in=keys)
    return {
        row.code: Lead(_called(row.name_zh, row.name_en), reverse("portal:home")) for row in rows
    }


@resolves("region", "boundary_set")
def _boundaries(actor: Actor, keys: Collection[str]) -> Leads:
    if not actor.may_read_published:
        return {}
    known = {digest[:12] for digest in _all_digests()}
    return {key: Lead(gettext("Outlines of the places")) for key in keys if key in known}


def _all_digests() -> Iterable[str]:
    return region_models.BoundarySet.objects.values_list("digest", flat=True)


@resolves("region", "node_key")
def _node_keys(actor: Actor, keys: Collection[str]) -> Leads:
    if not may(actor, READ_AUDIT):
        return {}
    rows = region_models.NodeKey.objects.filter(fingerprint__in=keys)
    return {row.fingerprint: Lead(gettext("Key of the node")) for row in rows}
