"""The cast is whom its table says: each part holds its role, for its scope, and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from cast import NOBODY, PARTS, Cast, signed_in
from xietong.region.actors import actor_of
from xietong.region.rules import OFFICE, STRICT, Held, Kind, of_member, of_organisation

pytestmark = pytest.mark.django_db


def test_each_part_holds_its_role_and_no_other(cast: Cast) -> None:
    scopes = {
        "office": OFFICE,
        "institute": of_organisation(cast.organisations["institute"].pk),
        "northshore": of_member("northshore"),
        "southshore": of_member("southshore"),
    }
    for part, (name, role, scope) in PARTS.items():
        wanted = {Held(role, scopes[scope])} if role else set()
        assert (cast[part].name, cast[part].held) == (name, wanted), part
        assert (cast[part].kind, cast[part].waiting) == (Kind.PERSON, frozenset())
    assert {cast[part].kind for part in NOBODY} == {Kind.OUTSIDER, Kind.READER, Kind.LOCAL}
    assert len({actor.name for actor in cast.everybody().values()}) == len(PARTS) + len(NOBODY)


def test_without_a_second_factor_strict_roles_wait(cast: Cast) -> None:
    for part, (_, role, _) in PARTS.items():
        weak, strong = cast.weak(part), cast[part]
        assert weak.held | weak.waiting == strong.held
        assert bool(weak.waiting) is (role in STRICT)


@pytest.mark.parametrize("assured", [True, False])
def test_a_part_signs_in(cast: Cast, client: Client, assured: bool) -> None:
    signed_in(client, cast.person("north_approver"), assured=assured)
    request = RequestFactory().get("/")
    request.session = client.session
    request.user = cast.person("north_approver")
    assert client.session["_auth_user_id"] == str(cast.person("north_approver").pk)
    assert bool(actor_of(request).held) is assured
