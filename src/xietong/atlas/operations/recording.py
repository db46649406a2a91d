"""Recording a version of a register: its number, its words, its entry in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from xietong.atlas.models import Register, RegisterVersion
from xietong.atlas.operations.bringing import Brought
from xietong.engine.register import Difference
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region.models import Member
from xietong.region.operations import change, record
from xietong.region.rules import Actor

OF_REGISTER = ("title_zh", "title_en", "attribution_zh", "attribution_en")


@dataclass(frozen=True, slots=True)
class About:
    """What a register is called, whose it is, and what must stand beside whatever shows it."""

    title_zh: str = ""
    title_en: str = ""
    attribution_zh: str = ""
    attribution_en: str = ""
    banner_zh: str = ""
    banner_en: str = ""
    synthetic: bool = False

    @classmethod
    def of_sample(cls, sample: Mapping[str, Any], banner: Mapping[str, Any] | None) -> About:
        """Take the words from a pack's data set and its banner."""
        return cls(
            title_zh=sample["title_zh"],
            title_en=sample["title_en"],
            attribution_zh=sample["attribution_zh"],
            attribution_en=sample["attribution_en"],
            banner_zh=banner["zh"] if banner else "",
            banner_en=banner["en"] if banner else "",
        )

    @classmethod
    def of_twin(cls) -> About:
        """Say of a twin's register that it is made up."""
        return cls(
            title_zh="合成企业名录",
            title_en="Synthetic register of establishments",
            attribution_zh="合成数据，非真实企业",
            attribution_en="Synthetic data; no real establishment",
            banner_zh="合成数据（SYNTHETIC），仅供演示，不代表任何真实情况",
            banner_en="SYNTHETIC data for demonstration; not the state of anything real",
            synthetic=True,
        )


def newest_of(owner: Member) -> RegisterVersion | None:
    """Return a member's newest version, the one that counts."""
    return RegisterVersion.objects.filter(register__member=owner).order_by("-number").first()


def lock_importers(owner: Member) -> None:
    """Queue at the member's row: two importers at once get two numbers, or one version."""
    Member.objects.select_for_update().get(pk=owner.pk)


def _unchanged(version: RegisterVersion, brought: Brought, about: About) -> bool:
    """Tell whether a version says all of this already, of the same rows read in the same way."""
    same = ("source_digest", "method_digest", "digest")
    return all(getattr(version, name) == getattr(brought, name) for name in same) and (
        words_of(version) == with_words(words_of(version), about)
    )


def words_of(version: RegisterVersion) -> About:
    """Return the words that stand beside a version."""
    register = version.register
    return About(
        title_zh=register.title_zh,
        title_en=register.title_en,
        attribution_zh=register.attribution_zh,
        attribution_en=register.attribution_en,
        banner_zh=version.banner_zh,
        banner_en=version.banner_en,
        synthetic=version.synthetic,
    )


def with_words(now: About, new: About) -> About:
    """Return the new words, and the present ones where there are none; made up stays made up."""
    both = {one.name: getattr(new, one.name) or getattr(now, one.name) for one in fields(About)}
    return About(**both)


def present_words(owner: Member, newest: RegisterVersion | None, source_digest: str) -> About:
    """Return the words that stand until others are given; a banner stands for its own file only."""
    if newest is None:
        return About(
            title_zh=f"{owner.name_zh}企业名录",
            title_en=f"Register of establishments, {owner.name_en}",
        )
    words = words_of(newest)
    if newest.source_digest == source_digest:
        return words
    return replace(words, banner_zh="", banner_en="", synthetic=False)


def record_version(
    actor: Actor,
    owner: Member,
    about: About,
    brought: Brought,
    *,
    verb: str = "import_register",
    reason: str = "",
    restores: RegisterVersion | None = None,
    changes: Mapping[str, int] | None = None,
) -> tuple[RegisterVersion, bool]:
    """Name what was brought by the next version, or return the newest where it says all of it."""
    with change():
        lock_importers(owner)
        newest = newest_of(owner)
        if newest is not None and _unchanged(newest, brought, about):
            return newest, False
        words = with_words(present_words(owner, newest, brought.source_digest), about)
        register, _ = Register.objects.update_or_create(
            member=owner,
            defaults={name: getattr(words, name) for name in OF_REGISTER},
        )
        version = RegisterVersion.objects.create(
            register=register,
            number=1 if newest is None else newest.number + 1,
            digest=brought.digest,
            source_name=brought.source_name[-255:],
            source_digest=brought.source_digest,
            method_digest=brought.method_digest,
            rows=brought.rows,
            synthetic=words.synthetic,
            banner_zh=words.banner_zh,
            banner_en=words.banner_en,
            quality=brought.quality,
            imported_by=actor.name[:100],
            problems_digest=brought.problems_digest,
            choice=brought.choice,
            restores=restores,
            changes=None if changes is None else dict(changes),
            reason=reason,
        )
        record(
            actor=actor,
            verb=verb,
            subject=Reference("atlas", "register_version", f"{owner.code}.{version.number}"),
            member=owner.code,
            reason=reason,
            before="" if newest is None else newest.digest,
            after=brought.digest,
            rows=brought.rows,
            source=brought.source_digest,
            methods=brought.method_digest,
            synthetic=words.synthetic,
        )
    return version, True


def changes_of(difference: Difference, base: RegisterVersion | None) -> dict[str, int]:
    """Return the counts of a comparison as a version keeps them; `base` 0 is no version."""
    names = ("before", "after", "added", "removed", "changed", "unchanged", "moved", "recoded")
    return {
        "base": 0 if base is None else base.number,
        **{name: getattr(difference, name) for name in names},
    }


def check_words(about: About) -> None:
    """Refuse `words_too_long` before anything is read."""
    for one in fields(About):
        model = Register if one.name in OF_REGISTER else RegisterVersion
        most = getattr(model._meta.get_field(one.name), "max_length", None)
        if most is not None and len(getattr(about, one.name)) > most:
            raise Refusal(
                "words_too_long",
                N_("`{words}` is longer than {most} characters."),
                way_out=N_("Shorten it."),
                field=one.name,
                words=one.name,
                most=most,
            )
