"""Houses that are served as in production, and whoever asks them over HTTP.

with household(tmp_path) as house:
    house.settle()
    of = tokens(house)                      # the cast enters; a token for each part
    with served(house) as one:              # `xietong serve`: granian, a keeper, a worker
        officer = Visitor(one.address, of["north_officer"])
        officer.get("/api/v1/atlas/editions")
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from houses import Household
from real_data import ROOT

RUN = "from xietong.portal.main import main; main()"
# A machine on which much else runs takes minutes for what it else does in seconds.
LONGEST_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, its headers, and the body, read as JSON where it is some."""

    status: int
    headers: Any
    body: bytes

    @property
    def told(self) -> Any:
        """Return what the body says."""
        kind = self.headers.get("Content-Type") or ""
        return json.loads(self.body) if "json" in kind else self.body


class Visitor:
    """Whoever asks the house over HTTP, with a token or without."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address, self.token = address, token

    def answer(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        """Return the whole answer."""
        headers = {"Accept-Language": "en"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if kind:
            headers["Content-Type"] = kind
        asked = Request(self.address + path, data=body, method=method, headers=headers)  # noqa: S310
        try:
            with urlopen(asked, timeout=60) as told:  # noqa: S310
                return Answer(told.status, told.headers, told.read())
        except HTTPError as fault:
            with fault:
                return Answer(fault.code, fault.headers, fault.read())

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        """Return status and answer: JSON where it is, else bytes."""
        found = self.answer(method, path, body, kind)
        return found.status, found.told

    def get(self, path: str) -> Any:
        """Return what is found at an address, which must be there."""
        status, told = self.ask("GET", path)
        assert status == 200, (path, status, told)
        return told

    def post(self, path: str, told: Any = None, *, wanted: int = 200) -> Any:
        """Return the answer to a write, which must have the status that is wanted."""
        body = json.dumps({} if told is None else told).encode()
        status, answer = self.ask("POST", path, body, "application/json")
        assert status == wanted, (path, status, answer)
        return answer

    def upload(self, path: str, name: str, content: bytes) -> Any:
        """Return status and answer of an upload."""
        mark = secrets.token_hex(16)
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        return self.ask("POST", path, body, f"multipart/form-data; boundary={mark}")


@dataclass(frozen=True, slots=True)
class Served:
    """A house that answers at an address; `pid` is its server's, `log` what all of it said."""

    address: str
    port: int
    pid: int
    log: Path
    home: Path

    def family(self) -> list[int]:
        """Return the server's own processes: the one that was started, and what it started."""
        found, fresh = [self.pid], [self.pid]
        while fresh:
            one = fresh.pop()
            with suppress(OSError):
                below = Path(f"/proc/{one}/task/{one}/children").read_text().split()
                fresh += [int(child) for child in below]
                found += [int(child) for child in below]
        return found

    def workers(self) -> list[int]:
        """Return the workers of this house, whoever keeps them."""
        return living_in(self.home, "work --tied")


def living_in(home: Path, what: str) -> list[int]:
    """Return the processes with words in their command line whose folder is this home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if what in words and os.readlink(folder / "cwd") == str(home):
                found.append(int(folder.name))
    return sorted(found)


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served(
    house: Household, *, workers: int = 1, log: Path | None = None, **settings: str
) -> Iterator[Served]:
    """Serve a household with so many workers, as `xietong serve` does."""
    port = free_port()
    log = log or house.home.parent / "serve.log"
    with log.open("wb") as told:
        server = subprocess.Popen(
            [sys.executable, "-c", RUN, "serve", "--port", str(port)],
            env={**house.environment, "XIETONG_WORKERS": str(workers), **settings},
            cwd=house.home,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + LONGEST_SECONDS
        while True:
            try:
                with urlopen(f"{address}/health/ready", timeout=10):  # noqa: S310
                    break
            except OSError:
                assert server.poll() is None, log.read_text(errors="replace")
                assert time.monotonic() < until
                time.sleep(0.2)
        yield Served(address, port, server.pid, log, house.home)
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def tokens(house: Household) -> dict[str, str]:
    """Let the cast enter; return their tokens."""
    found: dict[str, str] = json.loads(asked_inside(house))
    return found


def asked_inside(house: Household, *arguments: str) -> str:
    """Return what stories/tokens_process.py prints in the house."""
    script = ROOT / "tests" / "stories" / "tokens_process.py"
    told = subprocess.run(
        [sys.executable, str(script), *arguments],
        env={
            **house.environment,
            "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
            "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT / 'src'}",
        },
        cwd=house.home,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def mapped(officer: Visitor, member: str, path: Path) -> str:
    """Upload a register and confirm the columns as they are proposed; return its address."""
    base = f"/api/v1/atlas/registers/{member}/imports"
    status, draft = officer.upload(base, path.name, path.read_bytes())
    assert status == 201, draft
    here = f"{base}/{draft['number']}"
    columns = {one["meaning"]: one["position"] for one in draft["columns"] if one["meaning"]}
    body = json.dumps({"columns": columns}).encode()
    status, told = officer.ask("PUT", f"{here}/columns", body, "application/json")
    assert status == 200, told
    return here


def checked(officer: Visitor, here: str) -> dict[str, Any]:
    """Wait until an import is checked; return it."""
    until = time.monotonic() + LONGEST_SECONDS
    while (draft := officer.get(here))["state"] not in ("checked", "ready"):
        assert time.monotonic() < until, draft
        time.sleep(0.3)
    assert draft["state"] == "ready", draft["problems"]
    found: dict[str, Any] = draft
    return found


def brought(officer: Visitor, member: str, path: Path) -> dict[str, Any]:
    """Bring a register as an officer does: upload, confirm the columns, check, commit."""
    here = mapped(officer, member, path)
    status, told = officer.ask("POST", f"{here}/check", b"{}", "application/json")
    assert status in (200, 202), told
    checked(officer, here)
    done: dict[str, Any] = officer.post(
        f"{here}/commit", {"reason": "as in the member's office"}, wanted=201
    )
    return done
