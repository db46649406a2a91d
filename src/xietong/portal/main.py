"""The `xietong` command: every room's commands, and one way to say no."""

from __future__ import annotations

import os
import sys

import click


class Xietong(click.Group):
    """The command group; a refusal ends with exit status 2 and one line on stderr."""

    def invoke(self, context: click.Context) -> object:
        """Run a command in the reader's language; turn a refusal into a line."""
        from django.db import DatabaseError, connection

        from xietong.kit.doors import command_line, problem_lines
        from xietong.kit.refusals import Refusal
        from xietong.kit.surroundings import why
        from xietong.portal.readiness import why_not_ready

        try:
            try:
                return super().invoke(context)
            except DatabaseError as fault:
                refusal = why(fault) if connection.connection is not None else None
                refusal = refusal or why_not_ready(fault)
                if refusal is None:
                    raise
                raise refusal from fault
            except OSError as fault:
                refusal = why(fault)
                if refusal is None:
                    raise
                raise refusal from fault
        except Refusal as refusal:
            for line in problem_lines(refusal):
                click.echo(line, err=True)
            click.echo(command_line(refusal), err=True)
            context.exit(2)


@click.group(cls=Xietong, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xietong")
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    default=None,
    help="The language of answers; otherwise that of the terminal.",
)
def xietong(language: str | None) -> None:
    """Software with which several governments integrate their region."""
    from django.utils import translation

    spoken = language or ("zh" if os.environ.get("LANG", "").startswith("zh") else "en")
    translation.activate("zh-hans" if spoken == "zh" else "en")


@xietong.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a Django management command, such as `manage migrate`."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["xietong manage", *arguments])


def gathered() -> click.Group:
    """Return the command with every room's commands; Django must be set up."""
    from xietong.agreements import commands as agreements
    from xietong.atlas import commands as atlas
    from xietong.desk import commands as desk
    from xietong.portal import commands as portal
    from xietong.region import commands as region
    from xietong.region.guards import OPERATOR, uses

    # Said here, since guards cannot be read before Django is set up.
    assert manage.callback is not None  # noqa: S101  (click wraps a function)
    uses(OPERATOR)(manage.callback)
    for room in (region, desk, agreements, atlas, portal):
        for command in room.COMMANDS:
            xietong.add_command(command)
    return xietong


def main() -> None:
    """Start Django, gather the rooms' commands, and run what was asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xietong.portal.settings")
    import django

    from xietong.portal.environment import BadSetting

    try:
        django.setup()
    except BadSetting as fault:
        click.echo(f"bad_setting: {fault}", err=True)
        sys.exit(2)
    gathered()()
