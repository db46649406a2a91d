"""A house with the synthetic twin, served as `xietong serve` serves it, and a browser before it.

`--base-url http://127.0.0.1:8000` looks at a house that is running already instead.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

COMMAND = Path(sys.executable).parent / "xietong"
CHROMIUM = "/usr/bin/chromium"
# A map needs WebGL; SwiftShader draws it where there is no graphics card.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
DESKTOP, PHONE = (1366, 768), (390, 844)
LANGUAGES = {"zh": "", "en": "/en"}
READY_SECONDS = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason="Debian's Chromium is not here"))


@pytest.fixture(scope="session")
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Give the address of a served house that holds the synthetic twin."""
    given = request.config.getoption("--base-url", default=None)
    if given:
        yield str(given).rstrip("/")
        return
    home = tmp_path_factory.mktemp("house")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = {
        **os.environ,
        "XIETONG_HOME": str(home),
        "XIETONG_DATA": str(home / "none"),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([COMMAND, "up", "--no-serve"], env=environment, check=True, timeout=600)
    log = (home / "serve.log").open("wb")
    server = subprocess.Popen(
        [COMMAND, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, home / "serve.log")
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urlopen(f"{address}/api/v1/atlas/editions", timeout=5):  # noqa: S310
                return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not answer: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start Debian's Chromium."""
    return {"executable_path": CHROMIUM, "args": ARGUMENTS}


Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, house: str) -> Iterator[Opener]:
    """Give a function that opens an address; the test fails where a page complained meanwhile.

    A refused style or script of the content security policy is a complaint on the console too.
    """
    contexts = []
    complaints: list[str] = []

    def opened(
        path: str, *, size: tuple[int, int] = DESKTOP, expected: int = 200, **options: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, accept_downloads=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: complaints.append(f"{path}: {fault}"))
        page.on(
            "console",
            lambda said: (
                complaints.append(f"{path}: {said.text}")
                if said.type in ("error", "warning") and expected == 200
                else None
            ),
        )
        answer = page.goto(house + path)
        assert answer is not None
        assert answer.status == expected
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Give the accessibility checker."""
    return Axe()


def violations(axe: Axe, page: Page) -> list[str]:
    """Return what the checker finds wrong, each with the elements it is wrong with."""
    # What is still fading in has not the colours that it will be read in.
    page.evaluate(
        "Promise.allSettled(document.getAnimations()"
        ".filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))"
        ".map((one) => one.finished))"
    )
    found = axe.run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']} – {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
    ]


def map_is_drawn(page: Page) -> None:
    """Wait for the map's own flag."""
    page.wait_for_selector('html[data-map-ready="true"]', timeout=READY_SECONDS * 1000)
