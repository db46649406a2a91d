"""Commands of agreements: list, show, verify. Consent is the members' own, not the operator's."""

from __future__ import annotations

import click

from xietong.agreements import operations, queries, rules
from xietong.agreements.naming import finding_name
from xietong.region import zone
from xietong.region.guards import uses
from xietong.region.rules import LOCAL


@click.group()
def agreements() -> None:
    """What members are asked to consent to."""


@agreements.command("list")
@uses(rules.READ_AGREEMENTS)
def list_() -> None:
    """List the agreements, newest first."""
    for one in queries.agreements(LOCAL):
        click.echo(
            f"{one.id}\t{one.state}\t{one.agreed}/{len(one.parties)}\t"
            f"{zone.minute_of(one.opened_at)}\t{one.subject}\t{one.title.zh}\t{one.title.en}"
        )


@agreements.command("show")
@click.argument("number", type=int)
@uses(rules.READ_AGREEMENTS)
def show(number: int) -> None:
    """Show all that agreement NUMBER says, as the API tells it."""
    click.echo(queries.agreement(LOCAL, number).model_dump_json(indent=1))


@agreements.command("verify")
@click.argument("number", type=int)
@uses(rules.READ_AGREEMENTS)
def verify(number: int) -> None:
    """Check the signatures and mandates of agreement NUMBER; exit status 2 where one is wrong."""
    found = operations.verify_agreement(actor=LOCAL, agreement=number)
    for one in found.findings:
        click.echo(f"{one.consent or '–'}\t{one.code}\t{finding_name(one.code)}")
    if not found.sound:
        raise click.exceptions.Exit(2)


@agreements.command("lapse-overdue")
@uses(rules.LAPSE_AGREEMENTS)
def lapse_overdue() -> None:
    """Let agreements lapse whose time for consent ran out; fit for a daily timer."""
    for row in operations.lapse_overdue(actor=LOCAL):
        click.echo(f"{row.pk}\t{row.subject}\t{row.state}")


COMMANDS = (agreements,)
