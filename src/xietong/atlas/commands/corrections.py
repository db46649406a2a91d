"""Quality and corrections at the machine: `xietong correction …`, `xietong vocabulary …`."""

from __future__ import annotations

from pathlib import Path

import click

from xietong.atlas import operations, rules
from xietong.atlas.commands.files import INPUT, OUTPUT, write
from xietong.atlas.exports import quality as quality_files
from xietong.atlas.queries import corrections as corrections_read
from xietong.atlas.queries import quality as quality_read
from xietong.atlas.queries import rows as register_rows
from xietong.atlas.queries.figures import figures_of
from xietong.kit.progress import Printer
from xietong.region.guards import uses
from xietong.region.rules import LOCAL

MEMBER = click.option("--member", required=True, help="The code of the member.")


@click.command("quality")
@click.argument("member")
@uses(rules.READ_FIGURES)
def quality(member: str) -> None:
    """Print how good MEMBER's register is: each figure with its rows and its rule."""
    found = quality_read.quality(LOCAL, member)
    click.echo(f"{member} version {found.version.number}: {found.version.rows:,} rows")
    for group, one in figures_of(found.groups):
        share = "–" if one.share is None else f"{one.share:.1%}"
        click.echo(f"{group.key}\t{one.key}\t{one.n:,}\t{one.of:,}\t{share}\t{one.rule}")


@click.group()
def correction() -> None:
    """Corrections of a register: add, list, withdraw, apply, import, export."""


@correction.command("add")
@MEMBER
@click.option("--unit", required=True, help="Its credit code, or the mark that the list shows.")
@click.option("--field", type=click.Choice(["industry", "place"]), required=True, help="Of what.")
@click.option("--value", required=True, help="The code of the industry or place.")
@click.option("--reason", default="", help="Why; it stands in the audit.")
@click.option("--seen", type=int, default=None, help="The correction in force that it replaces.")
@uses(rules.CORRECT_UNIT)
def add(member: str, unit: str, field: str, value: str, reason: str, seen: int | None) -> None:
    """Say what a unit's industry or place is."""
    made = operations.correct_unit(
        actor=LOCAL, member=member, unit=unit, field=field, value=value, reason=reason, seen=seen
    )
    click.echo(f"{made.pk}\t{made.unit}\t{made.field}\t{made.from_value}\t{made.to_value}")


@correction.command("list")
@MEMBER
@click.option("--withdrawn", is_flag=True, help="Those that were withdrawn too.")
@uses(rules.READ_ROWS)
def list_(member: str, withdrawn: bool) -> None:
    """List the corrections of a register, newest first."""
    for one in corrections_read.corrections(LOCAL, member, withdrawn=withdrawn):
        state = "withdrawn" if one.withdrawn_at else "in force"
        click.echo(
            f"{one.pk}\t{one.unit}\t{one.field}\t{one.from_value}\t{one.to_value}\t"
            f"{one.made_by_name}\t{state}"
        )


@correction.command("withdraw")
@click.argument("key", type=int)
@click.option("--reason", required=True, help="Why; it stands in the audit.")
@uses(rules.WITHDRAW_CORRECTION)
def withdraw(key: int, reason: str) -> None:
    """Withdraw correction KEY."""
    operations.withdraw_correction(actor=LOCAL, key=key, reason=reason)
    click.echo(f"{key}: withdrawn")


@correction.command("apply")
@click.argument("member")
@uses(rules.APPLY_CORRECTIONS)
def apply_(member: str) -> None:
    """Make a version of MEMBER's register with the corrections and words of today."""
    version, new = operations.apply_corrections(actor=LOCAL, member=member, progress=Printer())
    click.echo(f"{member} version {version.number}: {'new' if new else 'unchanged'}")


@correction.command("import")
@click.argument("file", type=INPUT)
@MEMBER
@uses(rules.IMPORT_CORRECTIONS)
def import_(file: Path, member: str) -> None:
    """Make the corrections of a workbook or CSV, all of them or none."""
    with file.open("rb") as stream:
        brought = operations.import_corrections(
            actor=LOCAL, member=member, stream=stream, name=file.name
        )
    made = len(brought.made)
    click.echo(f"{made} made, {brought.changed} of them changed, {brought.unchanged} unchanged")


@correction.command("export")
@MEMBER
@click.option("-o", "--output", type=OUTPUT, required=True, help="CSV or XLSX.")
@uses(rules.READ_ROWS)
def export(member: str, output: Path) -> None:
    """Write every correction of a register, with who made and who withdrew it."""
    version = register_rows.present_version(LOCAL, member, register_rows.rules.READ_ROWS)
    told = corrections_read.corrections(LOCAL, member, withdrawn=True)
    kind = quality_files.checked(output.suffix.lower().lstrip("."))
    write(output, quality_files.corrections_body(version, told, kind))
    click.echo(f"{output}: {len(told)} corrections")


@click.group()
def vocabulary() -> None:
    """Words that corrections teach: propose, accept, decline, export."""


@vocabulary.command("proposals")
@MEMBER
@uses(rules.READ_ROWS)
def proposals(member: str) -> None:
    """List the words that the corrections would teach."""
    for one in corrections_read.vocabulary_proposals(LOCAL, member):
        click.echo(
            f"{one.addition.word}\t{one.addition.kind}\t{one.addition.code}\t"
            f"{one.support}/{one.holding}\t{one.right_before}→{one.right_after}/{one.corrected}\t"
            f"{one.sample_changes}/{one.sample}"
        )


@vocabulary.command("accept")
@MEMBER
@click.option("--word", required=True, help="A proposed word.")
@click.option("--reason", default="", help="Why; it stands in the audit.")
@uses(rules.ACCEPT_WORD)
def accept(member: str, word: str, reason: str) -> None:
    """Let a proposed word code the register from the next version on."""
    operations.accept_word(actor=LOCAL, member=member, word=word, reason=reason)
    click.echo(f"{word}: accepted")


@vocabulary.command("decline")
@MEMBER
@click.option("--word", required=True, help="A proposed or accepted word.")
@click.option("--reason", default="", help="Why; it stands in the audit.")
@uses(rules.DECLINE_WORD)
def decline(member: str, word: str, reason: str) -> None:
    """Keep a proposed word out, or take an accepted one out."""
    operations.decline_word(actor=LOCAL, member=member, word=word, reason=reason)
    click.echo(f"{word}: declined")


@vocabulary.command("export")
@MEMBER
@click.option("-o", "--output", type=OUTPUT, required=True, help="A TOML file.")
@uses(rules.READ_ROWS)
def export_words(member: str, output: Path) -> None:
    """Write the accepted words in the form of a region pack's coding tables."""
    write(output, corrections_read.words_as_toml(LOCAL, member).encode())
    click.echo(str(output))


OF_REGISTER = (quality,)
COMMANDS = (correction, vocabulary)
