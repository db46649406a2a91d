"""The pages of people and of the table of permissions, signed in: whole, and in few reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cast import Cast, cast, signed_in
from portal.test_pages import LANGUAGES, elsewhere, seen
from xietong.region.models import Invitation, Mandate, Member, Organisation, Person

__all__ = ["cast"]
pytestmark = pytest.mark.django_db
# Each page with the most reads that it may cost an administrator, however much it shows.
PAGES = {
    "/people/": 10,
    "/people/mandates/": 10,
    "/people/invitations/": 10,
    "/organisations/": 9,
    "/rules/": 6,
}


@pytest.fixture
def crowd(cast: Cast) -> Cast:
    """Let Northshore have forty more of everything, which is more than a page shows."""
    north = Member.objects.get(code="northshore")
    now = timezone.now()
    for at in range(40):
        organisation = Organisation.objects.create(
            name_zh=f"北岸第{at}局", kind="authority", member=north
        )
        person = Person.objects.create(
            username=f"crowd{at}",
            email=f"crowd{at}@lakes.example",
            name=f"众北{at}",
            member=north,
            organisation=organisation,
        )
        Mandate.objects.create(
            person=person,
            role="viewer",
            organisation=organisation,
            valid_from=now,
            granted_by="local",
        )
        Invitation.objects.create(
            email=f"invited{at}@lakes.example",
            name=f"邀北{at}",
            role="viewer",
            organisation=organisation,
            token_digest=f"{at:064}",
            invited_by="local",
            expires_at=now + timedelta(days=7),
        )
    return cast


@pytest.mark.parametrize("where", PAGES)
def test_a_list_costs_few_reads_however_many_it_holds(
    crowd: Cast, client: Client, where: str, django_assert_max_num_queries: Any
) -> None:
    signed_in(client, crowd.person("north_administrator"))
    client.get(where)
    with django_assert_max_num_queries(PAGES[where]):
        answer = client.get(where)
    assert answer.status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("where", PAGES)
def test_a_page_is_whole_in_both_languages(
    cast: Cast, client: Client, where: str, language: str
) -> None:
    signed_in(client, cast.person("north_administrator"))
    text = client.get(LANGUAGES[language] + where).content.decode()
    found = seen(text)
    assert (found.language, found.heading, found.refused) == (language, 1, [])
    assert elsewhere(text) == set()
