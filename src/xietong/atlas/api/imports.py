"""Imports and versions of registers over HTTP: the steps of the pages, each an operation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast

from django.http import FileResponse, HttpRequest
from ninja import Field, File, Path, Query, Router, Schema, Status, UploadedFile

from xietong.atlas import operations, queries, rules
from xietong.atlas.exports import MIME
from xietong.atlas.models import RegisterDraft, RegisterVersion
from xietong.atlas.queries.rows import member_for
from xietong.desk.schemas import JobOut, job_out
from xietong.engine.problems import Problem
from xietong.kit.doors import said_problem
from xietong.kit.forgery import not_forged
from xietong.kit.problem_schema import ProblemOut, RowProblem
from xietong.kit.refusals import N_, NotFound
from xietong.region.actors import actor_of
from xietong.region.guards import call_open_to

router = Router(tags=["registers"])
REFUSED = {400: ProblemOut, 404: ProblemOut, 422: ProblemOut}
WRITES = {**REFUSED, 403: ProblemOut}
XLSX = MIME["xlsx"]
Member = Annotated[str, Path(max_length=50, description="a member's code")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
State = Literal["uploaded", "mapped", "checked", "ready", "committed", "discarded"]
Language = Literal["zh-hans", "en"]


class ColumnOut(Schema):
    """A column of the uploaded table: what it is read as ("" nothing), and why."""

    position: int
    heading: str
    samples: list[str]
    meaning: str
    why: str


class TallyOut(Schema):
    """How often a kind of problem was found in a column."""

    code: str
    field: str
    count: int
    refuses: bool


class DraftOut(Schema):
    """An import under way."""

    number: int
    member: str
    state: State
    name: str
    digest: str
    sheets: list[str]
    sheet: str
    columns: list[ColumnOut]
    job: int | None
    problems: list[TallyOut]
    changes: dict[str, int] | None
    misgivings: list[RowProblem]
    version: int | None
    created_by: str
    created_at: datetime


class VersionOut(Schema):
    """A version of a register."""

    number: int
    rows: int
    digest: str
    source_name: str
    imported_at: datetime
    imported_by: str
    restores: int | None
    reason: str
    changes: dict[str, int] | None


class ProblemsOut(Schema):
    """A page of what a check found."""

    total: int
    problems: list[RowProblem]


class ColumnsIn(Schema):
    """Canonical column to the position of the table's column, from 0."""

    columns: dict[Annotated[str, Field(max_length=40)], Annotated[int, Field(ge=0, le=10_000)]]


class SheetIn(Schema):
    """The sheet to be read."""

    sheet: str = Field(max_length=255)


class CommitIn(Schema):
    """Words beside the version, and why it is right in spite of grave doubts."""

    reason: str = Field("", max_length=500)
    title_zh: str = Field("", max_length=200)
    title_en: str = Field("", max_length=200)
    attribution_zh: str = Field("", max_length=300)
    attribution_en: str = Field("", max_length=300)
    banner_zh: str = Field("", max_length=200)
    banner_en: str = Field("", max_length=300)


class RestoreIn(Schema):
    """Why an earlier version is restored, and which one was taken for the newest."""

    reason: str = Field(max_length=500)
    newest: int | None = Field(None, ge=1, le=2**31 - 1)


@router.get(
    "/{member}/imports", response={200: list[DraftOut], **REFUSED}, summary="Imports under way"
)
@call_open_to(rules.READ_IMPORTS)
def imports(request: HttpRequest, member: Member) -> list[DraftOut]:
    """Return a register's imports that are under way, the newest first."""
    actor = actor_of(request)
    owner = member_for(actor, member, rules.READ_IMPORTS)
    return [_draft(one) for one in queries.drafts_of(actor, owner.code)]


@router.post(
    "/{member}/imports",
    auth=not_forged,
    response={201: DraftOut, **WRITES},
    summary="Upload a register",
)
@call_open_to(rules.BEGIN_DRAFT)
def begin(
    request: HttpRequest, member: Member, file: Annotated[UploadedFile, File()]
) -> Status[DraftOut]:
    """Keep a workbook, CSV or Parquet file and look at its columns; no version is made."""
    draft = operations.begin_draft(
        actor=actor_of(request), member=member, stream=file, name=file.name or ""
    )
    return Status(201, _draft(draft))


@router.get("/{member}/imports/{number}", response={200: DraftOut, **REFUSED}, summary="An import")
@call_open_to(rules.READ_IMPORTS)
def show(request: HttpRequest, member: Member, number: Number) -> DraftOut:
    """Return where an import stands, how it is read and what it would change."""
    return _draft(queries.draft(actor_of(request), member, number))


@router.put(
    "/{member}/imports/{number}/sheet",
    auth=not_forged,
    response={200: DraftOut, **WRITES},
    summary="Read another sheet",
)
@call_open_to(rules.CHOOSE_SHEET)
def sheet(request: HttpRequest, member: Member, number: Number, asked: SheetIn) -> DraftOut:
    """Read another sheet of the workbook; its columns are proposed anew."""
    return _draft(
        operations.choose_sheet(
            actor=actor_of(request), member=member, number=number, sheet=asked.sheet
        )
    )


@router.put(
    "/{member}/imports/{number}/columns",
    auth=not_forged,
    response={200: DraftOut, **WRITES},
    summary="Say which column is which",
)
@call_open_to(rules.MAP_DRAFT)
def columns(request: HttpRequest, member: Member, number: Number, asked: ColumnsIn) -> DraftOut:
    """Take the choice of columns; remembered for the next table with these headings."""
    return _draft(
        operations.map_draft(
            actor=actor_of(request), member=member, number=number, columns=asked.columns
        )
    )


@router.post(
    "/{member}/imports/{number}/check",
    auth=not_forged,
    response={202: JobOut, **WRITES},
    summary="Check an import",
)
@call_open_to(rules.CHECK_DRAFT)
def check(request: HttpRequest, member: Member, number: Number) -> Status[JobOut]:
    """Let a worker check the file and reckon what it would change."""
    job = operations.check_draft(actor=actor_of(request), member=member, number=number)
    return Status(202, job_out(job))


@router.get(
    "/{member}/imports/{number}/problems",
    response={200: ProblemsOut, **REFUSED},
    summary="What a check found",
)
@call_open_to(rules.READ_IMPORTS)
def problems(
    request: HttpRequest,
    member: Member,
    number: Number,
    code: Annotated[str, Query(max_length=60)] = "",
    field: Annotated[str, Query(max_length=40)] = "",
    severity: Annotated[Literal["", "refusing", "doubt"], Query()] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> ProblemsOut:
    """Return a page of problems by row, with reason and way out; of one kind or column if asked."""
    draft = queries.draft(actor_of(request), member, number)
    found = queries.problems_of(draft, code=code, field=field, severity=severity, page=page)
    return ProblemsOut(
        total=found.total, problems=[RowProblem(**said_problem(one)) for one in found.problems]
    )


@router.post(
    "/{member}/imports/{number}/marking",
    auth=not_forged,
    response={202: JobOut, **WRITES},
    summary="Write the marked-up workbook",
)
@call_open_to(rules.MARK_DRAFT)
def mark(
    request: HttpRequest,
    member: Member,
    number: Number,
    language: Annotated[Language, Query()] = "zh-hans",
) -> Status[JobOut]:
    """Let a worker write the file as a workbook in which its faults are marked."""
    job = operations.mark_draft(
        actor=actor_of(request), member=member, number=number, language=language
    )
    return Status(202, job_out(job))


@router.get(
    "/{member}/imports/{number}/marked.xlsx",
    response={200: bytes, **REFUSED},
    summary="The marked-up workbook",
    openapi_extra={
        "responses": {
            200: {
                "description": "the file",
                "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
@call_open_to(rules.READ_IMPORTS)
def marked(
    request: HttpRequest,
    member: Member,
    number: Number,
    language: Annotated[Language, Query()] = "zh-hans",
) -> FileResponse:
    """Return the workbook, once a worker has written it."""
    draft = queries.draft(actor_of(request), member, number)
    path = queries.marked_book(draft, language)
    if path is None:
        raise NotFound(
            "not_marked_yet",
            N_("The marked-up workbook of this import has not been written."),
            way_out=N_("Ask for it on the page of the import."),
        )
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"marked-{number}.xlsx", content_type=XLSX
    )


@router.post(
    "/{member}/imports/{number}/commit",
    auth=not_forged,
    response={201: VersionOut, **WRITES},
    summary="Commit an import",
)
@call_open_to(rules.COMMIT_DRAFT)
def commit(
    request: HttpRequest, member: Member, number: Number, told: CommitIn
) -> Status[VersionOut]:
    """Make the next version of what was checked: all of it, or nothing."""
    version = operations.commit_draft(
        actor=actor_of(request),
        member=member,
        number=number,
        about=operations.About(**told.dict(exclude={"reason"})),
        reason=told.reason,
    )
    return Status(201, _version(version))


@router.post(
    "/{member}/imports/{number}/discard",
    auth=not_forged,
    response={200: DraftOut, **WRITES},
    summary="Discard an import",
)
@call_open_to(rules.DISCARD_DRAFT)
def discard(request: HttpRequest, member: Member, number: Number) -> DraftOut:
    """Throw an import away, its file and what was found in it."""
    return _draft(operations.discard_draft(actor=actor_of(request), member=member, number=number))


@router.get("/{member}/versions", response={200: list[VersionOut], **REFUSED}, summary="Versions")
@call_open_to(rules.READ_IMPORTS)
def versions(request: HttpRequest, member: Member) -> list[VersionOut]:
    """Return a register's versions, the newest first."""
    actor = actor_of(request)
    owner = member_for(actor, member, rules.READ_IMPORTS)
    return [_version(one) for one in queries.versions_of(actor, owner.code)]


@router.post(
    "/{member}/versions/{number}/restore",
    auth=not_forged,
    response={201: VersionOut, **WRITES},
    summary="Go back to a version",
)
@call_open_to(rules.RESTORE_VERSION)
def restore(
    request: HttpRequest, member: Member, number: Number, told: RestoreIn
) -> Status[VersionOut]:
    """Make the next version of an earlier one's rows; nothing of the history is taken away."""
    version = operations.restore_version(
        actor=actor_of(request),
        member=member,
        number=number,
        reason=told.reason,
        newest=told.newest,
    )
    return Status(201, _version(version))


def _draft(draft: RegisterDraft) -> DraftOut:
    summary: dict[str, Any] = draft.summary or {}
    return DraftOut(
        number=draft.pk,
        member=draft.member.code,
        state=cast(State, draft.state),
        name=draft.name,
        digest=draft.digest,
        sheets=draft.sheets,
        sheet=draft.sheet,
        columns=[
            ColumnOut(
                position=one.position,
                heading=one.heading,
                samples=list(one.samples),
                meaning=one.meaning,
                why=one.why,
            )
            for one in queries.table_columns(draft)
        ],
        job=draft.job,
        problems=[
            TallyOut(code=one.code, field=one.field, count=one.count, refuses=one.refuses)
            for one in queries.tallies_of(draft)
        ],
        changes={name: one for name, one in summary.items() if isinstance(one, int)} or None,
        misgivings=[
            RowProblem(**said_problem(Problem(one["code"], params=one["params"])))
            for one in summary.get("misgivings", ())
        ],
        version=None if draft.version is None else draft.version.number,
        created_by=draft.created_name,
        created_at=draft.created_at,
    )


def _version(version: RegisterVersion) -> VersionOut:
    return VersionOut(
        number=version.number,
        rows=version.rows,
        digest=version.digest,
        source_name=version.source_name,
        imported_at=version.imported_at,
        imported_by=version.imported_by,
        restores=None if version.restores is None else version.restores.number,
        reason=version.reason,
        changes=version.changes,
    )
