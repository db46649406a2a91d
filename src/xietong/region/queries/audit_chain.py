"""Whether the audit is whole: the chain from its first entry, against heads kept elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from xietong.engine.problems import Problem
from xietong.kit.progress import Progress, silent
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region import chain, keys
from xietong.region.chain import HEAD_FORM, Head, Stored, Walk
from xietong.region.models import AuditEntry, NodeKey
from xietong.region.rules import READ_AUDIT, Actor, require

AT_A_TIME = 5000
# So many faults are told one by one; where more entries are broken, their number says enough.
TOLD_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with the moment at which a node signed it, its public key, and its signature."""

    head: Head
    at: str
    key: bytes
    signature: bytes

    def as_json(self) -> str:
        """Return it as a file says it."""
        return json.dumps(
            {**self._facts(), "signature": self.signature.hex()}, indent=1, sort_keys=True
        )

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return f"{HEAD_FORM}\n{chain.canonical(self._facts())}".encode()

    def _facts(self) -> dict[str, Any]:
        return {
            "form": HEAD_FORM,
            "number": self.head.number,
            "hash": self.head.hash,
            "at": self.at,
            "key": self.key.hex(),
        }


def folder_of_heads() -> Path:
    """Return where this node keeps a head a day. Copy it elsewhere: it guards the chain's tail."""
    return Path(settings.XIETONG_HOME) / "heads"


def audit_head(actor: Actor) -> SignedHead:
    """Return the end of the chain as it stands, signed by the node. Refuses `no_entries`."""
    require(actor, READ_AUDIT, of=())
    last = AuditEntry.objects.order_by("-number").first()
    if last is None:
        raise NotFound(
            "no_entries",
            N_("The audit has no entry yet."),
            way_out=N_("Load a region first: every change is an entry."),
        )
    return _signed(last)


def signed_head(actor: Actor, number: int) -> SignedHead:
    """Return the end of the chain as it stood at an entry, signed by the node."""
    require(actor, READ_AUDIT, of=())
    return _signed(AuditEntry.objects.get(number=number))


def _signed(last: AuditEntry) -> SignedHead:
    bare = SignedHead(
        Head(last.number, last.hash), chain.stamp(timezone.now()), keys.public_key(), b""
    )
    return SignedHead(bare.head, bare.at, bare.key, keys.sign(bare.message()))


def read_head(text: str | bytes, name: str) -> SignedHead:
    """Return the head that a file says. Refuses `head_unreadable`."""
    try:
        told = json.loads(text)
        if told["form"] != HEAD_FORM:
            raise ValueError(told["form"])
        return SignedHead(
            Head(int(told["number"]), str(told["hash"])),
            str(told["at"]),
            bytes.fromhex(told["key"]),
            bytes.fromhex(told["signature"]),
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise Refusal(
            "head_unreadable",
            N_("“{file}” is no head of an audit."),
            way_out=N_("Choose a file that `xietong audit head` wrote."),
            file=name,
        ) from fault


def kept_heads() -> list[SignedHead]:
    """Return the heads that this node kept itself, a day each."""
    return [
        read_head(path.read_bytes(), path.name) for path in sorted(folder_of_heads().glob("*.json"))
    ]


def verified(actor: Actor, heads: Iterable[SignedHead] = (), progress: Progress = silent) -> Head:
    """Return the end of the chain where all of it is whole, and reaches every head.

    Refuses `audit_broken` with a line for each fault and the number of the entry.
    """
    require(actor, READ_AUDIT, of=())
    heads = list(heads)
    faults = [fault for head in heads for fault in _faults_of_head(head)]
    walk = Walk(head.head for head in heads)
    total = len(faults)
    for row in stored_entries():
        if row.number % AT_A_TIME == 0:
            progress("Verify", row.number)
        for fault in walk.step(row):
            total += 1
            if len(faults) < TOLD_FAULTS:
                faults.append(fault)
    cut = list(walk.end())
    if total + len(cut):
        raise Refusal(
            "audit_broken",
            N_("The audit is not whole: {count} faults in {entries} entries."),
            way_out=N_("Keep the database as it is, and compare it with the last good backup."),
            problems=(*cut, *faults),
            count=total + len(cut),
            entries=walk.last,
        )
    return Head(walk.last, walk.hash)


def _faults_of_head(head: SignedHead) -> Iterator[Problem]:
    if not keys.verify(head.message(), head.signature, head.key):
        yield Problem("audit_head_forged", head.head.number)
    elif head.key not in known_keys():
        yield Problem("audit_head_foreign", head.head.number)


def known_keys() -> set[bytes]:
    """Return the public keys under which this node has signed, today's among them."""
    noted = NodeKey.objects.values_list("public_key", flat=True)
    return {keys.public_key(), *(bytes.fromhex(key) for key in noted)}


def stored_entries() -> Iterator[Stored]:
    """Give every entry as it stands in the database, whatever somebody made of it there."""
    table, last = AuditEntry._meta.db_table, -(2**63)
    if connection.vendor == "sqlite":
        columns = ", ".join(
            f"CAST({name} AS BLOB)" for name in (*chain.COLUMNS[1:], "body", "hash")
        )
    else:
        columns = ", ".join(f'"{name}"::text' for name in chain.COLUMNS[1:])
        columns += ", convert_to(body, 'UTF8'), hash"
    query = (
        f"SELECT number, {columns} FROM {table} WHERE number > %s ORDER BY number"  # noqa: S608  (names of our own)
        f" LIMIT {AT_A_TIME}"
    )
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [last])
            rows = cursor.fetchall()
        for number, *told, body, digest in rows:
            at, key, name, verb, subject, member = map(_text, told)
            content = bytes(body or b"")
            yield Stored(number, at, key, name, verb, subject, member, content, _text(digest))
        if len(rows) < AT_A_TIME:
            return
        last = rows[-1][0]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
