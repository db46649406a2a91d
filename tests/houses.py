"""Houses to test in: the invented region of three lakes, in this process or run by commands.

In this process (the test's own database, a home in a temporary folder):

    from houses import lakes, lakes_registers  # in a conftest.py: these are fixtures

    def test_something(lakes: Lakes) -> None: ...            # region and outlines are loaded
    def test_more(lakes_registers: Lakes) -> None: ...       # and both registers are imported

By commands, with a database of its own on the database that the run is on:

    with household(tmp_path) as house:
        house.settle()
        house.run("register", "list")
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from real_data import ROOT
from xietong.region.packs import RegionPack, read_pack

LAKES = ROOT / "tests" / "region_lakes"
DATA = LAKES / "data"
MEMBERS = ("northshore", "southshore")
SETTLE = """
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from xietong.region import operations
from xietong.region.packs import read_pack
from xietong.region.rules import LOCAL
call_command("migrate", verbosity=0)
pack = read_pack(settings.XIETONG_REGIONS, settings.XIETONG_REGION)
operations.load_region(actor=LOCAL, pack=pack)
outlines = pack.facts["boundaries"]
operations.import_boundaries(
    actor=LOCAL,
    county=Path(settings.XIETONG_DATA) / outlines["county"],
    crs=outlines["crs"],
    code_property=outlines["code_property"],
    attribution_zh=outlines["attribution_zh"],
    attribution_en=outlines["attribution_en"],
)
"""


@dataclass(frozen=True, slots=True)
class Lakes:
    """The lakes as a test sees them: the pack, the home folder, and each member's register."""

    pack: RegionPack
    home: Path
    registers: Mapping[str, Path]

    def sample(self, member: str) -> Mapping[str, Any]:
        """Return what the pack says about a member's register."""
        return next(one for one in self.pack.facts["datasets"] if one["member"] == member)


@pytest.fixture
def lakes(db: None, settings: Any, tmp_path: Path) -> Lakes:
    """Load the region of the lakes and import its outlines, in a home that only this test has."""
    from xietong.region import operations
    from xietong.region.rules import LOCAL

    settings.XIETONG_HOME = tmp_path / "home"
    settings.XIETONG_DATA = DATA
    settings.XIETONG_REGIONS = LAKES
    settings.XIETONG_REGION = "lakes"
    settings.XIETONG_THREADS = 1
    pack = read_pack(LAKES, "lakes")
    operations.load_region(actor=LOCAL, pack=pack)
    outlines = pack.facts["boundaries"]
    operations.import_boundaries(
        actor=LOCAL,
        county=DATA / outlines["county"],
        crs=outlines["crs"],
        code_property=outlines["code_property"],
        attribution_zh=outlines["attribution_zh"],
        attribution_en=outlines["attribution_en"],
    )
    registers = {one["member"]: DATA / one["file"] for one in pack.facts["datasets"]}
    return Lakes(pack, settings.XIETONG_HOME, registers)


@pytest.fixture
def lakes_registers(lakes: Lakes) -> Lakes:
    """Import both registers of the lakes too."""
    from xietong.atlas import operations
    from xietong.region.rules import LOCAL

    for member, path in lakes.registers.items():
        about = operations.About.of_sample(lakes.sample(member), lakes.pack.facts["banner"])
        operations.import_register(actor=LOCAL, member=member, path=path, about=about)
    return lakes


@dataclass(frozen=True, slots=True)
class Household:
    """A home with a database of its own, in which commands are run."""

    home: Path
    environment: Mapping[str, str] = field(repr=False)

    def start(self, *arguments: str, **how: Any) -> subprocess.Popen[str]:
        """Start `xietong` with arguments, its output caught."""
        return subprocess.Popen(
            [sys.executable, "-c", "from xietong.portal.main import main; main()", *arguments],
            env=dict(self.environment),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **how,
        )

    def settle(self) -> None:
        """Lay the tables, load the region and import its outlines, in one process."""
        told = subprocess.run(
            [sys.executable, "-c", SETTLE],
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "xietong.portal.settings"},
            cwd=self.home,
            capture_output=True,
            text=True,
        )
        assert told.returncode == 0, told.stderr

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds in the household's database, asked from outside of Django."""
        if url := self.environment.get("XIETONG_DATABASE_URL"):
            import psycopg

            with psycopg.connect(url) as server:
                return server.execute(query.encode()).fetchall()
        with closing(sqlite3.connect(self.home / "xietong.sqlite3")) as file:
            return file.execute(query).fetchall()

    def run(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Run `xietong` with arguments to its end; fail where it ends otherwise than expected."""
        process = self.start(*arguments)
        out, told = process.communicate(timeout=300)
        assert process.returncode == expect, f"{arguments} ended {process.returncode}: {told}"
        return subprocess.CompletedProcess(process.args, process.returncode, out, told)


@contextmanager
def household(folder: Path, **settings: str) -> Iterator[Household]:
    """Give a household of the lakes; `settings` are further XIETONG_… settings by name.

    Its database is of the kind that this run of the tests is on, and gone afterwards; with a
    XIETONG_DATABASE_URL among the settings, on that server.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XIETONG_")}
    environment = {
        **kept,
        "XIETONG_HOME": str(home),
        "XIETONG_DATA": str(DATA),
        "XIETONG_REGIONS": str(LAKES),
        "XIETONG_REGION": "lakes",
        "LANG": "C.UTF-8",
        **settings,
    }
    server = settings.get("XIETONG_DATABASE_URL") or os.environ.get("XIETONG_DATABASE_URL", "")
    if not server:
        yield Household(home, environment)
        return
    with _database(server) as url:
        yield Household(home, {**environment, "XIETONG_DATABASE_URL": url})


@contextmanager
def _database(server: str) -> Iterator[str]:
    """Give the URL of a fresh database on the run's own server."""
    import psycopg

    name = f"household_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
