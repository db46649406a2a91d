"""Lists of people, organisations and mandates as CSV or XLSX, as far as the actor may see them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import pyarrow as pa
from django.utils.translation import gettext

from xietong.engine.tables import write_table
from xietong.region import naming, zone
from xietong.region.models import Mandate, Organisation, Person
from xietong.region.queries.people import held_now, manages
from xietong.region.rules import Actor

Format = Literal["csv", "xlsx"]
MIME: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def table(kind: Format, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as a file; no cell of it is run by a sheet program."""
    columns = list(zip(*rows, strict=True)) or [() for _ in headings]
    batch = pa.RecordBatch.from_arrays(
        [pa.array(one, pa.string()) for one in columns], names=list(headings)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{kind}"
        write_table(path, list(headings), [batch])
        return path.read_bytes()


def people(actor: Actor, kind: Format, rows: Iterable[Person]) -> bytes:
    """Return people with their roles; addresses only of those whom the actor looks after."""
    headings = [
        *(gettext("Name"), gettext("Member"), gettext("Organisation")),
        *(gettext("Roles"), gettext("E-mail"), gettext("State")),
    ]
    return table(
        kind,
        headings,
        [
            [
                naming.person(one),
                naming.member(one.member),
                naming.organisation(one.organisation),
                roles_held(one),
                one.email if manages(actor, one) else "",
                gettext("active") if one.is_active else gettext("deactivated"),
            ]
            for one in rows
        ],
    )


def organisations(kind: Format, rows: Iterable[Organisation]) -> bytes:
    """Return organisations under the headings by which they are imported again."""
    headings = [
        *(gettext("Name in Chinese"), gettext("Name in English"), gettext("Kind of organisation")),
        *(gettext("Credit code"), gettext("Superior organisation")),
        *(gettext("Member"), gettext("State")),
    ]
    kinds = naming.kinds()
    return table(
        kind,
        headings,
        [
            [
                one.name_zh,
                one.name_en,
                kinds[one.kind],
                one.credit_code or "",
                one.parent.name_zh if one.parent else "",
                naming.member(one.member),
                gettext("closed") if one.closed_at else gettext("operating"),
            ]
            for one in rows
        ],
    )


def mandates(kind: Format, rows: Iterable[Mandate]) -> bytes:
    """Return mandates with their time, their grant and their end."""
    there = zone.of_the_region()
    headings = [
        *(gettext("Name"), gettext("Role"), gettext("For"), gettext("From"), gettext("Until")),
        *(gettext("Granted by"), gettext("Reason"), gettext("Revoked")),
        gettext("Reason of the revocation"),
    ]
    return table(
        kind,
        headings,
        [
            [
                naming.person(one.person),
                naming.role(one.role),
                naming.owner(one.member, one.organisation),
                zone.day_of(one.valid_from, there).isoformat(),
                zone.last_day_before(one.valid_to, there).isoformat() if one.valid_to else "",
                one.granted_by,
                one.reason,
                zone.day_of(one.revoked_at, there).isoformat() if one.revoked_at else "",
                one.revoked_because,
            ]
            for one in rows
        ],
    )


def roles_held(row: Person) -> str:
    """Return the roles that a person of `people_visible_to` holds now, each with whom it is for."""
    return gettext(", ").join(
        gettext("{name} ({beside})").format(
            name=naming.role(one.role), beside=naming.owner(one.member, one.organisation)
        )
        for one in held_now(row)
    )
