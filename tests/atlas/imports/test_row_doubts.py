"""Doubts of placing and coding stand in the list of rows, and a damaged shelf heals by a check."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from atlas.imports.conftest import NORTH, Counter, part
from xietong.atlas import operations, queries
from xietong.atlas.models import RegisterDraft
from xietong.atlas.operations.doubting import misgivings_of
from xietong.engine.register.misgivings import GRAVE
from xietong.kit.doors import said_problem
from xietong.region.rules import LOCAL

pytestmark = pytest.mark.operations


def listed(draft: RegisterDraft) -> list[tuple[int | None, str, str | None]]:
    return [(one.row, one.code, one.field) for one in queries.problems_of(draft).problems]


def rows_of(counter: Counter, count: int) -> list[dict[str, str]]:
    with counter.house.registers[NORTH].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[:count]


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    return path


def planted(counter: Counter, path: Path) -> Path:
    """Six rows, five of them with one doubt each; the blank line keeps row and position apart."""
    rows = rows_of(counter, 6)
    nowhere: dict[str, Any] = {"County code": "", "Address": "", "Longitude": "", "Latitude": ""}
    rows[0] |= {**nowhere, "Name": "某厂", "Registration number": "X1"}
    rows[1] |= {"Longitude": rows[1]["Latitude"], "Latitude": rows[1]["Longitude"]}
    rows[2] |= {"Industry code": "9999"}
    rows[3] |= {**nowhere, "Address": "南岸省苇港市舟尾县回舟镇湖滨路82号"}
    rows[5] |= {"Industry code": "", "Name": "帆湾某某", "Business scope": "某某"}
    written(path, rows)
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, "", *lines]) + "\n", encoding="utf-8")
    return path


def test_each_doubt_is_told_with_its_row_and_column(counter: Counter, tmp_path: Path) -> None:
    draft = counter.checked(counter.upload(planted(counter, tmp_path / "doubtful.csv")))
    assert draft.state == "ready"
    assert listed(draft) == [
        (None, "capital_without_unit", "capital"),
        (3, "place_unknown", "address"),
        (4, "coordinates_swapped", "longitude"),
        (5, "industry_code_unknown", "industry_code"),
        (6, "place_outside_member", "address"),
        (8, "industry_unknown", "scope"),
    ]
    # What a version says of its quality counts as it did before the list knew these.
    assert draft.brought["quality"]["problems"] == {
        "capital_without_unit": 1,
        "coordinates_swapped": 1,
        "industry_code_unknown": 1,
    }
    for language, wanted in (("zh-hans", "9999"), ("en", "9999 is no industry code")):
        with override(language):
            (one,) = queries.problems_of(draft, code="industry_code_unknown").problems
            assert wanted in said_problem(one)["sentence"]


def test_what_an_officer_corrected_is_doubted_no_more(counter: Counter, tmp_path: Path) -> None:
    path = planted(counter, tmp_path / "doubtful.csv")
    version = counter.committed(path)
    from xietong.atlas.queries import rows as register_rows

    found = register_rows.rows(LOCAL, NORTH, register_rows.Filters()).rows
    unit = next(str(one["unit"]) for one in found if one["name"] == "某厂")
    operations.correct_unit(
        actor=counter.officer, member=NORTH, unit=unit, field="place", value="810203", reason="x"
    )
    draft = counter.checked(counter.upload(path))
    assert draft.base == version
    assert "place_unknown" not in {code for _, code, _ in listed(draft)}


@pytest.mark.parametrize("fate", ["lost", "damaged", "cut"])
def test_a_new_check_heals_the_rows_of_a_version_on_the_shelf(
    counter: Counter, fate: str, tmp_path: Path
) -> None:
    source = counter.house.registers[NORTH]
    version = counter.committed(source)
    path = queries.rows_path(version)
    assert path is not None
    sound = path.read_bytes()
    if fate == "lost":
        path.unlink()
    else:
        path.write_bytes(sound[:200] if fate == "cut" else sound + b"!")
    # Another file is checked against rows that are not there: told, and not taken for a deletion.
    fewer = counter.checked(counter.upload(part(source, tmp_path / "few.csv", range(9))))
    assert [one["code"] for one in fewer.summary["misgivings"]] == ["rows_before_lost"]
    assert (fewer.summary["removed"], fewer.summary["added"]) == (0, 9)
    # The same register again lays the same rows, sound ones.
    again = counter.checked(counter.upload(source))
    assert path.read_bytes() == sound
    assert again.brought["digest"] == version.digest
    compared = counter.checked(fewer)
    assert [one["code"] for one in compared.summary["misgivings"]] == ["rows_vanish"]


def test_an_upload_that_was_damaged_on_the_shelf_is_healed_by_sending_it_again(
    counter: Counter,
) -> None:
    draft = counter.mapped(counter.upload(counter.house.registers[NORTH]))
    (shelved,) = (counter.house.home / "uploads").glob(draft.digest)
    shelved.write_bytes(b"Name,Address\nx,y\n")
    job = operations.check_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    counter.work(job, ends="refused")
    counter.upload(counter.house.registers[NORTH])
    assert counter.checked(draft).state == "ready"


@pytest.mark.parametrize("fate", ["lost", "damaged"])
def test_a_list_of_problems_that_is_lost_is_said_to_be_and_written_anew(
    counter: Counter, tmp_path: Path, fate: str
) -> None:
    draft = counter.checked(counter.upload(planted(counter, tmp_path / "doubtful.csv")))
    before = listed(draft)
    path = queries.problems_path(draft.problems_digest)
    if fate == "lost":
        path.unlink()
    else:
        path.write_bytes(b"PAR1" + b"\0" * 90)
    assert queries.problems_lost(draft)
    assert listed(draft) == []
    draft = counter.checked(draft)
    assert not queries.problems_lost(draft)
    assert listed(draft) == before


def test_lost_columns_are_called_by_their_names(counter: Counter, tmp_path: Path) -> None:
    source = counter.house.registers[NORTH]
    counter.by_command(source)
    path = tmp_path / "lost.csv"
    text = source.read_text(encoding="utf-8").replace("Business scope", "Scopes", 1)
    path.write_text(text.replace("Employees", "Heads?", 1), encoding="utf-8")
    draft = counter.checked(counter.upload(path))
    doubts = misgivings_of(draft.summary)
    (lost,) = [one for one in doubts if one.code == "columns_vanish"]
    assert lost.code not in GRAVE
    with override("zh-hans"):
        assert "经营范围、从业人员" in said_problem(lost)["sentence"]
    with override("en"):
        assert said_problem(lost)["sentence"].endswith("now: Business scope, Employees")
