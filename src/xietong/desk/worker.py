"""The worker: takes one job after another from the queue, and brings back those of the dead."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from types import FrameType

from django.db import DatabaseError, close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from xietong.desk.chores import run_chores
from xietong.desk.operations import upkeep
from xietong.desk.operations.running import told_to_end
from xietong.region.rules import LOCAL

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
# How often a worker looks whether a chore is due.
CHORES_SECONDS = 30.0
STEP_SECONDS = 0.1
# How long after it was told to end a worker may finish or hand back its job.
GRACE_SECONDS = 15.0


def work(*, once: bool = False, tied: bool = False) -> None:
    """Work until told to end, or, with `once`, until no job waits.

    `tied` ends it when its standard input closes: whoever started it is gone then.
    """
    signal.signal(signal.SIGTERM, _told)
    signal.signal(signal.SIGINT, _told)
    if tied:
        threading.Thread(target=_end_with_input, daemon=True).start()
    watch = upkeep.Watch()
    looked = -CHORES_SECONDS
    while not told_to_end.raised:
        close_old_connections()
        try:
            upkeep.return_lost(watch)
            upkeep.return_stranded()
            if time.monotonic() - looked >= CHORES_SECONDS:
                looked = time.monotonic()
                _do_chores()
            worked = _work_one()
        except DatabaseError as fault:
            # It is busy, or away and back later; a worker that gave up would help nobody.
            log.warning("the database does not answer: %s", fault)
            connection.close()
            worked = False
            if once:
                raise
        if worked:
            continue
        if once:
            return
        _pause()


def _do_chores() -> None:
    """Do the chores that are due, up to the moment when we are told to end."""
    for ran in run_chores(LOCAL, stop=lambda: told_to_end.raised):
        log.info("the chore %s changed %s records %s", ran.name, ran.changed, ran.fault)


def _work_one() -> bool:
    """Run one job of the queue; return whether there was one."""
    if not DBTaskResult.objects.ready().exists():
        return False
    QueueWorker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    ).run()
    return True


def _pause() -> None:
    until = time.monotonic() + PAUSE_SECONDS
    while time.monotonic() < until and not told_to_end.raised:
        time.sleep(STEP_SECONDS)


def _told(number: int, frame: FrameType | None) -> None:
    """Note that we are told to end; a second time ends us at once, and the lease runs out."""
    told_to_end.raised = True
    signal.signal(number, signal.SIG_DFL)


def _end_with_input() -> None:
    # Not through sys.stdin: a thread that waits in its buffer breaks the end of the process.
    while os.read(0, 1024):
        pass
    told_to_end.raised = True
    time.sleep(GRACE_SECONDS)
    os._exit(1)
