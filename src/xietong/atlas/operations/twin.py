"""Making the synthetic twin: registers with planted clusters, where the real data are absent."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings

from xietong.engine.coding import merged
from xietong.engine.tables import write_table
from xietong.engine.twin import TWIN_VERSION, Recipe, Scene, TwinRegister
from xietong.kit.progress import Progress, silent
from xietong.kit.refusals import N_, Refusal
from xietong.kit.shelf import digest_of
from xietong.region.packs import RegionPack, read_pack

TRUTH = "truth.json"
PLANTING = "twin.toml"


def make_twin(folder: Path, progress: Progress = silent) -> dict[str, Path]:
    """Write a made-up register of each member into a folder; return them by the members' codes.

    What was planted stands beside them in truth.json. The same packs give the same files, and
    files that stand there whole are not written again. The last member's register is CSV, the
    others' are Parquet. Refuses `no_twin` where the packs do not say how to make one.
    """
    pack = read_pack(settings.XIETONG_REGIONS, settings.XIETONG_REGION)
    made_from = hashlib.sha256(f"{TWIN_VERSION}{pack.digest}".encode()).hexdigest()
    known = _standing(folder, made_from)
    if known is not None:
        return known
    progress("Synthetic twin")
    recipe = _recipe(pack)
    scene = recipe.scene()
    folder.mkdir(parents=True, exist_ok=True)
    members = pack.facts["members"]
    # Truth goes first and comes last: without it, whatever else lies here is made anew.
    (folder / TRUTH).unlink(missing_ok=True)
    registers: dict[str, TwinRegister] = {}
    paths: dict[str, Path] = {}
    for member in members:
        texts = member is members[-1]
        code = member["code"]
        progress("Synthetic twin", len(registers), len(members))
        register = recipe.register(scene, member["place"], texts=texts)
        paths[code] = folder / f"{code}.{'csv' if texts else 'parquet'}"
        table = register.table()
        write_table(paths[code], table.column_names, table.to_batches())
        registers[code] = register
    truth = {
        "synthetic": True,
        "made_from": made_from,
        "seed": recipe.seed,
        "registers": {
            code: {
                "file": path.name,
                "sha256": digest_of(path),
                "rows": len(registers[code].place),
                "faults": dict(registers[code].faults),
            }
            for code, path in paths.items()
        },
        "thin": list(recipe.thin),
        "clusters": _clusters(recipe, scene, {one["place"]: one["code"] for one in members}),
    }
    part = folder / f".part-{TRUTH}"
    part.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(folder / TRUTH)
    return paths


def _standing(folder: Path, made_from: str) -> dict[str, Path] | None:
    """Return the registers of an earlier run, where every one of them is still as it was."""
    try:
        truth = json.loads((folder / TRUTH).read_text(encoding="utf-8"))
        if truth["made_from"] != made_from:
            return None
        known = {code: folder / one["file"] for code, one in truth["registers"].items()}
        whole = all(
            digest_of(known[code]) == one["sha256"] for code, one in truth["registers"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return known if whole else None


def _recipe(pack: RegionPack) -> Recipe:
    country = pack.country
    try:
        planting, speech = (
            tomllib.loads((one / PLANTING).read_text(encoding="utf-8"))
            for one in (pack.folder, country.folder)
        )
        coding = country.folder / country.facts["files"]["coding"]
        return Recipe.of_packs(
            planting=planting,
            speech=speech,
            vocabulary=merged(
                tomllib.loads(path.read_text(encoding="utf-8"))
                for path in sorted(coding.glob("*.toml"))
            ),
            placing=country.placing,
            places=pack.places,
            changes=pack.changes,
            aliases=pack.aliases,
            streets=pack.streets,
            vintage=pack.facts["pack"]["vintage"],
            credit_codes=country.facts["credit_code"]["rule"] != "none",
        )
    except (OSError, KeyError, ValueError) as fault:
        raise Refusal(
            "no_twin",
            N_("No synthetic twin can be made from the region pack “{code}”: {fault}."),
            way_out=N_("Restore twin.toml in the packs, or import registers."),
            code=pack.facts["pack"]["code"],
            fault=str(fault),
        ) from fault


def _clusters(recipe: Recipe, scene: Scene, members: dict[str, str]) -> list[dict[str, Any]]:
    counties = recipe.book.counties
    return [
        {
            "industry": one.industry,
            "codes": list(one.codes),
            "places": list(one.places),
            "members": sorted({members[counties[place].province_code] for place in one.places}),
            "units": one.units,
            "share": round(one.share, 4),
        }
        for one in scene.planted
    ]
