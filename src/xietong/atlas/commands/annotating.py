"""The coder and the placer for any table: `xietong industry code`, `xietong place`."""

from __future__ import annotations

from pathlib import Path

import click

from xietong.atlas import annotate
from xietong.atlas.commands.files import INPUT, OUTPUT
from xietong.kit.progress import Printer
from xietong.region.guards import OPERATOR, uses


@click.group()
def industry() -> None:
    """Industry codes for any table with names and scopes."""


@industry.command("code")
@click.argument("file", type=INPUT)
@click.option("-o", "--output", type=OUTPUT, required=True, help="CSV, XLSX or Parquet.")
@uses(OPERATOR)
def code(file: Path, output: Path) -> None:
    """Add division, group, class, confidence and words to a table with name and scope."""
    rows = annotate.code_table(file, output, progress=Printer())
    click.echo(f"{output}: {rows:,} rows")


@click.command()
@click.argument("file", type=INPUT)
@click.option("-o", "--output", type=OUTPUT, required=True, help="CSV, XLSX or Parquet.")
@uses(OPERATOR)
def place(file: Path, output: Path) -> None:
    """Add adcode, precision and reason to a table with name or address."""
    rows = annotate.place_table(file, output, progress=Printer())
    click.echo(f"{output}: {rows:,} rows")


COMMANDS = (industry, place)
