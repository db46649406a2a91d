"""Removing files that a killed import or compile left behind and that no row names."""

from __future__ import annotations

from xietong.atlas import rules, storage
from xietong.atlas.models import Edition, RegisterDraft, RegisterVersion
from xietong.region.models import BoundarySet
from xietong.region.rules import Actor, require
from xietong.region.storage import boundaries


def sweep(*, actor: Actor, now: float | None = None) -> list[str]:
    """Remove orphans older than a day and return their names; what a row names is never touched."""
    require(actor, rules.SWEEP)
    versions = RegisterVersion.objects.values_list("digest", flat=True)
    editions = Edition.objects.values_list("files_digest", flat=True)
    outlines = BoundarySet.objects.values_list("digest", flat=True)
    ready = [
        draft.brought["digest"] for draft in RegisterDraft.objects.filter(brought__isnull=False)
    ]
    return [
        *storage.registers().sweep(
            {f"{digest}.parquet" for digest in [*versions, *ready]}, now=now
        ),
        *storage.drafts().sweep(named_by_drafts(), now=now),
        *storage.editions().sweep(set(editions), now=now),
        *boundaries().sweep(set(outlines), now=now),
    ]


def named_by_drafts() -> set[str]:
    """Return the files of the shelf of drafts that a draft or a version names."""
    lists = [
        *RegisterVersion.objects.values_list("problems_digest", flat=True),
        *RegisterDraft.objects.values_list("problems_digest", flat=True),
    ]
    marked = RegisterDraft.objects.values_list("marked", flat=True)
    books = {f"{digest}.xlsx" for books in marked for digest in books.values()}
    return books | {f"{digest}.parquet" for digest in lists if digest}
