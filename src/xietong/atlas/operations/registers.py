"""Bringing registers in: checked, placed, coded, kept as a file, and only then named by a row."""

from __future__ import annotations

from pathlib import Path

from xietong.atlas import methods, rules, storage
from xietong.atlas.models import RegisterVersion
from xietong.atlas.operations.bringing import Brought, bring, manner_of, opened, refused
from xietong.atlas.operations.doubting import answer, counts_of, misgivings_of, summary_of
from xietong.atlas.operations.recording import About, check_words, newest_of, record_version
from xietong.engine import register as engine
from xietong.engine.problems import ProblemsFound
from xietong.engine.register import Check
from xietong.engine.register.findings import Told
from xietong.kit.progress import Progress, silent
from xietong.kit.shelf import digest_of
from xietong.region import queries as region
from xietong.region.rules import Actor, of_member, require


def check_register(*, actor: Actor, path: Path, progress: Progress = silent) -> Check:
    """Tell everything that is wrong with a register and how good the rest is; nothing is stored.

    Refuses `register_unreadable` where the file is no table that can be read.
    """
    require(actor, rules.CHECK_REGISTER)
    ways = methods.current()
    progress("Read")
    try:
        source, mapping = opened(path, ways)
        watched = source.watched(lambda done: progress("Read", done))
        return engine.check_register(watched, mapping, ways.rules())
    except ProblemsFound as found:
        raise refused(path.name, found) from found


def import_register(
    *,
    actor: Actor,
    member: str,
    path: Path,
    about: About,
    although: str = "",
    doubted: Told | None = None,
    progress: Progress = silent,
) -> tuple[RegisterVersion, bool]:
    """Check, place, code and keep a member's register; return the version and whether it is new.

    The newest version's own file, read by the same methods, changes nothing and is not read again;
    other words in `about` (blank ones say nothing) make a new version of the same rows. `doubted`
    hears what makes one doubt that this is the right file; a grave doubt is a refusal,
    `misgivings_unanswered`, unless `although` says why it is right. Further refuses
    `no_such_member`, `words_too_long`, `register_unreadable`, `register_changed`,
    `register_not_kept` and, with every fault of the file, `register_refused`.
    """
    require(actor, rules.IMPORT_REGISTER)
    owner = region.member(actor, member)
    require(actor, rules.IMPORT_REGISTER, of=of_member(owner.code))
    check_words(about)
    progress(f"Compare {member}")
    ways = methods.current_for(owner)
    outlines = methods.surveyed_outlines(actor)
    source_digest, method_digest = digest_of(path), manner_of(ways, outlines)
    known = newest_of(owner)
    brought = None if known is None else _kept(known, path, source_digest, method_digest)
    if brought is None:
        brought = bring(path, owner, ways, outlines, source_digest, progress)
    reason, changes = "", None
    if known is None or known.digest != brought.digest:
        progress(f"Compare {member}")
        summary = summary_of(actor, owner, known, brought, ways)
        doubts = misgivings_of(summary)
        if doubted is not None and doubts:
            doubted(doubts)
        answer(doubts, although, "although")
        reason = although.strip() if doubts else ""
        changes = counts_of(summary)
    progress(f"Record {member}")
    return record_version(actor, owner, about, brought, reason=reason, changes=changes)


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
