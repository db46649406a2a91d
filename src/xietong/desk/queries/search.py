"""Finding records by their words: the same on both databases, and only what the actor may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from xietong.desk.findable import EVERYBODY, lines_of_records
from xietong.desk.models import SearchEntry, SearchScope
from xietong.desk.sayings import here, say
from xietong.engine.terms import fold, terms
from xietong.region.rules import Actor, Kind, reach

LIMIT = 30
# Of so many newest matches the best are shown; more would be read for nothing.
RANKED = 300
MOST_TERMS = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A record that was found; `kind` in the active language."""

    kind: str
    zh: str
    en: str
    url: str


def find(actor: Actor, q: str, *, limit: int = LIMIT) -> list[Found]:
    """Return the actor's records that hold every term of `q`, the best first.

    A Latin word at the end may be the beginning of one. Titles that are what was asked for stand
    before those that begin so, and these before the rest; then the newest.
    """
    wanted = list(dict.fromkeys(terms(q)))[:MOST_TERMS]
    if not wanted or actor.kind is Kind.OUTSIDER:
        return []
    rows = list(_matching(_visible(actor), wanted).order_by("-id")[:RANKED])
    asked = fold(q.strip())
    rows.sort(key=lambda row: _rank(row, asked))
    return [
        Found(say(row.kind, {}), row.title_zh, row.title_en or row.title_zh, here(row.url))
        for row in rows[:limit]
    ]


def _rank(row: SearchEntry, asked: str) -> int:
    titles = (fold(row.title_zh), fold(row.title_en))
    if asked in titles:
        return 0
    if any(title.startswith(asked) for title in titles):
        return 1
    return 2 if any(asked in title for title in titles) else 3


def _visible(actor: Actor) -> QuerySet[SearchEntry]:
    """Return what the actor may find: each line is asked as the page asks it, role and all."""
    if actor.kind is Kind.LOCAL:
        return SearchEntry.objects.all()
    keys = {EVERYBODY, actor.key} if actor.kind is Kind.PERSON else {EVERYBODY}
    found = Q(line="", scope__in=sorted(keys))
    for verb, line in lines_of_records().items():
        scopes = reach(actor, line)
        if scopes is None:
            found |= Q(line=verb)
        elif scopes:
            found |= Q(line=verb, scope__in=sorted(scopes))
    return SearchEntry.objects.filter(pk__in=SearchScope.objects.filter(found).values("entry"))


def _matching(rows: QuerySet[SearchEntry], wanted: list[str]) -> QuerySet[SearchEntry]:
    """Narrow rows to those whose words hold all terms; the terms are plain letters and digits."""
    *_, last = wanted
    opens = last.isascii()
    if connection.vendor == "postgresql":
        query = " & ".join(f"'{term}'" for term in wanted) + (":*" if opens else "")
        sql = (
            "SELECT id FROM desk_searchentry "
            "WHERE array_to_tsvector(string_to_array(words, ' ')) @@ %s::tsquery"
        )
    else:
        query = " ".join(f'"{term}"' for term in wanted) + ("*" if opens else "")
        sql = "SELECT rowid FROM desk_search WHERE desk_search MATCH %s"
    return rows.filter(pk__in=RawSQL(sql, (query,)))  # noqa: S611  (no word of it is a stranger's)
