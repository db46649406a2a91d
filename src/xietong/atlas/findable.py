"""Editions, registers, their versions and corrections as search knows them, each by its page."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override

from xietong.atlas import rules
from xietong.atlas.models import Correction, Edition, Register, RegisterVersion
from xietong.desk.findable import EVERYBODY, Findable, findable
from xietong.engine.register.corrections import INDUSTRY
from xietong.kit.references import Reference
from xietong.kit.refusals import N_
from xietong.region.models import Industry, Member, Place
from xietong.region.rules import of_member


def edition_found(row: Edition) -> Findable:
    """Return an edition: what is published everybody finds, else whoever may see drafts of it."""
    published = row.state == Edition.State.PUBLISHED
    codes = row.versions.values_list("register__member__code", flat=True)
    return Findable(
        reference=Reference("atlas", "edition", str(row.number)),
        kind=N_("Edition of the map"),
        title_zh=row.title_zh,
        title_en=row.title_en,
        url=_page("atlas:edition", row.number),
        line=None if published else rules.READ_DRAFTS,
        of=frozenset() if published else frozenset(of_member(code) for code in codes),
        keys=frozenset({EVERYBODY}) if published else frozenset(),
        text=(str(row.number), row.digest[:12]),
    )


def register_found(row: Register) -> Findable:
    """Return a member's register: whoever sees its figures finds it."""
    member = row.member
    zh, en = _in_both(N_("Register of {member}"), member)
    return Findable(
        reference=Reference("atlas", "register", member.code),
        kind=N_("Register of establishments"),
        title_zh=zh,
        title_en=en,
        url=_page("atlas:register", member.code),
        line=rules.READ_FIGURES,
        of=frozenset({of_member(member.code)}),
        text=(row.title_zh, row.title_en, member.code),
    )


def version_found(row: RegisterVersion) -> Findable:
    """Return a version of a register: whoever sees its imports finds it, by its file too."""
    member = row.register.member
    zh, en = _in_both(N_("Register of {member}, version {number}"), member, number=row.number)
    return Findable(
        reference=Reference("atlas", "register_version", f"{member.code}.{row.number}"),
        kind=N_("Version of a register"),
        title_zh=zh,
        title_en=en,
        url=_page("atlas:versions", member.code),
        line=rules.READ_IMPORTS,
        of=frozenset({of_member(member.code)}),
        text=(row.source_name, row.digest[:12]),
    )


def correction_found(row: Correction) -> Findable:
    """Return a correction in force: whoever may see the unit's row finds it, by the unit."""
    titles = []
    for language, value in zip(("zh-hans", "en"), _names_of(row.field, row.to_value), strict=True):
        with override(language):
            titles.append(
                gettext("Correction of {unit}: {value}").format(
                    unit=row.unit_name or row.unit, value=value
                )
            )
    return Findable(
        reference=Reference("atlas", "correction", str(row.pk)),
        kind=N_("Correction"),
        title_zh=titles[0],
        title_en=titles[1],
        url=f"{_page('atlas:queue', row.member.code)}?unit={quote(row.unit)}",
        line=rules.READ_ROWS,
        of=frozenset({of_member(row.member.code)}),
        text=(row.unit, row.to_value, row.reason, row.made_by_name),
    )


@findable("editions", rules.READ_DRAFTS)
def _editions() -> Iterator[Findable]:
    return map(edition_found, Edition.objects.iterator())


@findable("registers", rules.READ_FIGURES)
def _registers() -> Iterator[Findable]:
    # The page of a register without a version says that there is none.
    rows = Register.objects.filter(versions__isnull=False).distinct().select_related("member")
    return map(register_found, rows.iterator())


@findable("register versions", rules.READ_IMPORTS)
def _versions() -> Iterator[Findable]:
    rows = RegisterVersion.objects.select_related("register__member")
    return map(version_found, rows.iterator())


@findable("corrections", rules.READ_ROWS)
def _corrections() -> Iterator[Findable]:
    rows = Correction.objects.filter(withdrawn_at__isnull=True).select_related("member")
    return map(correction_found, rows.iterator())


def _names_of(field: str, code: str) -> tuple[str, str]:
    """Return what a code means in both languages; itself, where it means nothing any more."""
    rows = Industry.objects if field == INDUSTRY else Place.objects
    row = rows.filter(code=code).first()
    return (row.name_zh, row.name_en or row.name_zh) if row else (code, code)


def _in_both(sentence: str, member: Member, **params: object) -> tuple[str, str]:
    titles = []
    for language, name in (("zh-hans", member.name_zh), ("en", member.name_en)):
        with override(language):
            titles.append(gettext(sentence).format(member=name, **params))
    zh, en = titles
    return zh, en


def _page(name: str, key: int | str) -> str:
    with override(settings.LANGUAGE_CODE):
        return reverse(name, args=[key])
