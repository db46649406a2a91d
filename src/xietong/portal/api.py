"""The API: every room's routes under one description, and how it says no."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from xietong.atlas.api import router as atlas
from xietong.kit.doors import api_answer
from xietong.kit.refusals import N_, Refusal

api = NinjaAPI(
    title="Xietong",
    version="1",
    description="The cluster map of a region, compiled jointly by its members.",
    docs_url="/docs",
    urls_namespace="api",
)
api.add_router("/atlas", atlas)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer with problem+json."""
    return api_answer(request, refusal)


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Answer a call whose parameters do not fit, naming the first that does not."""
    first = fault.errors[0] if fault.errors else {"loc": (), "msg": ""}
    return api_answer(
        request,
        Refusal(
            "not_understood",
            N_("The parameter “{parameter}” does not fit: {why}."),
            way_out=N_("See the API's description at /api/v1/docs."),
            field=str(first["loc"][-1]) if first["loc"] else None,
            parameter=str(first["loc"][-1]) if first["loc"] else "–",
            why=str(first["msg"]),
        ),
    )
