"""What every operation of the desk owes, held against the table part by part."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cast import PARTS, Cast
from houses import lakes
from writers import NORTH, OWN, Deed, Operation, cells, nothing_owed, operations_of, positional
from writers import refused as turned_away
from xietong.desk import operations, rules
from xietong.desk.models import Job, Notice, StoredFile
from xietong.kit.refusals import N_
from xietong.region.models import Member
from xietong.region.rules import LOCAL, OFFICE, OUTSIDER, READER, Actor, May

__all__ = ["lakes"]
TURN = timedelta(days=1)
# One's own notices wait for a person whatever the mandates; the table speaks of mandates.
OF_A_PERSON = May("read_notice", operator=False)
FOR_A_PERSON = May("choose_notice_mail")


def _job(cast: Cast, part: str, **now: Any) -> Mapping[str, Any]:
    row = operations.enqueue(actor=cast[part], kind="count", parameters={"most": 3})
    Job.objects.filter(pk=row.pk).update(**now)
    return {"number": row.pk}


def _file(cast: Cast, part: str = "north_officer") -> StoredFile:
    scope = "" if part.startswith("office") else "member:northshore"
    return operations.keep_file(
        actor=cast[part], stream=io.BytesIO(b"name\n"), name="table.csv", scope=scope
    )


def _expired(cast: Cast) -> Mapping[str, Any]:
    kept = _file(cast)
    StoredFile.objects.filter(pk=kept.pk).update(expires_at=timezone.now() - TURN)
    return {}


def _old_jobs(cast: Cast) -> Mapping[str, Any]:
    _job(cast, "north_officer", state=rules.DONE, ended_at=timezone.now() - 40 * TURN)
    return {"older_than_days": 30}


def _notice(cast: Cast) -> Notice:
    operations.notify(sentence=N_("Nothing is left to do."), person=cast.person("nobody"))
    return Notice.objects.get(person=cast.person("nobody"))


def _read_all(cast: Cast) -> Mapping[str, Any]:
    _notice(cast)
    return {}


def _chore(cast: Cast) -> Mapping[str, Any]:
    fence = operations.take_chore(actor=LOCAL, name="dust", every=TURN)
    return {"name": "dust", "fence": fence, "every": TURN}


DEEDS = [
    Deed(
        operations.enqueue,
        rules.ENQUEUE,
        lambda cast: {"kind": "count", "parameters": {"most": 3}},
        OWN,
    ),
    Deed(operations.cancel_job, rules.STOP_JOB, lambda cast: _job(cast, "north_officer")),
    Deed(
        operations.cancel_job,
        rules.STOP_JOB,
        lambda cast: _job(cast, "north_viewer"),
        also=frozenset({"north_viewer"}),
        why="whoever asked for a job may stop it",
        named="cancel_a_viewers_job",
    ),
    Deed(
        operations.cancel_job,
        rules.STOP_OFFICE_JOB,
        lambda cast: _job(cast, "office_analyst"),
        OFFICE,
        also=frozenset({"office_analyst"}),
        why="whoever asked for a job may stop it",
        named="cancel_a_job_of_the_office",
    ),
    Deed(
        operations.retry_job,
        rules.STOP_JOB,
        lambda cast: _job(cast, "north_officer", state=rules.FAILED),
    ),
    Deed(
        operations.retry_job,
        rules.STOP_OFFICE_JOB,
        lambda cast: _job(cast, "office_officer", state=rules.FAILED),
        OFFICE,
        named="retry_a_job_of_the_office",
    ),
    Deed(operations.clear_jobs, rules.CLEAR_JOBS, _old_jobs, ""),
    Deed(
        operations.keep_file,
        rules.KEEP_FILE,
        lambda cast: {
            "stream": io.BytesIO(b"name\n"),
            "name": "table.csv",
            "scope": "member:northshore",
        },
    ),
    Deed(
        operations.drop_file,
        rules.KEEP_FILE,
        lambda cast: {"number": _file(cast).pk},
        only=frozenset(
            {*(f"north_{role}" for role in rules.WORKING), "operator"},
        ),
        why="a file is dropped by those on whose desk it lies",
    ),
    Deed(operations.sweep_files, rules.SWEEP_FILES, _expired, ""),
    Deed(
        operations.remember_mapping,
        rules.REMEMBER_MAPPING,
        lambda cast: {
            "purpose": "register",
            "member": Member.objects.get(code=NORTH),
            "headings": ["Name"],
            "mapping": {"Name": "name"},
        },
    ),
    Deed(
        operations.read_notice,
        OF_A_PERSON,
        lambda cast: {"number": _notice(cast).pk},
        OWN,
        entries=[],
        also=frozenset({"nobody"}),
        why="a notice is read by whose it is",
    ),
    Deed(
        operations.read_all_notices,
        OF_A_PERSON,
        _read_all,
        OWN,
        entries=[],
        also=frozenset(PARTS),
        why="everybody reads their own notices, and there may be none",
    ),
    Deed(
        operations.choose_notice_mail,
        OF_A_PERSON,
        lambda cast: {"how": "each"},
        OWN,
        also=frozenset(PARTS),
        why="everybody chooses for their own mailbox, with or without a mandate",
    ),
    Deed(
        operations.choose_notice_mail,
        FOR_A_PERSON,
        lambda cast: {"how": "daily", "person": cast.person("north_officer").pk},
        "",
        also=frozenset({"north_officer"}),
        why="one chooses for oneself; for another, the operator does at the machine",
        named="choose_notice_mail_for_a_person",
    ),
    Deed(operations.mail_notices, rules.MAIL_NOTICES, lambda cast: {}, "", entries=[]),
    Deed(operations.rebuild_search, rules.REBUILD_SEARCH, lambda cast: {}, ""),
    Deed(
        operations.take_chore,
        rules.RUN_CHORES,
        lambda cast: {"name": "dust", "every": TURN},
        "",
        entries=[],
    ),
    Deed(operations.end_chore, rules.RUN_CHORES, _chore, "", entries=[]),
]
test_every_cell = cells(DEEDS)
OPERATIONS = operations_of(operations)
pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def test_every_operation_and_every_line_has_its_deed() -> None:
    table = (*rules.TABLE, OF_A_PERSON, FOR_A_PERSON)
    reads = {"read_jobs", "read_office_jobs", "read_files", "read_office_files"}
    nothing_owed(operations, table, DEEDS, reads=reads)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("actor", [READER, OUTSIDER], ids=lambda actor: actor.name)
def test_a_reader_and_an_outsider_write_nothing(operation: Operation, actor: Actor) -> None:
    assert turned_away(operation, actor).code == "not_allowed"
    assert positional(operation) == []
