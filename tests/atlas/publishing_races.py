"""Races of people over one edition, run by test_publishing_races.py in a household of their own.

Each round lets two people act at the same moment, in threads with connections of their own, and
prints what became of it as a line of JSON: the race, what each was told, and how all of it stands.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from cast import Cast, enter  # noqa: E402
from xietong.agreements import operations as agreements  # noqa: E402
from xietong.agreements.models import Agreement  # noqa: E402
from xietong.atlas import operations  # noqa: E402
from xietong.atlas.models import Edition  # noqa: E402
from xietong.engine.edition.parameters import Parameters  # noqa: E402
from xietong.kit.refusals import Refusal  # noqa: E402
from xietong.region.models import Mandate  # noqa: E402
from xietong.region.packs import read_pack  # noqa: E402
from xietong.region.rules import LOCAL  # noqa: E402

ROUNDS = 6
Deed = Callable[[], object]


def at_once(*deeds: Deed) -> list[str]:
    """Let all act at the same moment; return what each was told."""
    gate = threading.Barrier(len(deeds))
    told = ["" for _ in deeds]

    def act(at: int, deed: Deed) -> None:
        try:
            gate.wait(20)
            deed()
            told[at] = "done"
        except Refusal as refusal:
            told[at] = refusal.code
        except Exception as fault:  # whatever else is what the test looks for
            told[at] = f"{type(fault).__name__}: {fault}"
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(at, one)) for at, one in enumerate(deeds)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return told


def tell(race: str, told: list[str], number: int) -> None:
    """Print how a round ended."""
    edition = Edition.objects.select_related("agreement").get(number=number)
    row = edition.agreement
    assert row is not None
    print(  # noqa: T201
        json.dumps(
            {
                "race": race,
                "told": told,
                "edition": edition.state,
                "agreement": row.state,
                "consents": [one.number for one in row.consents.order_by("number")],
                "sound": agreements.verify_agreement(actor=LOCAL, agreement=row.pk).sound,
            }
        )
    )


def brought(words: str) -> None:
    """Bring both registers of the lakes in, with these words beside them."""
    pack = read_pack(settings.XIETONG_REGIONS, "lakes")
    for sample in pack.facts["datasets"]:
        operations.import_register(
            actor=LOCAL,
            member=sample["member"],
            path=Path(settings.XIETONG_DATA) / sample["file"],
            about=operations.About(
                title_zh="企业名录", title_en="Register", banner_zh=words, banner_en=words
            ),
        )


def word(cast: Cast, part: str, row: int, verdict: str = "agree") -> Deed:
    """Return the deed of an approver."""
    actor = cast[part]
    member = "northshore" if part.startswith("north") else "southshore"
    why = "why" if verdict == "object" else ""
    return lambda: agreements.consent(
        actor=actor, agreement=row, member=member, verdict=verdict, condition=why
    )


def asked(cast: Cast, number: int) -> int:
    """Submit an edition; return its agreement."""
    operations.submit_edition(actor=cast["office_officer"], number=number)
    return Agreement.objects.latest("id").pk


def back(number: int) -> None:
    """Bring an edition back to a draft where it is none."""
    if Edition.objects.get(number=number).state != "draft":
        operations.return_edition(actor=LOCAL, number=number, reason="next round")


def main() -> None:
    """Run every race."""
    brought("0")
    number = operations.compile_edition(actor=LOCAL)[0].number
    cast = enter()
    for _ in range(ROUNDS):
        row = asked(cast, number)
        tell(
            "both", at_once(*(word(cast, f"{m}_approver", row) for m in ("north", "south"))), number
        )
        back(number)
    for _ in range(ROUNDS):
        row = asked(cast, number)
        word(cast, "north_approver", row)()
        deeds = word(cast, "south_approver", row), word(cast, "north_approver", row, "object")
        tell("object", at_once(*deeds), number)
        back(number)
    for at in range(ROUNDS):
        row = asked(cast, number)
        word(cast, "north_approver", row)()
        brought(f"restated {at}")
        deeds = word(cast, "south_approver", row), lambda: operations.compile_edition(actor=LOCAL)
        tell("restated", at_once(*deeds), number)
    for _ in range(ROUNDS):
        row = asked(cast, number)
        word(cast, "north_approver", row)()
        mandate = Mandate.objects.create(
            person=cast.person("south_officer"),
            role="approver",
            member=cast.person("south_officer").member,
            valid_from=timezone.now() - timedelta(minutes=1),
            granted_by=LOCAL.key,
        )
        deed = word(cast, "south_officer", row)
        told = at_once(deed, lambda one=mandate.pk: revoke(one))  # type: ignore[misc]
        tell("revoked", told, number)
        back(number)
    for at in range(ROUNDS):
        other = operations.compile_edition(actor=LOCAL, parameters=Parameters(minimum_cell=4 + at))
        one = other[0].number
        row = asked(cast, one)
        word(cast, "north_approver", row)()
        word(cast, "south_approver", row)()
        publish = lambda one=one: operations.publish_edition(actor=LOCAL, number=one)  # noqa: E731
        if at % 2:
            tell("twice", at_once(publish, publish), one)
        else:
            send_back = lambda one=one: operations.return_edition(  # noqa: E731
                actor=LOCAL, number=one, reason="wait"
            )
            tell("return", at_once(publish, send_back), one)


def revoke(number: int) -> None:
    """Revoke a mandate as its operation does: its row is locked, then written."""
    from xietong.region.operations import change

    with change():
        row = Mandate.objects.select_for_update().get(pk=number)
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])


if __name__ == "__main__":
    main()
