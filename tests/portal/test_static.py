"""Static files get names by their content, and every page finds each of its own among them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from editions import Grown
from real_data import ROOT
from xietong.portal import settings as portal_settings

PACKAGE = ROOT / "src" / "xietong"
HASHED = re.compile(r'/static/[^"\s]+\.[0-9a-f]{12}\.(?:css|js|svg|png|woff2)')


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Collect the static files as `xietong up` does."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder, STORAGES=portal_settings.STORAGES):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield folder


def test_the_storage_names_files_by_their_content() -> None:
    backend = portal_settings.STORAGES["staticfiles"]["BACKEND"]
    assert backend == "whitenoise.storage.CompressedManifestStaticFilesStorage"


def test_our_own_files_are_collected(collected: Path) -> None:
    own = [
        path.relative_to(PACKAGE / room / "static").as_posix()
        for room in ("kit", "atlas")
        for path in (PACKAGE / room / "static").rglob("*")
        if path.is_file()
    ]
    assert "kit/kit.css" in own
    for name in own:
        assert (collected / name).is_file(), name


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["/", "/atlas/", "/en/atlas/places/820202/", "/api/v1/docs"])
def test_a_page_names_files_that_are_there(
    grown: Grown, client: Client, collected: Path, where: str
) -> None:
    text = client.get(where).content.decode()
    named = HASHED.findall(text)
    assert len(named) >= 3
    plain = re.findall(r'(?:src|href)="(/static/[^"#]+)', text)
    for address in plain:
        assert (collected / address.removeprefix("/static/")).is_file(), address


@pytest.mark.django_db  # whose connection a finished request looks after
def test_a_file_with_its_content_in_its_name_is_kept_for_ever(collected: Path) -> None:
    client = Client()
    name = next(path.name for path in (collected / "kit").glob("kit.*.css"))
    answer = client.get(f"/static/kit/{name}")
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    assert answer.getvalue() == (collected / "kit" / name).read_bytes()


def test_style_sheets_fetch_nothing_from_another_host(collected: Path) -> None:
    sheets = list(collected.rglob("*.css"))
    assert len(sheets) > 3
    for sheet in sheets:
        found = re.findall(r"url\(\s*[\"']?((?:https?:)?//[^)\"']+)", sheet.read_text("utf-8"))
        assert found == [], sheet


def test_no_file_points_to_a_map_of_its_source(collected: Path) -> None:
    for room in ("kit", "atlas"):
        for path in (collected / room).rglob("*.js"):
            assert "sourceMappingURL" not in path.read_text("utf-8"), path
