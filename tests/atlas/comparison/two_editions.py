"""The grown lakes with a second edition: Southshore's register came again, changed in three ways.

- thirty lamp makers more in 820203, so that it leads lamps and lighting;
- a third of the boat builders of 820102 are gone;
- the makers of sails in 820103 are down to two, which must be withheld.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import grown_lakes
from editions import Grown
from xietong.atlas import operations
from xietong.atlas.models import Edition
from xietong.region.rules import LOCAL

RISEN, MORE, LAMPS = "820203", 30, "1220"
SHRUNK, SAILS = ("820102", "1111"), ("820103", "1121")


@dataclass(frozen=True, slots=True)
class Two:
    """The numbers of both editions; `home` is this test's own."""

    before: int
    after: int
    home: Path


def made(grown: Grown, folder: Path) -> Two:
    """Import, compile and publish the second edition."""
    path = _register(folder)
    operations.import_register(
        actor=LOCAL, member="southshore", path=path, about=operations.About()
    )
    edition, created = operations.compile_edition(actor=LOCAL)
    assert created
    operations.publish_edition(actor=LOCAL, number=edition.number)
    assert Edition.objects.filter(state="published").count() == 2
    return Two(grown.number, edition.number, grown.home)


def _register(folder: Path) -> Path:
    firms = [one for one in grown_lakes.firms() if one.member == "southshore"]
    boats = [one for one in firms if (one.county, one.class_) == SHRUNK]
    sails = [one for one in firms if (one.county, one.class_) == SAILS]
    gone = {one.number for one in (*boats[::3], *sails[2:])}
    like = next(one for one in firms if (one.county, one.class_) == (RISEN, LAMPS))
    new = [replace(like, number=50_000 + at) for at in range(MORE)]
    path = folder / "southshore-again.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(grown_lakes.HEADINGS)
        writer.writerows(one.row() for one in (*firms, *new) if one.number not in gone)
    return path
