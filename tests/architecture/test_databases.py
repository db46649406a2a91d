"""Both databases: the run is on the one that was asked for, and nothing of it stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from house_plugin import enter
from postgres_cluster import PostgresMissing, programs
from real_data import ROOT


def has_postgres() -> bool:
    """Return whether PostgreSQL is installed here."""
    try:
        programs()
    except PostgresMissing:
        return False
    return True


needs_postgres = pytest.mark.skipif(not has_postgres(), reason="PostgreSQL is not installed")


@pytest.mark.operations
@pytest.mark.django_db
def test_the_database_is_the_one_asked_for() -> None:
    assert connection.vendor == os.environ.get("XIETONG_TEST_DATABASE", "sqlite")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 + 1")
        assert cursor.fetchone() == (2,)


@pytest.mark.operations
@pytest.mark.django_db
def test_the_database_keeps_our_constraints() -> None:
    from xietong.region.models import Region

    def add() -> Region:
        return Region.objects.create(
            code="lakes", name_zh="湖区", name_en="Lakes", vintage=2019, pack_digest="0" * 64
        )

    add()
    with pytest.raises(IntegrityError), transaction.atomic():
        add()


@pytest.mark.operations
@pytest.mark.django_db
def test_a_broken_statement_is_an_error_and_not_silence() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nothing_of_that_name FROM nowhere")


def test_the_tests_have_a_home_of_their_own() -> None:
    assert Path(settings.XIETONG_HOME).name.startswith("xietong-tests-")
    assert not Path(settings.XIETONG_HOME).is_relative_to(ROOT)


def test_the_shell_does_not_reach_into_the_tests(tmp_path: Path) -> None:
    outside = {
        "PATH": "/bin",
        "XIETONG_HOME": "/srv/in-use",
        "XIETONG_DATABASE_URL": "postgresql://somebody@production/real",
        "XIETONG_DATA": "/srv/data",
        "XIETONG_TEST_DATABASE": "sqlite",
        "DJANGO_SETTINGS_MODULE": "another.settings",
    }
    assert enter(outside, tmp_path) == {
        "PATH": "/bin",
        "XIETONG_HOME": str(tmp_path),
        "XIETONG_DATA": "/srv/data",
        "XIETONG_TEST_DATABASE": "sqlite",
    }


def test_a_database_that_nobody_knows_stops_the_run() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--co", "-q", "tests/architecture/test_databases.py"],
        cwd=ROOT,
        env={**os.environ, "XIETONG_TEST_DATABASE": "oracle"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "XIETONG_TEST_DATABASE='oracle': wanted one of sqlite, postgresql." in run.stderr


@needs_postgres
@pytest.mark.parametrize("ending", ["clean", "killed"])
def test_the_throw_away_server_ends_with_its_run(tmp_path: Path, ending: str) -> None:
    told = tmp_path / "pid"
    holder = textwrap.dedent(
        f"""
        import time
        from pathlib import Path
        from postgres_cluster import throw_away_cluster
        with throw_away_cluster() as cluster:
            Path({str(told)!r}).write_text(f"{{cluster.pid}} {{cluster.folder}}")
            time.sleep(0 if {ending!r} == "clean" else 600)
        """
    )
    run = subprocess.Popen(
        [sys.executable, "-c", holder], env={**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    )
    try:
        wait_for(lambda: told.exists() and bool(told.read_text()), "the server never started")
        pid, folder = told.read_text().split(maxsplit=1)
        if ending == "killed":
            assert is_running(int(pid))
            run.send_signal(signal.SIGKILL)
        run.wait(timeout=60)
        wait_for(lambda: not is_running(int(pid)), "the server outlived its run")
        if ending == "clean":
            assert not Path(folder).exists()
        else:
            shutil.rmtree(folder)
    finally:
        run.kill()
        run.wait()


def is_running(pid: int) -> bool:
    """Return whether a process is alive, a zombie counting as dead."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition: object, otherwise: str) -> None:
    """Wait up to a minute for a condition to hold."""
    assert callable(condition)
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit, otherwise
        time.sleep(0.05)
