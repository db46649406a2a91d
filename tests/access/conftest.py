"""The furnished house of the access tests, made once a run and laid into each test's database."""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from access.house import House, furnish
from cast import Cast, enter
from editions import WAYS, Grown, Photograph, Rows, grown_photograph, lay

__all__ = ["grown_photograph"]


@dataclass(frozen=True, slots=True)
class Furnished:
    """A house with something of everything, and all rows that furnishing it took."""

    house: House
    rows: Rows


@pytest.fixture(scope="session")
def furnished(
    django_db_setup: None,
    django_db_blocker: Any,
    grown_photograph: Photograph,
    tmp_path_factory: pytest.TempPathFactory,
) -> Furnished:
    """Furnish a house; keep its rows and files, leave nothing in the database."""
    from django.db import transaction
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("furnished")
    home = folder / "home"
    shutil.copytree(grown_photograph.grown.home, home)
    grown = Grown(grown_photograph.grown.number, home, grown_photograph.grown.registers)
    with (
        django_db_blocker.unblock(),
        override_settings(**WAYS, XIETONG_HOME=home),
        transaction.atomic(),
    ):
        bare = {table: {row.pk for row in rows} for table, rows in _all_rows()}
        lay(grown_photograph.rows)
        house = furnish(grown, enter(), folder)
        rows = [
            (table, [row for row in found if row.pk not in bare[table]])
            for table, found in _all_rows()
        ]
        transaction.set_rollback(True)
    return Furnished(house, [(table, found) for table, found in rows if found])


def _all_rows() -> Rows:
    from django.apps import apps

    tables = apps.get_models(include_auto_created=True)
    return [(one, list(one._base_manager.order_by("pk"))) for one in tables if one._meta.managed]


@pytest.fixture
def house(db: None, furnished: Furnished, settings: Any, tmp_path: Path) -> House:
    """Give the furnished house, with rows and files that only this test has."""
    lay(furnished.rows)
    for name, value in WAYS.items():
        setattr(settings, name, value)
    settings.XIETONG_HOME = tmp_path / "home"
    made = furnished.house
    shutil.copytree(made.grown.home, settings.XIETONG_HOME)
    grown = Grown(made.grown.number, settings.XIETONG_HOME, made.grown.registers)
    people = {part: copy.copy(person) for part, person in made.cast.people.items()}
    return House(grown, Cast(people, dict(made.cast.organisations)), dict(made.keys))
