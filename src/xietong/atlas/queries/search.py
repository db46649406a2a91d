"""Search over places, industries, chains and clusters, by Chinese, pinyin, initials or English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xietong.atlas.models import Cluster
from xietong.atlas.queries.editions import Files, Opened, facts_said, files_in, open_edition
from xietong.atlas.schemas import EditionOut, HitKind, Names, SearchHit
from xietong.engine.terms import fold
from xietong.region.rules import Actor

LIMIT = 30
# In the order in which equally good matches stand.
KINDS: dict[str, tuple[HitKind, Names]] = {
    "place": ("place", Names(zh="地方", en="Place")),
    "chain": ("chain", Names(zh="产业链", en="Chain")),
    "division": ("industry", Names(zh="行业大类", en="Division")),
    "group": ("industry", Names(zh="行业中类", en="Group")),
    "segment": ("segment", Names(zh="产业链环节", en="Chain segment")),
    "cluster": ("cluster", Names(zh="产业集群", en="Cluster")),
}
ORDER = {kind: at for at, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    key: str
    name: Names
    detail: Names
    words: tuple[str, ...]  # folded; the whole of one is the best match
    position: int  # earlier among equal matches of its kind


def search(actor: Actor, number: int | None, q: str, *, limit: int = LIMIT) -> list[SearchHit]:
    """Return what is called, spelt or coded like `q`, best first; nothing for a blank query."""
    return _hits(open_edition(actor, number), q, limit)


def search_newest(
    actor: Actor, q: str, *, limit: int = LIMIT
) -> tuple[EditionOut, list[SearchHit]]:
    """Return the same of the newest published edition, and what the frame says of that edition.

    One read serves both. Refuses `no_edition`.
    """
    opened = open_edition(actor)
    return facts_said(opened), _hits(opened, q, limit)


def _hits(opened: Opened, q: str, limit: int) -> list[SearchHit]:
    wanted = fold(q.strip())
    if not wanted:
        return []
    found = []
    for entry in _index(opened.folder, opened.row.pk):
        quality = min(
            (match for word in entry.words if (match := _match(wanted, word)) is not None),
            default=None,
        )
        if quality is not None:
            found.append((quality, ORDER[entry.kind], entry.position, entry.key, entry))
    return [_hit(entry) for *_, entry in sorted(found, key=lambda one: one[:4])[:limit]]


def _match(wanted: str, word: str) -> int | None:
    """Return 0 for the same word, 1 where it begins so, 2 where a later part does, else None."""
    if word == wanted:
        return 0
    if word.startswith(wanted):
        return 1
    return 2 if wanted in word and (not wanted.isascii() or f" {wanted}" in f" {word}") else None


def _hit(entry: _Entry) -> SearchHit:
    kind = KINDS[entry.kind][0]
    pages = {
        "place": f"atlas/places/{entry.key}/",
        "cluster": f"atlas/clusters/{entry.key}/",
    }
    return SearchHit(
        kind=kind,
        key=entry.key,
        name=entry.name,
        detail=entry.detail,
        url=pages.get(kind, f"atlas/?industry={entry.key}"),
    )


@lru_cache(maxsize=4)
def _index(folder: Path, edition: int) -> list[_Entry]:
    """Return all that can be found in an edition, once a process: it never changes."""
    files = files_in(folder)
    return [*_places(files), *_industries(files), *_clusters(edition)]


def _places(files: Files) -> Iterator[_Entry]:
    for position, (code, place) in enumerate(files.places.items()):
        name = files.names[code]
        yield _Entry(
            kind="place",
            key=code,
            name=name,
            detail=files.names.get(place["parent"], KINDS["place"][1]),
            words=(fold(name.zh), fold(name.en), *place["pinyin"].split(), code),
            position=position,
        )


def _industries(files: Files) -> Iterator[_Entry]:
    for position, industry in enumerate(files.industries.values()):
        if industry.kind in KINDS:
            names = (industry.name, industry.short)
            yield _Entry(
                kind=industry.kind,
                key=industry.key,
                name=industry.name,
                detail=KINDS[industry.kind][1],
                words=(
                    *(fold(text) for name in names for text in (name.zh, name.en)),
                    *files.manifest["pinyin"].get(industry.key, "").split(),
                    fold(industry.code),
                ),
                position=position,
            )


def _clusters(edition: int) -> Iterator[_Entry]:
    rows = Cluster.objects.filter(edition_id=edition).order_by("-units", "key")
    for position, row in enumerate(rows):
        yield _Entry(
            kind="cluster",
            key=row.key,
            name=Names(zh=row.name_zh, en=row.name_en),
            detail=KINDS["cluster"][1],
            words=(fold(row.name_zh), fold(row.name_en)),
            position=position,
        )
