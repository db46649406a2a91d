"""Who may do what in the atlas, and what may happen to an edition in which state."""

from __future__ import annotations

from xietong.kit.refusals import N_, Refusal
from xietong.region.rules import EVERY_ROLE, May, Role

DRAFT, UNDER_REVIEW, APPROVED = "draft", "under_review", "approved"
PUBLISHED, WITHDRAWN = "published", "withdrawn"
STATES = (DRAFT, UNDER_REVIEW, APPROVED, PUBLISHED, WITHDRAWN)
# An import under way.
UPLOADED, MAPPED, CHECKED = "uploaded", "mapped", "checked"
READY, COMMITTED, DISCARDED = "ready", "committed", "discarded"
UNDER_WAY = (UPLOADED, MAPPED, CHECKED, READY)

ANALYSTS = frozenset({Role.ANALYST, Role.OFFICER})
OFFICERS = frozenset({Role.OFFICER})
APPROVERS = frozenset({Role.APPROVER})
# The scopes of an edition are the members whose registers it was compiled from.
READ_DRAFTS = May("read_draft_edition", own=EVERY_ROLE, office=EVERY_ROLE)
READ_REGISTERS = May("read_registers", own=EVERY_ROLE)
CHECK_REGISTER = May("check_register", own=ANALYSTS)
IMPORT_REGISTER = May("import_register", own=OFFICERS)
READ_IMPORTS = May("read_imports", own=ANALYSTS)
BEGIN_DRAFT = May("begin_draft", own=OFFICERS)
MAP_DRAFT = May("map_draft", own=OFFICERS, states=UNDER_WAY)
CHOOSE_SHEET = May("choose_sheet", own=OFFICERS, states=UNDER_WAY)
CHECK_DRAFT = May("check_draft", own=OFFICERS, states=(MAPPED, CHECKED, READY))
PERFORM_CHECK = May("perform_check", own=OFFICERS, states=(MAPPED,))
MARK_DRAFT = May("mark_draft", own=ANALYSTS, states=(CHECKED, READY))
PERFORM_MARKING = May("perform_marking", own=ANALYSTS, states=(CHECKED, READY))
COMMIT_DRAFT = May("commit_draft", own=OFFICERS, states=(READY,))
DISCARD_DRAFT = May("discard_draft", own=OFFICERS, states=UNDER_WAY)
RESTORE_VERSION = May("restore_version", own=OFFICERS)
COMPILE_EDITION = May("compile_edition", office=ANALYSTS)
SUBMIT_EDITION = May("submit_edition", office=OFFICERS, states=(DRAFT,))
RETURN_EDITION = May("return_edition", office=OFFICERS | APPROVERS, states=(UNDER_REVIEW, APPROVED))
# What follows from an agreement, brought about by whoever gave the last word on it.
SETTLE_EDITION = May(
    "settle_edition",
    own=APPROVERS,
    office=ANALYSTS | APPROVERS,
    states=(UNDER_REVIEW, APPROVED),
)
# A draft is published by the operator alone, and only in a trial; see `may_publish`.
PUBLISH_EDITION = May("publish_edition", office=OFFICERS, states=(APPROVED, DRAFT))
WITHDRAW_EDITION = May("withdraw_edition", office=APPROVERS, states=(PUBLISHED,))
ATTACH_NAME = May("attach_name", own=OFFICERS)
DETACH_NAME = May("detach_name", own=OFFICERS)
SWEEP = May("sweep")
EXPIRE_DRAFTS = May("expire_drafts")
READ_FIGURES = May("read_register_figures", own=EVERY_ROLE, office=ANALYSTS)
READ_ROWS = May("read_register_rows", own=ANALYSTS)
CORRECT_UNIT = May("correct_unit", own=ANALYSTS)
WITHDRAW_CORRECTION = May("withdraw_correction", own=ANALYSTS)
UNDO_CORRECTION = May("undo_correction", own=ANALYSTS)
IMPORT_CORRECTIONS = May("import_corrections", own=ANALYSTS)
APPLY_CORRECTIONS = May("apply_corrections", own=OFFICERS)
TAKE_UNIT = May("take_unit", own=ANALYSTS)
RELEASE_UNIT = May("release_unit", own=ANALYSTS)
ACCEPT_WORD = May("accept_word", own=ANALYSTS)
DECLINE_WORD = May("decline_word", own=ANALYSTS)
TABLE: tuple[May, ...] = (
    READ_FIGURES,
    READ_ROWS,
    CORRECT_UNIT,
    WITHDRAW_CORRECTION,
    UNDO_CORRECTION,
    IMPORT_CORRECTIONS,
    APPLY_CORRECTIONS,
    TAKE_UNIT,
    RELEASE_UNIT,
    ACCEPT_WORD,
    DECLINE_WORD,
    READ_DRAFTS,
    READ_REGISTERS,
    CHECK_REGISTER,
    IMPORT_REGISTER,
    READ_IMPORTS,
    BEGIN_DRAFT,
    MAP_DRAFT,
    CHOOSE_SHEET,
    CHECK_DRAFT,
    PERFORM_CHECK,
    MARK_DRAFT,
    PERFORM_MARKING,
    COMMIT_DRAFT,
    DISCARD_DRAFT,
    RESTORE_VERSION,
    COMPILE_EDITION,
    SUBMIT_EDITION,
    RETURN_EDITION,
    SETTLE_EDITION,
    PUBLISH_EDITION,
    WITHDRAW_EDITION,
    ATTACH_NAME,
    DETACH_NAME,
    SWEEP,
    EXPIRE_DRAFTS,
)


def may_submit(state: str, number: int) -> None:
    """Only a draft is submitted to the members."""
    if state == DRAFT:
        return
    if state in (UNDER_REVIEW, APPROVED):
        raise Refusal(
            "under_review_already",
            N_("Edition {number} is before the members already."),
            way_out=N_("Wait for their word, or return it to a draft first."),
            number=number,
        )
    _may_be_published(state, number)


def may_return(state: str, number: int, reason: str) -> None:
    """Only what is before the members, or approved, goes back to a draft, and with a reason."""
    if state not in (UNDER_REVIEW, APPROVED):
        raise Refusal(
            "not_under_review",
            N_("Edition {number} is not before the members, so it cannot be returned."),
            way_out=N_("A draft is submitted; a published edition is withdrawn."),
            number=number,
        )
    if not reason.strip():
        raise Refusal(
            "reason_for_return_missing",
            N_("A return needs a reason that the members will see."),
            way_out=N_("Give the reason in a sentence."),
            field="reason",
        )


def may_publish(state: str, number: int, *, trial: bool, alone: bool) -> None:
    """Only what every contributing member approved is published, by the operator too.

    In a trial (`trial`: no member has ever had an approver) the operator (`alone`) publishes a
    draft without them; the edition says so for ever.
    """
    _may_be_published(state, number)
    if state == APPROVED or (trial and alone and state == DRAFT):
        return
    raise Refusal(
        "not_approved",
        N_("Edition {number} is not approved by an approver of each contributing member."),
        way_out=N_("Submit it to the members, and publish it once all have agreed."),
        number=number,
    )


def _may_be_published(state: str, number: int) -> None:
    """A published edition is published; a withdrawn one is compiled anew, not revived."""
    if state == PUBLISHED:
        raise Refusal(
            "already_published",
            N_("Edition {number} is published already."),
            way_out=N_("Nothing is left to do; compile again when a register has changed."),
            number=number,
        )
    if state == WITHDRAWN:
        raise Refusal(
            "is_withdrawn",
            N_("Edition {number} was withdrawn and stays so."),
            way_out=N_("Import a corrected register and compile a new edition."),
            number=number,
        )


def frozen(state: str, *, trial: bool) -> bool:
    """Tell whether the words beside an edition's numbers are no longer to be restated in place.

    What readers see, or saw, is what the members approved. A trial has no such promise to keep.
    """
    return state == WITHDRAWN or (state == PUBLISHED and not trial)


def may_withdraw(state: str, number: int, reason: str) -> None:
    """Only what is published is withdrawn, and never without a reason."""
    if state != PUBLISHED:
        raise Refusal(
            "not_published",
            N_("Edition {number} is not published, so it cannot be withdrawn."),
            way_out=N_("A draft needs no withdrawal."),
            number=number,
        )
    if not reason.strip():
        raise Refusal(
            "reason_missing",
            N_("A withdrawal needs a reason that readers will see."),
            way_out=N_("Give the reason in a sentence."),
            field="reason",
        )


def may_go_on(state: str) -> None:
    """What is committed or discarded is over."""
    if state == COMMITTED:
        raise Refusal(
            "draft_committed",
            N_("This import has been committed already."),
            way_out=N_("See its version in the list; to undo it, restore an earlier one."),
        )
    if state == DISCARDED:
        raise Refusal(
            "draft_discarded",
            N_("This import was discarded."),
            way_out=N_("Upload the file again."),
        )


def may_check(state: str) -> None:
    """A file is checked once it is known which column is which."""
    may_go_on(state)
    if state == UPLOADED:
        raise Refusal(
            "draft_not_mapped",
            N_("It has not been said yet which column is which."),
            way_out=N_("Confirm the columns first."),
        )


def may_mark(state: str) -> None:
    """Only what was checked can be marked up."""
    may_check(state)
    if state == MAPPED:
        raise Refusal(
            "draft_not_checked",
            N_("This file has not been checked to its end."),
            way_out=N_("Wait for the check, or ask for it again."),
        )


def may_commit(state: str) -> None:
    """Only what was checked and not refused is committed."""
    may_mark(state)
    if state == CHECKED:
        raise Refusal(
            "draft_refused",
            N_("The check found faults that refuse the register; none of it is taken."),
            way_out=N_("Mend the faults, and upload the file again."),
        )
