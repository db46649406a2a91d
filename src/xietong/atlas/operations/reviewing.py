"""An edition before the members: submitted with what it says, returned, and what follows from their
word."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from xietong.agreements import operations as agreements
from xietong.agreements import rules as consents
from xietong.agreements.models import Agreement
from xietong.atlas import rules
from xietong.atlas.models import Edition
from xietong.atlas.queries.editions import facts_of, folder_of
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.kit.shelf import digest_of_folder
from xietong.region.models import Member
from xietong.region.operations import change, record
from xietong.region.rules import Actor, require

PURPOSE = N_("Publishing this edition of the map")


def reference_of(number: int) -> Reference:
    """Return how other records refer to an edition."""
    return Reference("atlas", "edition", str(number))


def content_of(edition: Edition, files_digest: str = "") -> str:
    """Return the digest of what members approve: numbers, files, titles and the words beside them.

    With `files_digest`, what it would be with these files.
    """
    files = files_digest or edition.files_digest
    facts = facts_of(files, edition.number)
    said = {
        "number": edition.number,
        "edition": edition.digest,
        "files": files,
        "title_zh": edition.title_zh,
        "title_en": edition.title_en,
        "banner": facts["banner"],
        "attribution": facts["attribution"],
    }
    told = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def contributing_members(edition: Edition) -> list[Member]:
    """Return the members whose registers an edition was compiled from, in their order."""
    return list(Member.objects.filter(register__versions__editions=edition).distinct())


def submit_edition(*, actor: Actor, number: int, closes_at: datetime | None = None) -> Edition:
    """Put a draft before every contributing member, bound to what it says at this moment.

    Refuses `no_such_edition`, `under_review_already`, `already_published`, `is_withdrawn`,
    `edition_files_damaged`, and a time for consent that has passed.
    """
    require(actor, rules.SUBMIT_EDITION)
    with change():
        edition = locked_edition(number)
        rules.may_submit(edition.state, number)
        files_must_be_whole(edition)
        edition.agreement = agreements.open_agreement(
            actor=actor,
            subject=reference_of(number),
            digest=content_of(edition),
            title_zh=edition.title_zh,
            title_en=edition.title_en,
            purpose=PURPOSE,
            parties=contributing_members(edition),
            closes_at=closes_at,
        )
        edition.state = rules.UNDER_REVIEW
        edition.save(update_fields=["state", "agreement"])
        record(
            actor=actor,
            verb="submit_edition",
            subject=reference_of(number),
            before=rules.DRAFT,
            after=rules.UNDER_REVIEW,
            agreement=edition.agreement.pk,
        )
    return edition


def return_edition(*, actor: Actor, number: int, reason: str) -> Edition:
    """Take an edition back to a draft before it is published; what was consented to ends with it.

    Refuses `no_such_edition`, `not_under_review` and `reason_for_return_missing`.
    """
    require(actor, rules.RETURN_EDITION)
    with change():
        edition = locked_edition(number)
        rules.may_return(edition.state, number, reason)
        assert edition.agreement_id is not None  # noqa: S101  (a state that has one)
        record(
            actor=actor,
            verb="return_edition",
            subject=reference_of(number),
            reason=reason.strip(),
            before=edition.state,
            after=rules.DRAFT,
        )
        # The signal that it ended brings the edition back.
        agreements.withdraw_agreement(
            actor=actor, agreement=edition.agreement_id, reason=reason.strip()
        )
        edition.refresh_from_db()
    return edition


def settle_edition(*, actor: Actor, agreement: int) -> Edition | None:
    """Bring an edition to the state that its agreement is in: approved, or back to a draft.

    Called again it changes nothing; an agreement that is not the edition's last one neither.
    """
    require(actor, rules.SETTLE_EDITION)
    with change():
        row = Agreement.objects.get(pk=agreement)
        edition = locked_edition(int(Reference.parse(row.subject).key))
        if edition.agreement_id != row.pk:
            return None
        before = edition.state
        if row.state == consents.IN_FORCE and before == rules.UNDER_REVIEW:
            edition.state = rules.APPROVED
        elif row.ended and before in (rules.UNDER_REVIEW, rules.APPROVED):
            edition.state = rules.DRAFT
        if edition.state != before:
            edition.save(update_fields=["state"])
            record(
                actor=actor,
                verb="settle_edition",
                subject=reference_of(edition.number),
                before=before,
                after=edition.state,
                agreement=row.pk,
                became=row.state,
            )
    return edition


def locked_edition(number: int) -> Edition:
    """Return an edition that nobody else changes meanwhile. Refuses `no_such_edition`."""
    edition = Edition.objects.filter(number=number).first()
    if edition is not None:
        # Its agreements first: whoever decides on them holds them before the edition.
        agreements.queue_for(reference_of(number))
        edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if edition is None:
        raise NotFound(
            "no_such_edition",
            N_("There is no edition {number} that you may see."),
            way_out=N_("See `xietong atlas editions` for the numbers."),
            field="edition",
            number=number,
        )
    return edition


def files_must_be_whole(edition: Edition) -> None:
    """Refuse `edition_files_missing`, or `edition_files_damaged` where files are not what they
    were."""
    folder = folder_of(edition.files_digest, edition.number)
    if digest_of_folder(folder) != edition.files_digest:
        raise Refusal(
            "edition_files_damaged",
            N_("The files of edition {number} are not those that were compiled."),
            way_out=N_("Restore the node's files from the backup."),
            number=edition.number,
        )
