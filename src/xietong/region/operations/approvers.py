"""Whether there has ever been an approver is decided by one at a time."""

from __future__ import annotations

from django.db import connection

# The number of PostgreSQL's advisory locks that stands for it: the first eight bytes of the SHA-256
# of “xietong approvers”.
LOCK = int.from_bytes(bytes.fromhex("7204cebe714833eb"), signed=True)


def queue_for_approvers() -> None:
    """Wait until nobody else makes a member's approver, or decides by there having been none.

    Called first in a change, before any row is locked. A trial ends with the first approver, who
    might otherwise come in while an edition is published without one. SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
