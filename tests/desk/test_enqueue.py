"""Asking for work, and a worker that does it."""

from __future__ import annotations

import pytest

from xietong.desk import operations, queries, work
from xietong.desk.models import Job
from xietong.desk.operations.running import run
from xietong.desk.work import Outcome
from xietong.kit.progress import Progress
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region.rules import LOCAL, OUTSIDER, Actor

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def count_to(actor: Actor, progress: Progress, *, most: int) -> Outcome:
    """Count, telling each step."""
    if most < 0:
        raise Refusal("too_few", N_("Only {most}."), most=most)
    for at in range(most):
        progress("Counting", at, most)
    return Outcome(N_("Counted to {most}."), {"most": most})


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_kinds", dict(work._kinds))
    work.work("count", title=N_("Count to {most}"), one_a_subject=True)(count_to)


def test_a_job_is_done_and_says_so() -> None:
    asked = operations.enqueue(
        actor=LOCAL, kind="count", parameters={"most": 3}, subject=Reference("desk", "thing", "1")
    )
    assert asked.state == "waiting"
    run(asked.pk, beside=False)
    done = queries.job(LOCAL, asked.pk)
    assert done.state == Job.State.DONE
    assert done.outcome["params"] == {"most": 3}
    assert list(queries.jobs_visible_to(OUTSIDER)) == []


def test_a_refusal_ends_it_and_it_can_be_tried_again() -> None:
    asked = operations.enqueue(actor=LOCAL, kind="count", parameters={"most": -1})
    run(asked.pk, beside=False)
    assert queries.job(LOCAL, asked.pk).refusal["code"] == "too_few"
    operations.retry_job(actor=LOCAL, number=asked.pk)
    assert queries.job(LOCAL, asked.pk).state == "waiting"
