"""The shapes of people, organisations, mandates and rules, the same through every door."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema

RoleName = Literal["viewer", "analyst", "officer", "approver", "administrator"]
KindName = Literal["regional_office", "authority", "institution", "enterprise", "association"]
MandateState = Literal["in_force", "to_come", "over", "revoked"]
InvitationState = Literal["open", "accepted", "recalled", "expired"]
LanguageName = Literal["zh-hans", "en"]
Key = Annotated[int, Field(ge=1, le=2**31 - 1)]
Name = Annotated[str, Field(max_length=100)]
LongName = Annotated[str, Field(max_length=300)]
Reason = Annotated[str, Field(max_length=300)]
Code = Annotated[str, Field(max_length=50)]


class OrganisationOut(Schema):
    """An organisation (单位); `member` is None for the regional office alone."""

    key: int
    name_zh: str
    name_en: str
    kind: KindName
    credit_code: str
    member: str | None
    parent: int | None
    closed_at: datetime | None


class OrganisationIn(Schema):
    """What is written down about an organisation."""

    name_zh: Annotated[str, Field(max_length=200)]
    kind: KindName = "authority"
    name_en: LongName = ""
    credit_code: Annotated[str, Field(max_length=40)] = ""
    parent: Key | None = None


class NewOrganisation(OrganisationIn):
    """An organisation to be entered, of a member; the regional office is of none."""

    member: Code | None = None


class HeldOut(Schema):
    """A mandate in force, as colleagues see it."""

    role: RoleName
    member: str | None
    organisation: int | None


class PersonOut(Schema):
    """A person (人员); `email` is told only to whoever looks after the person."""

    key: int
    name: str
    member: str | None
    organisation: int | None
    active: bool
    email: str | None
    mandates: list[HeldOut]


class MandateOut(Schema):
    """A mandate (授权): from when to when, by whose grant, and how it ended."""

    key: int
    person: int
    name: str
    role: RoleName
    member: str | None
    organisation: int | None
    state: MandateState
    valid_from: datetime
    valid_to: datetime | None
    granted_by: str
    granted_at: datetime
    reason: str
    revoked_at: datetime | None
    revoked_because: str


class MandateIn(Schema):
    """A mandate to be granted, for a member or an organisation, one of both."""

    person: Key
    role: RoleName
    member: Code | None = None
    organisation: Key | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    reason: Reason = ""


class InvitationOut(Schema):
    """An invitation (邀请); its link is told to nobody but the invited."""

    key: int
    email: str
    name: str
    role: RoleName
    member: str | None
    organisation: int | None
    state: InvitationState
    invited_by: str
    invited_at: datetime
    expires_at: datetime
    mailed_at: datetime | None
    mail_fault: str


class InvitationIn(Schema):
    """Somebody to be invited, for a member or an organisation, one of both."""

    email: Annotated[str, Field(max_length=254)]
    name: Name
    role: RoleName
    member: Code | None = None
    organisation: Key | None = None
    language: LanguageName = "zh-hans"


class WhyIn(Schema):
    """The reason of what cannot be undone."""

    reason: Reason


class NameIn(Schema):
    """A name to be written anew."""

    name: Name


class MoveIn(Schema):
    """Where a person works from now on: a member or an organisation, one of both."""

    member: Code | None = None
    organisation: Key | None = None
    reason: Reason


class ImportedOut(Schema):
    """What a table did, or would do."""

    added: int
    changed: int
    unchanged: int


class RuleOut(Schema):
    """A line of the table: which roles may do `verb`, on whose records, in which states."""

    room: str
    verb: str
    own: list[RoleName]
    others: list[RoleName]
    office: list[RoleName]
    states: list[str]
    operator: bool
    public: bool


class AuditEntryOut(Schema):
    """An entry of the audit (审计记录); `body` and `hash` are what it is verified by."""

    number: int
    at: datetime
    actor: str
    actor_key: str
    verb: str
    subject: str
    member: str
    reason: str
    before: str
    after: str
    body: str
    hash: str


class AuditOut(Schema):
    """A page of entries, the newest first; `older` is what to ask `before` for next."""

    entries: list[AuditEntryOut]
    older: int | None


class AuditHeadOut(Schema):
    """The end of the audit, signed by the node: the file that `xietong audit head` writes."""

    form: str
    number: int
    hash: str
    at: str
    key: str
    signature: str
