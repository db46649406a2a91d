"""A refusal is the same through page, API and command: code, sentence, way out, status."""

from __future__ import annotations

import html
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from commands import run
from editions import Grown
from xietong.atlas.models import Edition

pytestmark = pytest.mark.django_db
API = "/api/v1/atlas/editions"
LANGUAGES = {"zh": ("", "zh-hans"), "en": ("/en", "en")}
Home = Path


def nothing(grown: Grown) -> None:
    """Leave the house as it is."""


def unpublished(grown: Grown) -> None:
    Edition.objects.update(state=Edition.State.WITHDRAWN)


def without_files(grown: Grown) -> None:
    shutil.rmtree(grown.home / "editions")


def without_outlines(grown: Grown) -> None:
    shutil.rmtree(grown.home / "boundaries")


@dataclass(frozen=True, slots=True)
class Doors:
    """What is refused: how the house is made so, and the way in through each door that has one."""

    code: str
    status: int
    page: str
    api: str
    command: tuple[str, ...] = ()
    made_so: Callable[[Grown], None] = nothing


def layer(*options: str) -> tuple[str, ...]:
    return ("atlas", "layer", *options, "-o", "view.csv")


CASES = [
    Doors("no_edition", 404, "/atlas/", "/current", ("atlas", "industries"), unpublished),
    Doors(
        "no_such_edition",
        404,
        "/atlas/?edition=7",
        "/7",
        ("atlas", "search", "x", "--edition", "7"),
    ),
    Doors(
        "edition_files_missing", 404, "/atlas/", "/current", ("atlas", "clusters"), without_files
    ),
    Doors(
        "no_boundary_file",
        404,
        "/atlas/export.geojson?industry=d11",
        "/current/export.geojson?industry=d11",
        layer("--industry", "d11", "--format", "geojson"),
        without_outlines,
    ),
    Doors(
        "no_such_industry",
        404,
        "/atlas/?industry=d99",
        "/current/layer?industry=d99",
        layer("--industry", "d99"),
    ),
    Doors(
        "no_such_industry",
        404,
        "/atlas/export.csv?industry=<b>",
        "/current/export.csv?industry=<b>",
        layer("--industry", "<b>"),
    ),
    Doors(
        "no_such_place",
        404,
        "/atlas/places/999999/",
        "/current/places/999999",
        ("atlas", "place", "999999"),
    ),
    Doors(
        "no_such_cluster",
        404,
        "/atlas/clusters/d11@999999/",
        "/current/clusters/d11@999999",
    ),
    Doors(
        "not_measured",
        422,
        "",  # the address of a page cannot ask for it
        "/current/layer?industry=d11&measure=share&counted=capital",
        layer("--industry", "d11", "--measure", "share", "--counted", "capital"),
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_every_door_says_the_same(
    grown_apart: Grown,
    client: Client,
    case: Doors,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    prefix, code = LANGUAGES[language]
    monkeypatch.chdir(tmp_path)
    case.made_so(grown_apart)
    body = client.get(API + case.api, headers={"accept-language": code}).json()
    assert (body["code"], body["status"]) == (case.code, case.status)
    if case.page:
        page = client.get(prefix + case.page)
        shown = page.content.decode()
        assert page.status_code == case.status
        assert page["Content-Language"] == code
        for said in (body["title"], body["way_out"], f"<code>{case.code}</code>"):
            assert (said if said.startswith("<code>") else html.escape(said)) in shown
        assert "<b>" not in shown.partition('id="refusal"')[2].partition("</h1>")[0]
    if case.command:
        told = run(*case.command, expect=2, language=language)
        assert told.stderr == f"{case.code}: {body['title']} {body['way_out']}\n"
        assert told.stdout == ""
        assert list(tmp_path.glob("view.*")) == []
