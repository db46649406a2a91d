"""A throw-away PostgreSQL: its own folder, its own port on the loopback, gone with its process.

PostgreSQL refuses to run as root, so that root hands the cluster to an unprivileged account.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROLE = "xietong"
PATIENCE_SECONDS = 60
# Nothing here outlives the run, so that nothing need reach the disk.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
PR_SET_PDEATHSIG = 1


class PostgresMissing(Exception):
    """PostgreSQL is not installed here."""

    def __init__(self) -> None:
        super().__init__("PostgreSQL is not installed; type: sudo apt-get install postgresql")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; `url` is what XIETONG_DATABASE_URL takes."""

    url: str
    folder: Path
    pid: int


def programs() -> Path:
    """Return the folder of the newest PostgreSQL's programs. Raises PostgresMissing."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    found = newest or shutil.which("postgres")
    if found is None:
        raise PostgresMissing
    return Path(found).resolve().parent


def unprivileged() -> dict[str, Any]:
    """Return what makes a subprocess run as an account that PostgreSQL accepts."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = known.get("postgres") or known["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Switch:
    """A cluster that a test turns off and on again at the same address.

    What it has promised to keep it keeps: it is only stopped, and the machine runs on.
    """

    def __init__(self, folder: Path, server: subprocess.Popen[bytes], port: int, url: str) -> None:
        self._folder, self._server, self._port = folder, server, port
        self.url = url

    def off(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT ends its sessions, SIGQUIT leaves without a word."""
        self._server.send_signal(how)
        self._server.wait(PATIENCE_SECONDS)

    def on(self) -> None:
        """Start it again, at the same address."""
        self._server, _ = _start(programs(), self._folder, unprivileged(), self._port)

    @property
    def server(self) -> subprocess.Popen[bytes]:
        """Return the server that runs now."""
        return self._server


@contextmanager
def cluster_with_a_switch() -> Iterator[Switch]:
    """Give a cluster of the test's own, which may be stopped: the run's is everybody's."""
    binaries, account = programs(), unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="xietong-postgres-"))
    try:
        password = secrets.token_urlsafe(16)
        _make(binaries, folder, password, account)
        server, port = _start(binaries, folder, account)
        url = f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/postgres"
        switch = Switch(folder, server, port, url)
        try:
            yield switch
        finally:
            if switch.server.poll() is None:
                _stop(switch.server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def throw_away_cluster() -> Iterator[Cluster]:
    """Start a server, give it, stop it whatever happens; if this process is killed, it ends."""
    binaries, account = programs(), unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="xietong-postgres-"))
    try:
        password = secrets.token_urlsafe(16)
        _make(binaries, folder, password, account)
        server, port = _start(binaries, folder, account)
        try:
            url = f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/postgres"
            yield Cluster(url=url, folder=folder, pid=server.pid)
        finally:
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(binaries: Path, folder: Path, password: str, account: dict[str, Any]) -> None:
    secret = folder / "password"
    secret.write_text(password)
    if account:
        for path in (folder, secret):
            os.chown(path, account["user"], account["group"])
    subprocess.run(
        [
            str(binaries / "initdb"),
            f"--pgdata={folder / 'data'}",
            f"--username={ROLE}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **account,
    )


def _start(
    binaries: Path, folder: Path, account: dict[str, Any], at: int | None = None
) -> tuple[subprocess.Popen[bytes], int]:
    log = folder / "log"
    for _ in range(5):
        port = at or _free_port()
        with log.open("wb") as told:
            server = subprocess.Popen(
                [
                    str(binaries / "postgres"),
                    "-D",
                    str(folder / "data"),
                    *_options("listen_addresses=127.0.0.1", f"port={port}"),
                    *_options(f"unix_socket_directories={folder}", *CARELESS),
                ],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=subprocess.STDOUT,
                # Safe: the run only begins, and no other thread exists yet.
                preexec_fn=_die_with_parent,
                **account,
            )
        if _ready(server, folder):
            return server, port
        _stop(server)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _ready(server: subprocess.Popen[bytes], folder: Path) -> bool:
    """Wait until the server says in its pid file that it takes connections."""
    stated = folder / "data" / "postmaster.pid"
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit and server.poll() is None:
        if stated.exists() and stated.read_text().rstrip().endswith("ready"):
            return True
        time.sleep(0.05)
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": open sessions are ended
    try:
        server.wait(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)  # "immediate"
        server.wait()


def _options(*settings: str) -> list[str]:
    return [part for setting in settings for part in ("-c", setting)]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _die_with_parent() -> None:
    """Ask the kernel to end the server when the test run is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
