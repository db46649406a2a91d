"""A hundred readers on the published map for a minute, served as `xietong serve` serves it.

`python -m bench.serving [--home FOLDER] [--readers N] [--seconds S]`; without a home one is made
with the synthetic twin. Every answer under load is held against what the queries say by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from bench.readers import HTMX, Known, Told, crowd, quantiles

RUN = "from xietong.portal.main import main; main()"
# Words of any region: what people type are beginnings of codes and of spellings.
WORDS = ("39", "s", "ch", "ji", "d2", "no-such-word")
AIM_MS = 300


def main() -> None:
    """Serve a house, let readers come, print what it was like for them."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--home", type=Path)
    asked.add_argument("--readers", type=int, default=100)
    asked.add_argument("--seconds", type=float, default=60)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="xietong-bench-") as folder:
        home = given.home or Path(folder) / "home"
        os.environ["XIETONG_HOME"] = str(home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "xietong.portal.settings"
        if given.home is None:
            os.environ["XIETONG_DATA"] = str(home / "none")
            os.environ.pop("XIETONG_DATABASE_URL", None)
            subprocess.run(
                [sys.executable, "-c", RUN, "up", "--no-serve"],
                check=True,
                stderr=subprocess.DEVNULL,
            )
        known = what_there_is()
        load = os.getloadavg()[0]
        with served() as (port, server):
            began = time.perf_counter()
            told = asyncio.run(crowd(known, port, given.readers, given.seconds))
            lasted = time.perf_counter() - began
            peak = peak_megabytes(server)
        report(told, lasted, given.readers, peak, load)
        print(f"{right(told, known):,} different answers, each what the queries say")


def what_there_is() -> Known:
    """Return what readers may ask for, from the house's own queries."""
    import django

    django.setup()
    from xietong.atlas import queries
    from xietong.region.rules import READER

    edition = queries.edition(READER)
    opened = queries.open_edition(READER)
    return Known(
        edition=edition.number,
        opens_on=edition.opens_on,
        industries=tuple(one.key for one in queries.industries(READER) if one.enabled),
        places=tuple(sorted(opened.places)),
        clusters=tuple(row.key for row in queries.clusters(READER)),
        words=WORDS,
    )


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """Serve the house as in production; give the port and the server's process."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", RUN, "serve", "--port", str(port)])
    try:
        until = time.monotonic() + 60
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
                    break
            except OSError:
                if server.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def peak_megabytes(pid: int) -> dict[str, int]:
    """Return the peaks of a process and of what it started, by command."""
    found: dict[str, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if pid not in (int(folder.name), int(stat[1])):
                continue
            lines = (folder / "status").read_text().splitlines()
            words = (folder / "cmdline").read_text().split("\0")
        except OSError:
            continue
        peak = next((int(line.split()[1]) >> 10 for line in lines if "VmHWM" in line), 0)
        name = "keeper" if "xietong.portal.keeper" in words else "server"
        found[name] = found.get(name, 0) + peak
    return found


def report(told: Told, lasted: float, readers: int, peak: dict[str, int], load: float) -> None:
    """Print how long answers took, by what was asked for."""
    whole = [one for seconds in told.seconds.values() for one in seconds]
    print(f"{readers} readers for {lasted:.0f} s; load of the machine before them: {load:.1f}")
    print(f"{'':16} {'asked':>7} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'most ms':>8}")
    for kind, seconds in [*sorted(told.seconds.items()), ("all", whole)]:
        figures = " ".join(f"{one:8.1f}" for one in quantiles(seconds))
        print(f"{kind:16} {len(seconds):7,} {figures}")
    print(
        f"{len(whole) / lasted:.0f} requests a second, {told.received / lasted / 2**20:.1f} MiB/s, "
        f"{told.unchanged:,} unchanged, {len(told.errors)} errors; "
        + ", ".join(f"{name} at most {size} MiB" for name, size in sorted(peak.items()))
    )
    for error in told.errors[:5]:
        print(f"  {error}")
    p95 = list(quantiles(whole))[1]
    print(f"aim: p95 under {AIM_MS} ms: {'met' if p95 < AIM_MS else 'MISSED'} ({p95:.0f} ms)")


def right(told: Told, known: Known) -> int:
    """Check every different answer against the queries; raise AssertionError for a wrong one."""
    checked = 0
    for address, bodies in told.bodies.items():
        path = urlsplit(address.removeprefix(HTMX))
        asked = {name: values[0] for name, values in parse_qs(path.query).items()}
        for body in bodies.values():
            if path.path.startswith("/api/"):
                _right_json(path.path, asked, body)
            else:
                _right_page(path.path, asked, body.decode(), known)
            checked += 1
    return checked


def _right_json(path: str, asked: dict[str, str], body: bytes) -> None:
    from xietong.atlas import queries
    from xietong.region.rules import READER

    if path.endswith("/layer"):
        wanted: Any = queries.layer(READER, industry=asked["industry"]).model_dump(mode="json")
    elif path.endswith("/outlines"):
        wanted = queries.cluster_outlines(READER, None, asked["industry"])
    else:
        level: Any = path.rsplit("/", 1)[1]
        wanted = json.loads(queries.boundaries(READER, None, level).read_bytes())
    assert json.loads(body) == wanted, f"{path} {asked} is not what the queries say"


def _right_page(path: str, asked: dict[str, str], page: str, known: Known) -> None:
    from html import escape

    from xietong.atlas import queries
    from xietong.region.rules import READER

    english = path.startswith("/en/")

    def said(name: Any) -> str:
        return escape(name.en if english else name.zh)

    wanted: list[str] = []
    if "/search/" in path:
        hits = queries.search(READER, None, asked["q"])[:8]
        wanted = [said(hit.name) for hit in hits]
    elif path.endswith("/atlas/"):
        layer = queries.layer(READER, industry=asked.get("industry", known.opens_on))
        wanted = [said(layer.industry.short)]
        wanted += [f'data-place-link="{one.code}"' for one in layer.cells[:40]]
        if "place" in asked:
            profile = queries.place_profile(READER, None, asked["place"])
            wanted += [said(profile.name)]
    elif path.endswith("/clusters/"):
        first = 30 * (int(asked["page"]) - 1)
        rows = queries.clusters(READER)[first : first + 30]
        wanted = [escape(row.name_en if english else row.name_zh) for row in rows]
    else:
        card = queries.cluster(READER, None, path.rstrip("/").rsplit("/", 1)[1])
        wanted = [said(card.name), *(said(one.name) for one in card.places)]
    missing = [word for word in wanted if word not in page]
    assert not missing, f"{path} {asked} lacks {missing[:3]}"


if __name__ == "__main__":
    main()
