"""Bringing registers in: checked, placed, coded, kept as a file, and only then named by a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from xietong.atlas import methods, rules, storage
from xietong.atlas.methods import Methods
from xietong.atlas.models import Register, RegisterVersion
from xietong.atlas.operations.treatment import Treatment, given_codes
from xietong.engine import register as engine
from xietong.engine.problems import ProblemsFound
from xietong.engine.register import REFUSING, Check
from xietong.engine.tables import ColumnMapping, TableSource, open_table, propose_mapping
from xietong.kit.progress import Progress, silent
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.kit.shelf import digest_of
from xietong.region import queries as region
from xietong.region.models import BoundarySet, Member
from xietong.region.operations import change, record
from xietong.region.rules import Actor, of_member, require

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


@dataclass(frozen=True, slots=True)
class Brought:
    """A register as it was read: what a version says of its file and its rows."""

    digest: str
    source_name: str
    source_digest: str
    method_digest: str
    rows: int
    quality: Mapping[str, Any]


def check_register(*, actor: Actor, path: Path, progress: Progress = silent) -> Check:
    """Tell everything that is wrong with a register and how good the rest is; nothing is stored.

    Refuses `register_unreadable` where the file is no table that can be read.
    """
    require(actor, rules.CHECK_REGISTER)
    ways = methods.current()
    progress("Read")
    try:
        source, mapping = _open(path, ways)
        watched = source.watched(lambda done: progress("Read", done))
        return engine.check_register(watched, mapping, ways.rules())
    except ProblemsFound as found:
        raise _refused(path, found) from found


def import_register(
    *,
    actor: Actor,
    member: str,
    path: Path,
    about: About,
    progress: Progress = silent,
) -> tuple[RegisterVersion, bool]:
    """Check, place, code and keep a member's register; return the version and whether it is new.

    The newest version's own file, read by the same methods, changes nothing and is not read again;
    other words in `about` (blank ones say nothing) make a new version of the same rows. Refuses
    `no_such_member`, `words_too_long`, `register_unreadable`, `register_changed`,
    `register_not_kept` and, with every fault of the file, `register_refused`.
    """
    require(actor, rules.IMPORT_REGISTER)
    owner = region.member(actor, member)
    require(actor, rules.IMPORT_REGISTER, of=of_member(owner.code))
    _check_words(about)
    progress(f"Compare {member}")
    ways = methods.current()
    outlines = methods.surveyed_outlines(actor)
    source_digest, method_digest = digest_of(path), ways.digest_with(outlines)
    known = _newest(owner)
    brought = None if known is None else _kept(known, path, source_digest, method_digest)
    if brought is None:
        brought = _bring(path, owner, ways, outlines, source_digest, progress)
    progress(f"Record {member}")
    return _record(actor, owner, about, brought)


def _bring(
    path: Path,
    owner: Member,
    ways: Methods,
    outlines: BoundarySet | None,
    source_digest: str,
    progress: Progress,
) -> Brought:
    """Read a file from end to end and lay what it says on the shelf; no row names it yet."""
    shelf = storage.registers()
    stage = f"Read {owner.code}"
    with shelf.aside() as scratch, ways.coder.workers(settings.XIETONG_THREADS) as workers:
        try:
            source, mapping = _open(path, ways)
            progress(stage)
            located = {"longitude", "latitude"} <= mapping.columns.keys()
            treatment = Treatment(
                ways.placer(outlines if located else None),
                workers,
                given_codes(
                    source.watched(lambda done: progress(f"Look at codes of {owner.code}", done)),
                    mapping,
                    ways,
                ),
                member=owner.place_code,
                progress=lambda what, done=0, total=None: progress(
                    f"{what} {owner.code}", done, total
                ),
            )
            written = engine.write_register(
                source.watched(lambda done: progress(stage, done)),
                mapping,
                ways.rules(),
                scratch,
                transform=treatment,
            )
        except ProblemsFound as found:
            raise _refused(path, found) from found
        except OSError as fault:
            raise _not_kept(path, fault) from fault
        if digest_of(path) != source_digest:
            raise Refusal(
                "register_changed",
                N_("“{file}” changed while it was read; nothing was stored."),
                way_out=N_("Import it again when nobody writes to it."),
                field="file",
                file=path.name,
            )
        try:
            shelf.keep(written.path, written.path.name)
        except OSError as fault:
            raise _not_kept(path, fault) from fault
    return Brought(
        digest=written.sha256,
        source_name=path.name,
        source_digest=source_digest,
        method_digest=ways.digest_with(outlines),
        rows=written.rows,
        quality={
            **written.quality,
            **treatment.quality(),
            "problems": {**written.quality["problems"], **treatment.problems()},
        },
    )


def _open(path: Path, ways: Methods) -> tuple[TableSource, ColumnMapping]:
    source = open_table(path, ways.synonyms)
    return source, propose_mapping(source.columns, ways.synonyms)


def _newest(owner: Member) -> RegisterVersion | None:
    return RegisterVersion.objects.filter(register__member=owner).order_by("-number").first()


def _kept(
    version: RegisterVersion, path: Path, source_digest: str, method_digest: str
) -> Brought | None:
    """Return what a version holds where it is of this file and these methods, its rows on disk."""
    if (version.source_digest, version.method_digest) != (source_digest, method_digest):
        return None
    if not (storage.registers().folder / f"{version.digest}.parquet").is_file():
        return None
    return Brought(
        digest=version.digest,
        source_name=path.name,
        source_digest=source_digest,
        method_digest=method_digest,
        rows=version.rows,
        quality=version.quality,
    )


def _unchanged(version: RegisterVersion, brought: Brought, about: About) -> bool:
    """Tell whether a version says all of this already, of the same rows read in the same way."""
    same = ("source_digest", "method_digest", "digest")
    return all(getattr(version, name) == getattr(brought, name) for name in same) and (
        _words_of(version) == _with_words(_words_of(version), about)
    )


def _words_of(version: RegisterVersion) -> About:
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


def _with_words(now: About, new: About) -> About:
    """Return the new words, and the present ones where there are none; made up stays made up."""
    both = {one.name: getattr(new, one.name) or getattr(now, one.name) for one in fields(About)}
    return About(**both)


def _present(owner: Member, newest: RegisterVersion | None, source_digest: str) -> About:
    """Return the words that stand until others are given; a banner stands for its own file only."""
    if newest is None:
        return About(
            title_zh=f"{owner.name_zh}企业名录",
            title_en=f"Register of establishments, {owner.name_en}",
        )
    words = _words_of(newest)
    if newest.source_digest == source_digest:
        return words
    return replace(words, banner_zh="", banner_en="", synthetic=False)


def _record(
    actor: Actor, owner: Member, about: About, brought: Brought
) -> tuple[RegisterVersion, bool]:
    with change():
        # The member's row is the queue of importers: two at once get two numbers, or one version.
        Member.objects.select_for_update().get(pk=owner.pk)
        newest = _newest(owner)
        if newest is not None and _unchanged(newest, brought, about):
            return newest, False
        words = _with_words(_present(owner, newest, brought.source_digest), about)
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
            imported_by=actor.name,
        )
        record(
            actor=actor,
            verb="import_register",
            subject=Reference("atlas", "register_version", f"{owner.code}.{version.number}"),
            before="" if newest is None else newest.digest,
            after=brought.digest,
            rows=brought.rows,
            source=brought.source_digest,
            methods=brought.method_digest,
            synthetic=words.synthetic,
        )
    return version, True


def _check_words(about: About) -> None:
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


def _not_kept(path: Path, fault: OSError) -> Refusal:
    return Refusal(
        "register_not_kept",
        N_("“{file}” could not be read or kept: {fault}. Nothing was stored."),
        way_out=N_("See to the disk (XIETONG_HOME) and import the file again."),
        field="file",
        file=path.name,
        fault=fault.strerror or str(fault),
    )


def _refused(path: Path, found: ProblemsFound) -> Refusal:
    """Tell a file that is no table from a table that is no register."""
    problems = tuple(found.problems)
    if not any(one.code in REFUSING for one in problems):
        return Refusal(
            "register_unreadable",
            N_("“{file}” cannot be read as a table; nothing was stored."),
            way_out=N_("Save it again as CSV, XLSX or Parquet, and import that."),
            field="file",
            problems=problems,
            file=path.name,
        )
    return Refusal(
        "register_refused",
        N_("“{file}” was refused as a register; nothing was stored. Faults and doubts: {count}."),
        way_out=N_("Mend the faults that are listed and import the file again."),
        field="file",
        problems=problems,
        file=path.name,
        count=len(problems),
    )
