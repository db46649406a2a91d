"""The shapes of an agreement that pages, API and commands share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

State = Literal["open", "in_force", "declined", "lapsed", "withdrawn"]
Verdict = Literal["agree", "with_condition", "object"]
# Why it ended: an objection, another content, the deadline, or the office took it back.
Ended = Literal["objection", "changed", "overdue", "taken_back"]


class Called(Schema):
    """A name in both languages."""

    zh: str
    en: str


class MetOut(Schema):
    """What was done about a condition."""

    words: str
    by: str
    at: datetime


class ConsentOut(Schema):
    """One word of a member, as it was signed."""

    id: int
    number: int
    member: str
    verdict: Verdict
    condition: str
    confirms: int | None
    signer: str
    at: datetime
    met: MetOut | None
    signed: str
    signature: str
    key: str


class PartyOut(Schema):
    """A party, and its word that stands now; None while it has said nothing."""

    member: str
    name: Called
    standing: ConsentOut | None
    has_approver: bool  # whether anybody holds the mandate to consent for it now


class AgreementOut(Schema):
    """An agreement with everything that its parties have said."""

    id: int
    subject: str
    subject_digest: str
    title: Called
    purpose: str
    state: State
    opened_by: str
    opened_at: datetime
    closes_at: datetime | None
    in_force_at: datetime | None
    ended_at: datetime | None
    ended: Ended | None
    ended_because: str
    parties: list[PartyOut]
    consents: list[ConsentOut]

    @property
    def agreed(self) -> int:
        """Return how many parties agree plainly."""
        return sum(1 for one in self.parties if one.standing and one.standing.verdict == "agree")


class FindingOut(Schema):
    """What a check of one signed consent, or of the whole, found."""

    consent: int | None
    code: Literal[
        "sound",
        "text_differs",
        "signature_wrong",
        "other_key",
        "mandate_wrong",
        "number_missing",
        "not_everybody",
    ]


class Verified(Schema):
    """Whether every signature and mandate of an agreement holds, with all that was found."""

    agreement: int
    sound: bool
    findings: list[FindingOut]


class ConsentIn(Schema):
    """A member's word, as it comes in."""

    member: str = Field(max_length=20)
    verdict: Verdict
    condition: str = Field(default="", max_length=4000)


class WordsIn(Schema):
    """How a condition was met."""

    words: str = Field(max_length=4000)
