"""The pictures of the guides: each page that a guide shows is opened by whom it is meant for.

`make pictures` runs this with PICTURES_OF_GUIDES set and takes them anew. A picture is replaced
only where it looks otherwise than before, so that a date or a digest on a page changes no file.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.conftest import LANGUAGES, _wait, map_is_drawn
from houses import Household, household

TESTS = Path(__file__).resolve().parent.parent
PICTURES = TESTS.parent / "docs" / "images" / "guide"
SIZE = (1200, 760)
# The share of points that may differ before a picture counts as another one.
ALIKE = 0.01
COMPARE = """async ([one, other]) => {
  const points = async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const drawn = canvas.getContext('2d');
    drawn.drawImage(image, 0, 0);
    return drawn.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await points(one), await points(other)];
  if (a.width !== b.width || a.height !== b.height) return 1;
  let differing = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    const apart = [0, 1, 2].some((c) => Math.abs(a.data[at + c] - b.data[at + c]) > 24);
    if (apart) differing += 1;
  }
  return differing / (a.data.length / 4);
}"""


@dataclass(frozen=True)
class Shot:
    """One picture: whose page it is, where it lies, and what is shown of it."""

    name: str
    part: str
    path: str
    at: str = "h1"  # what must be there
    map: bool = False
    size: tuple[int, int] = SIZE


SHOTS = (
    Shot("reader-home", "reader", "/"),
    Shot("reader-map", "reader", "/atlas/", map=True, size=(1120, 710)),
    Shot("reader-cluster", "reader", "/atlas/clusters/"),
    Shot("officer-home", "north_officer", "/"),
    Shot("officer-import", "north_officer", "/atlas/registers/northshore/import/"),
    Shot("officer-refused", "north_officer", "/atlas/registers/northshore/import/{refused}/"),
    Shot("officer-ready", "north_officer", "/atlas/registers/northshore/import/{ready}/"),
    Shot("officer-quality", "north_officer", "/atlas/registers/northshore/"),
    Shot("officer-queue", "north_officer", "/atlas/registers/northshore/queue/"),
    Shot("analyst-compare", "office_analyst", "/atlas/compare/?from=1&to=2"),
    Shot("analyst-editions", "office_analyst", "/atlas/editions/"),
    Shot("approver-home", "south_approver", "/"),
    Shot("approver-consent", "south_approver", "/agreements/{agreement}/"),
    Shot("administrator-people", "north_administrator", "/people/"),
    Shot("administrator-invite", "north_administrator", "/people/invitations/"),
    Shot("administrator-person", "north_administrator", "/people/{person}/"),
    Shot("administrator-audit", "north_administrator", "/audit/"),
    Shot("office-edition", "office_officer", "/atlas/editions/2/"),
    Shot("sign-in", "reader", "/account/login/"),
)


@dataclass
class Scene:
    """A served house, who is signed in under which session, and the numbers of what it holds."""

    house: Household
    address: str
    told: dict[str, Any]

    def open(self, browser: Browser, shot: Shot, language: str) -> tuple[BrowserContext, Page]:
        """Open the page of a shot as its part; the reader is nobody."""
        context = browser.new_context(
            viewport={"width": shot.size[0], "height": shot.size[1]}, reduced_motion="reduce"
        )
        if shot.part in self.told["sessions"]:
            cookie = {
                "name": "sessionid",
                "value": self.told["sessions"][shot.part],
                "url": self.address,
            }
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        path = shot.path.format(
            **self.told["drafts"], agreement=self.told["agreement"], person=self.told["person"]
        )
        answer = page.goto(self.address + LANGUAGES[language] + path)
        assert answer is not None
        assert answer.status == 200, path
        return context, page


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Serve the house of the guides."""
    with household(tmp_path_factory.mktemp("guide"), XIETONG_WORKERS="0") as house:
        house.settle()
        house.run("manage", "collectstatic", "--noinput")
        told = subprocess.run(
            [sys.executable, str(TESTS / "browser" / "guide_scene.py")],
            env={
                **house.environment,
                "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
                "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent / 'src'}",
            },
            cwd=house.home,
            capture_output=True,
            text=True,
        )
        assert told.returncode == 0, told.stderr
        house.run("work", "--once")
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        server = house.start("serve", "--port", str(port))
        try:
            _wait(address, server, house.home / "none")  # type: ignore[arg-type]
            yield Scene(house, address, json.loads(told.stdout.splitlines()[-1]))
        finally:
            server.terminate()  # a kill would leave the process behind that does its work
            server.communicate(timeout=30)


@pytest.mark.deep
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_guide_shows_what_its_reader_sees(
    scene: Scene, browser: Browser, shot: Shot, language: str
) -> None:
    context, page = scene.open(browser, shot, language)
    if shot.map:
        map_is_drawn(page)
    expect(page.locator(shot.at).first).to_be_visible()
    page.evaluate("document.fonts.ready")
    taken = page.screenshot(animations="disabled")
    path = PICTURES / f"{shot.name}-{language}.png"
    if os.environ.get("PICTURES_OF_GUIDES"):
        if not path.is_file() or differing(page, path.read_bytes(), taken) > ALIKE:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(taken)
    else:
        assert path.is_file(), "type: make pictures"
    context.close()


def differing(page: Page, one: bytes, other: bytes) -> float:
    """Return the share of points in which two pictures differ."""
    # A page of nothing, since that of the house loads no picture but its own.
    blank = page.context.new_page()
    found = blank.evaluate(COMPARE, [base64.b64encode(each).decode() for each in (one, other)])
    blank.close()
    return float(found)
