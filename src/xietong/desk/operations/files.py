"""Keeping a file that somebody uploads: streamed, limited, named by its content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.utils import timezone

from xietong.desk import queries, rules, storage
from xietong.desk.models import StoredFile
from xietong.desk.naming import cleaned
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.kit.surroundings import why
from xietong.region.operations import change, record
from xietong.region.rules import Actor, require

PIECE = 1 << 20
KEPT_DAYS = 30


class Stream(Protocol):
    """Whatever can be read in pieces: an upload, an open file."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes; none at the end."""


def keep_file(
    *,
    actor: Actor,
    stream: Stream,
    name: str,
    most_bytes: int | None = None,
    purpose: str = "",
    scope: str = "",
    kept_days: int | None = KEPT_DAYS,
) -> StoredFile:
    """Put what a stream holds on the shelf under its SHA-256 and give it a row.

    Neither the name nor a length that was claimed is believed. Refuses `file_empty`,
    `upload_too_large` and `disk_full`, and leaves nothing behind then. `kept_days` None: for ever.
    """
    require(actor, rules.KEEP_FILE, of=scope or None)
    most = settings.XIETONG_UPLOAD_MB * 1_000_000 if most_bytes is None else most_bytes
    shelf = storage.uploads()
    whole, size = hashlib.sha256(), 0
    try:
        with shelf.aside() as scratch:
            written = scratch / "upload"
            with written.open("xb") as file:
                while piece := stream.read(PIECE):
                    size += len(piece)
                    if size > most:
                        raise _too_large(most)
                    whole.update(piece)
                    file.write(piece)
            if size == 0:
                raise Refusal(
                    "file_empty",
                    N_("The file is empty."),
                    way_out=N_("Choose the file again, and check that it was saved."),
                    field="file",
                )
            shelf.keep(written, whole.hexdigest())
    except OSError as fault:
        refusal = why(fault)
        if refusal is None:
            raise
        raise refusal from fault
    with change():
        kept = StoredFile.objects.create(
            digest=whole.hexdigest(),
            name=cleaned(name),
            bytes=size,
            kept_by=actor.key,
            kept_name=actor.name,
            scope=scope,
            purpose=purpose,
            expires_at=None if kept_days is None else timezone.now() + timedelta(days=kept_days),
        )
        record(
            actor=actor,
            verb="keep_file",
            member=rules.member_of(scope),
            subject=Reference("desk", "file", str(kept.pk)),
            after=kept.digest,
            name=kept.name,
            bytes=size,
            purpose=purpose,
        )
    return kept


def drop_file(*, actor: Actor, number: int) -> None:
    """Forget a file that the actor may see; its content goes with the next sweep."""
    require(actor, rules.KEEP_FILE)
    with change():
        kept = queries.stored_file(actor, number)
        record(
            actor=actor,
            verb="drop_file",
            member=rules.member_of(kept.scope),
            subject=Reference("desk", "file", str(kept.pk)),
            before=kept.digest,
            name=kept.name,
        )
        kept.delete()


def sweep_files(*, actor: Actor, now: float | None = None) -> list[str]:
    """Forget what has expired, and remove contents that no row has named for a day."""
    require(actor, rules.SWEEP_FILES)
    with change():
        expired = StoredFile.objects.filter(expires_at__lt=timezone.now())
        count, _ = expired.delete()
        if count:
            record(
                actor=actor,
                verb="sweep_files",
                subject=Reference("desk", "file", "expired"),
                files=count,
            )
    named: Iterable[str] = StoredFile.objects.values_list("digest", flat=True)
    return storage.uploads().sweep(set(named), now=now)


def _too_large(most: int) -> Refusal:
    return Refusal(
        "upload_too_large",
        N_("The file is larger than {megabytes} MB, the most that this node takes."),
        way_out=N_("Save the table as XLSX or Parquet, or split it into several files."),
        field="file",
        megabytes=str(most // 1_000_000),
    )
