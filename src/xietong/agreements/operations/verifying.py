"""Checking an agreement anew: what was signed, by whose mandate, and whether all of it is there."""

from __future__ import annotations

from xietong.agreements import queries, rules
from xietong.agreements.models import Agreement, Consent
from xietong.agreements.schemas import FindingOut, Verified
from xietong.agreements.signing import text_of
from xietong.region import keys
from xietong.region.rules import Actor, require


def verify_agreement(*, actor: Actor, agreement: int) -> Verified:
    """Check every signature against the rows as they stand, every mandate as of its moment, that no
    consent is missing, and that what is in force was agreed on by all. Changes nothing.

    Refuses `no_such_agreement`.
    """
    require(actor, rules.READ_AGREEMENTS)
    seen = queries.agreement(actor, agreement)
    row = Agreement.objects.get(pk=seen.id)
    parties = [one.member for one in seen.parties]
    consents = list(
        row.consents.select_related("member", "confirms", "mandate__member").order_by("number")
    )
    findings = [_finding(row, one, parties) for one in consents]
    if [one.number for one in consents] != list(range(1, len(consents) + 1)):
        findings.append(FindingOut(consent=None, code="number_missing"))
    if row.in_force_at is not None and not _everybody(consents, len(parties)):
        findings.append(FindingOut(consent=None, code="not_everybody"))
    return Verified(
        agreement=row.pk,
        sound=all(one.code == "sound" for one in findings),
        findings=findings,
    )


def _finding(row: Agreement, one: Consent, parties: list[str]) -> FindingOut:
    if text_of(row, one, parties) != one.signed:
        return FindingOut(consent=one.number, code="text_differs")
    if one.key != keys.fingerprint():
        return FindingOut(consent=one.number, code="other_key")
    if not keys.verify(one.signed.encode(), _bytes(one.signature)):
        return FindingOut(consent=one.number, code="signature_wrong")
    if not _mandated(one):
        return FindingOut(consent=one.number, code="mandate_wrong")
    return FindingOut(consent=one.number, code="sound")


def _bytes(letters: str) -> bytes:
    try:
        return bytes.fromhex(letters)
    except ValueError:
        return b""


def _mandated(one: Consent) -> bool:
    """Tell whether the mandate named was the signer's, for that member, and held at that moment."""
    return (
        queries.approver_mandates(one.member.code, one.at)
        .filter(pk=one.mandate_id, person=one.signer_id)
        .exists()
    )


def _everybody(consents: list[Consent], parties: int) -> bool:
    standing = queries.standing_of(consents)
    verdicts: list[str | None] = [one.verdict for one in standing.values()]
    return rules.all_agree(verdicts) and len(standing) == parties
