"""Races over people, run by test_races.py in a household of their own: a line of JSON a race."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from cast import Cast, enter  # noqa: E402
from xietong.kit.refusals import Refusal  # noqa: E402
from xietong.region import operations  # noqa: E402
from xietong.region.actors import actor_for  # noqa: E402
from xietong.region.models import Mandate, Organisation, Person  # noqa: E402
from xietong.region.operations import About  # noqa: E402
from xietong.region.packs import read_pack  # noqa: E402
from xietong.region.rules import LOCAL, READER  # noqa: E402

NORTH = "northshore"
PASSWORD = "still-waters-run-deep-9"  # noqa: S105  (of nobody)
Deed = Callable[[], Any]


def at_once(deeds: Iterable[Deed]) -> list[str]:
    """Let all act at the same moment, each on a connection of its own; return how each ended."""
    all_of_them = list(deeds)
    gate = threading.Barrier(len(all_of_them))
    told: list[str] = []

    def act(deed: Deed) -> None:
        try:
            gate.wait(20)
            deed()
            told.append("done")
        except Refusal as refusal:
            told.append(refusal.code)
        except Exception as fault:  # whatever else is what the test looks for
            told.append(f"{type(fault).__name__}: {fault}")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(one,)) for one in all_of_them]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return sorted(told)


def tell(race: str, told: list[str], stands: int) -> None:
    """Print how a round ended, and how many rows of what was raced for stand."""
    print(json.dumps({"race": race, "told": told, "stands": stands}))  # noqa: T201


def invited(email: str, member: str = NORTH) -> Deed:
    """Invite somebody; return what accepts the invitation."""
    _, link = operations.invite_person(
        actor=LOCAL, email=email, name="新苗", role="viewer", member=member, site="http://n.example"
    )
    token = link.rstrip("/").rpartition("/")[2]
    return lambda: operations.accept_invitation(actor=READER, token=token, password=PASSWORD)


def newcomer(email: str) -> int:
    """Let somebody in; return the person's number."""
    return int(invited(email)().pk)


def links(at: int) -> None:
    """Four follow one link; two follow two links to one address."""
    email = f"one{at}@lakes.example"
    told = at_once([invited(email)] * 4)
    tell("one_link", told, Person.objects.filter(email=email).count())
    email = f"two{at}@lakes.example"
    told = at_once([invited(email), invited(email, "southshore")])
    tell("one_address", told, Person.objects.filter(email=email).count())


def mandates(at: int, cast: Cast) -> None:
    """Four grant one mandate; two administrators revoke each other's."""
    key = newcomer(f"three{at}@lakes.example")

    def grant() -> None:
        operations.grant_mandate(actor=LOCAL, person=key, role="officer", member=NORTH)

    told = at_once([grant] * 4)
    tell("one_mandate", told, Mandate.objects.filter(person_id=key, role="officer").count())
    in_office = Mandate.objects.get(role="administrator", member__code=NORTH, revoked_at=None)
    second = operations.grant_mandate(actor=LOCAL, person=key, role="administrator", member=NORTH)
    both = [in_office, second]
    actors = [actor_for(one.person, assured=True) for one in both]

    def revoke(by: int, of: int) -> Deed:
        return lambda: operations.revoke_mandate(actor=actors[by], key=both[of].pk, reason="相争")

    told = at_once([revoke(0, 1), revoke(1, 0)])
    left = Mandate.objects.filter(role="administrator", member__code=NORTH, revoked_at=None)
    tell("each_other", told, left.count())


def leavers(at: int) -> None:
    """Ten times one deactivates a person and another revokes the person's mandates meanwhile."""
    faults: list[str] = []
    for turn in range(10):
        key = newcomer(f"leaver{at}-{turn}@lakes.example")
        held = [
            operations.grant_mandate(actor=LOCAL, person=key, role=role, member=NORTH).pk
            for role in ("analyst", "officer")
        ]

        def leave(key: int = key) -> None:
            operations.deactivate_person(actor=LOCAL, key=key, reason="离职")

        def revoke(held: list[int] = held) -> None:
            for one in held:
                operations.revoke_mandate(actor=LOCAL, key=one, reason="离职")

        faults += {*at_once([leave, revoke])} - {"done", "mandate_over"}
    left = Mandate.objects.filter(person__email__startswith=f"leaver{at}-", revoked_at=None)
    tell("a_leaver", faults, left.count())


def organisations(at: int) -> None:
    """Four enter the office; two put two organisations below each other."""
    office = Organisation.objects.get(kind="regional_office", closed_at=None)
    operations.close_organisation(actor=LOCAL, key=office.pk, reason="改组")

    def add() -> None:
        about = About(f"三湖合作办{at}", "regional_office")
        operations.add_organisation(actor=LOCAL, member=None, about=about)

    told = at_once([add] * 4)
    standing = Organisation.objects.filter(kind="regional_office", closed_at=None)
    tell("one_office", told, standing.count())
    pair = [
        operations.add_organisation(
            actor=LOCAL, member=NORTH, about=About(f"北岸{name}{at}", "authority")
        )
        for name in ("甲局", "乙局")
    ]

    def below(of: int, under: int) -> Deed:
        about = About(pair[of].name_zh, "authority", parent=pair[under].pk)
        return lambda: operations.change_organisation(actor=LOCAL, key=pair[of].pk, about=about)

    told = at_once([below(0, 1), below(1, 0)])
    rows = Organisation.objects.filter(pk__in=[one.pk for one in pair], parent__isnull=False)
    tell("a_circle", told, rows.count())


if __name__ == "__main__":
    pack = read_pack(settings.XIETONG_REGIONS, settings.XIETONG_REGION)
    operations.load_region(actor=LOCAL, pack=pack)
    everybody = enter()
    for number in range(int(sys.argv[1])):
        links(number)
        mandates(number, everybody)
        leavers(number)
        organisations(number)
