"""What exactly is signed where a member consents: a text that says all of it by itself."""

from __future__ import annotations

import json
from datetime import UTC

from xietong.agreements.models import Agreement, Consent

# A signed text begins with what it is, so that it can be shown for nothing else.
HEADING = "xietong consent 1"


def text_of(agreement: Agreement, consent: Consent, parties: list[str]) -> str:
    """Return the text that is signed, the same for the same rows: heading, then canonical JSON."""
    said = {
        "agreement": agreement.pk,
        "subject": agreement.subject,
        "subject_digest": agreement.subject_digest,
        "title_zh": agreement.title_zh,
        "title_en": agreement.title_en,
        "purpose": agreement.purpose,
        "parties": sorted(parties),
        "number": consent.number,
        "member": consent.member.code,
        "verdict": consent.verdict,
        "condition": consent.condition,
        "confirms": consent.confirms.number if consent.confirms else None,
        "signer": f"person:{consent.signer_id}",
        "signer_name": consent.signer_name,
        "mandate": consent.mandate_id,
        "at": consent.at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    told = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{HEADING}\n{told}"
