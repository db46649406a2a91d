"""The drill: a house at work is backed up, destroyed and restored, and answers as before."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest

from houses import Household, household
from xietong.kit.progress import silent
from xietong.kit.refusals import Refusal
from xietong.portal.backup import Listed, Manifest, verify

pytestmark = [pytest.mark.operations, pytest.mark.deep]
WRITER = """
import django, sys
django.setup()
from xietong.kit.references import Reference
from xietong.region.operations import change, record
from xietong.region.rules import LOCAL
print("ready", flush=True)
while True:
    with change():
        for verb in ("one", "two"):
            record(actor=LOCAL, verb=verb, subject=Reference("region", "region", "lakes"))
"""


@contextmanager
def writer(house: Household) -> Iterator[None]:
    """Let another process write two entries a change, as fast as it can."""
    environment = {**house.environment, "DJANGO_SETTINGS_MODULE": "xietong.portal.settings"}
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def destroy(house: Household) -> None:
    """Lose the disk, and the database with it."""
    shutil.rmtree(house.home)
    house.home.mkdir()
    if server := house.environment.get("XIETONG_DATABASE_URL"):
        with psycopg.connect(server) as database:
            database.execute("DROP SCHEMA public CASCADE")
            database.execute("CREATE SCHEMA public")


def layer(house: Household, target: Path) -> str:
    house.run("atlas", "layer", "--industry", "g112", "--format", "json", "-o", str(target))
    return target.read_text()


def manifest(file: Path) -> dict[str, object]:
    with tarfile.open(file) as opened:
        content = opened.extractfile("manifest.json")
        assert content is not None
        told: dict[str, object] = json.load(content)
    return told


def count(house: Household) -> int:
    return int(house.rows("SELECT count(*) FROM region_auditentry")[0][0])


def test_a_house_comes_back_from_its_backup(tmp_path: Path) -> None:
    kept = tmp_path / "backups" / "first.tar.gz"
    kept.parent.mkdir()
    with household(tmp_path / "house") as house:
        house.run("up", "--no-serve")
        shown = layer(house, tmp_path / "before.json")
        with writer(house):
            started = count(house)
            told = house.run("backup", str(kept))
            limit = time.monotonic() + 60
            while count(house) == started and time.monotonic() < limit:
                time.sleep(0.05)
            assert count(house) > started  # it wrote meanwhile, and goes on
        assert [path.name for path in kept.parent.iterdir()] == ["first.tar.gz"]
        assert kept.stat().st_mode & 0o777 == 0o600
        said = manifest(kept)
        audit = said["audit"]
        assert isinstance(audit, dict)
        assert audit["number"] >= started
        files, number, last = told.stdout.split("\t")[1:]
        assert (int(number), last.strip()) == (audit["number"], audit["hash"])
        secrets = {name: (house.home / name).read_bytes() for name in ("secret.key", "node.key")}

        destroy(house)
        back = house.run("restore", str(kept)).stdout.split("\t")
        assert back[1:] == [files, number, last]
        # Changes of two entries: what was copied is a moment between two of them.
        assert count(house) == audit["number"]
        verbs = [row[0] for row in house.rows("SELECT verb FROM region_auditentry ORDER BY number")]
        assert verbs.count("one") == verbs.count("two")
        assert house.run("audit", "verify").stdout.startswith(f"{number}\t")
        assert layer(house, tmp_path / "after.json") == shown
        for name, content in secrets.items():
            assert (house.home / name).read_bytes() == content
        assert (house.home / "node.key").stat().st_mode & 0o777 == 0o600
        assert not list(house.home.glob(".part-*"))
        assert not list(house.home.glob("replaced-*"))
        sound = house.run("check").stdout.splitlines()
        assert all(line.endswith("\tok") for line in sound), sound

        # Once more, over the house that is there: told so, and with a house that wrote on.
        house.run("region", "load")
        with writer(house):
            pass
        refused = house.run("restore", str(kept), expect=2)
        assert refused.stderr.endswith(
            "house_not_empty: There is a house already; a restore would replace it. Restore into "
            "an empty XIETONG_HOME and database, or say --replace.\n"
        )
        (house.home / "registers" / "stray").write_text("of the former house")
        house.run("restore", "--replace", str(kept))
        assert count(house) == audit["number"]
        (aside,) = house.home.glob("replaced-*")
        assert (aside / "registers" / "stray").read_text() == "of the former house"
        assert not (house.home / "registers" / "stray").exists()
        assert layer(house, tmp_path / "again.json") == shown


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """Give a house that all tests below share: each leaves it as it found it, or restored."""
    with household(tmp_path_factory.mktemp("settled")) as house:
        house.settle()
        yield house


def test_a_backup_without_keys_has_none(settled: Household, tmp_path: Path) -> None:
    kept = tmp_path / "open.tar.gz"
    settled.run("backup", "--no-keys", str(kept))
    with tarfile.open(kept) as opened:
        names = opened.getnames()
    earlier = settled.run("node", "show").stdout
    assert not [name for name in names if name.endswith(".key")]
    assert any(name.startswith("home/boundaries/") for name in names)
    destroy(settled)
    settled.run("restore", str(kept))  # the head is known by the key that the tables name
    assert "node-key" in settled.run("check", "node-key", expect=2).stdout
    assert settled.run("node", "show").stdout != earlier
    assert settled.run("check", "node-key", "audit").stdout == "node-key\tok\naudit\tok\n"


def test_a_backup_is_refused_where_it_would_be_lost_or_lose(
    settled: Household, tmp_path: Path
) -> None:
    kept = tmp_path / "once.tar.gz"
    kept.write_text("here already")
    assert "backup_exists" in settled.run("backup", str(kept), expect=2).stderr
    assert kept.read_text() == "here already"
    inside = settled.home / "backup.tar.gz"
    assert "backup_in_home" in settled.run("backup", str(inside), expect=2).stderr
    away = tmp_path / "nowhere" / "backup.tar.gz"
    assert "backup_not_written" in settled.run("backup", str(away), expect=2).stderr
    assert not inside.exists()
    assert not list(tmp_path.glob(".part-*"))


def changed(content: bytes, at: float) -> bytes:
    """Return a backup in which one bit is another; that of 100 % lies in the checksum."""
    place = min(int(len(content) * at), len(content) - 8)
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "followed by more": lambda content: content + gzip.compress(b"more"),
    **{f"changed at {at:.0%}": partial(changed, at=at) for at in (0.01, 0.2, 0.5, 0.9, 0.9999, 1)},
    "empty": lambda content: b"",
    "another file": lambda content: b"PK\x03\x04" + bytes(500),
}


def test_a_damaged_backup_changes_nothing(settled: Household, tmp_path: Path) -> None:
    kept = tmp_path / "good.tar.gz"
    settled.run("backup", str(kept))
    whole, before = kept.read_bytes(), (count(settled), standing(settled))
    verify(kept, silent)
    for way, damage in DAMAGES.items():
        kept.write_bytes(damage(whole))
        with pytest.raises(Refusal) as refused:
            verify(kept, silent)
        assert refused.value.code == "backup_damaged", way
    assert "backup_damaged" in settled.run("restore", "--replace", str(kept), expect=2).stderr
    assert (count(settled), standing(settled)) == before


@pytest.mark.parametrize(
    "name", ["../out", "/out", "home/../../out", "home", "else/where", "home/a"]
)
def test_a_name_that_leads_out_of_the_house_is_refused(tmp_path: Path, name: str) -> None:
    body = b"content"
    told = Manifest(
        made_at="", release="", vendor="sqlite", migrations=(), keys=False, audit=None,
        files=(Listed(name, len(body), hashlib.sha256(body).hexdigest()),),
    )  # fmt: skip
    with tarfile.open(tmp_path / "kept", "w:gz") as file:
        for each, content in (("manifest.json", told.as_json().encode()), (name, body)):
            entry = tarfile.TarInfo(each)
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    if name == "home/a":
        verify(tmp_path / "kept", silent, into=tmp_path / "in")
        assert (tmp_path / "in" / "home" / "a").read_bytes() == body
        return
    with pytest.raises(Refusal, match="backup_damaged"):
        verify(tmp_path / "kept", silent, into=tmp_path / "in")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def standing(house: Household) -> set[str]:
    """Return every file of a house but the database's own."""
    paths = (path.relative_to(house.home).as_posix() for path in house.home.rglob("*"))
    return {path for path in paths if not path.startswith("xietong.sqlite3")}


def test_a_disk_that_is_full_leaves_nothing_half(settled: Household, tmp_path: Path) -> None:
    """Files may not grow beyond 64 kB: the kernel answers what a full disk answers."""
    kept = tmp_path / "kept.tar.gz"
    limited = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536));"
    limited += "from xietong.portal.main import main; main()"

    def refused(*arguments: str) -> str:
        told = subprocess.run(
            [sys.executable, "-c", limited, *arguments],
            env=dict(settled.environment),
            capture_output=True,
            text=True,
        )
        assert told.returncode == 2, told.stderr
        return told.stderr.splitlines()[-1].partition(":")[0]

    settled.run("node", "show")
    before = (count(settled), standing(settled))
    assert refused("backup", str(kept)) in ("backup_not_written", "database_not_copied")
    assert list(tmp_path.iterdir()) == []
    settled.run("backup", str(kept))
    assert refused("restore", "--replace", str(kept)) in ("backup_not_written", "not_restored")
    assert (count(settled), standing(settled)) == before


def test_a_missing_client_of_postgresql_says_what_to_install(
    settled: Household, tmp_path: Path
) -> None:
    if "XIETONG_DATABASE_URL" not in settled.environment:
        pytest.skip("SQLite copies itself")
    poor = Household(settled.home, {**settled.environment, "PATH": str(tmp_path)})
    told = poor.run("backup", str(tmp_path / "x.tar.gz"), expect=2).stderr
    assert "postgresql_client_missing: “pg_dump” is not installed here" in told
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_sound_is_found(settled: Household) -> None:
    settled.run("node", "show")
    settled.run("check")
    (outlines,) = (settled.home / "boundaries").iterdir()
    (settled.home / "node.key").chmod(0o644)
    file = outlines / "county.geojson"
    content = file.read_bytes()
    file.write_text("{}")
    told = settled.run("check", "contents", "node-key", expect=2)
    assert f"contents\t1\n\tboundaries/{outlines.name}\n" in told.stdout
    assert "node-key\t1\n\tnode.key: chmod 600\n" in told.stdout
    assert "house_not_sound: The house is not sound: 2 findings." in told.stderr
    file.write_bytes(content)
    (settled.home / "node.key").chmod(0o600)
    os.rename(outlines, outlines.with_name("elsewhere"))
    told = settled.run("check", "files", "orphans", expect=2)
    assert f"files\t1\n\tboundaries/{outlines.name}\n" in told.stdout
    assert "orphans\t1\n\tboundaries/elsewhere\n" in told.stdout
    assert "1 findings" in told.stderr  # an orphan harms nothing
    os.rename(outlines.with_name("elsewhere"), outlines)
    settled.run("check")


def test_a_house_whose_audit_is_unguarded_does_not_serve(settled: Household) -> None:
    lost = "append_only_row_region_auditentry"
    if server := settled.environment.get("XIETONG_DATABASE_URL"):
        with psycopg.connect(server) as database:
            database.execute(f"DROP TRIGGER {lost} ON region_auditentry".encode())
    else:
        lost = "append_only_delete_region_auditentry"
        with closing(sqlite3.connect(settled.home / "xietong.sqlite3")) as file:
            file.execute(f"DROP TRIGGER {lost}")
    told = settled.run("serve", "--port", "1", expect=2).stderr
    assert f"audit_unguarded: The database does not guard its append-only tables ({lost})" in told
    assert lost in settled.run("check", "triggers", expect=2).stdout
    settled.run("manage", "migrate")
    assert settled.run("check", "triggers").stdout == "triggers\tok\n"
