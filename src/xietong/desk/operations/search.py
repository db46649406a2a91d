"""Writing the search index: with each change of a record, and as a whole."""

from __future__ import annotations

from xietong.desk import rules
from xietong.desk.findable import Findable, all_findable, lines_of_records
from xietong.desk.models import SearchEntry, SearchScope
from xietong.engine.terms import terms
from xietong.kit.references import Reference
from xietong.region.operations import change, record
from xietong.region.rules import Actor, require

# No word that anybody searches is longer, and PostgreSQL takes no lexeme over 2,046 bytes.
LONGEST_TERM = 100


def index_record(*, found: Findable) -> None:
    """Let a record be found as it is now; runs in the transaction of the record's change."""
    row, _ = SearchEntry.objects.update_or_create(
        reference=str(found.reference),
        defaults={
            "kind": found.kind,
            "title_zh": found.title_zh[:300],
            "title_en": found.title_en[:300],
            "url": found.url,
            "words": _words(found),
        },
    )
    wanted = _whom(found)
    known = {(one.line, one.scope): one.pk for one in row.scopes.all()}
    if gone := [key for one, key in known.items() if one not in wanted]:
        SearchScope.objects.filter(pk__in=gone).delete()
    SearchScope.objects.bulk_create(
        SearchScope(entry=row, line=line, scope=scope)
        for line, scope in sorted(wanted - known.keys())
    )


def unindex_record(*, reference: Reference) -> None:
    """Let a record be found no more."""
    SearchEntry.objects.filter(reference=str(reference)).delete()


def rebuild_search(*, actor: Actor) -> int:
    """Make the index anew from all rooms' records; return how many can be found."""
    require(actor, rules.REBUILD_SEARCH)
    with change():
        SearchEntry.objects.all().delete()
        count = 0
        for found in all_findable():
            index_record(found=found)
            count += 1
        record(
            actor=actor,
            verb="rebuild_search",
            subject=Reference("desk", "search", "index"),
            entries=count,
        )
    return count


def _whom(found: Findable) -> set[tuple[str, str]]:
    """Return by which line of whose records a record is found, and by whom without one."""
    whom = {("", key) for key in found.keys}
    if found.line is not None:
        if found.line.verb not in lines_of_records():
            raise ValueError(f"no provider says that records are found by {found.line.verb}")
        # A record of nobody's is still found by those who may read everybody's.
        whom |= {(found.line.verb, scope) for scope in found.of or {""}}
    return whom


def _words(found: Findable) -> str:
    """Return each term of all its text once, in order."""
    text = " ".join((found.title_zh, found.title_en, *found.text))
    return " ".join(dict.fromkeys(term[:LONGEST_TERM] for term in terms(text)))
