"""A register comes in: checked, placed, coded, kept by its content, named by one row."""

from __future__ import annotations

import errno
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest

from atlas.registers import HEADINGS, on_the_shelf, planted, shuffled, stored, write_csv
from houses import MEMBERS, Lakes
from xietong.atlas import methods, operations, queries
from xietong.atlas.models import Register, RegisterVersion
from xietong.atlas.operations import About, bringing
from xietong.atlas.operations import registers as door
from xietong.engine.tabulate import tabulate
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.kit.shelf import ORPHAN_AGE_SECONDS, Shelf, digest_of
from xietong.region.models import AuditEntry, Member
from xietong.region.rules import LOCAL, OUTSIDER, READER, Actor

pytestmark = pytest.mark.operations


def bring(
    house: Lakes, member: str = "northshore", path: Path | None = None, about: About | None = None
) -> tuple[RegisterVersion, bool]:
    return operations.import_register(
        actor=LOCAL,
        member=member,
        path=path or house.registers[member],
        about=about or About(),
    )


def base_table(house: Lakes, version: RegisterVersion, scratch: Path) -> list[dict[str, Any]]:
    path = house.home / "registers" / f"{version.digest}.parquet"
    rows: list[dict[str, Any]] = tabulate([path], cap_wan=100_000, scratch=scratch).to_pylist()
    return rows


@pytest.mark.parametrize("member", MEMBERS)
def test_rows_lie_where_they_were_planted_and_keep_their_codes(lakes: Lakes, member: str) -> None:
    version, created = bring(lakes, member)
    assert created
    truth = planted(lakes.registers[member])
    rows = stored(lakes, version).to_pylist()
    assert [row["name"] for row in rows] == [row.name for row in truth]
    assert [row["place"] for row in rows] == [row.county for row in truth]
    for row, planted_row in zip(rows, truth, strict=True):
        if planted_row.code:
            assert (row["class"], row["confidence"]) == (planted_row.code, 1.0)
        else:
            assert row["class"] in lakes_classes()
            assert 0.5 < row["confidence"] < 1
        assert row["class"][:3] == row["group"]
        assert row["class"][:2] == row["division"]
    points = {row["reason"] for row in rows if row["precision"] == "point"}
    assert points == ({"coordinates"} if member == "northshore" else set())


def lakes_classes() -> set[str]:
    return {code for code in methods.current().codes if len(code) == 4}


@pytest.mark.parametrize("member", MEMBERS)
def test_quality_adds_up_and_says_what_the_editions_manifest_reads(
    lakes: Lakes, member: str
) -> None:
    version, _ = bring(lakes, member)
    quality = version.quality
    assert version.rows == quality["rows"] == len(planted(lakes.registers[member]))
    assert quality["placed_county"] == version.rows
    assert quality["placed_prefecture"] == quality["unplaced"] == quality["outside"] == 0
    assert quality["coded"] == version.rows
    assert quality["stated_kept"] == version.rows - quality["missing"]["industry_code"]
    assert 0 < quality["stated_kept"] <= version.rows
    assert sum(quality["placed_by"].values()) == version.rows


def test_places_too_coarse_unplaced_and_uncoded_rows_are_counted_apart(
    lakes: Lakes, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "few.csv",
        [
            ("甲帆船厂", "1", "制造帆船", "北岸省桤林市帆湾县湖滨路1号", ""),
            ("乙帆船厂", "2", "制造帆船", "北岸省桤林市", ""),
            ("丙灯具厂", "3", "制造灯具", "北岸省", ""),
            ("丁", "4", "", "湖滨路4号", ""),
            ("戊划艇厂", "5", "制造划艇", "南岸省苇港市舟尾县湖滨路5号", "9999"),
        ],
    )
    version, _ = bring(lakes, path=path)
    quality = version.quality
    rows = stored(lakes, version).to_pylist()
    assert [row["place"] for row in rows] == ["810203", "810200", "810000", "", "820103"]
    assert [row["precision"] for row in rows] == [
        *("county", "prefecture", "province", "none", "county"),
    ]
    counted = ("placed_county", "placed_prefecture", "placed_province", "unplaced", "outside")
    assert [quality[name] for name in counted] == [2, 1, 1, 1, 1]
    assert quality["coded"] == 4
    assert [row["class"] for row in rows][3:] == ["", "1111"]  # nothing said; an unknown code
    assert quality["problems"]["industry_code_unknown"] == 1


def test_codes_of_an_older_edition_are_carried_into_the_one_in_use(
    lakes: Lakes, tmp_path: Path
) -> None:
    address = "北岸省桤林市帆湾县湖滨路1号"
    path = write_csv(
        tmp_path / "old.csv",
        [
            ("甲灯厂", "1", "", address, "1102"),
            ("乙灯厂", "2", "", address, "1103"),
            ("丙船厂", "3", "", address, "1101"),
        ],
        (*HEADINGS[:4], "Industry code (2010)"),
    )
    version, _ = bring(lakes, path=path)
    rows = stored(lakes, version).to_pylist()
    # 1101 became 1111 and 1112, which share a group.
    assert [row["class"] or row["group"] for row in rows] == ["1121", "1122", "111"]
    assert version.quality["stated_edition"] == "lk2010"


def test_the_heading_of_the_codes_says_of_which_edition_they_are(
    lakes: Lakes, tmp_path: Path
) -> None:
    rows = [(f"甲{row}", str(row), "", "北岸省", "1121") for row in range(9)]
    heading = "Industry code ({year})"
    editions = {}
    for year in ("2010", "2020"):
        path = write_csv(tmp_path / f"{year}.csv", rows, (*HEADINGS[:4], heading.format(year=year)))
        quality = bring(lakes, path=path)[0].quality
        editions[quality["stated_edition"]] = quality["stated_kept"]
    assert editions == {"lk2010": 0, "lk2020": 9}


def test_the_base_table_reads_what_an_import_keeps(lakes: Lakes, tmp_path: Path) -> None:
    version, _ = bring(lakes)
    cells = base_table(lakes, version, tmp_path)
    truth = planted(lakes.registers["northshore"])
    assert sum(cell["n"] for cell in cells) == len(truth)
    boats = sum(cell["n"] for cell in cells if cell["industry"] == "1112")
    assert boats == sum(row.code == "1112" for row in truth)


def test_the_same_file_again_changes_nothing_and_is_not_read(
    lakes: Lakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = bring(lakes)
    shelf, audit = on_the_shelf(lakes), AuditEntry.objects.count()

    def read(*_: object, **__: object) -> None:
        raise AssertionError("the file was read again")

    monkeypatch.setattr(bringing, "open_table", read)
    again, created = bring(lakes)
    assert (again.pk, created) == (first.pk, False)
    assert (on_the_shelf(lakes), AuditEntry.objects.count()) == (shelf, audit)


def test_another_file_is_another_version_and_the_former_one_comes_back_as_a_third(
    lakes: Lakes, tmp_path: Path
) -> None:
    path = lakes.registers["northshore"]
    cut = tmp_path / "cut.csv"
    cut.write_text("\n".join(path.read_text("utf-8").splitlines()[:-1]) + "\n", "utf-8")
    versions = [bring(lakes, path=one)[0] for one in (path, cut, path)]
    assert [one.number for one in versions] == [1, 2, 3]
    assert versions[0].digest == versions[2].digest != versions[1].digest
    assert [one.pk for one in queries.newest_versions(LOCAL)] == [versions[2].pk]
    assert len(on_the_shelf(lakes)) == 2


def test_other_methods_read_the_same_file_anew(
    lakes: Lakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = bring(lakes)
    RegisterVersion.objects.update(quality={"rows": "as it was read before"})
    monkeypatch.setattr(methods, "READING_VERSION", methods.READING_VERSION + 1)
    methods._methods.cache_clear()
    second, created = bring(lakes)
    methods._methods.cache_clear()
    assert created
    assert (second.number, second.digest) == (2, first.digest)
    assert second.method_digest != first.method_digest
    assert second.quality == first.quality


def test_words_belong_to_the_file_until_others_are_given(lakes: Lakes, tmp_path: Path) -> None:
    named = About(title_zh="北岸名录", banner_zh="旧", banner_en="old", synthetic=True)
    first, _ = bring(lakes, about=named)
    assert (first.register.title_zh, first.synthetic) == ("北岸名录", True)
    assert first.register.title_en == "Register of establishments, Northshore"
    same, created = bring(lakes, about=About())  # no words say nothing
    assert (same.pk, created) == (first.pk, False)
    second, created = bring(lakes, about=About(banner_zh="新", attribution_en="Northshore"))
    assert created
    assert (second.number, second.digest) == (2, first.digest)
    assert (second.banner_zh, second.banner_en, second.synthetic) == ("新", "old", True)
    assert second.quality == first.quality
    register = Register.objects.get()
    assert (register.title_zh, register.attribution_en) == ("北岸名录", "Northshore")
    # A banner speaks of one file, and does not pass on to the next.
    order = list(range(len(planted(lakes.registers["northshore"]))))[::-1]
    third, _ = bring(lakes, path=shuffled(lakes.registers["northshore"], tmp_path / "b.csv", order))
    assert (third.banner_zh, third.synthetic, third.register.title_zh) == ("", False, "北岸名录")


def test_a_lost_file_is_laid_anew_without_another_version(lakes: Lakes) -> None:
    first, _ = bring(lakes)
    (lakes.home / "registers" / f"{first.digest}.parquet").unlink()
    again, created = bring(lakes)
    assert (again.pk, created) == (first.pk, False)
    stored(lakes, again)


def test_rows_in_another_order_make_the_same_base_table(lakes: Lakes, tmp_path: Path) -> None:
    path = lakes.registers["southshore"]
    order = list(range(len(planted(path))))
    random.Random(7).shuffle(order)  # noqa: S311  (no secret)
    one, _ = bring(lakes, "southshore")
    two, _ = bring(lakes, "southshore", shuffled(path, tmp_path / "other.csv", order))
    assert one.digest != two.digest
    assert base_table(lakes, one, tmp_path) == base_table(lakes, two, tmp_path)


def test_an_import_is_audited_with_what_it_changed(lakes: Lakes) -> None:
    first, _ = bring(lakes)
    second, _ = bring(lakes, about=About(banner_zh="新"))
    entries = list(AuditEntry.objects.filter(verb="import_register"))
    assert [entry.subject for entry in entries] == [
        "atlas:register_version:northshore.1",
        "atlas:register_version:northshore.2",
    ]
    assert [(entry.before, entry.after) for entry in entries] == [
        ("", first.digest),
        (first.digest, second.digest),
    ]
    assert entries[0].actor == "local"
    assert entries[0].details["rows"] == first.rows


@pytest.mark.parametrize("actor", [READER, OUTSIDER], ids=lambda actor: actor.name)
def test_who_may_not_write_neither_checks_nor_imports(lakes: Lakes, actor: Actor) -> None:
    path = lakes.registers["northshore"]
    with pytest.raises(NotAllowed) as refused:
        operations.import_register(actor=actor, member="northshore", path=path, about=About())
    assert refused.value.code == "not_allowed"
    with pytest.raises(NotAllowed):
        operations.check_register(actor=actor, path=path)
    assert not RegisterVersion.objects.exists()
    assert on_the_shelf(lakes) == []
    bring(lakes)
    assert queries.register_versions(actor) == []


def test_an_unknown_member_is_refused_before_anything_is_read(lakes: Lakes) -> None:
    with pytest.raises(NotFound) as refused:
        bring(lakes, "westshore", lakes.registers["northshore"])
    assert refused.value.code == "no_such_member"
    assert refused.value.params["known"] == "northshore, southshore"
    assert on_the_shelf(lakes) == []


def test_words_that_no_row_could_hold_are_refused_on_any_database(lakes: Lakes) -> None:
    with pytest.raises(Refusal) as refused:
        bring(lakes, about=About(banner_zh="长" * 201))
    assert (refused.value.code, refused.value.field) == ("words_too_long", "banner_zh")
    bring(lakes, about=About(banner_zh="长" * 200))


def test_a_file_that_changes_while_it_is_read_is_refused(
    lakes: Lakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing.csv"
    path.write_bytes(lakes.registers["northshore"].read_bytes())
    read = bringing.given_codes

    def grow(*arguments: Any) -> Any:
        with path.open("a", encoding="utf-8") as file:
            file.write("又一家厂,LK810203099,2001-01-01,1,XLK,制造帆船,810203,1112,1,,,湖滨路\n")
        return read(*arguments)

    monkeypatch.setattr(bringing, "given_codes", grow)
    with pytest.raises(Refusal) as refused:
        bring(lakes, path=path)
    assert refused.value.code == "register_changed"
    assert not RegisterVersion.objects.exists()
    assert on_the_shelf(lakes) == []


@pytest.mark.parametrize("step", ["write", "keep"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (OSError(errno.EROFS, "Read-only file system"), "home_read_only"),
        (OSError(errno.EIO, "Input/output error"), "register_not_kept"),
    ],
    ids=["full", "read only", "broken"],
)
def test_a_disk_that_fails_is_a_refusal_and_leaves_nothing(
    lakes: Lakes, monkeypatch: pytest.MonkeyPatch, step: str, fault: OSError, code: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise fault

    if step == "write":
        monkeypatch.setattr(bringing.engine, "write_register", full)
    else:
        monkeypatch.setattr(Shelf, "keep", full)
    with pytest.raises(Refusal) as refused:
        bring(lakes)
    assert refused.value.code == code
    assert refused.value.params.get("fault", "") in ("", "Input/output error")
    assert not RegisterVersion.objects.exists()
    assert on_the_shelf(lakes) == []


@pytest.mark.parametrize("same_file", [True, False])
def test_a_competitor_that_is_first_leaves_one_version_or_two_numbers(
    lakes: Lakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, same_file: bool
) -> None:
    path = lakes.registers["northshore"]
    order = list(range(len(planted(path))))[::-1]
    theirs = path if same_file else shuffled(path, tmp_path / "theirs.csv", order)
    work = door.bring

    def overtaken(*arguments: Any) -> Any:
        brought = work(*arguments)
        monkeypatch.setattr(door, "bring", work)
        bring(lakes, path=theirs)
        return brought

    monkeypatch.setattr(door, "bring", overtaken)
    version, created = bring(lakes)
    assert created is not same_file
    assert version.number == (1 if same_file else 2)
    assert RegisterVersion.objects.count() == (1 if same_file else 2)


def test_orphans_are_swept_after_a_day_and_named_files_never(lakes: Lakes) -> None:
    version, _ = bring(lakes)
    shelf = lakes.home / "registers"
    (shelf / ".part-killed").mkdir()
    (shelf / ".part-killed" / ".part-half.parquet").write_bytes(b"PAR1")
    (shelf / f"{'0' * 64}.parquet").write_bytes(b"PAR1")
    later = time.time() + ORPHAN_AGE_SECONDS + 60
    assert operations.sweep(actor=LOCAL) == []
    assert operations.sweep(actor=LOCAL, now=later) == [".part-killed", f"{'0' * 64}.parquet"]
    assert on_the_shelf(lakes) == [f"{version.digest}.parquet"]


def test_an_orphan_that_an_import_takes_up_is_young_again(lakes: Lakes) -> None:
    """A sweeper that began before the row stood must not take the file from under it."""
    version, _ = bring(lakes)
    path = lakes.home / "registers" / f"{version.digest}.parquet"
    version.delete()
    old = time.time() - 2 * ORPHAN_AGE_SECONDS
    os.utime(path, (old, old))
    again, _ = bring(lakes)
    assert path.stat().st_mtime > time.time() - 60
    assert again.digest == digest_of(path)


def test_members_number_their_versions_apart(lakes_registers: Lakes) -> None:
    versions = queries.newest_versions(LOCAL)
    assert [(one.register.member.code, one.number) for one in versions] == [
        (member, 1) for member in MEMBERS
    ]
    assert Member.objects.count() == Register.objects.count() == 2


def test_progress_is_told_throughout(lakes: Lakes) -> None:
    told: list[tuple[str, int]] = []
    operations.import_register(
        actor=LOCAL,
        member="northshore",
        path=lakes.registers["northshore"],
        about=About(),
        progress=lambda stage, done=0, total=None: told.append((stage, done)),
    )
    stages = list(dict.fromkeys(stage for stage, _ in told))
    told_of = ("Compare", "Read", "Look at codes of", "Place", "Code", "Record")
    assert stages == [f"{stage} northshore" for stage in told_of]
    assert ("Read northshore", 54) in told
