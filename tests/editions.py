"""A published edition of the grown lakes, made once a run and laid into each test's own database.

    from editions import grown  # in a conftest.py: a fixture

    def test_something(grown: Grown) -> None: ...

The files of the edition are shared by all tests of a run: a test that writes takes `grown_apart`.
"""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from houses import DATA, LAKES

WAYS = {
    "XIETONG_DATA": DATA,
    "XIETONG_REGIONS": LAKES,
    "XIETONG_REGION": "lakes",
    "XIETONG_THREADS": 1,
}
ROOMS = ("region", "agreements", "atlas")


Rows = list[tuple[Any, list[Any]]]


@dataclass(frozen=True, slots=True)
class Grown:
    """An edition that is published: its number, the home with its files, the registers' files."""

    number: int
    home: Path
    registers: dict[str, Path]


@dataclass(frozen=True, slots=True)
class Photograph:
    """The rows of a house, by table in the order in which they may be laid."""

    grown: Grown
    rows: Rows


@pytest.fixture(scope="session")
def grown_photograph(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Photograph:
    """Import, compile and publish once; keep the rows, leave none in the database."""
    from django.db import transaction
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("grown-lakes")
    with (
        django_db_blocker.unblock(),
        override_settings(**WAYS, XIETONG_HOME=folder / "home"),
        transaction.atomic(),
    ):
        grown = _made(folder)
        rows = [(table, list(table._base_manager.order_by("pk"))) for table in _tables()]
        transaction.set_rollback(True)
    return Photograph(grown, rows)


@pytest.fixture
def grown(db: None, grown_photograph: Photograph, settings: Any) -> Grown:
    """Lay the rows of the published edition; its files are those of the photograph."""
    lay(grown_photograph.rows)
    for name, value in WAYS.items():
        setattr(settings, name, value)
    settings.XIETONG_HOME = grown_photograph.grown.home
    return grown_photograph.grown


@pytest.fixture
def grown_apart(grown: Grown, settings: Any, tmp_path: Path) -> Grown:
    """Give the same with files that only this test has."""
    home = tmp_path / "home"
    shutil.copytree(grown.home, home)
    settings.XIETONG_HOME = home
    return Grown(grown.number, home, grown.registers)


def _made(folder: Path) -> Grown:
    import grown_lakes
    from xietong.atlas import operations as atlas
    from xietong.region import operations as region
    from xietong.region.packs import read_pack
    from xietong.region.rules import LOCAL

    pack = read_pack(LAKES, "lakes")
    outlines = pack.facts["boundaries"]
    region.load_region(actor=LOCAL, pack=pack)
    region.import_boundaries(
        actor=LOCAL,
        county=DATA / outlines["county"],
        crs=outlines["crs"],
        code_property=outlines["code_property"],
        attribution_zh=outlines["attribution_zh"],
        attribution_en=outlines["attribution_en"],
    )
    registers = grown_lakes.write(folder)
    for sample in pack.facts["datasets"]:
        atlas.import_register(
            actor=LOCAL,
            member=sample["member"],
            path=registers[sample["member"]],
            about=atlas.About.of_sample(sample, pack.facts["banner"]),
        )
    edition, _ = atlas.compile_edition(actor=LOCAL)
    atlas.publish_edition(actor=LOCAL, number=edition.number)
    return Grown(edition.number, folder / "home", registers)


def _tables() -> list[Any]:
    """Return every table of the rooms, those that others refer to first."""
    from django.apps import apps
    from django.core.serializers import sort_dependencies

    rooms = [(apps.get_app_config(room), None) for room in ROOMS]
    tables = list(sort_dependencies(rooms))
    between = {
        one
        for one in apps.get_models(include_auto_created=True)
        if one._meta.auto_created and one._meta.app_label in ROOMS
    }
    return [*tables, *sorted(between, key=lambda one: one.__name__)]


def lay(photographed: Rows) -> None:
    """Put rows into the database again, with the keys that they had."""
    from django.core.management.color import no_style
    from django.db import connection

    for table, rows in photographed:
        table._base_manager.bulk_create([copy.copy(row) for row in rows])
    # Rows with keys of their own leave PostgreSQL's counters behind.
    tables = [table for table, _ in photographed]
    with connection.cursor() as cursor:
        for line in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(line)
