"""Editions and versions of registers as search knows them: for whoever sees them in the lists."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override

from xietong.atlas.models import Edition, RegisterVersion
from xietong.desk.findable import EVERYBODY, Findable, findable
from xietong.kit.references import Reference
from xietong.kit.refusals import N_
from xietong.region.rules import OFFICE, of_member


def edition_found(row: Edition) -> Findable:
    """Return an edition: what is published everybody finds, else whoever may see drafts of it."""
    codes = row.versions.values_list("register__member__code", flat=True)
    shut = frozenset({OFFICE, *(of_member(code) for code in codes)})
    return Findable(
        reference=Reference("atlas", "edition", str(row.number)),
        kind=N_("Edition of the map"),
        title_zh=row.title_zh,
        title_en=row.title_en,
        url=_page("atlas:edition", row.number),
        scopes=frozenset({EVERYBODY}) if row.state == Edition.State.PUBLISHED else shut,
        text=(str(row.number), row.digest[:12]),
    )


def version_found(row: RegisterVersion) -> Findable:
    """Return a version of a register: whoever works for its member finds it, by its file too."""
    member = row.register.member
    titles = {}
    for language, name in (("zh-hans", member.name_zh), ("en", member.name_en)):
        with override(language):
            titles[language] = gettext("Register of {member}, version {number}").format(
                member=name, number=row.number
            )
    return Findable(
        reference=Reference("atlas", "register_version", f"{member.code}.{row.number}"),
        kind=N_("Register of establishments"),
        title_zh=titles["zh-hans"],
        title_en=titles["en"],
        url=_page("atlas:register", member.code),
        scopes=frozenset({of_member(member.code)}),
        text=(row.source_name, row.digest[:12]),
    )


@findable("editions")
def _editions() -> Iterator[Findable]:
    return map(edition_found, Edition.objects.iterator())


@findable("register versions")
def _versions() -> Iterator[Findable]:
    rows = RegisterVersion.objects.select_related("register__member")
    return map(version_found, rows.iterator())


def _page(name: str, key: int | str) -> str:
    with override(settings.LANGUAGE_CODE):
        return reverse(name, args=[key])
