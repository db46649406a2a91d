"""The map over HTTP: the same layers that the page shows and the command prints."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from xietong.atlas import brief, comparison, exports, operations, queries, rules
from xietong.atlas.comparison import Asked, ChangelogOut, Group
from xietong.atlas.exports import Format
from xietong.atlas.schemas import (
    ClusterOut,
    Counted,
    EditionOut,
    EditionState,
    IndustryOut,
    LayerOut,
    Level,
    MeasureName,
    PlaceProfile,
    ReasonIn,
    SearchHit,
    Standing,
    SubmissionIn,
)
from xietong.kit.forgery import not_forged
from xietong.kit.problem_schema import ProblemOut
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, call_open_to

router = Router()
Number = Annotated[int, Path(ge=1, lt=2**31)]
REFUSED = {400: ProblemOut, 404: ProblemOut, 422: ProblemOut}
WRITE_REFUSED = {**REFUSED, 403: ProblemOut}

Which = Annotated[
    str,
    Path(description="an edition's number, or “current”", pattern=r"^([1-9][0-9]{0,8}|current)$"),
]
Industry = Annotated[str, Query(max_length=80, description="such as d39, g391, c-… or s-…")]


def _files(*mimes: str) -> dict[str, Any]:
    """Return how the description tells an answer that is a file of one of these kinds."""
    content = {
        mime.split(";")[0]: {
            "schema": {"type": "object"}
            if mime.endswith("json")
            else {"type": "string", "format": "binary"}
        }
        for mime in mimes
    }
    return {"responses": {200: {"description": "the file", "content": content}}}


def _number(which: str) -> int | None:
    return None if which == "current" else int(which)


@router.get("/editions", response={200: list[EditionOut]}, summary="Editions, newest first")
@call_open_to(PUBLIC)
def editions(request: HttpRequest) -> list[EditionOut]:
    """Return the editions that this reader may see."""
    return queries.editions(actor_of(request))


@router.get("/editions/{which}", response={200: EditionOut, **REFUSED}, summary="An edition")
@call_open_to(PUBLIC)
def edition(request: HttpRequest, which: Which) -> EditionOut:
    """Return what an edition was compiled from, and how it must be read."""
    return queries.edition(actor_of(request), _number(which))


@router.get(
    "/editions/{which}/industries",
    response={200: list[IndustryOut], **REFUSED},
    summary="Industries and chains",
)
@call_open_to(PUBLIC)
def industries(request: HttpRequest, which: Which) -> list[IndustryOut]:
    """Return divisions, groups, chains and segments."""
    return queries.industries(actor_of(request), _number(which))


@router.get(
    "/editions/{which}/layer", response={200: LayerOut, **REFUSED}, summary="One view of the map"
)
@call_open_to(PUBLIC)
def layer(
    request: HttpRequest,
    which: Which,
    industry: Industry,
    level: Level = "county",
    measure: MeasureName = "lq",
    counted: Counted = "n",
) -> LayerOut:
    """Return the cells of one industry, level and measure, the best first."""
    return queries.layer(
        actor_of(request),
        _number(which),
        industry=industry,
        level=level,
        measure=measure,
        counted=counted,
    )


@router.get(
    "/editions/{which}/export.{kind}",
    response={200: bytes, **REFUSED},
    summary="One view of the map as a file",
    openapi_extra=_files(*exports.MIME.values()),
)
@call_open_to(PUBLIC)
def export(
    request: HttpRequest,
    which: Which,
    kind: Format,
    industry: Industry,
    level: Level = "county",
    measure: MeasureName = "lq",
    counted: Counted = "n",
) -> HttpResponse:
    """Return the view as CSV, XLSX or GeoJSON, with banner, edition and source inside."""
    number = _number(which)
    shown = queries.layer(
        actor_of(request), number, industry=industry, level=level, measure=measure, counted=counted
    )
    about = queries.edition(actor_of(request), number)
    body = exports.body(
        kind, about, shown, lambda: queries.boundaries(actor_of(request), number, level)
    )
    answer = HttpResponse(body, content_type=exports.MIME[kind])
    answer["Content-Disposition"] = f'attachment; filename="{exports.file_name(shown, kind)}"'
    return answer


@router.get(
    "/editions/{which}/clusters",
    response={200: list[ClusterOut], **REFUSED},
    summary="Clusters of one industry",
)
@call_open_to(PUBLIC)
def clusters(
    request: HttpRequest, which: Which, industry: Industry, crossing: bool = False
) -> list[ClusterOut]:
    """Return the cards of an industry's clusters, the largest first."""
    return queries.cluster_cards(
        actor_of(request), _number(which), industry=industry, crossing_only=crossing
    )


@router.get(
    "/editions/{which}/clusters/{key}",
    response={200: ClusterOut, **REFUSED},
    summary="A cluster's card",
)
@call_open_to(PUBLIC)
def cluster(
    request: HttpRequest, which: Which, key: Annotated[str, Path(max_length=80)]
) -> ClusterOut:
    """Return one cluster."""
    return queries.cluster(actor_of(request), _number(which), key)


@router.get(
    "/editions/{which}/outlines",
    response={200: dict[str, Any], **REFUSED},
    summary="Outlines of one industry's clusters (GeoJSON)",
)
@call_open_to(PUBLIC)
def outlines(request: HttpRequest, which: Which, industry: Industry) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection; empty where the industry has no cluster."""
    return queries.cluster_outlines(actor_of(request), _number(which), industry)


@router.get(
    "/editions/{which}/places/{code}",
    response={200: PlaceProfile, **REFUSED},
    summary="A place's profile",
)
@call_open_to(PUBLIC)
def place(
    request: HttpRequest, which: Which, code: Annotated[str, Path(max_length=12)]
) -> PlaceProfile:
    """Return what a place is strong in, and when its surviving units were registered."""
    return queries.place_profile(actor_of(request), _number(which), code)


@router.get(
    "/editions/{which}/boundaries/{level}",
    response={200: dict[str, Any], **REFUSED},
    summary="Outlines of places (GeoJSON)",
    openapi_extra=_files(exports.MIME["geojson"]),
)
@call_open_to(PUBLIC)
def boundaries(request: HttpRequest, which: Which, level: Level) -> HttpResponse:
    """Return the outlines that the edition was compiled with; they never change for a number."""
    path = queries.boundaries(actor_of(request), _number(which), level)
    answer = HttpResponse(path.read_bytes(), content_type=exports.MIME["geojson"])
    answer["Cache-Control"] = (
        "public, max-age=3600" if which == "current" else "public, max-age=31536000, immutable"
    )
    return answer


@router.get(
    "/editions/{which}/search", response={200: list[SearchHit], **REFUSED}, summary="Search"
)
@call_open_to(PUBLIC)
def search(
    request: HttpRequest, which: Which, q: Annotated[str, Query(max_length=100)] = ""
) -> list[SearchHit]:
    """Return places, industries, chains and clusters by Chinese, pinyin or English."""
    return queries.search(actor_of(request), _number(which), q)


@router.get(
    "/comparison",
    response={200: ChangelogOut, **REFUSED},
    summary="What has changed between two editions",
)
@call_open_to(PUBLIC)
def compare(
    request: HttpRequest,
    before: Annotated[int, Query(alias="from", ge=1, lt=10**9)],
    after: Annotated[int, Query(alias="to", ge=1, lt=10**9)],
    industry: Annotated[str | None, Query(max_length=80)] = None,
    level: Level | None = None,
    member: Annotated[str | None, Query(max_length=80)] = None,
    change: Group | None = None,
    offset: Annotated[int, Query(ge=0, lt=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ChangelogOut:
    """Return changes in words, what matters most first; all follow from what both publish."""
    whole = comparison.compared(actor_of(request), before, after)
    asked = Asked(industry=industry, level=level, member=member, group=change)
    return comparison.changelog(whole, asked, offset=offset, limit=limit)


@router.get(
    "/standings", response={200: list[Standing], **REFUSED}, summary="Where each edition stands"
)
@call_open_to(PUBLIC)
def standings(
    request: HttpRequest, state: Annotated[EditionState | None, Query()] = None
) -> list[Standing]:
    """Return the editions that the actor may see with their sources and consents."""
    return queries.standings(actor_of(request), state)


@router.get(
    "/standings/{number}", response={200: Standing, **REFUSED}, summary="Where an edition stands"
)
@call_open_to(PUBLIC)
def standing(request: HttpRequest, number: Number) -> Standing:
    """Return one edition with its sources and consents."""
    return queries.standing(actor_of(request), number)


@router.post(
    "/standings/{number}/submission",
    auth=not_forged,
    response={200: Standing, **WRITE_REFUSED},
    summary="Submit a draft to its members",
)
@call_open_to(rules.SUBMIT_EDITION)
def submit(request: HttpRequest, number: Number, asked: SubmissionIn) -> Standing:
    """Ask an approver of each contributing member for consent."""
    actor = actor_of(request)
    operations.submit_edition(actor=actor, number=number, closes_at=asked.closes_at)
    return queries.standing(actor, number)


@router.post(
    "/standings/{number}/return",
    auth=not_forged,
    response={200: Standing, **WRITE_REFUSED},
    summary="Return an edition to a draft",
)
@call_open_to(rules.RETURN_EDITION)
def return_(request: HttpRequest, number: Number, told: ReasonIn) -> Standing:
    """Take an edition back before it is published; its agreement ends."""
    actor = actor_of(request)
    operations.return_edition(actor=actor, number=number, reason=told.reason)
    return queries.standing(actor, number)


@router.post(
    "/standings/{number}/publication",
    auth=not_forged,
    response={200: Standing, **WRITE_REFUSED},
    summary="Publish an approved edition",
)
@call_open_to(rules.PUBLISH_EDITION)
def publish(request: HttpRequest, number: Number) -> Standing:
    """Let readers see what every contributing member approved."""
    actor = actor_of(request)
    operations.publish_edition(actor=actor, number=number)
    return queries.standing(actor, number)


@router.post(
    "/standings/{number}/withdrawal",
    auth=not_forged,
    response={200: Standing, **WRITE_REFUSED},
    summary="Withdraw a published edition",
)
@call_open_to(rules.WITHDRAW_EDITION)
def withdraw(request: HttpRequest, number: Number, told: ReasonIn) -> Standing:
    """Take a published edition back; readers who ask for it are told the reason."""
    actor = actor_of(request)
    operations.withdraw_edition(actor=actor, number=number, reason=told.reason)
    return queries.standing(actor, number)


@router.get(
    "/editions/{which}/briefs/{kind}/{key}",
    response={200: bytes, **REFUSED, 500: ProblemOut},
    summary="A brief of two pages on a place, a cluster or a chain",
    openapi_extra=_files(*brief.MIME.values()),
)
@call_open_to(PUBLIC)
def make_brief(
    request: HttpRequest,
    which: Which,
    kind: brief.Kind,
    key: Annotated[str, Path(max_length=80)],
    format: brief.Format = "pdf",
    language: brief.Language = "zh",
) -> HttpResponse:
    """Return the brief as PDF or DOCX, in Chinese or English."""
    made = brief.brief(
        actor_of(request), _number(which), kind, key, format=format, language=language
    )
    return brief.as_answer(made)
