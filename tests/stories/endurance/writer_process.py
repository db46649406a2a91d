"""One writer of the endurance test, a process of its own: deeds in an order that its seed gives.

    python writer_process.py settle
    python writer_process.py write SEED NAME SECONDS     NAME is one that no other writer has

Before a deed a line `begun` goes to the journal, after it `done` or `refused`: what the journal
calls done was acknowledged, and must be there whatever is killed afterwards.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import traceback
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import DatabaseError, close_old_connections  # noqa: E402

from cast import PARTS, Cast, enter  # noqa: E402
from stories.endurance.deeds import DAY, SIDES, Hand, Nothing  # noqa: E402
from xietong.kit.refusals import Refusal  # noqa: E402
from xietong.region.models import Organisation, Person  # noqa: E402


def settle() -> None:
    """Bring the house to where a day may begin: registers, a published edition, the cast."""
    import grown_lakes
    from xietong.atlas import operations as atlas
    from xietong.region.packs import read_pack
    from xietong.region.rules import LOCAL

    pack = read_pack(settings.XIETONG_REGIONS, settings.XIETONG_REGION)
    files = grown_lakes.write(Path(settings.XIETONG_HOME))
    for sample in pack.facts["datasets"]:
        atlas.import_register(
            actor=LOCAL,
            member=sample["member"],
            path=files[sample["member"]],
            about=atlas.About.of_sample(sample, pack.facts["banner"]),
        )
    edition, _ = atlas.compile_edition(actor=LOCAL)
    atlas.publish_edition(actor=LOCAL, number=edition.number)
    enter()


def cast() -> Cast:
    """Return the cast that stands in the house already."""
    people = {one.username: one for one in Person.objects.filter(username__in=PARTS)}
    return Cast(people, {one.name_zh: one for one in Organisation.objects.all()})


def write(seed: int, name: str, seconds: float) -> None:
    """Do deeds until the time is over."""
    draw = random.Random(seed)  # noqa: S311
    who = cast()
    journal = (Path(settings.XIETONG_HOME) / f"journal-{name}.jsonl").open("a")
    until = time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        close_old_connections()
        number += 1
        deed = draw.choices(list(DAY), list(DAY.values()))[0]
        hand = Hand(who, draw, f"#{name}.{number}#", draw.choice(SIDES))

        def note(what: str, deed: str = deed.__name__, mark: str = hand.mark, **more: str) -> None:
            journal.write(json.dumps({"what": what, "deed": deed, "mark": mark, **more}) + "\n")
            journal.flush()
            os.fsync(journal.fileno())

        note("begun")
        try:
            deed(hand)
            note("done")
        except Nothing:
            note("nothing")
        except Refusal as refusal:
            note("refused", code=refusal.code)
        except DatabaseError as fault:
            note("busy", fault=str(fault))
        except Exception:
            note("fault", fault=traceback.format_exc())


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "settle":
        settle()
    else:
        write(int(rest[0]), rest[1], float(rest[2]))
