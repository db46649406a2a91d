"""The twin on disk: whole files, made once, mended where damaged, and found again on the map."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from houses import LAKES, Lakes
from xietong.atlas import operations
from xietong.atlas import queries as atlas
from xietong.engine.tables import Currencies, Synonyms, open_table
from xietong.kit.refusals import Refusal
from xietong.kit.shelf import digest_of
from xietong.region import operations as region
from xietong.region.packs import read_pack
from xietong.region.rules import LOCAL


@pytest.fixture
def packs(settings: Any) -> Path:
    """The lakes' packs as the ones in use."""
    settings.XIETONG_REGIONS = LAKES
    settings.XIETONG_REGION = "lakes"
    return LAKES


def column(path: Path, heading: str) -> list[str | None]:
    country = read_pack(LAKES, "lakes").country
    money = Currencies.build(country.currencies)
    source = open_table(path, Synonyms.build(country.headers, money))
    at = source.columns.index(heading)
    return [value for batch in source.batches() for value in batch.data.column(at).to_pylist()]


def test_each_members_register_is_written_and_the_truth_beside_it(
    packs: Path, tmp_path: Path
) -> None:
    paths = operations.make_twin(tmp_path / "twin")
    assert {code: path.name for code, path in paths.items()} == {
        "northshore": "northshore.parquet",
        "southshore": "southshore.csv",
    }
    truth = json.loads((tmp_path / "twin" / "truth.json").read_text(encoding="utf-8"))
    assert truth["synthetic"] is True
    assert truth["thin"] == ["810100"]
    for code, path in paths.items():
        told = truth["registers"][code]
        assert told["sha256"] == digest_of(path)
        assert told["rows"] == len(column(path, "Firm name"))
        assert told["faults"]["repeated"] > 0
        assert all("样例" in (name or "") for name in column(path, "Firm name"))
    assert sorted(one.name for one in (tmp_path / "twin").iterdir()) == [
        "northshore.parquet",
        "southshore.csv",
        "truth.json",
    ]


def test_the_truth_is_what_the_registers_hold(packs: Path, tmp_path: Path) -> None:
    """Lamps are named by one word that nothing else uses, so they can be counted by hand."""
    paths = operations.make_twin(tmp_path)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    lamps = next(one for one in truth["clusters"] if one["industry"] == "s-lamplight.lamps")
    assert lamps["members"] == ["southshore"]
    boats = next(one for one in truth["clusters"] if one["industry"] == "s-lake_boats.building")
    assert boats["members"] == ["northshore", "southshore"]
    names = column(paths["southshore"], "Firm name")
    counties = column(paths["southshore"], "County code")
    makers = Counter(
        county
        for name, county in zip(names, counties, strict=True)
        if name and name.endswith("灯具厂")
    )
    # Half of the rows carry their county's code.
    inside = sum(makers[place] for place in lamps["places"])
    assert inside > 0.4 * lamps["units"]
    assert inside > 3 * sum(
        n for place, n in makers.items() if place and place not in lamps["places"]
    )


def test_a_second_run_writes_nothing_and_damage_is_mended(packs: Path, tmp_path: Path) -> None:
    paths = operations.make_twin(tmp_path)
    files = [*paths.values(), tmp_path / "truth.json"]
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}
    stages: list[str] = []
    assert operations.make_twin(tmp_path, lambda stage, *_: stages.append(stage)) == paths
    assert stages == []
    assert {path: path.stat().st_mtime_ns for path in files} == {
        path: moment for path, (moment, _) in before.items()
    }
    damages = (
        lambda: paths["southshore"].write_text("no register", encoding="utf-8"),
        lambda: paths["northshore"].unlink(),
        lambda: (tmp_path / "truth.json").write_text("{", encoding="utf-8"),
        lambda: (tmp_path / "truth.json").write_text("[]", encoding="utf-8"),
        lambda: (tmp_path / "truth.json").unlink(),
    )
    for damage in damages:
        damage()
        assert operations.make_twin(tmp_path) == paths
        assert {path: path.read_bytes() for path in files} == {
            path: content for path, (_, content) in before.items()
        }


def test_a_changed_pack_gives_a_new_twin(settings: Any, tmp_path: Path) -> None:
    shutil.copytree(LAKES / "lakes", tmp_path / "packs" / "lakes")
    shutil.copytree(LAKES / "lakeland", tmp_path / "packs" / "lakeland")
    settings.XIETONG_REGIONS = tmp_path / "packs"
    settings.XIETONG_REGION = "lakes"
    old = digest_of(operations.make_twin(tmp_path / "twin")["northshore"])
    planting = tmp_path / "packs" / "lakes" / "twin.toml"
    planting.write_text(
        planting.read_text(encoding="utf-8").replace("seed = 8", "seed = 9"), encoding="utf-8"
    )
    assert digest_of(operations.make_twin(tmp_path / "twin")["northshore"]) != old


@pytest.mark.parametrize("fault", ["missing", "damaged", "lacking"])
def test_packs_that_do_not_say_how_are_refused(settings: Any, tmp_path: Path, fault: str) -> None:
    shutil.copytree(LAKES / "lakes", tmp_path / "packs" / "lakes")
    shutil.copytree(LAKES / "lakeland", tmp_path / "packs" / "lakeland")
    settings.XIETONG_REGIONS = tmp_path / "packs"
    settings.XIETONG_REGION = "lakes"
    planting = tmp_path / "packs" / "lakes" / "twin.toml"
    if fault == "missing":
        planting.unlink()
    else:
        planting.write_text("seed = 1\n" if fault == "lacking" else "seed =", encoding="utf-8")
    with pytest.raises(Refusal) as told:
        operations.make_twin(tmp_path / "twin")
    assert told.value.code == "no_twin"
    assert not (tmp_path / "twin").exists()


@pytest.mark.operations
def test_the_planted_clusters_are_on_the_map_and_marked_synthetic(lakes: Lakes) -> None:
    """From nothing but the packs: drawn outlines, made-up registers, an edition with clusters."""
    region.draw_schematic_boundaries(actor=LOCAL, pack=lakes.pack)
    for member, path in operations.make_twin(lakes.home / "twin").items():
        version, _ = operations.import_register(
            actor=LOCAL, member=member, path=path, about=operations.About.of_twin()
        )
        assert version.synthetic
    edition, _ = operations.compile_edition(actor=LOCAL)
    operations.publish_edition(actor=LOCAL, number=edition.number)
    truth = json.loads((lakes.home / "twin" / "truth.json").read_text(encoding="utf-8"))
    for planted in truth["clusters"]:
        found = atlas.clusters(LOCAL, edition.number, industry=planted["industry"])
        assert found, planted["industry"]
        assert {one.key.partition("@")[2] for one in found} <= set(planted["places"])
    boats = atlas.clusters(LOCAL, edition.number, industry="s-lake_boats.building")
    assert set(boats[0].members) == {"northshore", "southshore"}
    about = atlas.edition(LOCAL, edition.number)
    assert about.synthetic
    assert about.banner is not None
    assert "SYNTHETIC" in about.banner.en
    assert about.schematic
    assert "drawn from one point a county" in about.attribution.en
