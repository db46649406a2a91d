"""Removing files that a killed import or compile left behind and that no row names."""

from __future__ import annotations

from xietong.atlas import rules, storage
from xietong.atlas.models import Edition, RegisterVersion
from xietong.region.models import BoundarySet
from xietong.region.rules import Actor, require
from xietong.region.storage import boundaries


def sweep(*, actor: Actor, now: float | None = None) -> list[str]:
    """Remove orphans older than a day and return their names; what a row names is never touched."""
    require(actor, rules.SWEEP)
    versions = RegisterVersion.objects.values_list("digest", flat=True)
    editions = Edition.objects.values_list("files_digest", flat=True)
    outlines = BoundarySet.objects.values_list("digest", flat=True)
    return [
        *storage.registers().sweep({f"{digest}.parquet" for digest in versions}, now=now),
        *storage.editions().sweep(set(editions), now=now),
        *boundaries().sweep(set(outlines), now=now),
    ]
