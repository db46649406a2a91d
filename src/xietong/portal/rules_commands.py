"""The command that lists who may do what."""

from __future__ import annotations

import click

from xietong.portal import permissions
from xietong.region.guards import uses
from xietong.region.rules import LOCAL, READ_RULES, Role


@click.command()
@click.option("--room", default="", help="Only the lines of this room.")
@click.option(
    "--role", type=click.Choice([one.value for one in Role]), default=None, help="Only its lines."
)
@click.option("--search", "q", default="", help="Only lines whose words hold this text.")
@uses(READ_RULES)
def rules(room: str, role: str | None, q: str) -> None:
    """List who may do what: for the own member, for others, for the regional office."""
    for one in permissions.lines(LOCAL, room=room, role=role or "", q=q):
        held = "\t".join(",".join(each) or "–" for each in (one.own, one.others, one.office))
        states = ",".join(one.states) or "–"
        besides = "everybody" if one.public else "operator" if one.operator else "–"
        click.echo(f"{one.room}\t{one.verb}\t{held}\t{states}\t{besides}")
