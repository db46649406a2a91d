"""What the node notes of itself: its public key, and a head of the audit a day."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.utils import timezone

from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Broken
from xietong.region import keys, rules
from xietong.region.models import NodeKey
from xietong.region.operations.audit import change, record
from xietong.region.queries.audit_chain import audit_head, folder_of_heads
from xietong.region.rules import Actor, require


def note_node_key(*, actor: Actor) -> tuple[NodeKey, bool]:
    """Note the node's public key, made where there is none; return its row and whether it is new.

    What an earlier key signed can still be checked, and a new one never comes unseen.
    """
    require(actor, rules.NOTE_NODE_KEY)
    key = keys.public_key()
    with change():
        known = NodeKey.objects.filter(public_key=key.hex()).first()
        if known is not None:
            return known, False
        newest = NodeKey.objects.last()
        row = NodeKey.objects.create(
            fingerprint=keys.fingerprint(key), public_key=key.hex(), noted_at=timezone.now()
        )
        record(
            actor=actor,
            verb="note_node_key",
            subject=Reference("region", "node_key", row.fingerprint),
            before="" if newest is None else newest.fingerprint,
            after=row.fingerprint,
        )
    return row, True


def keep_head(*, actor: Actor) -> Path:
    """Keep today's head of the audit as a signed file; a later one of the day takes its place.

    Refuses `no_entries`, and `head_not_kept` where it cannot be written.
    """
    require(actor, rules.KEEP_HEAD)
    head = audit_head(actor)
    folder = folder_of_heads()
    path = folder / f"{timezone.now():%Y-%m-%d}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=".part-", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(head.as_json())
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
    except OSError as fault:
        raise Broken(
            "head_not_kept",
            N_("The head of the audit could not be written: {fault}."),
            way_out=N_("Make room on the disk, then verify again."),
            fault=fault.strerror or type(fault).__name__,
        ) from fault
    return path
