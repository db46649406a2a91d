"""Looks into a house after the endurance test and prints what is half done, a line of JSON each.

Everything is asked of the rows and files themselves, not of what the operations say of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import django

django.setup()

from django.db.models import Count, F, Q  # noqa: E402

from xietong.agreements import operations as agreements  # noqa: E402
from xietong.agreements.models import Agreement  # noqa: E402
from xietong.atlas.models import Edition, Register, RegisterDraft, RegisterVersion  # noqa: E402
from xietong.desk.models import Job, StoredFile  # noqa: E402
from xietong.desk.storage import uploads  # noqa: E402
from xietong.region.models import AuditEntry, Invitation, Mandate, Person  # noqa: E402
from xietong.region.rules import LOCAL  # noqa: E402


def findings() -> Iterator[str]:
    """Give a sentence for everything that is not as it must be."""
    numbers = list(AuditEntry.objects.order_by("number").values_list("number", flat=True))
    if numbers != list(range(1, len(numbers) + 1)):
        yield "the audit has gaps"
    yield from _registers()
    yield from _editions()
    yield from _people()
    for job in Job.objects.exclude(state__in=("done", "refused", "failed", "cancelled")):
        yield f"job {job.pk} is still {job.state}"
    for file in StoredFile.objects.all():
        path = uploads().folder / file.digest
        if not path.is_file() or path.stat().st_size != file.bytes:
            yield f"stored file {file.pk} is not whole"


def _registers() -> Iterator[str]:
    for register in Register.objects.all():
        found = list(register.versions.order_by("number").values_list("number", flat=True))
        if found != list(range(1, len(found) + 1)):
            yield f"the versions of register {register.pk} have gaps: {found}"
    committed = Q(state="committed")
    for draft in RegisterDraft.objects.filter(
        (committed & Q(version=None)) | (~committed & Q(version__isnull=False))
    ):
        yield f"draft {draft.pk} is {draft.state} and its version is {draft.version_id}"
    twice = RegisterVersion.objects.annotate(n=Count("drafts")).filter(n__gt=1)
    yield from (f"version {one.pk} was committed by {one.drafts.count()} drafts" for one in twice)
    said = AuditEntry.objects.filter(
        verb__in=("commit_draft", "import_register", "restore_version")
    ).count()
    there = RegisterVersion.objects.count()
    if said < there:
        yield f"{there} versions, and the audit knows of {said}"


def _editions() -> Iterator[str]:
    found = list(Edition.objects.order_by("number").values_list("number", flat=True))
    if [b - a for a, b in pairwise(found)] != [1] * (len(found) - 1):
        yield f"editions have gaps: {found}"
    for edition in Edition.objects.select_related("agreement"):
        row = edition.agreement
        if edition.state in ("approved", "under_review") and row is None:
            yield f"edition {edition.number} is {edition.state} without an agreement"
        if edition.state == "approved" and row is not None and row.state != "in_force":
            yield f"edition {edition.number} is approved, its agreement {row.state}"
        if edition.state == "under_review" and row is not None and row.state != "open":
            yield f"edition {edition.number} is under review, its agreement {row.state}"
        if edition.state == "published":
            if edition.published_at is None:
                yield f"edition {edition.number} was published at no time"
            if not edition.trial and (row is None or row.state != "in_force"):
                yield f"edition {edition.number} is published without its members"
        if edition.state == "withdrawn" and not edition.withdrawn_because:
            yield f"edition {edition.number} was withdrawn without a reason"
        if edition.clusters.count() != len(set(edition.clusters.values_list("key", flat=True))):
            yield f"edition {edition.number} has a cluster twice"
    for one in Agreement.objects.all():
        if not agreements.verify_agreement(actor=LOCAL, agreement=one.pk).sound:
            yield f"agreement {one.pk} does not verify"
    live = Agreement.objects.filter(state__in=("open", "in_force")).values(
        "subject", "subject_digest"
    )
    for same in live.annotate(n=Count("pk")).filter(n__gt=1):
        yield f"{same['n']} agreements on the same {same['subject']}"


def _people() -> Iterator[str]:
    for one in Invitation.objects.filter(accepted_at__isnull=False, accepted_by=None):
        yield f"invitation {one.pk} was accepted by nobody"
    for one in Invitation.objects.filter(accepted_by__isnull=False):
        if not Mandate.objects.filter(person=one.accepted_by).exists():
            yield f"invitation {one.pk} brought no mandate"
    twice = Person.objects.values("email").annotate(n=Count("pk")).filter(n__gt=1)
    yield from (f"{one['email']} is {one['n']} people" for one in twice)
    for mandate in Mandate.objects.filter(valid_to__lt=F("valid_from")):
        yield f"mandate {mandate.pk} ends before it begins"


if __name__ == "__main__":
    for one in findings():
        print(json.dumps(one))  # noqa: T201
