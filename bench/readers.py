"""Readers of the map as their browsers ask: connections kept open, what may be kept is kept."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

GZIP = 16 + zlib.MAX_WBITS
STATIC = re.compile(rb'(?:src|href|data-worker)="(/static/[^"]+)"')
# So long a reader looks at what came, in the mean, before the next click.
LOOKS_SECONDS = 2.0
# Within so long all of them have come.
ARRIVE_SECONDS = 15.0
HTMX = "HX-Request: true\r\n"


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to be asked for: industries, places and clusters of the current edition."""

    edition: int
    opens_on: str
    industries: tuple[str, ...]
    places: tuple[str, ...]
    clusters: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(slots=True)
class Told:
    """What came of it: seconds by kind, digests of bodies by address, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bodies: dict[str, dict[str, bytes]] = field(default_factory=lambda: defaultdict(dict))
    errors: list[str] = field(default_factory=list)
    unchanged: int = 0
    received: int = 0


class Browser:
    """One reader's browser: one connection, and a memory of what it may keep."""

    def __init__(self, port: int, told: Told) -> None:
        self.port, self.told = port, told
        self.kept: set[str] = set()
        self.tags: dict[str, str] = {}
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def get(self, kind: str, path: str, headers: str = "") -> bytes:
        """Ask for an address unless it may still be kept; note time, body and faults."""
        if path in self.kept:
            return b""
        tag = self.tags.get(headers + path, "")
        began = time.perf_counter()
        try:
            status, answer, body = await self._asked(path, headers, tag)
        except (OSError, asyncio.IncompleteReadError) as fault:
            self.told.errors.append(f"{path}: {fault!r}")
            self.writer = None
            return b""
        self.told.seconds[kind].append(time.perf_counter() - began)
        self.told.received += len(body)
        if status == 304 and tag:
            self.told.unchanged += 1
            return b""
        if status != 200:
            self.told.errors.append(f"{path}: {status}")
            return b""
        if answer.get("content-encoding") == "gzip":
            body = zlib.decompress(body, GZIP)
        if "immutable" in answer.get("cache-control", ""):
            self.kept.add(path)
        elif "etag" in answer:
            self.tags[headers + path] = answer["etag"]
        if kind != "static":
            digest = hashlib.sha256(body).hexdigest()
            self.told.bodies[headers + path].setdefault(digest, body)
        return body

    async def _asked(
        self, path: str, headers: str, tag: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        known = f"If-None-Match: {tag}\r\n" if tag else ""
        self.writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\n"
            f"Accept-Language: zh-CN\r\n{headers}{known}\r\n".encode()
        )
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        found["etag"] = next(
            (line.split(": ", 1)[1] for line in head if line.lower().startswith("etag:")), ""
        )
        status = int(head[0].split()[1])
        if not found["etag"]:
            del found["etag"]
        return status, found, await self._body(status, found)

    async def _body(self, status: int, head: Mapping[str, str]) -> bytes:
        assert self.reader is not None
        if status == 304:
            return b""
        if head.get("transfer-encoding") != "chunked":
            return await self.reader.readexactly(int(head.get("content-length", "0")))
        parts = []
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            parts.append((await self.reader.readexactly(size + 2))[:-2])
        await self.reader.readexactly(2)
        return b"".join(parts)


class Reader:
    """Opens the map, looks, clicks: industries, places, clusters, the list, the search."""

    def __init__(self, number: int, known: Known, port: int, told: Told) -> None:
        self.draw = random.Random(number)  # noqa: S311  (a seed: every run asks alike)
        self.known, self.browser = known, Browser(port, told)
        self.prefix = "" if number % 4 else "/en"

    async def read(self, until: float) -> None:
        """Read until a moment of the clock."""
        await asyncio.sleep(self.draw.random() * ARRIVE_SECONDS)
        await self.opened()
        while time.monotonic() < until:
            await asyncio.sleep(self.draw.expovariate(1 / LOOKS_SECONDS))
            await self.draw.choices(
                (self.industry, self.place, self.cluster, self.listed, self.searched, self.opened),
                (40, 25, 10, 10, 10, 5),
            )[0]()
        if self.browser.writer is not None:
            self.browser.writer.close()

    async def opened(self) -> None:
        """Come to the map's page, with all that it loads."""
        page = await self.browser.get("map page", f"{self.prefix}/atlas/")
        for path in sorted({one.decode() for one in STATIC.findall(page)}):
            await self.browser.get("static", path)
        api = f"/api/v1/atlas/editions/{self.known.edition}"
        for level in ("county", "province"):
            await self.browser.get("outlines", f"{api}/boundaries/{level}")
        await self._layers(self.known.opens_on)

    async def industry(self) -> None:
        """Switch to another industry."""
        key = self._industry()
        path = f"{self.prefix}/atlas/?industry={key}"
        await self.browser.get("switch industry", path, HTMX)
        await self._layers(key)

    async def place(self) -> None:
        """Open a place's card."""
        path = f"{self.prefix}/atlas/?place={self.draw.choice(self.known.places)}"
        await self.browser.get("place card", path, HTMX)

    async def cluster(self) -> None:
        """Open a cluster's page."""
        key = self.draw.choice(self.known.clusters)
        await self.browser.get("cluster page", f"{self.prefix}/atlas/clusters/{key}/")

    async def listed(self) -> None:
        """Leaf through the list of clusters."""
        page = self.draw.randint(1, 4)
        await self.browser.get("cluster list", f"{self.prefix}/atlas/clusters/?page={page}")

    async def searched(self) -> None:
        """Type into the search."""
        word = self.draw.choice(self.known.words)
        await self.browser.get("search", f"{self.prefix}/search/suggestions/?q={word}", HTMX)

    async def _layers(self, key: str) -> None:
        api = f"/api/v1/atlas/editions/{self.known.edition}"
        asked = f"industry={key}&level=county&measure=lq&counted=n"
        await self.browser.get("layer", f"{api}/layer?{asked}")
        await self.browser.get("cluster outlines", f"{api}/outlines?industry={key}")

    def _industry(self) -> str:
        """Some industries are asked for often, most seldom, as with everything people read."""
        at = min(int(self.draw.paretovariate(0.7)) - 1, len(self.known.industries) - 1)
        return self.known.industries[at]


async def crowd(known: Known, port: int, readers: int, seconds: float) -> Told:
    """Let so many readers read for so long; return what came of it."""
    told = Told()
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(readers):
            group.create_task(Reader(number, known, port, told).read(until))
    return told


def quantiles(seconds: list[float]) -> Iterator[float]:
    """Give p50, p95, p99 and the longest, in milliseconds."""
    ordered = sorted(seconds)
    for share in (0.5, 0.95, 0.99, 1.0):
        yield 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]
