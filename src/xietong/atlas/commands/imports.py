"""Imports and versions of registers at the machine: `xietong register draft …`, step by step."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import click

from xietong.atlas import operations, queries, rules
from xietong.atlas.commands.files import INPUT, OUTPUT
from xietong.desk.models import Job
from xietong.desk.operations.running import run
from xietong.desk.sayings import say
from xietong.engine.problems import Problem
from xietong.kit.doors import problem_line
from xietong.kit.refusals import N_, Refusal
from xietong.region import zone
from xietong.region.guards import uses
from xietong.region.rules import LOCAL

MEMBER = click.option("--member", required=True, help="The code of the member.")
REASON = "Why; it stands in the audit."
OPEN = ("waiting", "running")


@click.group()
def draft() -> None:
    """Imports under way: upload, map, check, commit or discard."""


@draft.command("upload")
@click.argument("file", type=INPUT)
@MEMBER
@uses(rules.BEGIN_DRAFT)
def upload(file: Path, member: str) -> None:
    """Keep FILE and look at its columns; no version is made."""
    with file.open("rb") as stream:
        made = operations.begin_draft(actor=LOCAL, member=member, stream=stream, name=file.name)
    click.echo(f"{made.pk}\t{made.state}\t{made.name}")


@draft.command("list")
@MEMBER
@uses(rules.READ_IMPORTS)
def list_(member: str) -> None:
    """List the imports under way."""
    for one in queries.drafts_of(LOCAL, member):
        click.echo(f"{one.pk}\t{one.state}\t{zone.minute_of(one.created_at)}\t{one.name}")


@draft.command("show")
@click.argument("number", type=int)
@MEMBER
@uses(rules.READ_IMPORTS)
def show(number: int, member: str) -> None:
    """Print how import NUMBER is read, what was found in it and what it would change."""
    found = queries.draft(LOCAL, member, number)
    for column in queries.table_columns(found):
        click.echo(f"{column.position}\t{column.heading}\t{column.meaning or '–'}\t{column.why}")
    for tally in queries.tallies_of(found):
        click.echo(f"{tally.code}\t{tally.field or '–'}\t{tally.count:,}")
    for doubt in (found.summary or {}).get("misgivings", ()):
        click.echo(problem_line(Problem(doubt["code"], params=doubt["params"])))
    click.echo(json.dumps({"state": found.state, "summary": found.summary}, ensure_ascii=False))


@draft.command("map")
@click.argument("number", type=int)
@MEMBER
@click.option("--sheet", default="", help="Read this sheet of the workbook instead.")
@click.option(
    "--column",
    "-c",
    "choices",
    multiple=True,
    help="Such as name=3, the column's position from 0; none: as proposed.",
)
@uses(rules.MAP_DRAFT)
def map_(number: int, member: str, sheet: str, choices: tuple[str, ...]) -> None:
    """Say which column of import NUMBER is which."""
    if sheet:
        operations.choose_sheet(actor=LOCAL, member=member, number=number, sheet=sheet)
    columns = dict(queries.draft(LOCAL, member, number).columns)
    if choices:
        columns = dict(_chosen(one) for one in choices)
    found = operations.map_draft(actor=LOCAL, member=member, number=number, columns=columns)
    click.echo(f"{found.pk}\t{found.state}")


def _chosen(text: str) -> tuple[str, int]:
    column, _, position = text.partition("=")
    if not position.isdecimal():
        raise Refusal(
            "columns_unclear",
            N_("The choice of columns does not fit the table, or takes one column twice."),
            way_out=N_("Give each column at most one meaning, and each meaning to one column."),
            field="columns",
        )
    return column, int(position)


@draft.command("check")
@click.argument("number", type=int)
@MEMBER
@uses(rules.CHECK_DRAFT)
def check(number: int, member: str) -> None:
    """Check import NUMBER here and now; no version is made."""
    job = operations.check_draft(actor=LOCAL, member=member, number=number)
    _done(job)
    found = queries.draft(LOCAL, member, number)
    click.echo(f"{found.pk}\t{found.state}")
    if found.state != "ready":
        raise click.exceptions.Exit(2)


@draft.command("problems")
@click.argument("number", type=int)
@MEMBER
@click.option("--code", default="", help="Only problems of this kind.")
@click.option("--page", type=click.IntRange(1, 1_000_000), default=1, help="Fifty a page.")
@uses(rules.READ_IMPORTS)
def problems(number: int, member: str, code: str, page: int) -> None:
    """List what the check of import NUMBER found."""
    found = queries.draft(LOCAL, member, number)
    for one in queries.problems_of(found, code=code, page=page).problems:
        click.echo(problem_line(one))


@draft.command("mark")
@click.argument("number", type=int)
@MEMBER
@click.option("--in", "language", type=click.Choice(["zh-hans", "en"]), default="zh-hans")
@click.option("-o", "--output", type=OUTPUT, required=True, help="The workbook to write.")
@uses(rules.MARK_DRAFT)
def mark(number: int, member: str, language: str, output: Path) -> None:
    """Write import NUMBER as a workbook in which its faults are marked."""
    job = operations.mark_draft(actor=LOCAL, member=member, number=number, language=language)
    _done(job)
    book = queries.marked_book(queries.draft(LOCAL, member, number), language)
    if book is None:
        raise click.exceptions.Exit(1)
    shutil.copyfile(book, output)
    click.echo(str(output))


@draft.command("commit")
@click.argument("number", type=int)
@MEMBER
@click.option("--reason", default="", help=REASON)
@uses(rules.COMMIT_DRAFT)
def commit(number: int, member: str, reason: str) -> None:
    """Make the next version of import NUMBER: all of it, or nothing."""
    version = operations.commit_draft(actor=LOCAL, member=member, number=number, reason=reason)
    click.echo(f"{member} version {version.number}: {version.rows:,} rows")


@draft.command("discard")
@click.argument("number", type=int)
@MEMBER
@uses(rules.DISCARD_DRAFT)
def discard(number: int, member: str) -> None:
    """Throw import NUMBER away."""
    found = operations.discard_draft(actor=LOCAL, member=member, number=number)
    click.echo(f"{found.pk}\t{found.state}")


@click.command("versions")
@MEMBER
@uses(rules.READ_IMPORTS)
def versions(member: str) -> None:
    """List the versions of a register, the newest first, with what each changed."""
    for one in queries.versions_of(LOCAL, member):
        told = one.changes or {}
        changed = f"+{told['added']} -{told['removed']} ~{told['changed']}" if told else "–"
        restores = f"restores {one.restores.number}" if one.restores else "–"
        click.echo(
            f"{one.number}\t{one.rows:,}\t{zone.minute_of(one.imported_at)}\t{one.imported_by}\t"
            f"{changed}\t{restores}\t{one.source_name}"
        )


@click.command("restore")
@click.argument("number", type=int)
@MEMBER
@click.option("--reason", required=True, help=REASON)
@uses(rules.RESTORE_VERSION)
def restore(number: int, member: str, reason: str) -> None:
    """Go back to version NUMBER, by making a new version of its rows."""
    version = operations.restore_version(actor=LOCAL, member=member, number=number, reason=reason)
    click.echo(f"{member} version {version.number}: restores {number}, {version.rows:,} rows")


def _done(job: Job) -> None:
    """Do a job in this process, or wait for the worker that was first; say how it was refused."""
    run(job.pk)
    job.refresh_from_db()
    while job.state in OPEN:
        time.sleep(0.5)
        job.refresh_from_db()
    if job.state != "done":
        told = job.refusal or {}
        click.echo(say(told.get("sentence", job.state), told.get("params", {})), err=True)
        raise click.exceptions.Exit(2)


OF_REGISTER = (draft, versions, restore)
