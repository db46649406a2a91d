"""Search over places, industries, chains and clusters, by Chinese, pinyin, initials or English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xietong.atlas.queries.editions import Opened, open_edition
from xietong.atlas.schemas import Names, SearchHit
from xietong.engine.terms import fold
from xietong.region.rules import Actor

LIMIT = 30
KINDS = {
    "place": Names(zh="地方", en="Place"),
    "division": Names(zh="行业大类", en="Division"),
    "group": Names(zh="行业中类", en="Group"),
    "chain": Names(zh="产业链", en="Chain"),
    "segment": Names(zh="产业链环节", en="Chain segment"),
    "cluster": Names(zh="产业集群", en="Cluster"),
}


@dataclass(frozen=True, slots=True)
class _Entry:
    hit: SearchHit
    words: tuple[str, ...]  # folded names; the whole of one is the best match
    weight: int  # earlier among equal matches


def search(actor: Actor, number: int | None, q: str, *, limit: int = LIMIT) -> list[SearchHit]:
    """Return what is called, spelt or coded like `q`, best first; nothing for a blank query."""
    wanted = fold(q.strip())
    if not wanted:
        return []
    opened = open_edition(actor, number)
    scored = []
    for entry in _entries(opened):
        quality = min(
            (match for word in entry.words if (match := _match(wanted, word)) is not None),
            default=None,
        )
        if quality is not None:
            scored.append((quality, entry.weight, len(entry.words[0]), entry.hit.key, entry.hit))
    return [hit for *_, hit in sorted(scored, key=lambda row: row[:4])[:limit]]


def _match(wanted: str, word: str) -> int | None:
    """Return 0 for the same word, 1 where it begins so, 2 where a later part does, else None."""
    if word == wanted:
        return 0
    if word.startswith(wanted):
        return 1
    return 2 if wanted in word and (not wanted.isascii() or f" {wanted}" in f" {word}") else None


def _entries(opened: Opened) -> Iterator[_Entry]:
    for weight, code in enumerate(opened.places):
        place = opened.places[code]
        name = Names(**place["name"])
        yield _Entry(
            SearchHit(
                kind="place",
                key=code,
                name=name,
                detail=opened.names_of(place["parent"]) if place["parent"] else KINDS["place"],
                url=f"atlas/places/{code}/",
            ),
            (fold(name.zh), fold(name.en), *place["pinyin"].split(), code),
            weight,
        )
    for weight, industry in enumerate(opened.industries.values()):
        if industry.kind in KINDS:
            yield _Entry(
                SearchHit(
                    kind="industry" if industry.kind in ("division", "group") else industry.kind,
                    key=industry.key,
                    name=industry.name,
                    detail=KINDS[industry.kind],
                    url=f"atlas/?industry={industry.key}",
                ),
                (
                    fold(industry.name.zh),
                    fold(industry.name.en),
                    fold(industry.short.zh),
                    fold(industry.short.en),
                    *opened.manifest["pinyin"].get(industry.key, "").split(),
                    industry.code,
                ),
                weight,
            )
    for row in opened.row.clusters.all():
        yield _Entry(
            SearchHit(
                kind="cluster",
                key=row.key,
                name=Names(zh=row.name_zh, en=row.name_en),
                detail=KINDS["cluster"],
                url=f"atlas/clusters/{row.key}/",
            ),
            (fold(row.name_zh), fold(row.name_en)),
            row.rank,
        )
