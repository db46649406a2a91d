"""Personal tokens: made, used at the API, and ended; what they may, and what they may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from cast import Cast, signed_in
from xietong.kit.refusals import NotAllowed, NotFound, NotSignedIn, Refusal
from xietong.region import operations, queries
from xietong.region.actors import actor_of
from xietong.region.models import ApiToken, AuditEntry
from xietong.region.rules import LOCAL, READER, Actor, Role, SecondFactorNeeded

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def by(secret: str, scheme: str = "Bearer") -> Actor:
    request = RequestFactory().get("/api/v1/x", headers={"authorization": f"{scheme} {secret}"})
    return actor_of(request)


def roles(held: Any) -> set[Role]:
    return {one.role for one in held}


def test_a_token_stands_for_its_person_and_only_its_digest_is_kept(cast: Cast) -> None:
    row, secret = operations.create_token(actor=cast["north_officer"], name=" nightly  ", days=90)
    actor = by(secret)
    assert (actor.key, roles(actor.held)) == (cast["north_officer"].key, {Role.OFFICER})
    row.refresh_from_db()
    assert (row.name, secret in str(vars(row))) == ("nightly", False)
    assert row.used_at is not None
    entry = AuditEntry.objects.latest("number")
    assert (entry.verb, entry.subject) == ("create_token", f"region:token:{row.pk}")
    assert secret not in entry.body


def test_strict_roles_wait_behind_a_token_that_was_not_made_for_them(cast: Cast) -> None:
    _, plain = operations.create_token(actor=cast["north_approver"], name="plain", days=9)
    assert (roles(by(plain).held), roles(by(plain).waiting)) == (set(), {Role.APPROVER})
    _, strict = operations.create_token(
        actor=cast["north_approver"], name="strict", days=9, strict=True
    )
    assert roles(by(strict).held) == {Role.APPROVER}


def test_no_strict_token_is_made_without_a_second_factor_shown(cast: Cast) -> None:
    for part in ("north_approver", "north_officer"):
        with pytest.raises(NotAllowed) as refused:
            operations.create_token(actor=cast.weak(part), name="x", days=9, strict=True)
        assert refused.value.code == "second_factor_needed"
    with pytest.raises(SecondFactorNeeded):
        operations.create_token(actor=cast.weak("north_approver"), name="x", days=9)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("way", ["revoked", "expired", "deactivated", "another", "empty", "digest"])
def test_a_token_that_is_none_is_refused(cast: Cast, way: str) -> None:
    row, secret = operations.create_token(actor=cast["north_officer"], name="x", days=1)
    if way == "revoked":
        operations.revoke_token(actor=cast["north_officer"], key=row.pk)
    if way == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    if way == "deactivated":
        person = cast.person("north_officer")
        person.is_active = False
        person.save()
    shown = {"another": secret + "x", "digest": row.digest}.get(way, secret)
    if way == "empty":
        assert by("") == READER
        return
    with pytest.raises(NotSignedIn) as refused:
        by(shown)
    assert refused.value.code == "token_unknown"


def test_what_a_proxy_asks_for_is_no_token(cast: Cast) -> None:
    assert by("eDp5", "Basic") == READER


def test_only_its_person_ends_a_token_and_only_people_have_one(cast: Cast) -> None:
    row, secret = operations.create_token(actor=cast["north_officer"], name="x", days=9)
    with pytest.raises(NotFound):
        operations.revoke_token(actor=cast["north_administrator"], key=row.pk)
    assert queries.own_tokens(cast["north_administrator"]) == []
    assert [one.pk for one in queries.own_tokens(cast["north_officer"])] == [row.pk]
    for actor in (LOCAL, READER, cast["nobody"], cast["outsider"]):
        with pytest.raises(NotAllowed):
            operations.create_token(actor=actor, name="x", days=9)
    count = AuditEntry.objects.count()
    operations.revoke_token(actor=cast["north_officer"], key=row.pk)
    operations.revoke_token(actor=cast["north_officer"], key=row.pk)
    assert AuditEntry.objects.count() == count + 1
    with pytest.raises(NotSignedIn):
        by(secret)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": "  "}, "token_name_missing"),
        ({"days": 0}, "token_days"),
        ({"days": 366}, "token_days"),
        ({"days": 31, "strict": True}, "token_days"),
    ],
)
def test_a_token_without_name_or_end_is_refused(cast: Cast, wrong: Any, code: str) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(Refusal) as refused:
        operations.create_token(
            **{"actor": cast["north_approver"], "name": "x", "days": 9, **wrong}
        )
    assert refused.value.code == code
    assert (ApiToken.objects.count(), AuditEntry.objects.count()) == (0, before)


def test_nobody_has_more_than_twenty(cast: Cast) -> None:
    for number in range(20):
        operations.create_token(actor=cast["north_officer"], name=str(number), days=9)
    with pytest.raises(Refusal, match="too_many_tokens"):
        operations.create_token(actor=cast["north_officer"], name="one more", days=9)


def test_the_api_answers_a_wrong_token_with_401_and_its_code(cast: Cast, client: Client) -> None:
    answer = client.get("/api/v1/region/people", headers={"authorization": "Bearer xietong_no"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_unknown")
    assert answer["WWW-Authenticate"] == "Bearer"
    _, secret = operations.create_token(actor=cast["north_officer"], name="x", days=9)
    answer = client.get("/api/v1/region/people", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 200


def test_every_operation_says_what_a_wrong_token_is_answered_with() -> None:
    from xietong.portal.api import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    operations_told = [one for path in schema["paths"].values() for one in path.values()]
    assert len(operations_told) > 20
    assert all("401" in map(str, one["responses"]) for one in operations_told)


def test_a_token_counts_and_not_the_session_beside_it(cast: Cast, client: Client) -> None:
    signed_in(client, cast.person("north_administrator"))
    _, secret = operations.create_token(actor=cast["south_officer"], name="x", days=9)
    told = {"authorization": f"Bearer {secret}"}
    answer = client.get("/api/v1/region/people", headers=told)
    assert actor_of(answer.wsgi_request).key == cast["south_officer"].key
    # On a page it says nothing.
    answer = client.get("/account/", headers=told)
    assert actor_of(answer.wsgi_request).key == cast["north_administrator"].key


def test_the_page_makes_a_token_shows_it_once_and_revokes_it(cast: Cast, client: Client) -> None:
    from region.sign_in.people import sign_in, with_password

    with_password(cast.person("north_officer"))
    sign_in(client, "north_officer")
    page = client.post("/account/tokens/new/", {"name": "nightly", "days": "30"}).content.decode()
    (row,) = queries.own_tokens(cast["north_officer"])
    secret = page.split('class="secret" tabindex="0">')[1].split("<")[0]
    assert ApiToken.digest_of(secret) == row.digest
    again = client.get("/account/tokens/")
    assert secret not in again.content.decode()
    assert "no-store" in again["Cache-Control"]
    refused = client.post("/account/tokens/new/", {"name": "", "days": "x"})
    assert refused.status_code == 422
    assert "令牌没有名称" in refused.content.decode()
    client.post(f"/account/tokens/{row.pk}/revoke/")
    assert queries.own_tokens(cast["north_officer"]) == []
