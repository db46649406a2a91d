"""Organisations: codes that check, a hierarchy without cycles within a member, one office."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import Cast
from xietong.engine.identifiers import mod_31_3
from xietong.kit.refusals import Refusal
from xietong.region import operations, queries
from xietong.region.models import AuditEntry, Mandate, Organisation
from xietong.region.operations import About, organisations
from xietong.region.packs import RegionPack, read_pack
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
NORTH = "northshore"


def code(serial: int) -> str:
    """Return an invented credit code whose check character is right."""
    body = f"11810000MB{serial:07d}"
    return body + mod_31_3(body)


@pytest.fixture
def checked(pack: RegionPack, monkeypatch: pytest.MonkeyPatch) -> RegionPack:
    """Let the invented country check credit codes as GB 32100 has it."""
    from xietong.engine.identifiers import CodeRule

    monkeypatch.setattr("xietong.region.operations.organisations.code_rule", CodeRule)
    monkeypatch.setattr("xietong.region.operations.organisation_tables.code_rule", CodeRule)
    return pack


def add(name: str, **more: Any) -> Organisation:
    return operations.add_organisation(
        actor=LOCAL,
        member=more.pop("member", NORTH),
        about=About(name, **{"kind": "authority", **more}),
    )


def refusal(code_: str, does: Any) -> Refusal:
    entries = AuditEntry.objects.count()
    count = Organisation.objects.count()
    with pytest.raises(Refusal) as told:
        does()
    assert told.value.code == code_
    assert (AuditEntry.objects.count(), Organisation.objects.count()) == (entries, count)
    return told.value


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("1181", "credit_code_length"),
        ("11810000MB000000I1", "credit_code_letters"),
        ("11810000MB00000010", "credit_code_check"),
    ],
)
def test_a_code_that_does_not_check_is_refused(
    checked: RegionPack, cast: Cast, given: str, problem: str
) -> None:
    assert given != code(1)
    told = refusal("credit_code_wrong", lambda: add("北岸渔业局", credit_code=given))
    assert told.field == "credit_code"
    assert [one.code for one in told.problems] == [problem]


def test_a_code_is_tidied_and_stands_once(checked: RegionPack, cast: Cast) -> None:
    row = add("北岸渔业局", credit_code=f" {code(7).lower()[:9]} {code(7)[9:]} ")
    assert row.credit_code == code(7)
    told = refusal(
        "credit_code_taken", lambda: add("南岸渔业局", credit_code=code(7), member="southshore")
    )
    assert "credit" in told.way_out or told.way_out
    operations.change_organisation(
        actor=LOCAL, key=row.pk, about=About("北岸渔业局", "authority", "", code(7))
    )


def test_without_a_rule_of_the_country_only_the_length_counts(pack: RegionPack, cast: Cast) -> None:
    assert add("北岸渔业局", credit_code="any words 1").credit_code == "ANYWORDS1"
    refusal("credit_code_wrong", lambda: add("北岸水利局", credit_code="x" * 19))


def test_a_name_stands_once_a_member(pack: RegionPack, cast: Cast) -> None:
    refusal("organisation_known", lambda: add(" 北岸经济发展局 "))
    assert str(add("北岸经济发展局", member="southshore").member) == "南岸"
    refusal("organisation_name_missing", lambda: add("  "))


def test_the_hierarchy_has_no_cycle_and_stays_within_a_member(pack: RegionPack, cast: Cast) -> None:
    top = cast.organisations["north_bureau"]
    middle = add("北岸渔业局", parent=top.pk)
    low = add("北岸渔业站", parent=middle.pk)

    def put(row: Organisation, parent: int) -> Any:
        about = About(row.name_zh, row.kind, parent=parent)
        return lambda: operations.change_organisation(actor=LOCAL, key=row.pk, about=about)

    refusal("hierarchy_cycle", put(top, low.pk))
    refusal("hierarchy_cycle", put(top, top.pk))
    refusal("parent_elsewhere", put(low, cast.organisations["south_bureau"].pk))
    refusal("parent_elsewhere", put(low, cast.organisations["office"].pk))
    put(low, top.pk)()
    assert Organisation.objects.get(pk=low.pk).parent_id == top.pk


def test_there_is_one_office_and_it_is_no_members(pack: RegionPack, cast: Cast) -> None:
    refusal("one_office", lambda: add("又一合作办", kind="regional_office", member=None))
    refusal("office_of_no_member", lambda: add("又一合作办", kind="regional_office"))
    refusal("member_missing", lambda: add("无主单位", member=None))
    refusal("no_such_kind", lambda: add("何种单位", kind="club"))
    bureau, office = cast.organisations["north_bureau"], cast.organisations["office"]
    for row, kind in ((bureau, "regional_office"), (office, "authority")):
        refusal(
            "kind_fixed",
            lambda row=row, kind=kind: operations.change_organisation(
                actor=LOCAL, key=row.pk, about=About(row.name_zh, kind)
            ),
        )


def test_closing_ends_what_was_for_it_and_keeps_the_rest(pack: RegionPack, cast: Cast) -> None:
    institute = cast.organisations["institute"]
    invited, _ = operations.invite_person(
        actor=LOCAL,
        email="new@lakes.example",
        name="新北苗",
        role="viewer",
        organisation=institute.pk,
        site="http://node.example",
    )
    below = add("北岸湖石实验室", parent=institute.pk)

    def close(key: int, reason: str = "合并") -> Any:
        return lambda: operations.close_organisation(actor=LOCAL, key=key, reason=reason)

    refusal("has_subordinates", close(institute.pk))
    refusal("reason_needed", close(below.pk, " "))
    close(below.pk)()
    close(institute.pk)()
    assert cast["institute_officer"].held == frozenset()
    mandate = Mandate.objects.get(organisation=institute)
    assert (mandate.revoked_because, mandate.revoked_at is not None) == ("合并", True)
    invited.refresh_from_db()
    assert invited.recalled_at is not None
    refusal("organisation_closed", close(institute.pk))
    assert queries.organisation(LOCAL, institute.pk).closed_at is not None
    told = AuditEntry.objects.order_by("-pk").first()
    assert told is not None
    assert (told.verb, told.reason) == ("close_organisation", "合并")


def test_an_office_is_not_closed_over_its_last_administrator(pack: RegionPack, cast: Cast) -> None:
    key = cast.organisations["office"].pk
    refusal(
        "last_administrator",
        lambda: operations.close_organisation(
            actor=cast["office_administrator"], key=key, reason="误操作"
        ),
    )
    operations.close_organisation(actor=LOCAL, key=key, reason="撤销机构")
    assert cast["office_administrator"].held == frozenset()


# -- tables


def table(folder: Path, text: str) -> Path:
    path = folder / "organisations.csv"
    path.write_text(text, encoding="utf-8")
    return path


def enter(path: Path, *, dry_run: bool = False) -> operations.Imported:
    return operations.import_organisations(actor=LOCAL, member=NORTH, path=path, dry_run=dry_run)


def test_a_table_enters_changes_and_leaves(checked: RegionPack, cast: Cast, tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "单位中文名称,单位类别,统一社会信用代码,上级单位\n"
        f"北岸渔业站,事业单位,{code(2)},北岸渔业局\n"
        f"北岸渔业局,机关,{code(1)},北岸经济发展局\n"
        "北岸湖石研究所,,,\n",
    )
    entries = AuditEntry.objects.count()
    assert enter(path, dry_run=True) == operations.Imported(2, 0, 1)
    assert AuditEntry.objects.count() == entries
    assert not Organisation.objects.filter(name_zh="北岸渔业局").exists()
    assert enter(path) == operations.Imported(2, 0, 1)
    station = Organisation.objects.get(name_zh="北岸渔业站")
    assert (station.kind, station.credit_code) == ("institution", code(2))
    assert station.parent is not None
    assert station.parent.parent == cast.organisations["north_bureau"]
    assert cast.organisations["institute"].kind == "institution"
    assert enter(path) == operations.Imported(0, 0, 3)
    renamed = table(
        tmp_path, f"name_zh,name_en,kind,credit_code\n北岸渔业总站,Fisheries,,{code(2)}\n"
    )
    assert enter(renamed) == operations.Imported(0, 1, 0)
    station.refresh_from_db()
    assert (station.name_zh, station.name_en, station.kind) == (
        "北岸渔业总站",
        "Fisheries",
        "institution",
    )
    assert station.parent is not None


def test_every_problem_of_a_table_is_told_at_once(
    checked: RegionPack, cast: Cast, tmp_path: Path
) -> None:
    add("北岸旧局")
    operations.close_organisation(
        actor=LOCAL, key=Organisation.objects.get(name_zh="北岸旧局").pk, reason="撤并"
    )
    add("南岸渔业局", member="southshore", credit_code=code(9))
    path = table(
        tmp_path,
        "name_zh,kind,credit_code,parent\n"
        ",authority,,\n"
        "甲,club,,\n"
        f"乙,,{code(3)},\n"
        f"乙,,{code(3)},\n"
        "丙,,1234,\n"
        f"丁,,{code(9)},\n"
        "戊,,,无此单位\n"
        "北岸旧局,,,\n",
    )
    told = refusal("organisations_not_imported", lambda: enter(path))
    assert [(one.row, one.code) for one in told.problems] == [
        (2, "name_missing"),
        (3, "organisation_kind_unknown"),
        (5, "organisation_twice"),
        (5, "organisation_twice"),
        (6, "credit_code_length"),
        (7, "credit_code_elsewhere"),
        (8, "superior_unknown"),
        (9, "organisation_is_closed"),
    ]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("name_zh,parent\n甲,乙\n乙,丙\n丙,甲\n丁,甲\n", ["superior_circle"] * 3),
        ("name_zh,parent\n甲,甲\n", ["superior_circle"]),
        ("what,who\n甲,乙\n", ["organisation_column_missing"]),
        ("name_zh,kind\n", ["table_empty"]),
    ],
)
def test_a_table_that_makes_no_hierarchy_is_refused(
    pack: RegionPack, cast: Cast, tmp_path: Path, text: str, codes: list[str]
) -> None:
    told = refusal("organisations_not_imported", lambda: enter(table(tmp_path, text)))
    assert [one.code for one in told.problems] == codes


def test_an_upload_is_cut_off_at_its_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xietong.region.operations.organisation_tables.MOST_BYTES", 1 << 20)
    given = iter([b"x" * (1 << 20), b"x", b"never asked for"])
    with pytest.raises(Refusal, match="table_too_large"), operations.table_laid("a.csv", given):
        pytest.fail("nothing is laid")
    assert next(given) == b"never asked for"
    with operations.table_laid("../../etc/x.csv", [b"a"]) as path:
        assert path.name == "table.csv"
    assert not path.exists()


def test_of_rows_that_are_known_it_is_asked_once(
    pack: RegionPack, cast: Cast, tmp_path: Path
) -> None:
    def asked(rows: int) -> int:
        lines = [f"北岸第{n}站,C{n},{'' if n == 1 else '北岸第1站'}\n" for n in range(1, rows + 1)]
        path = table(tmp_path, "name_zh,credit_code,parent\n" + "".join(lines))
        enter(path)
        with CaptureQueriesContext(connection) as queried:
            assert enter(path) == operations.Imported(0, 0, rows)
        return len(queried)

    assert asked(2) == asked(12)


def test_a_countrys_rule_is_read_once_for_a_whole_table(
    pack: RegionPack, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def reading(packs: Path, code: str) -> RegionPack:
        read.append(code)
        return read_pack(packs, code)

    organisations._rule_of.cache_clear()
    monkeypatch.setattr(organisations, "read_pack", reading)
    assert enter(table(tmp_path, "name_zh,credit_code\n甲站,C1\n乙站,C2\n")).added == 2
    assert read == ["lakes"]
