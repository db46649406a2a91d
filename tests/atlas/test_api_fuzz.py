"""Whatever is asked of the API, it answers as it says it does; a few questions, and many more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from editions import Grown

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Words that lead somewhere, so that not every question ends at the first refusal.
KNOWN = {
    "which": "current",
    "industry": "d11",
    "key": "d11@820103",
    "code": "820202",
}
OPERATIONS = sorted(
    (
        "",
        *(
            "/{which}" + tail
            for tail in (
                *("", "/industries", "/layer", "/export.{kind}", "/clusters", "/clusters/{key}"),
                *("/outlines", "/places/{code}", "/boundaries/{level}", "/search"),
            )
        ),
    )
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Let no request end the connection in whose transaction the test stands."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@cache
def described() -> Any:
    """Return the API as it describes itself."""
    application = get_wsgi_application()

    def ended(environ: Any, start_response: Any) -> list[bytes]:
        # The fuzzer's client closes no answer, with which a server lets go of what was sent.
        with closing(application(environ, start_response)) as answer:
            return list(answer)

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", ended)


def ask(operation: str, questions: int, first_words: dict[str, str]) -> None:
    """Ask one operation made-up questions; `first_words` stand in for some of what is made up."""
    asked = described()["/api/v1/atlas/editions" + operation]["GET"]
    count = 0

    @seed(20)
    @settings(
        max_examples=questions,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=asked.as_strategy())
    def question(case: Any) -> None:
        nonlocal count
        count += 1
        for part in (case.path_parameters, case.query):
            for name, value in first_words.items():
                if name in (part or {}):
                    part[name] = value
        # The fuzzer's own client unpacks nothing.
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    question()
    assert count


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_few_questions(grown: Grown, operation: str) -> None:
    ask(operation, 4, {"which": "current"})
    ask(operation, 4, KNOWN)


@pytest.mark.deep
@pytest.mark.operations
@pytest.mark.parametrize("operation", OPERATIONS)
def test_many_questions(grown: Grown, operation: str) -> None:
    ask(operation, 150, {})
    ask(operation, 150, {"which": "current"})
    ask(operation, 150, KNOWN)
