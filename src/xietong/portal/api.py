"""The API: every room's routes under one description, and how it says no."""

from __future__ import annotations

import logging
from typing import Any

from django.db import Error as DatabaseFault
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from xietong.agreements.api import router as agreements
from xietong.atlas.api import router as atlas
from xietong.desk.api import router as desk
from xietong.kit.doors import api_answer
from xietong.kit.refusals import N_, Malformed, Refusal
from xietong.kit.surroundings import why
from xietong.portal.characters import WholeTextParser
from xietong.portal.rules_door import router as rules
from xietong.region.api import router as region

log = logging.getLogger(__name__)
PROBLEM, PLAIN = "application/problem+json", "application/json"


class Api(NinjaAPI):
    """The API, whose description says in which form an answer really comes."""

    def get_openapi_schema(self, **ways: Any) -> OpenAPISchema:
        """Return the description (OpenAPI) of every operation."""
        schema = super().get_openapi_schema(**ways)
        parts = schema["components"]
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        # Readers need no token; where one is shown that does not hold, every operation says so;
        # so does every guard whom it does not let in.
        schema["security"] = [{}, {"token": []}]
        problem = {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
        unknown = {"description": "The token is not in force.", "content": {PROBLEM: problem}}
        unfit = {"description": "Who asks may not do this.", "content": {PROBLEM: problem}}
        away = {"description": "It cannot be done now.", "content": {PROBLEM: problem}}
        large = {"description": "The request is too large.", "content": {PROBLEM: problem}}
        slow = {"description": "The request came too slowly.", "content": {PROBLEM: problem}}
        endless = {"description": "The length is not told.", "content": {PROBLEM: problem}}
        malformed = {"description": "The request is none.", "content": {PROBLEM: problem}}
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"].setdefault(400, malformed)
                if "requestBody" in operation:
                    operation["responses"].setdefault(408, slow)
                    operation["responses"].setdefault(411, endless)
                    operation["responses"].setdefault(413, large)
                operation["responses"].setdefault(401, unknown)
                operation["responses"].setdefault(403, unfit)
                operation["responses"].setdefault(503, away)
                for status, answer in operation["responses"].items():
                    content = answer.get("content", {})
                    if int(status) >= 400 and PLAIN in content:
                        answer["content"] = {PROBLEM: content[PLAIN]}
                    elif len(content) > 1:
                        # The operation names the forms of its files itself.
                        content.pop(PLAIN, None)
        return schema


api = Api(
    title="Xietong",
    version="1",
    description="The cluster map of a region, compiled jointly by its members.",
    docs_url="/docs",
    urls_namespace="api",
    parser=WholeTextParser(),
)
api.add_router("/agreements", agreements)
api.add_router("/atlas", atlas)
api.add_router("/region", region)
api.add_router("/rules", rules)
api.add_router("/desk", desk)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer with problem+json."""
    return api_answer(request, refusal)


@api.exception_handler(DatabaseFault)
@api.exception_handler(OSError)
def not_now(request: HttpRequest, fault: Exception) -> HttpResponse:
    """Answer that what we stand on failed; every other fault goes on."""
    refusal = why(fault)
    if refusal is None:
        raise fault
    log.error("%s: %s", refusal.code, fault)
    return api_answer(request, refusal)


@api.exception_handler(HttpError)
def not_read(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """Answer a call whose body is no JSON: ninja raises nothing else of this kind."""
    return api_answer(
        request,
        Malformed(
            "body_not_read",
            N_("The body of the request is no JSON that can be read."),
            way_out=N_("See the API's description at /api/v1/docs."),
        ),
    )


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
