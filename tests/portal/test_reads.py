"""The layers, the frame and the rail around a page cost few reads, whoever asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast, signed_in
from editions import Grown

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "part", "most"),
    [
        ("/", "", 5),
        ("/atlas/", "", 7),
        # Session, person, mandates, notices; and on the home page what lies on the desk.
        ("/", "north_officer", 11),
        ("/atlas/", "north_officer", 11),
    ],
)
def test_a_page_that_is_made_anew_costs_few_reads(
    grown: Grown, cast: Cast, settings: Any, client: Client, path: str, part: str, most: int
) -> None:
    settings.XIETONG_ANSWERS_MB = 0
    if part:
        signed_in(client, cast.person(part))
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    assert len(asked) <= most, "\n".join(one["sql"] for one in asked.captured_queries)
