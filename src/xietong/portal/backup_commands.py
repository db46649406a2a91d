"""Commands that keep a house: back it up, restore it, look whether it is sound."""

from __future__ import annotations

import json
from pathlib import Path

import click

from xietong.kit.progress import Printer
from xietong.portal import soundness
from xietong.portal.backup import back_up
from xietong.portal.backup_restore import restore as restore_house
from xietong.region import queries
from xietong.region.guards import OPERATOR, uses
from xietong.region.rules import LOCAL


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--keys/--no-keys",
    default=True,
    help="Whether the secret key and the node's key go into it; then it is as secret as they are.",
)
@uses(OPERATOR)
def backup(file: Path, keys: bool) -> None:
    """Back the house up into FILE while it goes on: database, files, keys, end of the audit."""
    made = back_up(file, with_keys=keys, progress=Printer())
    end = made.audit or {"number": 0, "hash": "–"}
    click.echo(f"{file}\t{len(made.files)}\t{end['number']}\t{end['hash']}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in place of the house that is there.")
@uses(OPERATOR)
def restore(file: Path, replace: bool) -> None:
    """Make this house what the backup FILE holds, and verify its audit. Stop the server first."""
    manifest, aside = restore_house(file, replace=replace, progress=Printer())
    if aside is not None:
        click.echo(f"{aside}", err=True)
    if missing := list(soundness.migrations()):
        click.echo(f"xietong manage migrate\t{len(missing)}", err=True)
        return
    heads = []
    if manifest.audit is not None:
        heads = [queries.read_head(json.dumps(manifest.audit), file.name)]
    end = queries.verified(LOCAL, heads)
    click.echo(f"{manifest.made_at}\t{len(manifest.files)}\t{end.number}\t{end.hash}")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(soundness.CHECKS)))
@uses(OPERATOR)
def check(names: tuple[str, ...]) -> None:
    """Look whether the house is sound, or only at what is NAMED; tell everything that is not."""
    found = 0
    for name in names or soundness.CHECKS:
        lines = list(soundness.CHECKS[name]())
        found += 0 if name in soundness.HARMLESS else len(lines)
        click.echo(f"{name}\t{len(lines) or 'ok'}")
        for line in lines:
            click.echo(f"\t{line}")
        if name == "migrations" and lines:
            break  # nothing below can be asked of tables that are not there
    if found:
        raise soundness.house_not_sound(found)
