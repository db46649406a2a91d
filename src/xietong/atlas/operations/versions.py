"""Making versions of what was checked, and going back to an earlier one."""

from __future__ import annotations

from xietong.atlas import methods, queries, rules
from xietong.atlas.models import RegisterVersion
from xietong.atlas.operations.bringing import Brought, manner_of
from xietong.atlas.operations.checking import choice_of
from xietong.atlas.operations.doubting import answer, counts_of, misgivings_of
from xietong.atlas.operations.drafts import locked, subject_of
from xietong.atlas.operations.recording import (
    About,
    changes_of,
    check_words,
    lock_importers,
    newest_of,
    record_version,
)
from xietong.atlas.queries.rows import member_for
from xietong.engine.register import difference_of
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region.operations import change, record
from xietong.region.rules import Actor, of_member, require

NO_WORDS = About()


def commit_draft(
    *, actor: Actor, member: str, number: int, about: About = NO_WORDS, reason: str = ""
) -> RegisterVersion:
    """Make the next version of a register of a draft that is ready: all of it, or nothing.

    What was checked is what is committed: refuses `register_moved_on` where another version was
    made since, `methods_moved_on` where rows would be read otherwise now, `rows_missing` where the
    file on the shelf is not the one that was checked; further `misgivings_unanswered` without a
    reason where there are grave ones, `words_too_long`, and any draft that is not ready.
    """
    require(actor, rules.COMMIT_DRAFT)
    draft = queries.draft(actor, member, number)
    owner = draft.member
    require(actor, rules.COMMIT_DRAFT, of=of_member(owner.code))
    check_words(about)
    rules.may_commit(draft.state)
    brought = Brought(**draft.brought)
    if queries.sound_rows(brought.digest) is None:
        raise _rows_missing()
    ways = methods.current_for(owner)
    manner = manner_of(ways, methods.surveyed_outlines(actor), choice_of(draft, ways))
    with change():
        lock_importers(owner)
        draft = locked(draft)
        rules.may_commit(draft.state)
        if Brought(**draft.brought) != brought:
            raise _methods_moved_on()
        newest = newest_of(owner)
        if newest != draft.base:
            raise _register_moved_on()
        if manner != brought.method_digest:
            raise _methods_moved_on()
        answer(misgivings_of(draft.summary), reason, "reason")
        version, created = record_version(
            actor,
            owner,
            about,
            brought,
            verb="commit_draft",
            reason=reason.strip(),
            changes=counts_of(draft.summary),
        )
        draft.state = rules.COMMITTED
        draft.version = version
        draft.samples = []
        draft.save()
        record(
            actor=actor,
            verb="commit_draft",
            subject=subject_of(draft),
            before=rules.READY,
            after=rules.COMMITTED,
            reason=reason.strip(),
            member=owner.code,
            version=version.number,
            created=created,
        )
    return version


def restore_version(
    *, actor: Actor, member: str, number: int, reason: str, newest: int | None = None
) -> RegisterVersion:
    """Make the next version of an earlier one's rows; nothing of the history is taken away.

    `newest` is the version that whoever asks takes for the newest. Refuses `no_such_register`,
    `no_such_version`, `restore_reason_missing`, `is_newest`, `register_moved_on` and
    `rows_missing`.
    """
    require(actor, rules.RESTORE_VERSION)
    owner = member_for(actor, member, rules.RESTORE_VERSION)
    earlier = RegisterVersion.objects.filter(register__member=owner, number=number).first()
    if earlier is None:
        raise NotFound(
            "no_such_version",
            N_("There is no version {number} of this register."),
            way_out=N_("Choose one from the list of versions."),
            field="number",
            number=str(number),
        )
    if not reason.strip():
        raise Refusal(
            "restore_reason_missing",
            N_("Going back to an earlier version needs a reason."),
            way_out=N_("Give the reason in a sentence."),
            field="reason",
        )
    path = queries.sound_rows(earlier.digest)
    if path is None:
        raise _rows_missing()
    now = newest_of(owner)
    assert now is not None  # noqa: S101  (the earlier one is of the same register)
    if newest is not None and newest != now.number:
        raise _register_moved_on()
    if _says_the_same(now, earlier):
        raise Refusal(
            "is_newest",
            N_("Version {number} is what the register is now."),
            way_out=N_("Choose an earlier version."),
            number=str(number),
        )
    rule = methods.current_for(owner).rules().credit_code
    before = queries.sound_rows(now.digest)
    changes = None if before is None else changes_of(difference_of(before, path, rule), now)
    with change():
        lock_importers(owner)
        if newest_of(owner) != now:
            raise _register_moved_on()
        version, _ = record_version(
            actor,
            owner,
            About(
                banner_zh=earlier.banner_zh,
                banner_en=earlier.banner_en,
                synthetic=earlier.synthetic,
            ),
            Brought(
                digest=earlier.digest,
                source_name=earlier.source_name,
                source_digest=earlier.source_digest,
                method_digest=earlier.method_digest,
                rows=earlier.rows,
                quality=earlier.quality,
                problems_digest=earlier.problems_digest,
                choice=earlier.choice,
            ),
            verb="restore_version",
            reason=reason.strip(),
            restores=earlier,
            changes=changes,
        )
    return version


def _says_the_same(one: RegisterVersion, other: RegisterVersion) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("digest", "source_digest", "method_digest", "banner_zh", "banner_en")
    )


def _register_moved_on() -> Refusal:
    return Refusal(
        "register_moved_on",
        N_("Somebody else has made another version of this register meanwhile."),
        way_out=N_("Check the file again, to see what it would change now."),
    )


def _methods_moved_on() -> Refusal:
    return Refusal(
        "methods_moved_on",
        N_("Places, words, corrections or outlines have changed since this file was checked."),
        way_out=N_("Check the file again, so that what you see is what is committed."),
    )


def _rows_missing() -> Refusal:
    return Refusal(
        "rows_missing",
        N_("The rows are not on this node's disk any more as they were checked."),
        way_out=N_("Check the file again, or restore the node's files from the backup."),
    )


def reference_of(version: RegisterVersion) -> Reference:
    """Return by what reference jobs and the audit name a version."""
    member = version.register.member.code
    return Reference("atlas", "register_version", f"{member}.{version.number}")
