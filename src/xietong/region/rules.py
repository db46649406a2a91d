"""Who may do what in this house: one table, and the decision. Reads nothing, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from xietong.kit.refusals import N_, NotAllowed, Refusal


class Kind(StrEnum):
    """What sort of actor this is. `LOCAL` is whoever sits at the machine and types commands."""

    LOCAL = "local"
    PERSON = "person"
    READER = "reader"
    OUTSIDER = "outsider"


class Role(StrEnum):
    """What a mandate lets its holder be (授权): 查阅、分析、经办、审批、管理."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    OFFICER = "officer"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


# These roles decide for others: they are held only in a session that showed a second factor.
STRICT = frozenset({Role.APPROVER, Role.ADMINISTRATOR})
# The scope of the regional office, whose mandates reach over all members where a line says so.
OFFICE = "office"
NOBODY: frozenset[Role] = frozenset()
EVERY_ROLE = frozenset(Role)


def of_member(code: str) -> str:
    """Return the scope of a member's records."""
    return f"member:{code}"


def of_organisation(key: str | int) -> str:
    """Return the scope of an organisation's records."""
    return f"organisation:{key}"


@dataclass(frozen=True, slots=True)
class Held:
    """A mandate in force, as rules see it: a role, and whose records it is for."""

    role: Role
    scope: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever reads or writes. `name` is shown, `key` stands in the audit and never changes.

    `held` are the mandates that count now; `waiting` those that a second factor would add.
    """

    kind: Kind
    name: str
    key: str = ""
    held: frozenset[Held] = frozenset()
    waiting: frozenset[Held] = frozenset()

    @property
    def may_read_published(self) -> bool:
        """The outsider sees nothing at all; everybody else sees what is published."""
        return self.kind is not Kind.OUTSIDER


LOCAL = Actor(Kind.LOCAL, "local", "local")
READER = Actor(Kind.READER, "reader", "reader")
OUTSIDER = Actor(Kind.OUTSIDER, "outsider", "outsider")


@dataclass(frozen=True, slots=True)
class May:
    """A line of the table: which roles may do `verb`, on whose records, in which states.

    `own` are the roles of a mandate for the member or organisation whose record it is, `others`
    those of a mandate for any other, `office` those of the regional office. No states: in each.
    """

    verb: str
    own: frozenset[Role] = NOBODY
    others: frozenset[Role] = NOBODY
    office: frozenset[Role] = NOBODY
    states: tuple[str, ...] = ()
    operator: bool = True
    public: bool = False

    def allows(self, held: Held, of: Iterable[str] | None) -> bool:
        """Tell whether one mandate does, for a record of these scopes; None: for some record."""
        if held.scope == OFFICE:
            return held.role in self.office
        if of is None:
            return held.role in self.own | self.others
        return held.role in (self.own if held.scope in of else self.others)


def may(
    actor: Actor, line: May, *, of: str | Iterable[str] | None = None, state: str | None = None
) -> bool:
    """Tell whether an actor may do what a line says to a record of these scopes in this state.

    Without `of` the question is whether there could be any record to which the actor may.
    """
    return _may(actor, line, actor.held, _scopes(of), state)


def require(
    actor: Actor, line: May, *, of: str | Iterable[str] | None = None, state: str | None = None
) -> None:
    """Raise `not_allowed` where the actor may not, `second_factor_needed` where one would do."""
    scopes = _scopes(of)
    if _may(actor, line, actor.held, scopes, state):
        return
    if _may(actor, line, actor.held | actor.waiting, scopes, state):
        raise SecondFactorNeeded(
            "second_factor_needed",
            N_("“{verb}” wants a second factor, which this session has not shown."),
            way_out=N_("Set one up on your account page, sign in with it, and try again."),
            verb=line.verb,
        )
    raise not_allowed(actor, line)


def not_allowed(actor: Actor, line: May) -> NotAllowed:
    """Return the refusal of what an actor may not do."""
    return NotAllowed(
        "not_allowed",
        N_("“{actor}” may not do this ({verb})."),
        way_out=N_("Ask an administrator of your member for a mandate, or the operator."),
        actor=actor.name,
        verb=line.verb,
    )


def reach(actor: Actor, line: May) -> frozenset[str] | None:
    """Return the scopes on whose records an actor may do what a line says; None: on everybody's."""
    if actor.kind is Kind.OUTSIDER:
        return frozenset()
    if line.public or (line.operator and actor.kind is Kind.LOCAL):
        return None
    if any(one.role in (line.office if one.scope == OFFICE else line.others) for one in actor.held):
        return None
    return frozenset(
        one.scope for one in actor.held if one.scope != OFFICE and one.role in line.own
    )


def reason_given(reason: str) -> str:
    """Return a reason without blanks around it. Refuses `reason_needed` where it says nothing."""
    if not reason.strip():
        raise Refusal(
            "reason_needed",
            N_("This needs a reason, which stands in the audit."),
            way_out=N_("Give the reason in a sentence."),
            field="reason",
        )
    return reason.strip()


class SecondFactorNeeded(NotAllowed):
    """The actor's mandate would do, were it held in a session with a second factor."""


def _scopes(of: str | Iterable[str] | None) -> frozenset[str] | None:
    if of is None:
        return None
    return frozenset({of}) if isinstance(of, str) else frozenset(of)


def _may(
    actor: Actor,
    line: May,
    held: Iterable[Held],
    scopes: frozenset[str] | None,
    state: str | None,
) -> bool:
    if actor.kind is Kind.OUTSIDER:
        return False
    if line.states and state is not None and state not in line.states:
        return False
    if line.public or (line.operator and actor.kind is Kind.LOCAL):
        return True
    return any(line.allows(one, scopes) for one in held)


LOAD_REGION = May("load_region")
IMPORT_BOUNDARIES = May("import_boundaries", office=frozenset({Role.OFFICER}))
DRAW_BOUNDARIES = May("draw_schematic_boundaries")
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
# Whoever works for a member knows by name who else does; addresses and what is over are MANAGE's.
READ_PEOPLE = May("read_people", own=EVERY_ROLE, office=EVERY_ROLE)
MANAGE_PEOPLE = May("manage_people", own=ADMINISTRATORS, office=ADMINISTRATORS)
# That an institution exists, and its credit code, is public by law; here nobody else asks.
READ_ORGANISATIONS = May("read_organisations", own=EVERY_ROLE, others=EVERY_ROLE, office=EVERY_ROLE)
ADD_ORGANISATION = May("add_organisation", own=ADMINISTRATORS, office=ADMINISTRATORS)
CHANGE_ORGANISATION = May("change_organisation", own=ADMINISTRATORS, office=ADMINISTRATORS)
CLOSE_ORGANISATION = May("close_organisation", own=ADMINISTRATORS, office=ADMINISTRATORS)
IMPORT_ORGANISATIONS = May("import_organisations", own=ADMINISTRATORS, office=ADMINISTRATORS)
INVITE_PERSON = May("invite_person", own=ADMINISTRATORS, office=ADMINISTRATORS)
RECALL_INVITATION = May("recall_invitation", own=ADMINISTRATORS, office=ADMINISTRATORS)
SEND_INVITATION_AGAIN = May("send_invitation_again", own=ADMINISTRATORS, office=ADMINISTRATORS)
# Whoever holds the link: it was sent to one address, works once and for some days.
ACCEPT_INVITATION = May("accept_invitation", public=True)
# Signing in and out, one's own password and factors: whoever it is, and what came of it is audited.
USE_ACCOUNT = May("use_account", public=True)
# Only people have tokens; strict roles are not lent to one without a second factor shown.
CREATE_TOKEN = May("create_token", own=EVERY_ROLE, office=EVERY_ROLE, operator=False)
REVOKE_TOKEN = May("revoke_token", own=EVERY_ROLE, office=EVERY_ROLE, operator=False)
GRANT_MANDATE = May("grant_mandate", own=ADMINISTRATORS, office=ADMINISTRATORS)
REVOKE_MANDATE = May("revoke_mandate", own=ADMINISTRATORS, office=ADMINISTRATORS)
RENAME_PERSON = May("rename_person", own=ADMINISTRATORS, office=ADMINISTRATORS)
MOVE_PERSON = May("move_person", own=ADMINISTRATORS, office=ADMINISTRATORS)
DEACTIVATE_PERSON = May("deactivate_person", own=ADMINISTRATORS, office=ADMINISTRATORS)
# Only at the machine: whoever may take off factors could step into an approver's place.
CLEAR_FACTORS = May("clear_factors")
REACTIVATE_PERSON = May("reactivate_person", own=ADMINISTRATORS, office=ADMINISTRATORS)
READ_AUDIT = May(
    "read_audit",
    own=frozenset({Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR}),
    office=frozenset({Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR}),
)
NOTE_NODE_KEY = May("note_node_key")
KEEP_HEAD = May("keep_head")
READ_RULES = May("read_rules", own=ADMINISTRATORS, office=ADMINISTRATORS)
TABLE: tuple[May, ...] = (
    LOAD_REGION,
    IMPORT_BOUNDARIES,
    DRAW_BOUNDARIES,
    READ_PEOPLE,
    MANAGE_PEOPLE,
    READ_ORGANISATIONS,
    ADD_ORGANISATION,
    CHANGE_ORGANISATION,
    CLOSE_ORGANISATION,
    IMPORT_ORGANISATIONS,
    INVITE_PERSON,
    RECALL_INVITATION,
    SEND_INVITATION_AGAIN,
    ACCEPT_INVITATION,
    USE_ACCOUNT,
    CREATE_TOKEN,
    REVOKE_TOKEN,
    GRANT_MANDATE,
    REVOKE_MANDATE,
    RENAME_PERSON,
    MOVE_PERSON,
    DEACTIVATE_PERSON,
    REACTIVATE_PERSON,
    CLEAR_FACTORS,
    READ_AUDIT,
    NOTE_NODE_KEY,
    KEEP_HEAD,
    READ_RULES,
)
