"""The atlas by commands: what they print is what the queries say; a refusal writes no file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from commands import run
from editions import Grown
from xietong.atlas import exports, queries
from xietong.atlas.models import PublishedName
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def lines(*arguments: str) -> list[list[str]]:
    return [line.split("\t") for line in run(*arguments).stdout.splitlines()]


def test_editions_are_listed(grown: Grown) -> None:
    (row,) = lines("atlas", "editions")
    about = queries.edition(LOCAL)
    assert (row[0], row[1], row[3]) == ("1", "published", about.digest)


def test_industries_are_listed_with_their_units(grown: Grown) -> None:
    told = {row[0]: row for row in lines("atlas", "industries", "--edition", "1")}
    for one in queries.industries(LOCAL):
        units = "–" if one.n is None else f"{one.n:,}"
        assert told[one.key] == [one.key, units, str(one.clusters), one.name.zh, one.name.en]


def test_clusters_are_listed_and_filtered(grown: Grown) -> None:
    rows = {row[0]: row for row in lines("atlas", "clusters")}
    assert set(rows) == {row.key for row in queries.clusters(LOCAL)}
    boats = queries.cluster(LOCAL, None, "d11@820103")
    assert rows[boats.key][1:] == [
        f"{boats.units:,}",
        f"{boats.lq:.2f}",
        boats.name.zh,
        boats.name.en,
        "northshore,southshore",
    ]
    crossing = lines("atlas", "clusters", "--crossing", "--industry", "d11")
    assert [row[0] for row in crossing] == ["d11@820103"]
    assert lines("atlas", "clusters", "--search", "nothing of the kind") == []


@pytest.mark.parametrize("kind", ["csv", "xlsx", "geojson", "json"])
def test_a_layer_is_written(grown: Grown, tmp_path: Path, kind: Any) -> None:
    target = tmp_path / f"view.{kind}"
    how = ("--industry", "d22", "--level", "prefecture", "--measure", "n", "--counted", "capital")
    told = run("atlas", "layer", *how, "--format", kind, "-o", str(target))
    assert told.stdout == f"{target}: 4 places\n"
    layer = queries.layer(LOCAL, industry="d22", level="prefecture", measure="n", counted="capital")
    whole = target.read_bytes()
    if kind == "json":
        assert json.loads(whole) == json.loads(layer.model_dump_json())
    elif kind == "csv":
        rows = list(csv.reader(io.StringIO(whole.decode("utf-8-sig"))))
        assert [row[1] for row in rows[rows.index([]) + 2 :]] == [one.code for one in layer.cells]
    else:
        assert whole[:2] == {"xlsx": b"PK", "geojson": b'{"'}[kind]


def test_a_layer_speaks_the_language_that_was_chosen(grown: Grown, tmp_path: Path) -> None:
    target = tmp_path / "view.csv"
    for language, word in (("zh", "不予公布"), ("en", "Withheld")):
        run("atlas", "layer", "--industry", "g112", "-o", str(target), language=language)
        assert word in target.read_text(encoding="utf-8-sig")


def test_a_layer_that_cannot_be_written_is_refused(grown: Grown, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "view.csv"
    told = run("atlas", "layer", "--industry", "d11", "-o", str(target), expect=2)
    assert told.stderr == (
        f"view_not_written: “{target}” cannot be written: No such file or directory. "
        "Name a file in a folder that exists and may be written to.\n"
    )


def test_a_place_is_printed(grown: Grown) -> None:
    told = json.loads(run("atlas", "place", "820202").stdout)
    assert told == json.loads(queries.place_profile(LOCAL, None, "820202").model_dump_json())


def test_a_search_prints_its_hits(grown: Grown) -> None:
    assert lines("atlas", "search", "jqx") == [["place", "820202", "镜泉县", "Mirrorspring"]]


def test_an_edition_is_withdrawn_and_readers_are_told_why(grown: Grown) -> None:
    told = run("atlas", "publish", "1", expect=2)
    assert told.stderr.startswith("already_published: Edition 1 is published already. ")
    told = run("atlas", "withdraw", "1", "--reason", "A register was of the wrong year.")
    assert told.stdout == "edition 1: withdrawn\n"
    assert lines("atlas", "editions")[0][1] == "withdrawn"
    told = run("atlas", "publish", "1", expect=2)
    assert told.stderr.startswith("is_withdrawn: ")


def test_a_compile_says_that_nothing_has_changed(grown: Grown) -> None:
    told = run("atlas", "compile")
    digest = queries.edition(LOCAL).digest
    assert told.stdout == f"edition 1 (published): unchanged, {digest}\n"


def test_names_are_attached_listed_and_detached(grown: Grown) -> None:
    about = ("--kind", "platform", "--name-zh", "湖船平台（虚构）", "--place", "820103")
    source = ("--source", "南岸省名单（虚构）", "--published-on", "2020-05-06")
    told = run(
        *("atlas", "attach-name", "--member", "southshore", "--industry", "d11"), *about, *source
    )
    row = PublishedName.objects.get()
    assert told.stdout == f"{row.pk}\t湖船平台（虚构）\n"
    assert f"{row.published_on:%Y-%m-%d}" == "2020-05-06"
    assert lines("atlas", "names") == [
        [str(row.pk), "southshore", "platform", "湖船平台（虚构）", "d11"]
    ]
    told = run("atlas", "detach-name", str(row.pk), "--reason", "the list was withdrawn")
    assert told.stdout == f"{row.pk}: detached\n"
    assert lines("atlas", "names") == []


def test_a_sweep_prints_what_it_removed(grown_apart: Grown) -> None:
    assert run("atlas", "sweep").stdout == ""


def test_every_choice_of_a_view_is_offered() -> None:
    told = run("atlas", "layer", "--help").stdout
    for word in ("province", "prefecture", "county", "standardised", "share", "capital"):
        assert word in told
    for kind in exports.MIME:
        assert kind in told
