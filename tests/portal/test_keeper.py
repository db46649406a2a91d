"""Workers live beside the server: one that dies is started again, and all end with the server."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from houses import household


def command_of(process: int) -> str:
    """Return the command line of a process; nothing where it is gone or a zombie."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def living_in(home: Path, what: str) -> list[int]:
    """Return the processes with a word in their command line whose folder is this home."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            here = os.readlink(one / "cwd") == str(home)
        except OSError:
            continue
        if here and what in command_of(int(one.name)):
            found.append(int(one.name))
    return found


def wait_until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something comes true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "never came true"
        time.sleep(0.2)


def free_port() -> str:
    """Return a port at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@pytest.mark.deep
def test_a_worker_that_dies_is_started_again_and_none_outlives_the_server(tmp_path: Path) -> None:
    with household(tmp_path, XIETONG_WORKERS="1") as house:
        house.settle()
        house.run("manage", "collectstatic", "--noinput")
        server = house.start("serve", "--port", free_port())
        try:
            wait_until(lambda: living_in(house.home, "work --tied"))
            (first,) = living_in(house.home, "work --tied")
            os.kill(first, signal.SIGKILL)
            wait_until(lambda: living_in(house.home, "work --tied") not in ([], [first]))
        finally:
            server.terminate()
            server.wait(30)
        wait_until(lambda: not living_in(house.home, "work --tied"))
        wait_until(lambda: not living_in(house.home, "keeper"))


@pytest.mark.deep
def test_a_server_that_is_killed_leaves_nobody_answering(tmp_path: Path) -> None:
    with household(tmp_path, XIETONG_WORKERS="1") as house:
        house.settle()
        house.run("manage", "collectstatic", "--noinput")
        server = house.start("serve", "--port", free_port())
        try:
            wait_until(lambda: living_in(house.home, "work --tied"))
            wait_until(lambda: len(living_in(house.home, "granian")) > 1)
        finally:
            server.kill()
            server.wait(30)
        wait_until(lambda: not living_in(house.home, "granian"))
        wait_until(lambda: not living_in(house.home, "keeper"))
        assert not living_in(house.home, "work --tied")
