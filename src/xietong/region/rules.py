"""Who may do what in this house. Decides; reads nothing, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from xietong.kit.refusals import N_, NotAllowed


class Kind(StrEnum):
    """What sort of actor this is. `LOCAL` is whoever sits at the machine and types commands."""

    LOCAL = "local"
    READER = "reader"
    OUTSIDER = "outsider"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever reads or writes; `name` stands in the audit."""

    kind: Kind
    name: str

    @property
    def may_write(self) -> bool:
        """Only the local operator writes until sign-in opens."""
        return self.kind is Kind.LOCAL

    @property
    def may_read_published(self) -> bool:
        """The outsider sees nothing at all; the reader sees what is published."""
        return self.kind is not Kind.OUTSIDER

    @property
    def may_read_drafts(self) -> bool:
        """Drafts and registers' summaries are the local operator's."""
        return self.kind is Kind.LOCAL


LOCAL = Actor(Kind.LOCAL, "local")
READER = Actor(Kind.READER, "reader")
OUTSIDER = Actor(Kind.OUTSIDER, "outsider")


def require_writer(actor: Actor, verb: str) -> None:
    """Raise `not_allowed` where the actor may not do `verb`."""
    if not actor.may_write:
        raise NotAllowed(
            "not_allowed",
            N_("“{actor}” may not do this ({verb})."),
            way_out=N_("Run the command on the node itself, or ask its operator."),
            actor=actor.name,
            verb=verb,
        )
