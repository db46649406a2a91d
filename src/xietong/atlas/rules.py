"""What may happen to an edition in which state. Decides; reads nothing, writes nothing."""

from __future__ import annotations

from xietong.kit.refusals import N_, Refusal

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"


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
