"""Settings are read by types; nonsense stops the process instead of being guessed at."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from real_data import ROOT
from xietong.portal import environment as env
from xietong.portal.environment import BadSetting

NAME = "XIETONG_PLANTED"


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return the environment without the planted setting."""
    monkeypatch.delenv(NAME, raising=False)
    return monkeypatch


def test_what_is_not_set_has_its_default(setting: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.text(NAME, "as it was") == "as it was"
    assert env.flag(NAME, True) is True
    assert env.whole(NAME, 7, low=1, high=9) == 7
    assert env.folder(NAME, tmp_path / ".." / "x") == (tmp_path.parent / "x").resolve()
    assert env.names(NAME, ["a"]) == ["a"]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        *((value, True) for value in ("1", "true", "TRUE", "yes", "on", " on ")),
        *((value, False) for value in ("0", "false", "False", "no", "off", "")),
    ],
)
def test_a_flag_is_yes_or_no(setting: pytest.MonkeyPatch, value: str, meant: bool) -> None:
    setting.setenv(NAME, value)
    assert env.flag(NAME, not meant) is meant


@pytest.mark.parametrize("value", ["maybe", "2", "-1", "tru", "wahr", "是"])
def test_a_flag_refuses_what_is_neither(setting: pytest.MonkeyPatch, value: str) -> None:
    setting.setenv(NAME, value)
    with pytest.raises(BadSetting, match=f"{NAME}='{value}': wanted one of true, false"):
        env.flag(NAME, False)


@pytest.mark.parametrize(("value", "meant"), [("1", 1), ("9", 9), ("05", 5)])
def test_a_whole_number_within_bounds(setting: pytest.MonkeyPatch, value: str, meant: int) -> None:
    setting.setenv(NAME, value)
    assert env.whole(NAME, 7, low=1, high=9) == meant


@pytest.mark.parametrize("value", ["", "0", "10", "-3", "2.5", "1e3", "many", "0x5", "5 MB"])
def test_a_whole_number_refuses_the_rest(setting: pytest.MonkeyPatch, value: str) -> None:
    setting.setenv(NAME, value)
    with pytest.raises(BadSetting, match="wanted a whole number from 1 to 9"):
        env.whole(NAME, 7, low=1, high=9)


def test_a_folder_is_absolute_and_need_not_exist(
    setting: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setting.chdir(tmp_path)
    setting.setenv(NAME, "not/there")
    assert env.folder(NAME, Path()) == tmp_path.resolve() / "not" / "there"
    setting.setenv("HOME", str(tmp_path))
    setting.setenv(NAME, "~/house")
    assert env.folder(NAME, Path()) == tmp_path.resolve() / "house"


@pytest.mark.parametrize("value", ["", "   "])
def test_a_folder_refuses_nothing(setting: pytest.MonkeyPatch, value: str) -> None:
    setting.setenv(NAME, value)
    with pytest.raises(BadSetting, match="the path of a folder"):
        env.folder(NAME, Path())


def test_names_are_separated_by_commas(setting: pytest.MonkeyPatch) -> None:
    setting.setenv(NAME, " a.example , ,b.example,")
    assert env.names(NAME, []) == ["a.example", "b.example"]
    setting.setenv(NAME, "")
    assert env.names(NAME, ["a"]) == []


def test_the_database_is_sqlite_at_home_by_default(
    setting: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = env.database(NAME, tmp_path)
    assert found["ENGINE"] == "xietong.kit.sqlite"
    assert found["NAME"] == tmp_path / "xietong.sqlite3"
    # Without IMMEDIATE two writers fail late; without WAL readers wait for a writer.
    options = found["OPTIONS"]
    assert isinstance(options, dict)
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


def test_a_database_url_is_taken_apart(setting: pytest.MonkeyPatch, tmp_path: Path) -> None:
    setting.setenv(NAME, "sqlite:///srv/a%20house/db.sqlite3")
    assert env.database(NAME, tmp_path)["NAME"] == Path("/srv/a house/db.sqlite3")
    setting.setenv(NAME, "postgresql://ann:p%40ss%2Fword@db.example:6432/the%20house")
    found = env.database(NAME, tmp_path)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert {name: found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "the house",
        "USER": "ann",
        "PASSWORD": "p@ss/word",
        "HOST": "db.example",
        "PORT": "6432",
    }
    setting.setenv(NAME, "postgresql://db.example/house")
    assert env.database(NAME, tmp_path)["PORT"] == "5432"


@pytest.mark.parametrize(
    "url",
    [
        "house.sqlite3",
        "sqlite:",
        "mysql://ann@db.example/house",
        "postgresql://db.example",
        "postgresql://db.example/",
        "postgresql://db.example:port/house",
        "postgresql://db.example:99999/house",
    ],
)
def test_a_database_url_refuses_the_rest(
    setting: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    setting.setenv(NAME, url)
    with pytest.raises(BadSetting, match="wanted sqlite:///path or postgresql://"):
        env.database(NAME, tmp_path)


def test_a_refused_database_url_does_not_tell_its_password(
    setting: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setting.setenv(NAME, "postgresql://ann:opensesame@db.example:99999/house")
    with pytest.raises(BadSetting) as refused:
        env.database(NAME, tmp_path)
    assert "opensesame" not in str(refused.value)
    assert "ann:…@db.example:99999" in str(refused.value)


def test_one_of_some_words_in_any_case(setting: pytest.MonkeyPatch) -> None:
    assert env.one_of(NAME, "LOUD", ("QUIET", "LOUD")) == "LOUD"
    setting.setenv(NAME, " quiet ")
    assert env.one_of(NAME, "LOUD", ("QUIET", "LOUD")) == "QUIET"
    setting.setenv(NAME, "shrill")
    with pytest.raises(BadSetting, match="'shrill': wanted one of QUIET, LOUD"):
        env.one_of(NAME, "LOUD", ("QUIET", "LOUD"))


def test_a_secret_that_is_set_is_taken_and_not_kept(
    setting: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setting.setenv(NAME, "as it was set")
    assert env.secret(NAME, tmp_path / "home") == "as it was set"
    assert not (tmp_path / "home").exists()


def test_processes_that_start_together_agree_on_one_secret(
    setting: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with ThreadPoolExecutor(8) as starters:
        made = set(starters.map(lambda _: env.secret(NAME, home), range(64)))
    assert len(made) == 1
    (key,) = made
    assert len(key) >= 50
    assert [path.name for path in home.iterdir()] == ["secret.key"]
    assert (home / "secret.key").stat().st_mode & 0o077 == 0
    assert env.secret(NAME, home) == key


def test_a_home_that_cannot_be_written_to_is_refused(
    setting: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BadSetting, match=r"XIETONG_HOME=.*wanted a folder that can be written to"):
        env.secret(NAME, tmp_path / "file" / "home")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XIETONG_DEBUG", "maybe"),
        ("XIETONG_MEMORY_MB", "a lot"),
        ("XIETONG_DATABASE_URL", "mysql://somewhere/house"),
        ("XIETONG_LOG_LEVEL", "shrill"),
        ("XIETONG_HOME", "/dev/null/home"),
    ],
)
def test_the_command_says_which_setting_is_nonsense(name: str, value: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [str(Path(sys.executable).with_name("xietong")), "--help"],
        cwd=ROOT,
        env={**os.environ, "XIETONG_HOME": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.startswith(f"bad_setting: {name}={value!r}: wanted ")
    assert told.stderr.count("\n") == 1
