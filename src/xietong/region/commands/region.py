"""Commands of the region: load a pack, import boundaries, show members."""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings

from xietong.kit.progress import Printer
from xietong.region import exports, operations, queries, rules, zone
from xietong.region.guards import PUBLIC, uses
from xietong.region.packs import read_pack
from xietong.region.rules import LOCAL
from xietong.region.verbs import words_of


@click.group()
def region() -> None:
    """Members, places, classifications, boundaries."""


@region.command("load")
@uses(rules.LOAD_REGION)
def load() -> None:
    """Load the region pack that XIETONG_REGION names; loading it again changes nothing."""
    pack = read_pack(settings.XIETONG_REGIONS, settings.XIETONG_REGION)
    loaded, changed = operations.load_region(actor=LOCAL, pack=pack)
    click.echo(f"{loaded.name_en}: {'loaded' if changed else 'unchanged'}")


@region.command("members")
@uses(PUBLIC)
def members() -> None:
    """List the members."""
    for one in queries.members(LOCAL):
        click.echo(f"{one.code}\t{one.place_code}\t{one.name_zh}\t{one.name_en}")


@region.command("boundaries")
@click.argument("county", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--crs",
    required=True,
    type=click.Choice(["WGS84", "CGCS2000", "GCJ-02", "BD-09"]),
    help="What the coordinates of the file mean.",
)
@click.option("--code-property", default="adcode", show_default=True)
@click.option("--attribution", required=True, help="Whose outlines they are, and the licence.")
@uses(rules.IMPORT_BOUNDARIES)
def boundaries(county: Path, crs: str, code_property: str, attribution: str) -> None:
    """Import the outlines of all counties (GeoJSON); the levels above are dissolved from them."""
    row, changed = operations.import_boundaries(
        actor=LOCAL,
        county=county,
        crs=crs,
        code_property=code_property,
        attribution_zh=attribution,
        attribution_en=attribution,
    )
    click.echo(f"{row.digest[:12]}: {'imported' if changed else 'unchanged'}")


@click.group()
def audit() -> None:
    """Who changed what: one chain of entries that nobody can change unseen."""


@audit.command("verify")
@click.option(
    "--head",
    "heads",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A head kept elsewhere that the audit must still reach; may be given again.",
)
@click.option("--keep/--no-keep", default=True, help="Keep today's head below XIETONG_HOME/heads.")
@uses(rules.READ_AUDIT, rules.KEEP_HEAD)
def verify(heads: tuple[Path, ...], keep: bool) -> None:
    """Verify every entry, the links between them, and that the end reaches every head kept."""
    given = [queries.read_head(path.read_bytes(), path.name) for path in heads]
    kept = queries.kept_heads()
    end = queries.verified(LOCAL, [*given, *kept], Printer())
    click.echo(f"{end.number}\t{end.hash}")
    if keep and end.number:
        operations.keep_head(actor=LOCAL)


@audit.command("head")
@uses(rules.READ_AUDIT)
def head() -> None:
    """Print the end of the audit, signed by this node; keep it where the node cannot reach."""
    click.echo(queries.audit_head(LOCAL).as_json())


@audit.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--verb", default="", help="Only entries of this verb.")
@click.option("--member", default="", help="Only entries on records of this member.")
@click.option("--subject", default="", help="Only entries on this record, as room:kind:key.")
@uses(rules.READ_AUDIT)
def export(file: Path, verb: str, member: str, subject: str) -> None:
    """Write entries to FILE: .jsonl, which can be verified elsewhere, or .xlsx to read."""
    wanted = queries.Wanted(verb=verb, member=member, subject=subject)
    click.echo(f"{file}\t{exports.write_audit(LOCAL, wanted, file)}")


@audit.command("show")
@click.argument("subject")
@uses(rules.READ_AUDIT)
def show(subject: str) -> None:
    """Show what happened to SUBJECT, a record as room:kind:key, the newest first."""
    there = zone.of_the_region()
    for one in queries.history(LOCAL, exports.reference(subject)):
        known = f"{one.before[:12]} → {one.after[:12]}" if one.before or one.after else ""
        told = [str(one.number), zone.second_of(one.at, there), one.actor, words_of(one.verb)]
        click.echo("\t".join([*told, known, one.reason]))


@click.group()
def node() -> None:
    """This node: the key by which others know what it signed."""


@node.command("show")
@uses(rules.NOTE_NODE_KEY)
def show_node() -> None:
    """Print the node's public key and its fingerprint; the key is made where there is none."""
    row, _ = operations.note_node_key(actor=LOCAL)
    click.echo(f"{row.fingerprint}\t{row.public_key}")


COMMANDS = (
    audit,
    node,
    region,
)
