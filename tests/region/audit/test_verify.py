"""Verifying finds a changed byte, a missing entry, a swapped pair, and a tail cut off."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from commands import run
from houses import household
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.region import append_only, keys, operations, queries
from xietong.region.chain import Head, canonical, digest
from xietong.region.models import AuditEntry, NodeKey
from xietong.region.queries.audit_chain import folder_of_heads
from xietong.region.rules import LOCAL, OFFICE, READER, Actor, Held, Kind, Role, of_member

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
TABLE = "region_auditentry"
TEXTS = ("actor_key", "actor_name", "verb", "subject", "member", "body", "hash")


@contextmanager
def by_hand() -> Iterator[Any]:
    """Let somebody who owns the database do what the triggers refuse, and undo it afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for one in append_only.triggers(AuditEntry, connection.vendor):
                on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER "{one.name}"{on}')
            yield cursor
        transaction.set_rollback(True)


def faults(*heads: Any) -> set[tuple[str, int | None]]:
    """Return (code, entry) of each fault; nothing where the audit is whole."""
    try:
        queries.verified(LOCAL, heads)
    except Refusal as refusal:
        broken = refusal
    else:
        return set()
    assert broken.code == "audit_broken"
    assert broken.params["count"] == len(broken.problems)
    return {(one.code, one.row) for one in broken.problems}


def test_a_whole_audit_is_whole(entries: int) -> None:
    last = AuditEntry.objects.get(number=entries)
    assert queries.verified(LOCAL) == Head(12, last.hash)
    head = queries.audit_head(LOCAL)
    assert head.head == Head(12, last.hash)
    assert faults(head) == set()


def test_an_empty_audit_is_whole_and_has_no_head(db: None, home: Path) -> None:
    assert queries.verified(LOCAL).number == 0
    with pytest.raises(NotFound, match="no_entries"):
        queries.audit_head(LOCAL)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_letter_that_is_changed_is_found(entries: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, entries), "entry")
    column = data.draw(st.sampled_from(TEXTS), "column")
    with by_hand() as hand:
        now = str(AuditEntry.objects.values_list(column, flat=True).get(number=number))
        place = data.draw(st.integers(0, len(now)), "place")
        letter = data.draw(st.characters(codec="utf-8", exclude_characters="\0"), "letter")
        way = data.draw(st.sampled_from(["insert", "replace", "drop"]), "way")
        kept = now[place + (way != "insert") :]
        changed = now[:place] + ("" if way == "drop" else letter) + kept
        # A hash of 65 letters is none that PostgreSQL's column would take.
        assume(changed != now and not (column == "hash" and way == "insert"))
        hand.execute(f"UPDATE {TABLE} SET {column} = %s WHERE number = %s", [changed, number])
        assert number in {entry for _, entry in faults()}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_entries_that_are_gone_swapped_or_moved_are_found(
    entries: int, data: st.DataObject
) -> None:
    head = queries.audit_head(LOCAL)
    first = data.draw(st.integers(1, entries), "first")
    second = data.draw(st.integers(1, entries).filter(lambda n: n != first), "second")
    way = data.draw(st.sampled_from(["gone", "swapped", "contents", "moved", "copied"]), "way")
    with by_hand() as hand:
        if way == "gone":
            low, high = sorted((first, second))
            hand.execute(f"DELETE FROM {TABLE} WHERE number BETWEEN %s AND %s", [low, high])
        elif way == "swapped":
            for old, new in ((first, 99), (second, first), (99, second)):
                hand.execute(f"UPDATE {TABLE} SET number = %s WHERE number = %s", [new, old])
        elif way == "contents":
            swap_contents(hand, first, second)
        elif way == "moved":
            hand.execute(f"UPDATE {TABLE} SET number = 40 + number WHERE number = %s", [first])
        else:
            hand.execute(
                f"INSERT INTO {TABLE} (number, at, actor_key, actor_name, verb, subject, member,"
                " body, hash) SELECT 13, at, actor_key, actor_name, verb, subject, member, body,"
                f" 'g' || substr(hash, 2) FROM {TABLE} WHERE number = %s",
                [first],
            )
        assert faults(head)


def swap_contents(hand: Any, first: int, second: int) -> None:
    rows = {one.number: one for one in AuditEntry.objects.filter(number__in=(first, second))}
    for number in (first, second):
        hand.execute(f"UPDATE {TABLE} SET hash = %s WHERE number = %s", [str(number), number])
    for number, other in ((first, rows[second]), (second, rows[first])):
        hand.execute(
            f"UPDATE {TABLE} SET body = %s, hash = %s, verb = %s, subject = %s, member = %s,"
            " at = %s, actor_key = %s, actor_name = %s WHERE number = %s",
            [
                *(other.body, other.hash, other.verb, other.subject, other.member),
                *(str(other.at), other.actor_key, other.actor_name, number),
            ],
        )


def test_each_way_of_breaking_has_its_word(entries: int) -> None:
    with by_hand() as hand:
        hand.execute(f"DELETE FROM {TABLE} WHERE number = 5")
        assert faults() == {("audit_entry_missing", 6), ("audit_entry_unlinked", 6)}
    with by_hand() as hand:
        hand.execute(f"UPDATE {TABLE} SET verb = 'x' WHERE number = 5")
        assert faults() == {("audit_column_differs", 5)}
    with by_hand() as hand:
        hand.execute(f"UPDATE {TABLE} SET at = '1999-12-31 23:59:59' WHERE number = 5")
        assert faults() == {("audit_column_differs", 5)}
    with by_hand() as hand:
        hand.execute(f"UPDATE {TABLE} SET body = 'x' WHERE number = 5")
        assert faults() == {("audit_entry_changed", 5), ("audit_entry_unreadable", 5)}
    with by_hand() as hand:
        hand.execute(f"UPDATE {TABLE} SET body = replace(body, 'draft', 'trial') WHERE number = 5")
        assert faults() == {("audit_entry_changed", 5)}


def forged(number: int, **changed: Any) -> tuple[str, str]:
    """Return the body and hash of an entry that somebody made anew, as well as the house does."""
    body = canonical({**AuditEntry.objects.get(number=number).told, **changed})
    return body, digest(body)


def test_a_forger_who_makes_the_hash_anew_breaks_the_next_link(entries: int) -> None:
    with by_hand() as hand:
        row = [*forged(5, reason="another reason"), 5]
        hand.execute(f"UPDATE {TABLE} SET body = %s, hash = %s WHERE number = %s", row)
        assert faults() == {("audit_entry_unlinked", 6)}


def test_a_time_that_is_not_noted_is_found(entries: int) -> None:
    with by_hand() as hand:
        row = [*forged(12, at="2001-01-01T00:00:00.000000Z"), "2001-01-01 00:00:00", 12]
        hand.execute(f"UPDATE {TABLE} SET body = %s, hash = %s, at = %s WHERE number = %s", row)
        assert faults() == {("audit_clock_unnoted", 12)}


def test_the_last_entry_can_be_forged_or_cut_only_against_no_head(entries: int) -> None:
    head = queries.audit_head(LOCAL)
    with by_hand() as hand:
        hand.execute(f"DELETE FROM {TABLE} WHERE number > 9")
        assert faults() == set()
        assert faults(head) == {("audit_tail_cut", 12)}
    with by_hand() as hand:
        row = [*forged(12, reason="another reason"), 12]
        hand.execute(f"UPDATE {TABLE} SET body = %s, hash = %s WHERE number = %s", row)
        assert faults() == set()
        assert faults(head) == {("audit_head_differs", 12)}
    with by_hand() as hand:
        hand.execute(f"DELETE FROM {TABLE}")
        assert faults(head) == {("audit_tail_cut", 12)}
    assert faults(head) == set()


def test_a_head_holds_by_the_nodes_signature_alone(entries: int, home: Path) -> None:
    head = queries.audit_head(LOCAL)
    told = json.loads(head.as_json())
    assert queries.read_head(head.as_json(), "head.json") == head
    longer = queries.read_head(json.dumps({**told, "number": 11}), "head.json")
    assert ("audit_head_forged", 11) in faults(longer)
    operations.note_node_key(actor=LOCAL)
    keys.file_of_key().unlink()
    assert faults(head) == set()  # an earlier key of this node
    own = queries.audit_head(LOCAL)
    assert own.key != head.key
    assert operations.note_node_key(actor=LOCAL)[1]
    assert not operations.note_node_key(actor=LOCAL)[1]
    before, after = AuditEntry.objects.filter(verb="note_node_key")
    assert (after.before, after.after) == (before.after, keys.fingerprint())
    assert NodeKey.objects.count() == 2
    keys.file_of_key().unlink()
    foreign = queries.audit_head(LOCAL)
    keys.file_of_key().unlink()
    assert faults(foreign) == {("audit_head_foreign", foreign.head.number)}


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"form": "xietong-audit-head-1"}'])
def test_what_is_no_head_is_refused(home: Path, text: str) -> None:
    with pytest.raises(Refusal, match="head_unreadable"):
        queries.read_head(text, "head.json")


def test_only_who_reads_all_of_it_verifies(entries: int) -> None:
    office = Actor(Kind.PERSON, "苏四海", "person:9", frozenset({Held(Role.OFFICER, OFFICE)}))
    own = frozenset({Held(Role.ADMINISTRATOR, of_member("northshore"))})
    member = Actor(Kind.PERSON, "林一舟", "person:7", own)
    assert queries.verified(office).number == entries
    for actor in (member, READER):
        for read in (queries.verified, queries.audit_head):
            with pytest.raises(NotAllowed):
                read(actor)


def test_the_commands_verify_and_keep_a_head(entries: int, home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere.json"
    kept.write_text(run("audit", "head").stdout)
    assert run("audit", "verify", "--no-keep").stdout.startswith("12\t")
    assert not folder_of_heads().exists()
    assert run("audit", "verify", "--head", str(kept)).stdout.startswith("12\t")
    (day,) = folder_of_heads().iterdir()
    assert queries.read_head(day.read_bytes(), day.name).head.number == 12
    run("audit", "verify")
    assert list(folder_of_heads().iterdir()) == [day]
    with by_hand() as hand:
        hand.execute(f"DELETE FROM {TABLE} WHERE number = 12")
        told = run("audit", "verify", "--head", str(kept), "--no-keep", expect=2)
        assert "Row 12: the audit ends at entry 11, and there was this one." in told.stderr
        assert "audit_broken: The audit is not whole: 1 faults in 11 entries." in told.stderr
        assert "audit_broken" in run("audit", "verify", expect=2).stderr  # by the day's own head
    day.unlink()
    (folder_of_heads() / "2026-01-01.json").write_text("{}")
    assert "head_unreadable" in run("audit", "verify", expect=2).stderr


def test_a_head_that_cannot_be_written_leaves_nothing(entries: int, home: Path) -> None:
    home.mkdir(exist_ok=True)
    folder_of_heads().write_text("no folder")
    assert "head_not_kept" in run("audit", "verify", expect=2).stderr
    assert folder_of_heads().read_text() == "no folder"


def test_a_database_that_was_edited_from_outside_is_found(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.settle()
        house.run("node", "show")
        whole = house.run("audit", "verify", "--no-keep").stdout
        assert whole.startswith("3\t")
        edit(house.environment.get("XIETONG_DATABASE_URL"), house.home / "xietong.sqlite3")
        told = house.run("audit", "verify", "--no-keep", expect=2).stderr
        assert "Row 2: the entry is not the one that its hash was made of." in told


def edit(server: str | None, file: Path) -> None:
    """Change one entry behind the house's back: in the file's very bytes, or as the owner."""
    if server:
        with psycopg.connect(server) as database:
            database.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER".encode())
            changed = database.execute(
                f"UPDATE {TABLE} SET body = replace(body, 'import_b', 'import_c')"
                " WHERE number = 2".encode()
            )
            assert changed.rowcount == 1
        return
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = file.read_bytes()
    old, new = b'"verb":"import_boundaries"', b'"verb":"import_c\xffundaries"'
    assert content.count(old) == 1
    file.write_bytes(content.replace(old, new))
