"""Who may do what in the atlas, and what may happen to an edition in which state."""

from __future__ import annotations

from xietong.kit.refusals import N_, Refusal
from xietong.region.rules import EVERY_ROLE, May, Role

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"

ANALYSTS = frozenset({Role.ANALYST, Role.OFFICER})
OFFICERS = frozenset({Role.OFFICER})
APPROVERS = frozenset({Role.APPROVER})
READ_DRAFTS = May("read_draft_edition", own=EVERY_ROLE, others=EVERY_ROLE, office=EVERY_ROLE)
READ_REGISTERS = May("read_registers", own=EVERY_ROLE)
CHECK_REGISTER = May("check_register", own=ANALYSTS)
IMPORT_REGISTER = May("import_register", own=OFFICERS)
COMPILE_EDITION = May("compile_edition", office=ANALYSTS)
PUBLISH_EDITION = May("publish_edition", office=OFFICERS)
WITHDRAW_EDITION = May("withdraw_edition", office=APPROVERS)
ATTACH_NAME = May("attach_name", own=OFFICERS)
DETACH_NAME = May("detach_name", own=OFFICERS)
SWEEP = May("sweep")
TABLE: tuple[May, ...] = (
    READ_DRAFTS,
    READ_REGISTERS,
    CHECK_REGISTER,
    IMPORT_REGISTER,
    COMPILE_EDITION,
    PUBLISH_EDITION,
    WITHDRAW_EDITION,
    ATTACH_NAME,
    DETACH_NAME,
    SWEEP,
)


def may_publish(state: str, number: int) -> None:
    """Only a draft is published; a withdrawn edition is compiled anew, not revived."""
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
