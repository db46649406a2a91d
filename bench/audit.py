"""Verifying a chain of 100,000 entries, beside hashing the same texts and nothing else."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time

ENTRIES = 100_000
A_CHANGE = 1000


def main() -> None:
    """Write, verify and merely hash a chain; print seconds and the ratio within this run."""
    with tempfile.TemporaryDirectory(prefix="xietong-bench-") as home:
        os.environ["XIETONG_HOME"] = home
        os.environ.pop("XIETONG_DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "xietong.portal.settings"
        import django

        django.setup()
        measure()


def measure() -> None:
    from django.core.management import call_command

    from xietong.kit.references import Reference
    from xietong.region import queries
    from xietong.region.operations import change, record
    from xietong.region.queries.audit_chain import stored_entries
    from xietong.region.rules import LOCAL

    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    for first in range(0, ENTRIES, A_CHANGE):
        with change():
            for number in range(first, first + A_CHANGE):
                record(
                    actor=LOCAL,
                    verb="publish_edition",
                    subject=Reference("atlas", "edition", str(number)),
                    reason="经联席会议审议通过",
                    before="draft",
                    after="published",
                    clusters=number,
                )
    written = time.perf_counter() - begun
    begun = time.perf_counter()
    assert queries.verified(LOCAL).number == ENTRIES
    verified = time.perf_counter() - begun
    begun = time.perf_counter()
    assert sum(hashlib.sha256(row.body).hexdigest() == row.hash for row in stored_entries())
    hashed = time.perf_counter() - begun
    print(f"{ENTRIES:,} entries, {A_CHANGE:,} a change, on SQLite")
    print(f"write   {written:6.2f} s, {ENTRIES / written:8,.0f} a second")
    print(f"verify  {verified:6.2f} s, {ENTRIES / verified:8,.0f} a second")
    print(f"read and hash only {hashed:6.2f} s; verifying takes {verified / hashed:.1f} times that")


if __name__ == "__main__":
    main()
