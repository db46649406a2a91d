"""Editions as those see them who decide on them: where each stands, and what it was made of."""

from __future__ import annotations

from typing import cast

from django.db.models import Prefetch, QuerySet

from xietong.agreements import queries as agreements
from xietong.agreements.schemas import AgreementOut
from xietong.atlas import rules
from xietong.atlas.models import Edition, RegisterVersion
from xietong.atlas.queries.editions import editions_for, not_visible
from xietong.atlas.schemas import EditionState, Names, SourceVersion, Standing
from xietong.region.rules import Actor, May, may


def standings(actor: Actor, state: str | None = None) -> list[Standing]:
    """Return the editions that the actor may see with where they stand, newest first."""
    rows = editions_for(actor)
    if state:
        rows = rows.filter(state=state)
    return _told(actor, rows)


def standing(actor: Actor, number: int) -> Standing:
    """Return one edition with where it stands. Refuses `no_such_edition`, `edition_withdrawn`."""
    found = _told(actor, editions_for(actor).filter(number=number))
    if not found:
        raise not_visible(actor, number)
    return found[0]


def actions(actor: Actor, one: Standing) -> set[str]:
    """Return the verbs that the actor may do to an edition in its state."""
    lines: list[May] = [
        rules.SUBMIT_EDITION,
        rules.RETURN_EDITION,
        rules.PUBLISH_EDITION,
        rules.WITHDRAW_EDITION,
    ]
    found = {line.verb for line in lines if may(actor, line, state=one.state)}
    if one.state == rules.DRAFT:
        # Only the operator publishes a draft, and by command.
        found.discard(rules.PUBLISH_EDITION.verb)
    return found


def approved(actor: Actor) -> list[Edition]:
    """Return the approved editions that wait for this actor to publish them, the oldest first."""
    if not may(actor, rules.PUBLISH_EDITION, state=rules.APPROVED):
        return []
    return list(
        editions_for(actor)
        .filter(state=rules.APPROVED)
        .select_related("agreement")
        .order_by("number")
    )


def _told(actor: Actor, rows: QuerySet[Edition]) -> list[Standing]:
    found = list(
        rows.prefetch_related(
            Prefetch("versions", RegisterVersion.objects.select_related("register__member"))
        )
    )
    asked = agreements.agreements_by_id(
        actor, [one.agreement_id for one in found if one.agreement_id is not None]
    )
    return [_one(row, asked) for row in found]


def _one(row: Edition, asked: dict[int, AgreementOut]) -> Standing:
    versions = sorted(
        row.versions.all(),
        key=lambda one: (one.register.member.position, one.register.member.code),
    )
    return Standing(
        number=row.number,
        state=cast(EditionState, row.state),
        title=Names(zh=row.title_zh, en=row.title_en),
        digest=row.digest,
        files_digest=row.files_digest,
        synthetic=row.synthetic,
        trial=row.trial,
        created_at=row.created_at,
        published_at=row.published_at,
        withdrawn_because=row.withdrawn_because,
        restates=row.provenance.get("restates"),
        sources=[
            SourceVersion(
                member=one.register.member.code,
                name=Names(zh=one.register.member.name_zh, en=one.register.member.name_en),
                number=one.number,
                rows=one.rows,
                imported_at=one.imported_at,
                digest=one.digest,
            )
            for one in versions
        ],
        agreement=asked.get(row.agreement_id) if row.agreement_id is not None else None,
    )
