"""A signature says exactly what was consented to; whoever changes a word of it is found out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from cast import Cast
from xietong.agreements import operations
from xietong.agreements.models import Agreement, Consent
from xietong.region import keys
from xietong.region.append_only import triggers
from xietong.region.models import Mandate
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
Opener = Callable[..., Agreement]


@pytest.fixture
def signed(cast: Cast, opened: Opener) -> Agreement:
    """Return an agreement in force."""
    row = opened()
    for part, member in (("north_approver", "northshore"), ("south_approver", "southshore")):
        operations.consent(actor=cast[part], agreement=row.pk, member=member, verdict="agree")
    return row


def unguard() -> None:
    """Let somebody who owns the database change what only grows; the test's end takes it back."""
    with connection.cursor() as cursor:
        for one in triggers(Consent, connection.vendor):
            on = f' ON "{one.table}"' if connection.vendor == "postgresql" else ""
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if on else "SELECT 1")
            cursor.execute(f'DROP TRIGGER IF EXISTS "{one.name}"{on}')


def found(row: Agreement) -> list[str]:
    verified = operations.verify_agreement(actor=LOCAL, agreement=row.pk)
    assert verified.sound == all(one.code == "sound" for one in verified.findings)
    return [one.code for one in verified.findings]


def test_the_signed_text_says_all_of_it(cast: Cast, signed: Agreement) -> None:
    one = Consent.objects.get(number=1)
    heading, _, body = one.signed.partition("\n")
    assert heading == "xietong consent 1"
    told = json.loads(body)
    assert told["subject"] == "plan:scheme:7"
    assert told["subject_digest"] == "a" * 64
    assert told["parties"] == ["northshore", "southshore"]
    assert (told["member"], told["verdict"], told["condition"]) == ("northshore", "agree", "")
    assert told["signer"] == cast["north_approver"].key
    assert told["mandate"] == Mandate.objects.get(person=cast.person("north_approver")).pk
    assert (told["title_zh"], told["purpose"]) == (signed.title_zh, signed.purpose)
    assert (told["agreement"], told["number"], told["confirms"]) == (signed.pk, 1, None)
    assert (told["title_en"], told["signer_name"]) == (signed.title_en, one.signer_name)
    assert datetime.fromisoformat(told["at"]) == one.at
    assert len(told) == 16
    assert keys.verify(one.signed.encode(), bytes.fromhex(one.signature))
    assert found(signed) == ["sound", "sound"]


def test_the_signed_text_says_which_condition_was_met(cast: Cast, opened: Opener) -> None:
    row = opened()
    ways: Any = {"actor": cast["north_approver"], "member": "northshore"}
    operations.consent(agreement=row.pk, verdict="with_condition", condition="print", **ways)
    operations.meet_condition(actor=LOCAL, agreement=row.pk, consent=1, words="printed")
    confirming = operations.consent(agreement=row.pk, verdict="agree", **ways)
    assert json.loads(confirming.signed.partition("\n")[2])["confirms"] == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"verdict": "object"}, "text_differs"),
        ({"condition": "but"}, "text_differs"),
        ({"signer_name": "别人"}, "text_differs"),
        ({"signature": "00" * 64}, "signature_wrong"),
        ({"signature": "none"}, "signature_wrong"),
        ({"key": "0" * 32}, "other_key"),
    ],
)
def test_a_changed_consent_is_found(signed: Agreement, change: dict[str, str], code: str) -> None:
    unguard()
    Consent.objects.filter(number=1).update(**change)
    assert found(signed)[:2] == [code, "sound"]


def test_a_text_changed_together_with_its_row_is_found(signed: Agreement) -> None:
    one = Consent.objects.get(number=1)
    unguard()
    Consent.objects.filter(number=1).update(
        signed=one.signed.replace('"condition":""', '"condition":"x"'), condition="x"
    )
    assert found(signed) == ["signature_wrong", "sound"]


@pytest.mark.parametrize("change", [{"subject_digest": "b" * 64}, {"title_zh": "别的事项"}])
def test_another_content_or_title_is_found(signed: Agreement, change: dict[str, str]) -> None:
    Agreement.objects.filter(pk=signed.pk).update(**change)
    assert found(signed) == ["text_differs", "text_differs"]


def test_a_consent_that_is_gone_is_found(signed: Agreement) -> None:
    unguard()
    Consent.objects.filter(number=1)._raw_delete("default")
    assert found(signed) == ["sound", "number_missing", "not_everybody"]


def test_a_mandate_counts_as_of_its_moment(cast: Cast, signed: Agreement) -> None:
    mandate = Mandate.objects.filter(person=cast.person("north_approver"))
    at = Consent.objects.get(number=1).at
    mandate.update(revoked_at=at + timedelta(seconds=1))
    assert found(signed) == ["sound", "sound"]
    mandate.update(revoked_at=at)
    assert found(signed) == ["mandate_wrong", "sound"]
    mandate.update(revoked_at=None, role="officer")
    assert found(signed) == ["mandate_wrong", "sound"]


def test_a_mandate_of_somebody_else_or_beside_the_one_named_does_not_count(
    cast: Cast, signed: Agreement
) -> None:
    one = Consent.objects.get(number=1)
    named = Mandate.objects.filter(pk=one.mandate_id)
    named.update(person=cast.person("north_viewer"))
    assert found(signed) == ["mandate_wrong", "sound"]
    named.update(person=one.signer, revoked_at=one.at)
    Mandate.objects.create(
        person=one.signer,
        role="approver",
        member=one.member,
        valid_from=one.at - timedelta(days=1),
        granted_by=LOCAL.key,
    )
    assert found(signed) == ["mandate_wrong", "sound"]
    named.update(revoked_at=None)
    assert found(signed) == ["sound", "sound"]
