"""The chain of the audit: an entry in bytes, how it hangs on the one before, what breaks it.

Pure: docs/methods/audit-chain.md tells the same for whoever checks an export elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from xietong.engine.problems import Problem

FORM = "xietong-audit-1"
HEAD_FORM = "xietong-audit-head-1"
# What the first entry hangs on.
START = "0" * 64
WANTED = frozenset(
    {"form", "number", "previous", "at", "behind_us", "actor", "verb", "subject", "member"}
    | {"reason", "before", "after", "details"}
)
ACTOR = frozenset({"key", "kind", "name"})
COLUMNS = ("number", "at", "actor_key", "actor_name", "verb", "subject", "member")


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as the database holds it: columns as text, the body as bytes, whatever they are."""

    number: int
    at: str
    actor_key: str
    actor_name: str
    verb: str
    subject: str
    member: str
    body: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain at a moment: so many entries, the last with this hash."""

    number: int
    hash: str


def stamp(at: datetime) -> str:
    """Return a moment as an entry says it.

    >>> stamp(datetime(2026, 3, 1, 8, tzinfo=UTC))
    '2026-03-01T08:00:00.000000Z'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def canonical(facts: Mapping[str, Any]) -> str:
    """Return facts in their one form: JSON, keys sorted, no blanks, letters as they are.

    >>> canonical({"b": "区", "a": [1, True]})
    '{"a":[1,true],"b":"区"}'
    """
    return json.dumps(
        _writable(facts), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def _writable(value: Any) -> Any:
    """Return a value whose texts can be written: halves of a letter become question marks."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_writable(name): _writable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(one) for one in value]
    return value


def digest(body: str | bytes) -> str:
    """Return the hash of an entry, by which the next one hangs on it."""
    return hashlib.sha256(body.encode() if isinstance(body, str) else body).hexdigest()


def behind_us(at: datetime, last: datetime | None) -> int:
    """Return by how many microseconds the clock stands before the entry before; 0 as it should.

    >>> behind_us(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    if last is None or at >= last:
        return 0
    gap = last - at
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


class Walk:
    """Walks over a chain from its first entry on and tells what is wrong at each."""

    def __init__(self, heads: Iterable[Head] = ()) -> None:
        self.last = 0
        self.hash = START
        self.at: datetime | None = None
        self._heads: dict[int, set[str]] = {}
        for head in heads:
            self._heads.setdefault(head.number, set()).add(head.hash)

    def step(self, row: Stored) -> Iterator[Problem]:
        """Tell what is wrong with the next entry."""
        if row.number != self.last + 1:
            gone = row.number - self.last - 1
            yield Problem("audit_entry_missing", row.number, params={"count": gone})
        told = _read(row.body)
        if digest(row.body) != row.hash:
            yield Problem("audit_entry_changed", row.number)
        if told is None:
            yield Problem("audit_entry_unreadable", row.number)
        else:
            yield from self._compared(row, told)
        yield from self._against_heads(row.number, row.hash)
        self.last, self.hash = row.number, row.hash

    def end(self) -> Iterator[Problem]:
        """Tell which heads the chain does not reach any more."""
        for number in sorted(self._heads):
            if number:
                yield Problem("audit_tail_cut", number, params={"last": self.last})

    def _compared(self, row: Stored, told: Mapping[str, Any]) -> Iterator[Problem]:
        if told["previous"] != self.hash:
            yield Problem("audit_entry_unlinked", row.number)
        at = _moment(told["at"])
        said = {
            "number": told["number"],
            "at": at,
            "actor_key": told["actor"]["key"],
            "actor_name": told["actor"]["name"],
            "verb": told["verb"],
            "subject": told["subject"],
            "member": told["member"],
        }
        for column in COLUMNS:
            stored = _moment(row.at) if column == "at" else getattr(row, column)
            if stored != said[column] or stored is None:
                yield Problem("audit_column_differs", row.number, column)
        if at is not None:
            if behind_us(at, self.at) != told["behind_us"]:
                yield Problem("audit_clock_unnoted", row.number)
            self.at = at

    def _against_heads(self, number: int, found: str) -> Iterator[Problem]:
        wanted = self._heads.pop(number, set())
        if wanted - {found}:
            yield Problem("audit_head_differs", number)


def _read(body: bytes) -> Mapping[str, Any] | None:
    """Return what a body says where it is an entry in its one form; None otherwise."""
    try:
        text = body.decode()
        told = json.loads(text)
        whole = told["form"] == FORM and canonical(told) == text
        whole = whole and set(told) >= WANTED and set(told["actor"]) >= ACTOR
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return told if whole else None


def _moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
