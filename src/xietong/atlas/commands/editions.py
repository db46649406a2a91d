"""Commands of the map: `xietong atlas …`: editions, views, clusters, names, briefs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args

import click

from xietong.atlas import (
    brief,
    comparison,
    exports,
    operations,
    queries,
    rules,
)
from xietong.atlas.commands.files import OUTPUT, write
from xietong.atlas.models import PublishedName
from xietong.atlas.schemas import Counted, Level, MeasureName
from xietong.kit.progress import Printer
from xietong.region import zone
from xietong.region.guards import PUBLIC, uses
from xietong.region.rules import LOCAL

SHOWN = 50
EDITION = click.option(
    "--edition", type=int, default=None, help="Its number; otherwise the newest published one."
)
INDUSTRY = "Its key, such as d39, g391, c-… or s-…; `atlas industries` lists them."


@click.group()
def atlas() -> None:
    """Editions of the cluster map: compile, publish, read."""


@atlas.command("compile")
@uses(rules.COMPILE_EDITION)
def compile_() -> None:
    """Compile an edition from the newest registers; unchanged input gives the same edition."""
    edition, created = operations.compile_edition(actor=LOCAL, progress=Printer())
    state = "compiled" if created else "unchanged"
    click.echo(f"edition {edition.number} ({edition.state}): {state}, {edition.digest}")


@atlas.command("submit")
@click.argument("number", type=int)
@click.option(
    "--closes",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="The last day for consent (of the region's zone); without it, there is none.",
)
@uses(rules.SUBMIT_EDITION)
def submit(number: int, closes: datetime | None) -> None:
    """Put draft NUMBER before an approver of each contributing member."""
    end = zone.end_of(closes.date()) if closes else None
    edition = operations.submit_edition(actor=LOCAL, number=number, closes_at=end)
    click.echo(f"edition {edition.number}: {edition.state}")


@atlas.command("return")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; the members will see it.")
@uses(rules.RETURN_EDITION)
def return_(number: int, reason: str) -> None:
    """Take edition NUMBER back to a draft before it is published."""
    edition = operations.return_edition(actor=LOCAL, number=number, reason=reason)
    click.echo(f"edition {edition.number}: {edition.state}")


@atlas.command("publish")
@click.argument("number", type=int)
@uses(rules.PUBLISH_EDITION)
def publish(number: int) -> None:
    """Let readers see edition NUMBER, which each contributing member has approved.

    While no member has ever had an approver, a draft is published alone, as a trial.
    """
    edition = operations.publish_edition(actor=LOCAL, number=number)
    click.echo(f"edition {edition.number}: {edition.state}")


@atlas.command("withdraw")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; readers will see it.")
@uses(rules.WITHDRAW_EDITION)
def withdraw(number: int, reason: str) -> None:
    """Take edition NUMBER back."""
    edition = operations.withdraw_edition(actor=LOCAL, number=number, reason=reason)
    click.echo(f"edition {edition.number}: {edition.state}")


@atlas.command("editions")
@uses(PUBLIC)
def editions() -> None:
    """List the editions, newest first."""
    for row in queries.editions_visible_to(LOCAL):
        click.echo(f"{row.number}\t{row.state}\t{zone.minute_of(row.created_at)}\t{row.digest}")


@atlas.command("show")
@click.argument("number", type=int)
@uses(PUBLIC)
def show(number: int) -> None:
    """Show where edition NUMBER stands: its sources, its consents, as the API tells it."""
    click.echo(queries.standing(LOCAL, number).model_dump_json(indent=1))


@atlas.command("industries")
@EDITION
@uses(PUBLIC)
def industries(edition: int | None) -> None:
    """List the industries and chains of an edition with their units and clusters."""
    for one in queries.industries(LOCAL, edition):
        units = "–" if one.n is None else f"{one.n:,}"
        click.echo(f"{one.key}\t{units}\t{one.clusters}\t{one.name.zh}\t{one.name.en}")


@atlas.command("layer")
@EDITION
@click.option("--industry", required=True, help=INDUSTRY)
@click.option(
    "--level", type=click.Choice(get_args(Level)), default="county", help="Which places are shown."
)
@click.option(
    "--measure", type=click.Choice(get_args(MeasureName)), default="lq", help="What is measured."
)
@click.option(
    "--counted",
    type=click.Choice(get_args(Counted)),
    default="n",
    help="Establishments (n), or their registered capital.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice([*get_args(exports.Format), "json"]),
    default="csv",
    help="A table, a workbook, a map, or all that the API tells.",
)
@click.option("-o", "--output", type=OUTPUT, required=True, help="The file to write.")
@uses(PUBLIC)
def layer(
    edition: int | None,
    industry: str,
    level: Level,
    measure: MeasureName,
    counted: Counted,
    kind: exports.Format | Literal["json"],
    output: Path,
) -> None:
    """Write one view of the map to a file."""
    shown = queries.layer(
        LOCAL, edition, industry=industry, level=level, measure=measure, counted=counted
    )
    about = queries.edition(LOCAL, edition)
    if kind == "json":
        body = shown.model_dump_json(indent=1).encode("utf-8")
    else:
        body = exports.body(kind, about, shown, lambda: queries.boundaries(LOCAL, edition, level))
    write(output, body)
    click.echo(f"{output}: {len(shown.cells)} places")


@atlas.command("clusters")
@EDITION
@click.option("--industry", default=None, help=INDUSTRY)
@click.option("--crossing", is_flag=True, help="Only clusters that lie in more than one member.")
@click.option("--search", "q", default="", help="Only clusters whose name holds this text.")
@uses(PUBLIC)
def clusters(edition: int | None, industry: str | None, crossing: bool, q: str) -> None:
    """List clusters, the largest first."""
    for row in queries.clusters(LOCAL, edition, industry=industry, crossing_only=crossing, q=q):
        members = ",".join(row.members)
        click.echo(
            f"{row.key}\t{row.units:,}\t{row.lq:.2f}\t{row.name_zh}\t{row.name_en}\t{members}"
        )


@atlas.command("place")
@click.argument("code")
@EDITION
@uses(PUBLIC)
def place_profile(code: str, edition: int | None) -> None:
    """Print a place's profile as JSON."""
    click.echo(queries.place_profile(LOCAL, edition, code).model_dump_json(indent=1))


@atlas.command("search")
@click.argument("text")
@EDITION
@uses(PUBLIC)
def search(text: str, edition: int | None) -> None:
    """Find places, industries, chains and clusters by Chinese, pinyin or English."""
    for hit in queries.search(LOCAL, edition, text):
        click.echo(f"{hit.kind}\t{hit.key}\t{hit.name.zh}\t{hit.name.en}")


@atlas.command("attach-name")
@click.option("--member", required=True, help="The code of the member that published it.")
@click.option(
    "--kind", type=click.Choice(PublishedName.Kind.values), required=True, help="What it names."
)
@click.option("--name-zh", required=True, help="The name in Chinese.")
@click.option("--name-en", default="", help="The name in English.")
@click.option("--place", "place_code", required=True, help="The code of the county it lies in.")
@click.option("--industry", "industry_key", required=True, help=INDUSTRY)
@click.option("--source", required=True, help="Where the member published it.")
@click.option(
    "--published-on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="When it did."
)
@uses(rules.ATTACH_NAME)
def attach_name(
    member: str,
    kind: str,
    name_zh: str,
    name_en: str,
    place_code: str,
    industry_key: str,
    source: str,
    published_on: datetime,
) -> None:
    """Attach a firm or platform that the member itself has published."""
    row = operations.attach_name(
        actor=LOCAL,
        member=member,
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        place_code=place_code,
        industry_key=industry_key,
        source=source,
        published_on=date(published_on.year, published_on.month, published_on.day),
    )
    click.echo(f"{row.pk}\t{row.name_zh}")


@atlas.command("names")
@uses(PUBLIC)
def names() -> None:
    """List the names that members have published."""
    for row in queries.published_names(LOCAL):
        click.echo(f"{row.pk}\t{row.member.code}\t{row.kind}\t{row.name_zh}\t{row.industry_key}")


@atlas.command("detach-name")
@click.argument("key", type=int)
@click.option("--reason", required=True, help="Why; it stands in the audit.")
@uses(rules.DETACH_NAME)
def detach_name(key: int, reason: str) -> None:
    """Take published name KEY off the map."""
    operations.detach_name(actor=LOCAL, key=key, reason=reason)
    click.echo(f"{key}: detached")


@atlas.command("compare")
@click.argument("before", type=int)
@click.argument("after", type=int)
@click.option("--industry", default=None, help=INDUSTRY)
@click.option("--level", type=click.Choice(get_args(Level)), default=None, help="Only this level.")
@click.option("--member", default=None, help="Only what concerns the member of this code.")
@click.option(
    "--change",
    type=click.Choice(get_args(comparison.Group)),
    default=None,
    help="Only what was added, removed, moved or changed.",
)
@click.option("--most", type=int, default=SHOWN, help="How many changes are printed.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "json", "csv", "xlsx"]),
    default="text",
    help="Sentences, all that the API tells, or a table.",
)
@click.option("-o", "--output", type=OUTPUT, default=None, help="The file to write a table to.")
@uses(PUBLIC)
def compare(
    before: int,
    after: int,
    industry: str | None,
    level: Level | None,
    member: str | None,
    change: comparison.Group | None,
    most: int,
    kind: str,
    output: Path | None,
) -> None:
    """Tell what has changed from edition BEFORE to edition AFTER, what matters most first."""
    whole = comparison.compared(LOCAL, before, after)
    asked = comparison.Asked(industry=industry, level=level, member=member, group=change)
    if kind == "text":
        for one in comparison.found(whole, asked)[:most]:
            click.echo(comparison.sentence(whole, one))
    elif kind == "json":
        click.echo(comparison.changelog(whole, asked, limit=most).model_dump_json(indent=1))
    else:
        about = queries.edition(LOCAL, before), queries.edition(LOCAL, after)
        name = output or Path(f"xietong-{before}-{after}-changes.{kind}")
        body = comparison.as_file("csv" if kind == "csv" else "xlsx", whole, asked, about)
        write(name, body)
        click.echo(f"{name}: {len(comparison.found(whole, asked))}")


@atlas.command("brief")
@click.argument("kind", type=click.Choice(brief.KINDS))
@click.argument("key")
@EDITION
@click.option(
    "--format",
    "format_",
    type=click.Choice(brief.FORMATS),
    default="pdf",
    help="For reading and printing, or for going on writing.",
)
@click.option(
    "--in",
    "language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    help="The language of the brief.",
)
@click.option("-o", "--output", type=OUTPUT, default=None, help="The file to write.")
@uses(PUBLIC)
def brief_(
    kind: str,
    key: str,
    edition: int | None,
    format_: str,
    language: brief.Language,
    output: Path | None,
) -> None:
    """Write the brief of two pages on a place, a cluster or a chain, named by its KEY."""
    made = brief.brief(LOCAL, edition, kind, key, format=format_, language=language)
    name = output or Path(made.name)
    write(name, made.body)
    click.echo(f"{name}: {len(made.body):,}")


@atlas.command("sweep")
@uses(rules.SWEEP)
def sweep() -> None:
    """Remove files that a killed import or compile left behind (older than a day)."""
    for name in operations.sweep(actor=LOCAL):
        click.echo(name)


COMMANDS = (atlas,)
