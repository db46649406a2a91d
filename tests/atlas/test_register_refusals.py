"""What is no register is refused with every fault at once, and leaves nothing behind."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from atlas.hostile import GOOD_ROW, HOSTILE, blank_names
from atlas.registers import HEADINGS, on_the_shelf, stored, write_csv
from houses import Lakes
from xietong.atlas import operations
from xietong.atlas.models import Register, RegisterVersion
from xietong.atlas.operations import About
from xietong.kit.doors import problem_lines, said
from xietong.kit.refusals import Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL

pytestmark = pytest.mark.operations


def bring(path: Path) -> RegisterVersion:
    version, _ = operations.import_register(
        actor=LOCAL, member="northshore", path=path, about=About()
    )
    return version


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_a_hostile_file_is_refused_and_leaves_nothing(
    lakes: Lakes, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    code, problems = HOSTILE[make]
    path = make(tmp_path)
    audited = AuditEntry.objects.count()
    with pytest.raises(Refusal) as refused:
        bring(path)
    assert refused.value.code == code
    assert {one.code for one in refused.value.problems} >= problems
    assert refused.value.field == "file"
    sentence, way_out = said(refused.value)
    assert path.name in sentence
    assert way_out
    assert all(problem_lines(refused.value))  # every problem has its words
    assert on_the_shelf(lakes) == []
    assert not RegisterVersion.objects.exists()
    assert not Register.objects.exists()
    assert AuditEntry.objects.count() == audited


def test_every_fault_is_told_at_once_in_the_order_of_the_rows(lakes: Lakes, tmp_path: Path) -> None:
    path = blank_names(tmp_path)
    with pytest.raises(Refusal) as refused:
        bring(path)
    told = [(one.row, one.code) for one in refused.value.problems if one.code == "name_missing"]
    assert told == [(3, "name_missing"), (5, "name_missing"), (6, "name_missing")]
    found = operations.check_register(actor=LOCAL, path=path)
    assert found.refused
    assert found.problems == refused.value.problems


def test_a_refused_register_leaves_the_former_version_as_it_was(
    lakes: Lakes, tmp_path: Path
) -> None:
    before = bring(lakes.registers["northshore"])
    shelf = on_the_shelf(lakes)
    with pytest.raises(Refusal):
        bring(blank_names(tmp_path))
    assert list(RegisterVersion.objects.values_list("pk", "digest")) == [(before.pk, before.digest)]
    assert on_the_shelf(lakes) == shelf


def test_a_check_stores_nothing(lakes: Lakes) -> None:
    found = operations.check_register(actor=LOCAL, path=lakes.registers["southshore"])
    assert not found.refused
    assert found.quality["rows"] == 72
    assert on_the_shelf(lakes) == []
    assert not RegisterVersion.objects.exists()


def test_formulas_are_kept_as_the_texts_they_are(lakes: Lakes, tmp_path: Path) -> None:
    names = ['=HYPERLINK("http://x.example","甲厂")', "+乙厂", "@丙厂", "'丁厂"]
    path = write_csv(
        tmp_path / "formulas.csv",
        [(name, f"LK81020390{at}", *GOOD_ROW[2:]) for at, name in enumerate(names)],
    )
    assert stored(lakes, bring(path))["name"].to_pylist() == names


def test_columns_of_unfit_types_are_read_as_far_as_they_say_something(
    lakes: Lakes, tmp_path: Path
) -> None:
    """A column of the wrong kind is no fault of the program, and never more than doubts."""
    day = datetime.datetime(2001, 2, 3, 4, 5, tzinfo=datetime.UTC)
    path = tmp_path / "types.parquet"
    pq.write_table(
        pa.table(
            {
                "Name": pa.array([b"\xe7\x94\xb2", b"\xe4\xb9\x99"], pa.binary()),
                "County code": [810203.0, 810202.0],
                "Registered on": [day, None],
                "Capital": [Decimal("100000.00"), None],
                "Employees": [True, None],
                "Industry code": pa.array([1112, 1111], pa.int16()),
                "Longitude": pa.array(["-29.9016", "nowhere"]),
                "Latitude": pa.array([datetime.timedelta(days=1), None], pa.duration("s")),
                "Address": pa.nulls(2),
                "Business scope": pa.array(["制造帆船", "制造帆船"]).dictionary_encode(),
            }
        ),
        path,
    )
    version = bring(path)
    rows = stored(lakes, version).to_pylist()
    assert [row["name"] for row in rows] == ["甲", "乙"]
    assert [row["place"] for row in rows] == ["810203", "810202"]
    assert [row["class"] for row in rows] == ["1112", "1111"]
    assert rows[0]["registered_on"] == datetime.date(2001, 2, 3)
    assert rows[0]["capital_wan"] == 10
    assert version.quality["problems"].keys() >= {"employees_unreadable", "coordinates_unreadable"}


def test_the_same_rows_come_in_from_any_make_of_file(lakes: Lakes, tmp_path: Path) -> None:
    import xlsxwriter

    rows = [GOOD_ROW, ("乙划艇厂", "LK810202901", "制造划艇", "北岸省桤林市桨渡县", "")]
    text = "\n".join(",".join(row) for row in [HEADINGS, *rows])
    made = {"utf8.csv": text.encode("utf-8-sig"), "gb.csv": text.encode("gb18030")}
    made["tabs.tsv"] = text.replace(",", "\t").encode("utf-16")
    for name, body in made.items():
        (tmp_path / name).write_bytes(body)
    columns = list(zip(*rows, strict=True))
    pq.write_table(
        pa.table(dict(zip(HEADINGS, map(list, columns), strict=True))), tmp_path / "p.parquet"
    )
    with xlsxwriter.Workbook(tmp_path / "sheet.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 4, "北岸企业名录（虚构）")
        for at, row in enumerate([HEADINGS, *rows], 1):
            sheet.write_row(at, 0, row)
    read = []
    for name in (*made, "p.parquet", "sheet.xlsx"):
        kept = stored(lakes, bring(tmp_path / name)).drop_columns("row")
        read.append((name, kept.to_pylist()))
    assert [row["place"] for row in read[0][1]] == ["810203", "810202"]
    assert all(one == read[0][1] for _, one in read), [name for name, _ in read]
