"""A worker and its askers as processes of their own, with a kind of work that leaves traces.

    python worker_process.py settle            tables, region, cast
    python worker_process.py ask JOBS STEPS    that many jobs of so many steps; prints their numbers
    python worker_process.py work              a worker, until it is told to end
    python worker_process.py once              a worker, until nothing waits

A step leaves a row (the same row when it is done again) and a line in `steps.log` of the home.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402

from xietong.desk import operations  # noqa: E402
from xietong.desk.findable import EVERYBODY, Findable  # noqa: E402
from xietong.desk.work import Outcome, work  # noqa: E402
from xietong.desk.worker import work as work_on  # noqa: E402
from xietong.kit.progress import Progress  # noqa: E402
from xietong.kit.references import Reference  # noqa: E402
from xietong.kit.refusals import N_  # noqa: E402
from xietong.region.operations import change  # noqa: E402
from xietong.region.rules import Actor  # noqa: E402

STEP_SECONDS = 0.06


@work("steps", title=N_("Steps of {name}"))
def steps(actor: Actor, progress: Progress, *, name: str, most: int) -> Outcome:
    """Take steps, each in a transaction of its own."""
    log = Path(settings.XIETONG_HOME) / "steps.log"
    for at in range(most):
        progress("Stepping", at, most)
        with change():
            reference = Reference("desk", "step", f"{name}-{at}")
            operations.index_record(
                found=Findable(reference, "Job", f"{name} {at}", "/", keys=frozenset({EVERYBODY}))
            )
            time.sleep(STEP_SECONDS / 2)
        with log.open("a") as file:
            file.write(f"{name} {os.getpid()} {at}\n")
        time.sleep(STEP_SECONDS / 2)
    return Outcome(N_("Took {most} steps."), {"most": most})


def settle() -> None:
    """Lay the tables, load the region, let the cast enter."""
    from django.core.management import call_command

    from cast import enter
    from xietong.region import operations as region
    from xietong.region.packs import read_pack
    from xietong.region.rules import LOCAL

    call_command("migrate", verbosity=0)
    region.load_region(
        actor=LOCAL, pack=read_pack(settings.XIETONG_REGIONS, settings.XIETONG_REGION)
    )
    enter()


def ask(jobs: int, most: int) -> None:
    """Ask for jobs in the name of an officer; print their numbers."""
    from xietong.region.actors import actor_for
    from xietong.region.models import Person

    officer = actor_for(Person.objects.get(username="north_officer"), assured=True)
    for at in range(jobs):
        asked = operations.enqueue(
            actor=officer, kind="steps", parameters={"name": f"job{at}", "most": most}
        )
        print(asked.pk)  # noqa: T201


if __name__ == "__main__":
    verb, *numbers = sys.argv[1:]
    if verb == "settle":
        settle()
    elif verb == "ask":
        ask(*map(int, numbers))
    else:
        work_on(once=verb == "once")
