"""Commands of the region: load a pack, import boundaries, show members."""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings

from xietong.region import operations, queries
from xietong.region.packs import read_pack
from xietong.region.rules import LOCAL


@click.group()
def region() -> None:
    """Members, places, classifications, boundaries."""


@region.command("load")
def load() -> None:
    """Load the region pack that XIETONG_REGION names; loading it again changes nothing."""
    pack = read_pack(settings.XIETONG_REGIONS, settings.XIETONG_REGION)
    loaded, changed = operations.load_region(actor=LOCAL, pack=pack)
    click.echo(f"{loaded.name_en}: {'loaded' if changed else 'unchanged'}")


@region.command("members")
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


COMMANDS = (region,)
