"""Commands over organisations."""

from __future__ import annotations

from pathlib import Path

import click

from xietong.region import naming, operations, queries, rules
from xietong.region.guards import uses
from xietong.region.models import Organisation
from xietong.region.rules import LOCAL

KIND = click.Choice(Organisation.Kind.values)


@click.group()
def organisation() -> None:
    """Organisations: the offices, institutions and enterprises that people work for."""


@organisation.command("list")
@click.option("--search", "q", default="", help="Only those whose name or code holds this text.")
@click.option("--member", default="", help="Only those of this member.")
@click.option("--kind", type=KIND, default=None, help="Only those of this kind.")
@uses(rules.READ_ORGANISATIONS)
def list_organisations(q: str, member: str, kind: str | None) -> None:
    """List organisations, the closed ones too."""
    asked = {"q": q, "member": member, "kind": kind}
    for one in queries.Organisations(asked, queries.organisations_visible_to(LOCAL)).qs:
        state = "closed" if one.closed_at else "open"
        code = one.credit_code or "–"
        home = one.member.code if one.member else "–"
        parent = one.parent_id or "–"
        name = naming.organisation(one)
        click.echo(f"{one.pk}\t{home}\t{one.kind}\t{code}\t{name}\t{parent}\t{state}")


@organisation.command("add")
@click.argument("name_zh")
@click.option("--member", default=None, help="The code of the member; none for the office.")
@click.option("--kind", type=KIND, default="authority", show_default=True, help="What it is.")
@click.option("--name-en", default="", help="The name in English.")
@click.option("--credit-code", default="", help="The unified social credit code.")
@click.option("--parent", type=int, default=None, help="The number of its superior.")
@uses(rules.ADD_ORGANISATION)
def add(
    name_zh: str,
    member: str | None,
    kind: str,
    name_en: str,
    credit_code: str,
    parent: int | None,
) -> None:
    """Enter organisation NAME_ZH of a member, or the regional office."""
    row = operations.add_organisation(
        actor=LOCAL,
        member=member,
        about=operations.About(name_zh, kind, name_en, credit_code, parent),
    )
    click.echo(f"{row.pk}\t{row.name_zh}")


@organisation.command("change")
@click.argument("key", type=int)
@click.option("--name-zh", default=None, help="The name in Chinese.")
@click.option("--name-en", default=None, help="The name in English.")
@click.option("--kind", type=KIND, default=None, help="What it is.")
@click.option("--credit-code", default=None, help="The unified social credit code.")
@click.option("--parent", type=int, default=None, help="The number of its superior; 0 for none.")
@uses(rules.CHANGE_ORGANISATION)
def change(
    key: int,
    name_zh: str | None,
    name_en: str | None,
    kind: str | None,
    credit_code: str | None,
    parent: int | None,
) -> None:
    """Write anew what is said about organisation KEY; what is not said stays."""
    row = queries.organisation(LOCAL, key)
    about = operations.About(
        row.name_zh if name_zh is None else name_zh,
        row.kind if kind is None else kind,
        row.name_en if name_en is None else name_en,
        (row.credit_code or "") if credit_code is None else credit_code,
        row.parent_id if parent is None else parent or None,
    )
    row = operations.change_organisation(actor=LOCAL, key=key, about=about)
    click.echo(f"{row.pk}\t{row.name_zh}")


@organisation.command("close")
@click.argument("key", type=int)
@click.option("--reason", required=True, help="Why; it stands in the audit.")
@uses(rules.CLOSE_ORGANISATION)
def close(key: int, reason: str) -> None:
    """Close organisation KEY; its mandates end, its records stay."""
    row = operations.close_organisation(actor=LOCAL, key=key, reason=reason)
    click.echo(f"{row.pk}\tclosed")


@organisation.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--member", required=True, help="The code of the member whose they are.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@uses(rules.IMPORT_ORGANISATIONS)
def import_(file: Path, member: str, dry_run: bool) -> None:
    """Enter a member's organisations from a workbook or CSV file: all of them, or none."""
    told = operations.import_organisations(actor=LOCAL, member=member, path=file, dry_run=dry_run)
    click.echo(f"added {told.added}\tchanged {told.changed}\tunchanged {told.unchanged}")


COMMANDS = (organisation,)
