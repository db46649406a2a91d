"""A house with something of everything, most of it Northshore's, for every door to be tried at.

Editions in each state, imports, jobs, files, notices, corrections, agreements, people, mandates,
invitations, tokens. Made by operations, as officers would; what takes a worker is done at once.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client

from atlas.corrections.conftest import HEADINGS, ROWS
from atlas.registers import write_csv
from cast import Cast, signed_in
from editions import Grown
from xietong.agreements import operations as agreements
from xietong.atlas import operations, rules
from xietong.atlas.models import Edition, RegisterDraft
from xietong.atlas.queries import rows
from xietong.desk import operations as desk
from xietong.desk.models import Job, Notice, StoredFile
from xietong.desk.operations.running import run
from xietong.region import operations as region
from xietong.region.models import ApiToken, Mandate, Person
from xietong.region.rules import LOCAL

NORTH = "northshore"


@dataclass(frozen=True, slots=True)
class House:
    """Everything that an address may name, by what it is called here."""

    grown: Grown
    cast: Cast
    keys: dict[str, Any]
    clients: dict[str, Client] = field(default_factory=dict)

    def seated(self, part: str) -> Client:
        """Return the one browser in which a part of the cast sits all the time."""
        if part not in self.clients:
            self.clients[part] = self.client(part)
        return self.clients[part]

    def client(self, part: str, *, assured: bool = True, **how: Any) -> Client:
        """Return a browser in which a part of the cast has signed in; a reader has not."""
        client = Client(raise_request_exception=False, **how)
        if part != "reader":
            signed_in(client, self.cast.person(part), assured=assured)
        return client


@contextmanager
def undone() -> Iterator[None]:
    """Let what is done inside be as if it had not been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def body_of(answer: Any) -> bytes:
    """Return the body of an answer, read to its end, which closes the files that it gives."""
    return b"".join(answer) if answer.streaming else answer.content


def furnish(grown: Grown, cast: Cast, folder: Path) -> House:
    """Put one of everything into a house."""
    keys: dict[str, Any] = {}
    register = write_csv(folder / "doubtful.csv", ROWS, HEADINGS)
    operations.import_register(
        actor=LOCAL,
        member=NORTH,
        path=register,
        about=operations.About(title_zh="企业名录"),
        although="a small register for the doors",
    )
    keys |= _editions(cast) | _corrections(cast) | _imports(cast, register) | _people(cast)
    keys |= _desk(cast)
    return House(grown, cast, keys)


def _editions(cast: Cast) -> dict[str, Any]:
    published = Edition.objects.get()
    versions = list(published.versions.all())
    for number, digest in ((2, "a"), (3, "b"), (4, "c")):
        row = Edition.objects.get(number=1)
        row.pk, row.number, row.state = None, number, rules.DRAFT
        row.digest, row.inputs_digest = digest * 64, digest * 64
        row.trial, row.published_at = False, None
        row.save()
        row.versions.set(versions)
    numbers = {"draft": 2, "under_review": 3, "approved": 4, "published": 1}
    found: dict[str, Any] = {f"{state}_edition": number for state, number in numbers.items()}
    for number in (3, 4):
        operations.submit_edition(actor=cast["office_officer"], number=number)
    asked = Edition.objects.get(number=3).agreement_id
    assert asked is not None
    agreements.consent(
        actor=cast["south_approver"],
        agreement=asked,
        member="southshore",
        verdict="with_condition",
        condition="附上数据来源",
    )
    found["agreement"] = asked
    from xietong.agreements.models import Consent

    found["consent"] = Consent.objects.get(agreement=asked).pk
    for part, member in (("north_approver", NORTH), ("south_approver", "southshore")):
        last = Edition.objects.get(number=4).agreement_id
        assert last is not None
        agreements.consent(
            actor=cast[part], agreement=last, member=member, verdict="agree", condition=""
        )
    assert Edition.objects.get(number=4).state == rules.APPROVED
    return found


def _corrections(cast: Cast) -> dict[str, Any]:
    def unit(name: str) -> str:
        return str(rows.rows(LOCAL, NORTH, rows.Filters(q=name)).rows[0]["unit"])

    for name in ("甲风铃厂", "乙风铃厂", "丙风铃厂", "丁风铃厂"):
        made = operations.correct_unit(
            actor=cast["north_officer"],
            member=NORTH,
            unit=unit(name),
            field="industry",
            value="1220",
        )
    taught = operations.correct_unit(
        actor=LOCAL, member="southshore", unit=_southern(), field="place", value="820202"
    )
    return {
        "unit": unit("午商行"),
        "correction": made.pk,
        "southern_correction": taught.pk,
        "word": "风铃",
    }


def _southern() -> str:
    return str(rows.rows(LOCAL, "southshore", rows.Filters()).rows[0]["unit"])


def _imports(cast: Cast, register: Path) -> dict[str, Any]:
    officer = cast["north_officer"]
    made = 0

    def begun() -> RegisterDraft:
        nonlocal made
        made += 1
        text = register.read_text(encoding="utf-8") + f"第{made}厂,81020210{made:04},制造,,1万\n"
        return operations.begin_draft(
            actor=officer, member=NORTH, stream=io.BytesIO(text.encode()), name=f"{made}.csv"
        )

    def mapped() -> RegisterDraft:
        draft = begun()
        return operations.map_draft(
            actor=officer, member=NORTH, number=draft.pk, columns=draft.columns
        )

    uploaded, waiting, ready = begun(), mapped(), mapped()
    job = operations.check_draft(actor=officer, member=NORTH, number=ready.pk)
    run(job.pk, beside=False)
    ready.refresh_from_db()
    assert ready.state == RegisterDraft.State.READY, Job.objects.get(pk=job.pk).refusal
    for language in ("zh-hans", "en"):
        marking = operations.mark_draft(
            actor=officer, member=NORTH, number=ready.pk, language=language
        )
        run(marking.pk, beside=False)
    checking = operations.check_draft(actor=officer, member=NORTH, number=waiting.pk)
    cancelled_draft = mapped()
    cancelled = operations.check_draft(actor=officer, member=NORTH, number=cancelled_draft.pk)
    desk.cancel_job(actor=officer, number=cancelled.pk)
    return {
        "uploaded": uploaded,
        "uploaded_key": uploaded.pk,
        "draft_subject": f"atlas:register_draft:{uploaded.pk}",
        "mapped": mapped().pk,
        "ready": ready.pk,
        "job": checking.pk,
        "ended_job": cancelled.pk,
        "file": StoredFile.objects.order_by("pk").first().pk,  # type: ignore[union-attr]
        "version": 1,
        "register": register,
    }


def _people(cast: Cast) -> dict[str, Any]:
    gone = Person.objects.create(
        username="gone", email="gone@lakes.example", name="离北岸", member_id=_member(cast)
    )
    region.deactivate_person(actor=LOCAL, key=gone.pk, reason="调离")
    invitation, link = region.invite_person(
        actor=cast["north_administrator"],
        email="new@lakes.example",
        name="新北客",
        role="viewer",
        member=NORTH,
        site="http://testserver/",
    )
    token, _ = region.create_token(actor=cast["north_officer"], name="脚本", days=5, strict=False)
    return {
        "person": cast.person("north_viewer").pk,
        "gone": gone.pk,
        "mandate": Mandate.objects.get(person=cast.person("north_viewer")).pk,
        "invitation": invitation.pk,
        "link": link.rstrip("/").rpartition("/")[2],
        "organisation": cast.organisations["north_bureau"].pk,
        "token": token.pk,
    }


def _member(cast: Cast) -> int | None:
    return cast.person("north_viewer").member_id


def _desk(cast: Cast) -> dict[str, Any]:
    found = desk.notify(
        sentence="Counted to {most}.", params={"most": 3}, person=cast.person("north_officer")
    )
    notice = Notice.objects.filter(person=cast.person("north_officer")).first()
    assert found
    assert notice is not None
    return {"notice": notice.pk}


def token_of(house: House, part: str, *, strict: bool = False) -> str:
    """Return the secret of a new token of a part of the cast."""
    person = house.cast.person(part)
    secret = f"xt_{part}_{person.pk}"
    from datetime import timedelta

    from django.utils import timezone

    ApiToken.objects.create(
        person=person,
        name="matrix",
        digest=ApiToken.digest_of(secret),
        strict=strict,
        expires_at=timezone.now() + timedelta(days=1),
    )
    return secret
