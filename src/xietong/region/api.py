"""People, organisations, mandates and invitations over HTTP, for whoever looks after them."""

# Annotations are no strings here: what paginates asks for their names elsewhere.
import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, File, Form, Path, Query, Router, Schema, Status, UploadedFile
from ninja.pagination import PaginationBase, paginate

from xietong.kit.problem_schema import ProblemOut
from xietong.region import exports, operations, queries, rules
from xietong.region.actors import actor_of
from xietong.region.guards import call_open_to
from xietong.region.schemas import (
    AuditEntryOut,
    AuditHeadOut,
    AuditOut,
    ImportedOut,
    InvitationIn,
    InvitationOut,
    KindName,
    MandateIn,
    MandateOut,
    MoveIn,
    NameIn,
    NewOrganisation,
    OrganisationIn,
    OrganisationOut,
    PersonOut,
    RoleName,
    WhyIn,
)

router = Router(tags=["region"])
REFUSED = {400: ProblemOut, 403: ProblemOut, 404: ProblemOut, 422: ProblemOut}
WRITES = {**REFUSED, 500: ProblemOut}
Key = Annotated[int, Path(ge=1, le=2**31 - 1)]
Asked = Annotated[str, Query(max_length=100)]
MemberCode = Annotated[str, Query(max_length=50, description="a member's code")]


class Pages(PaginationBase):
    """Numbered pages, each of at most 200 rows."""

    class Input(Schema):
        page: int = Field(1, ge=1, le=100_000)
        page_size: int = Field(50, ge=1, le=200)

    class Output(Schema):
        items: list[Any]
        total: int

    def paginate_queryset(
        self, queryset: Any, pagination: Any, request: HttpRequest, **params: Any
    ) -> dict[str, Any]:
        """Return one page; `shown` makes of a row what the actor may see of it."""
        rows, shown = queryset
        start = (pagination.page - 1) * pagination.page_size
        return {
            "items": [shown(one) for one in rows[start : start + pagination.page_size]],
            "total": rows.count(),
        }


@router.get("/people", response={200: list[PersonOut], **REFUSED}, summary="People")
@paginate(Pages)
@call_open_to(rules.READ_PEOPLE)
def people(
    request: HttpRequest,
    q: Asked = "",
    member: MemberCode = "",
    role: RoleName | None = None,
    state: Literal["active", "inactive"] | None = None,
) -> Any:
    """Return the people whose names the actor may know, by name."""
    actor = actor_of(request)
    asked = {"q": q, "member": member, "role": role, "state": state}
    rows = queries.People(asked, queries.people_visible_to(actor)).qs
    return rows, lambda one: queries.person_out(actor, one)


@router.get("/people/{key}", response={200: PersonOut, **REFUSED}, summary="A person")
@call_open_to(rules.READ_PEOPLE)
def person(request: HttpRequest, key: Key) -> PersonOut:
    """Return one person."""
    actor = actor_of(request)
    return queries.person_out(actor, queries.person(actor, key))


@router.post("/people/{key}/name", response={200: PersonOut, **WRITES}, summary="Rename a person")
@call_open_to(rules.RENAME_PERSON)
def rename(request: HttpRequest, key: Key, body: NameIn) -> PersonOut:
    """Write a person's name anew."""
    operations.rename_person(actor=actor_of(request), key=key, name=body.name)
    return person(request, key)


@router.post("/people/{key}/place", response={200: PersonOut, **WRITES}, summary="Move a person")
@call_open_to(rules.MOVE_PERSON)
def move(request: HttpRequest, key: Key, body: MoveIn) -> PersonOut:
    """Let a person work for another member or organisation; mandates of the old one end."""
    operations.move_person(actor=actor_of(request), key=key, **body.model_dump())
    return person(request, key)


@router.post(
    "/people/{key}/deactivation",
    response={200: PersonOut, **WRITES},
    summary="Deactivate a person",
)
@call_open_to(rules.DEACTIVATE_PERSON)
def deactivate(request: HttpRequest, key: Key, body: WhyIn) -> PersonOut:
    """End a person's mandates, sessions and password."""
    operations.deactivate_person(actor=actor_of(request), key=key, reason=body.reason)
    return person(request, key)


@router.post(
    "/people/{key}/reactivation",
    response={200: PersonOut, **WRITES},
    summary="Reactivate a person",
)
@call_open_to(rules.REACTIVATE_PERSON)
def reactivate(request: HttpRequest, key: Key, body: WhyIn) -> PersonOut:
    """Let a person sign in again, with no mandate from before."""
    operations.reactivate_person(actor=actor_of(request), key=key, reason=body.reason)
    return person(request, key)


@router.get("/mandates", response={200: list[MandateOut], **REFUSED}, summary="Mandates")
@paginate(Pages)
@call_open_to(rules.MANAGE_PEOPLE)
def mandates(
    request: HttpRequest,
    q: Asked = "",
    member: MemberCode = "",
    role: RoleName | None = None,
    state: Literal["in_force", "not"] | None = None,
) -> Any:
    """Return the mandates that the actor looks after, the newest first."""
    asked = {"q": q, "member": member, "role": role, "state": state}
    rows = queries.Mandates(asked, queries.mandates_visible_to(actor_of(request))).qs
    return rows, queries.mandate_out


@router.post("/mandates", response={201: MandateOut, **WRITES}, summary="Grant a mandate")
@call_open_to(rules.GRANT_MANDATE)
def grant(request: HttpRequest, body: MandateIn) -> Any:
    """Let a person act in a role for a member or an organisation."""
    row = operations.grant_mandate(actor=actor_of(request), **body.model_dump())
    return Status(201, queries.mandate_out(row))


@router.post(
    "/mandates/{key}/revocation", response={200: MandateOut, **WRITES}, summary="Revoke a mandate"
)
@call_open_to(rules.REVOKE_MANDATE)
def revoke(request: HttpRequest, key: Key, body: WhyIn) -> MandateOut:
    """End a mandate now; what was done by it stands."""
    row = operations.revoke_mandate(actor=actor_of(request), key=key, reason=body.reason)
    return queries.mandate_out(row)


@router.get("/invitations", response={200: list[InvitationOut], **REFUSED}, summary="Invitations")
@paginate(Pages)
@call_open_to(rules.MANAGE_PEOPLE)
def invitations(
    request: HttpRequest,
    q: Asked = "",
    member: MemberCode = "",
    state: Literal["open", "accepted", "recalled", "expired"] | None = None,
) -> Any:
    """Return the invitations that the actor looks after, the newest first."""
    asked = {"q": q, "member": member, "state": state}
    rows = queries.Invitations(asked, queries.invitations_visible_to(actor_of(request))).qs
    return rows, queries.invitation_out


@router.post("/invitations", response={201: InvitationOut, **WRITES}, summary="Invite a person")
@call_open_to(rules.INVITE_PERSON)
def invite(request: HttpRequest, body: InvitationIn) -> Any:
    """Send somebody a link by mail; the link is told to nobody else."""
    row, _ = operations.invite_person(
        actor=actor_of(request), site=request.build_absolute_uri("/"), **body.model_dump()
    )
    return Status(201, queries.invitation_out(row))


@router.post(
    "/invitations/{key}/mail",
    response={200: InvitationOut, **WRITES},
    summary="Send an invitation again",
)
@call_open_to(rules.SEND_INVITATION_AGAIN)
def send_invitation_again(request: HttpRequest, key: Key) -> InvitationOut:
    """Send a new link by mail, for another week; the one before leads nowhere."""
    row, _ = operations.send_invitation_again(
        actor=actor_of(request), key=key, site=request.build_absolute_uri("/")
    )
    return queries.invitation_out(row)


@router.post(
    "/invitations/{key}/recall",
    response={200: InvitationOut, **WRITES},
    summary="Recall an invitation",
)
@call_open_to(rules.RECALL_INVITATION)
def recall(request: HttpRequest, key: Key, body: WhyIn) -> InvitationOut:
    """Make a link lead nowhere that nobody has followed to its end."""
    row = operations.recall_invitation(actor=actor_of(request), key=key, reason=body.reason)
    return queries.invitation_out(row)


@router.get(
    "/organisations", response={200: list[OrganisationOut], **REFUSED}, summary="Organisations"
)
@paginate(Pages)
@call_open_to(rules.READ_ORGANISATIONS)
def organisations(
    request: HttpRequest,
    q: Asked = "",
    member: MemberCode = "",
    kind: KindName | None = None,
    state: Literal["open", "closed"] | None = None,
) -> Any:
    """Return the organisations that the actor may know, by member and name."""
    asked = {"q": q, "member": member, "kind": kind, "state": state}
    rows = queries.Organisations(asked, queries.organisations_visible_to(actor_of(request))).qs
    return rows, queries.organisation_out


# Before what is about one organisation, whose key would otherwise be “import”.
@router.post(
    "/organisations/import",
    response={200: ImportedOut, **WRITES},
    summary="Import organisations",
)
@call_open_to(rules.IMPORT_ORGANISATIONS)
def import_organisations(
    request: HttpRequest,
    file: Annotated[UploadedFile, File()],
    member: Annotated[str, Form(max_length=50)],
    dry_run: Annotated[bool, Form()] = True,
) -> ImportedOut:
    """Enter a member's organisations from a table; a dry run unless told otherwise."""
    actor = actor_of(request)
    with operations.table_laid(file.name or "", file.chunks()) as path:
        told = operations.import_organisations(
            actor=actor, member=member, path=path, dry_run=dry_run
        )
    return ImportedOut(added=told.added, changed=told.changed, unchanged=told.unchanged)


@router.get(
    "/organisations/{key}", response={200: OrganisationOut, **REFUSED}, summary="An organisation"
)
@call_open_to(rules.READ_ORGANISATIONS)
def organisation(request: HttpRequest, key: Key) -> OrganisationOut:
    """Return one organisation."""
    return queries.organisation_out(queries.organisation(actor_of(request), key))


@router.post(
    "/organisations", response={201: OrganisationOut, **WRITES}, summary="Enter an organisation"
)
@call_open_to(rules.ADD_ORGANISATION)
def add_organisation(request: HttpRequest, body: NewOrganisation) -> Any:
    """Enter an organisation of a member, or the regional office."""
    row = operations.add_organisation(
        actor=actor_of(request), member=body.member, about=_about(body)
    )
    return Status(201, queries.organisation_out(row))


@router.put(
    "/organisations/{key}",
    response={200: OrganisationOut, **WRITES},
    summary="Change an organisation",
)
@call_open_to(rules.CHANGE_ORGANISATION)
def change_organisation(request: HttpRequest, key: Key, body: OrganisationIn) -> OrganisationOut:
    """Write anew what is known about an organisation; whose it is stays."""
    operations.change_organisation(actor=actor_of(request), key=key, about=_about(body))
    return organisation(request, key)


@router.post(
    "/organisations/{key}/closing",
    response={200: OrganisationOut, **WRITES},
    summary="Close an organisation",
)
@call_open_to(rules.CLOSE_ORGANISATION)
def close_organisation(request: HttpRequest, key: Key, body: WhyIn) -> OrganisationOut:
    """Close an organisation: its mandates end, its records stay."""
    operations.close_organisation(actor=actor_of(request), key=key, reason=body.reason)
    return organisation(request, key)


def _about(body: OrganisationIn) -> operations.About:
    return operations.About(
        name_zh=body.name_zh,
        kind=body.kind,
        name_en=body.name_en,
        credit_code=body.credit_code,
        parent=body.parent,
    )


@router.get("/audit", response={200: AuditOut, **REFUSED}, summary="The audit")
@call_open_to(rules.READ_AUDIT)
def audit(
    request: HttpRequest,
    actor: Annotated[str, Query(max_length=200, description="a key, or part of a name")] = "",
    verb: Asked = "",
    subject: Annotated[str, Query(max_length=200, description="room:kind:key")] = "",
    member: MemberCode = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="a number")] = None,
) -> AuditOut:
    """Return the entries that the actor may see, fifty at a time."""
    wanted = queries.Wanted(actor, verb, subject, member, _zoned(since), _zoned(until))
    sheet = queries.sheet_of_entries(actor_of(request), wanted, before=before)
    return AuditOut(entries=[_entry(one) for one in sheet.entries], older=sheet.older)


@router.get("/audit/head", response={200: AuditHeadOut, **REFUSED}, summary="Its signed end")
@call_open_to(rules.READ_AUDIT)
def audit_head(request: HttpRequest) -> AuditHeadOut:
    """Return the end of the audit, signed by this node, to be kept elsewhere."""
    return AuditHeadOut(**json.loads(queries.audit_head(actor_of(request)).as_json()))


@router.get(
    "/audit/of/{subject}", response={200: list[AuditEntryOut], **REFUSED}, summary="Of one record"
)
@call_open_to(rules.READ_AUDIT)
def audit_of(
    request: HttpRequest, subject: Annotated[str, Path(max_length=200)]
) -> list[AuditEntryOut]:
    """Return what happened to one record, named as room:kind:key, the newest first."""
    found = queries.history(actor_of(request), exports.reference(subject))
    return [_entry(one) for one in found]


def _entry(one: Any) -> AuditEntryOut:
    return AuditEntryOut(
        **{name: getattr(one, name) for name in AuditEntryOut.model_fields},
    )


def _zoned(at: datetime | None) -> datetime | None:
    """Return a moment with its zone; UTC where none is said."""
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
