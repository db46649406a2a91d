"""Registers through the command door: one line says no, and says it in the reader's language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from atlas.hostile import GOOD_ROW, blank_names, junk_named_csv
from atlas.registers import on_the_shelf, write_csv
from commands import run
from houses import Lakes
from xietong.atlas.models import RegisterVersion

pytestmark = pytest.mark.operations
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_a_register_is_checked_imported_and_listed(lakes: Lakes) -> None:
    file = str(lakes.registers["northshore"])
    checked = run("register", "check", file)
    assert json.loads(checked.stdout[checked.stdout.index("{") :])["rows"] == 54
    assert on_the_shelf(lakes) == []
    told = run("register", "import", file, "--member", "northshore", "--title-zh", "北岸名录")
    assert told.stdout.startswith("northshore version 1: imported, 54 rows\n")
    assert json.loads(told.stdout.split("\n", 1)[1])["placed_county"] == 54
    assert "Read northshore" in told.stderr  # progress is no part of the answer
    again = run("register", "import", file, "--member", "northshore")
    assert again.stdout.startswith("northshore version 1: unchanged, 54 rows\n")
    listed = run("register", "list").stdout.rstrip("\n").split("\t")
    version = RegisterVersion.objects.get()
    assert listed[:3] == ["northshore", "1", "54"]
    assert listed[4:] == [version.digest[:12], "northshore.csv"]
    assert version.register.title_zh == "北岸名录"


def test_words_of_the_command_reach_the_version(lakes: Lakes) -> None:
    run(
        *("register", "import", str(lakes.registers["southshore"]), "--member", "southshore"),
        *("--title-en", "Firms", "--attribution", "三湖统计局", "--synthetic"),
        *("--banner-zh", "虚构", "--banner-en", "Invented"),
    )
    version = RegisterVersion.objects.get()
    assert (version.synthetic, version.banner_zh, version.banner_en) == (True, "虚构", "Invented")
    assert version.register.title_en == "Firms"
    assert version.register.attribution_zh == version.register.attribution_en == "三湖统计局"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_unknown_member_is_one_line(lakes: Lakes, language: str) -> None:
    file = str(lakes.registers["northshore"])
    arguments = ("register", "import", file, "--member", "westshore")
    told = run(*arguments, expect=2, language=language)
    assert told.stdout == ""
    (line,) = told.stderr.splitlines()
    assert line.startswith("no_such_member: ")
    assert "northshore, southshore" in line
    assert bool(HAN.search(line)) is (language == "zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_refused_register_tells_each_fault_and_ends_with_the_refusal(
    lakes: Lakes, tmp_path: Path, language: str
) -> None:
    path = str(blank_names(tmp_path))
    arguments = ("register", "import", path, "--member", "northshore")
    told = run(*arguments, expect=2, language=language)
    assert told.stdout == ""
    *_, last = lines = told.stderr.splitlines()
    assert last.startswith("register_refused: ")
    assert "blank.csv" in last
    rows = [line for line in lines if "`name`" in line]
    assert [re.findall(r"\d+", line)[0] for line in rows] == ["3", "5", "6"]
    assert all(bool(HAN.search(line)) is (language == "zh") for line in (*rows, last))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_that_is_no_table_is_refused_by_check_and_import_alike(
    lakes: Lakes, tmp_path: Path, language: str
) -> None:
    path = str(junk_named_csv(tmp_path))
    checked = run("register", "check", path, expect=2, language=language)
    imported = run(
        *("register", "import", path, "--member", "northshore"), expect=2, language=language
    )
    assert checked.stderr.splitlines()[-1] == imported.stderr.splitlines()[-1]
    assert checked.stderr.splitlines()[-1].startswith("register_unreadable: ")


def test_a_check_shows_fifty_problems_or_all(lakes: Lakes, tmp_path: Path) -> None:
    blank = [("", f"LK8102031{at:02}", *GOOD_ROW[2:]) for at in range(60)]
    path = str(write_csv(tmp_path / "many.csv", [GOOD_ROW, *blank]))
    some = run("register", "check", path, expect=2).stdout
    every = run("register", "check", "--all", path, expect=2).stdout
    assert some.count("column `name`") == 50
    assert re.search(r"^… \d+ more: --all$", some, re.M)
    assert every.count("column `name`") == 60


def test_tables_are_coded_and_placed(lakes: Lakes, tmp_path: Path) -> None:
    file = str(lakes.registers["northshore"])
    for command in (("industry", "code"), ("place",)):
        output = tmp_path / f"{command[0]}.xlsx"
        assert run(*command, file, "-o", str(output)).stdout == f"{output}: 54 rows\n"
        assert output.read_bytes().startswith(b"PK")
    refused = run("place", file, "-o", file, expect=2)
    assert refused.stderr.startswith("output_is_input: ")
    zh = run("industry", "code", file, "-o", str(tmp_path / "x.doc"), expect=2, language="zh")
    assert zh.stderr.startswith("output_kind_unknown: ")
    assert HAN.search(zh.stderr)


def test_grave_doubts_are_said_and_stop_an_import_until_they_are_answered(
    lakes: Lakes, tmp_path: Path
) -> None:
    whole = lakes.registers["northshore"]
    run("register", "import", str(whole), "--member", "northshore")
    half = tmp_path / "half.csv"
    lines = whole.read_text(encoding="utf-8").splitlines()
    half.write_text("\n".join(lines[:28]) + "\n", encoding="utf-8")
    arguments = ("register", "import", str(half), "--member", "northshore")
    for spoken, sentence in (("en", "27 of the 54 rows"), ("zh", "54")):
        told = run(*arguments, expect=2, language=spoken)
        assert sentence in told.stderr
        assert told.stderr.splitlines()[-1].startswith("misgivings_unanswered: ")
        assert bool(HAN.search(told.stderr.splitlines()[-1])) is (spoken == "zh")
    other = str(lakes.registers["southshore"])
    told = run("register", "import", other, "--member", "northshore", expect=2)
    assert "lie in another member" in told.stderr
    assert "rows of the version before" not in told.stdout
    assert RegisterVersion.objects.count() == 1
    told = run(*arguments, "--although", "一半企业已注销")
    assert "27 of the 54 rows" in told.stdout
    version = RegisterVersion.objects.get(number=2)
    assert (version.reason, version.changes["removed"]) == ("一半企业已注销", 27)
    # What was answered once is not asked again of the same file.
    assert "version 2: unchanged" in run(*arguments).stdout
