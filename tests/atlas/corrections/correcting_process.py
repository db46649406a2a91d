"""Officers at work as processes of their own, run by test_correction_processes.py in a household.

python correcting_process.py enter MOST             the cast; prints the units of so many rows
python correcting_process.py correct PART VALUE UNIT…  corrects each at its moment after `go`
python correcting_process.py ask PART               asks for the corrections to be applied
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402

from cast import enter  # noqa: E402
from xietong.atlas import operations  # noqa: E402
from xietong.atlas.queries import rows  # noqa: E402
from xietong.desk.operations import enqueue  # noqa: E402
from xietong.kit.references import Reference  # noqa: E402
from xietong.kit.refusals import Refusal  # noqa: E402
from xietong.region.actors import actor_for  # noqa: E402
from xietong.region.models import Person  # noqa: E402
from xietong.region.rules import LOCAL, Actor  # noqa: E402

MEMBER = "northshore"
APART_SECONDS = 0.2


def actor(part: str) -> Actor:
    """Return one of the cast as who acts."""
    return actor_for(Person.objects.get(username=part), assured=True)


def correct(part: str, value: str, units: list[str]) -> list[str]:
    """Correct the industry of units, each at its moment; return what each try was told."""
    who = actor(part)
    rows.units(rows.present_version(who, MEMBER, rows.rules.READ_ROWS), units)  # warm
    home = Path(settings.XIETONG_HOME)
    (home / f"ready-{part}").touch()
    while not (home / "go").exists():
        time.sleep(0.01)
    begun = float((home / "go").read_text())
    told = []
    for at, unit in enumerate(units):
        time.sleep(max(0.0, begun + at * APART_SECONDS - time.time()))
        try:
            operations.correct_unit(
                actor=who, member=MEMBER, unit=unit, field="industry", value=value
            )
            told.append("done")
        except Refusal as refusal:
            told.append(refusal.code)
        except Exception as fault:  # whatever else is what the test looks for
            told.append(f"{type(fault).__name__}: {fault}")
    return told


def main() -> None:
    """Do what the arguments say and print what came of it."""
    what, *given = sys.argv[1:]
    if what == "enter":
        enter()
        found = rows.rows(LOCAL, MEMBER, rows.Filters()).rows
        answer = [one["unit"] for one in found[: int(given[0])]]
    elif what == "correct":
        answer = correct(given[0], given[1], given[2:])
    else:
        job = enqueue(
            actor=actor(given[0]),
            kind="apply_corrections",
            parameters={"member": MEMBER},
            subject=Reference("atlas", "register", MEMBER),
        )
        answer = [str(job.pk)]
    print(json.dumps(answer))  # noqa: T201


main()
