"""Registers at the machine: `xietong register …`: check a file, import it, list versions."""

from __future__ import annotations

import json
from pathlib import Path

import click

from xietong.atlas import operations, queries, rules
from xietong.atlas.commands.files import INPUT
from xietong.engine.problems import Problem
from xietong.kit.doors import problem_line
from xietong.kit.progress import Printer
from xietong.region import zone
from xietong.region.guards import uses
from xietong.region.rules import LOCAL

SHOWN = 50


@click.group()
def register() -> None:
    """Registers of establishments: check a file, import it, list versions."""


@register.command("check")
@click.argument("file", type=INPUT)
@click.option("--all", "every", is_flag=True, help=f"Show every problem, not the first {SHOWN}.")
@uses(rules.CHECK_REGISTER)
def check(file: Path, every: bool) -> None:
    """Check a register and list what is wrong with it; nothing is stored."""
    found = operations.check_register(actor=LOCAL, path=file, progress=Printer())
    for problem in found.problems if every else found.problems[:SHOWN]:
        click.echo(problem_line(problem))
    if len(found.problems) > SHOWN and not every:
        click.echo(f"… {len(found.problems) - SHOWN} more: --all")
    click.echo(json.dumps(found.quality, ensure_ascii=False, indent=1))
    if found.refused:
        raise click.exceptions.Exit(2)


@register.command("import")
@click.argument("file", type=INPUT)
@click.option("--member", required=True, help="The code of the member whose register it is.")
@click.option("--title-zh", default="", help="What the register is called, in Chinese.")
@click.option("--title-en", default="", help="The same in English.")
@click.option("--attribution", default="", help="Whose data it is, and under which licence.")
@click.option("--banner-zh", default="", help="What must stand on every page that shows it.")
@click.option("--banner-en", default="", help="The same in English.")
@click.option("--synthetic", is_flag=True, help="The register is made up, not fact.")
@click.option("--although", default="", help="Why it is right in spite of grave doubts.")
@uses(rules.IMPORT_REGISTER)
def import_(
    file: Path,
    member: str,
    title_zh: str,
    title_en: str,
    attribution: str,
    banner_zh: str,
    banner_en: str,
    synthetic: bool,
    although: str,
) -> None:
    """Check, place, code and store a register; the same file again changes nothing.

    What makes one doubt that it is the right file is said. A grave doubt, such as that a third of
    the rows vanish, is a refusal, unless --although gives the reason; it stands in the audit.
    """
    about = operations.About(
        title_zh=title_zh,
        title_en=title_en,
        attribution_zh=attribution,
        attribution_en=attribution,
        banner_zh=banner_zh,
        banner_en=banner_en,
        synthetic=synthetic,
    )
    doubts: list[Problem] = []
    version, created = operations.import_register(
        actor=LOCAL,
        member=member,
        path=file,
        about=about,
        although=although,
        doubted=doubts.extend,
        progress=Printer(),
    )
    for one in doubts:
        click.echo(problem_line(one))
    state = "imported" if created else "unchanged"
    click.echo(f"{member} version {version.number}: {state}, {version.rows:,} rows")
    click.echo(json.dumps(version.quality, ensure_ascii=False, indent=1))


@register.command("list")
@uses(rules.READ_REGISTERS)
def list_() -> None:
    """List every version of every register."""
    for version in queries.register_versions(LOCAL):
        click.echo(
            f"{version.register.member.code}\t{version.number}\t{version.rows:,}\t"
            f"{zone.minute_of(version.imported_at)}\t{version.digest[:12]}\t{version.source_name}"
        )


COMMANDS = (register,)
