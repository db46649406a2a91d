"""Whether the house is sound: tables, triggers, keys, files against rows, references (就绪检查)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from xietong.atlas import storage as atlas_storage
from xietong.atlas.models import Edition, RegisterDraft, RegisterVersion
from xietong.atlas.operations.sweeping import named_by_drafts
from xietong.desk import storage as desk_storage
from xietong.desk.models import StoredFile
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.kit.shelf import PART, Shelf, digest_of, digest_of_folder
from xietong.portal.references import exists
from xietong.region import append_only, keys, queries, storage
from xietong.region.models import BoundarySet, NodeKey
from xietong.region.rules import LOCAL


@dataclass(frozen=True, slots=True)
class Holding:
    """A shelf, the files that rows need, and all that rows name."""

    shelf: Shelf
    needed: frozenset[str]
    named: frozenset[str]


def holdings() -> list[Holding]:
    """Return every shelf of the house with what its rows say."""
    versions = frozenset(f"{one}.parquet" for one in _all(RegisterVersion, "digest"))
    drafts = RegisterDraft.objects.filter(brought__isnull=False)
    ready = frozenset(f"{draft.brought['digest']}.parquet" for draft in drafts)
    editions = frozenset(_all(Edition, "files_digest"))
    outlines = frozenset(_all(BoundarySet, "digest"))
    uploads = frozenset(_all(StoredFile, "digest"))
    lists = frozenset(f"{one}.parquet" for one in _all(RegisterVersion, "problems_digest") if one)
    return [
        Holding(atlas_storage.registers(), versions | ready, versions | ready),
        Holding(atlas_storage.editions(), editions, editions),
        Holding(atlas_storage.drafts(), lists, frozenset(named_by_drafts())),
        Holding(storage.boundaries(), outlines, outlines),
        Holding(desk_storage.uploads(), uploads, uploads),
    ]


def _all(table: type[models.Model], column: str) -> set[str]:
    return set(table._default_manager.values_list(column, flat=True))


def migrations() -> Iterator[str]:
    """Tell which migrations of this release are missing."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield from (f"{step.app_label}.{step.name}" for step, _ in plan)


def triggers() -> Iterator[str]:
    """Tell which triggers of append-only tables are missing, or are not what they should be."""
    yield from append_only.missing(connection)


def node_key() -> Iterator[str]:
    """Tell whether the node's key is readable for others, or was never noted."""
    path = keys.file_of_key()
    if path.exists() and path.stat().st_mode & 0o077:
        yield f"{path.name}: chmod 600"
    noted = set(NodeKey.objects.values_list("public_key", flat=True))
    if noted and not path.exists():
        yield f"{path.name} –"
    elif noted and keys.public_key().hex() not in noted:
        yield keys.fingerprint()


def audit() -> Iterator[str]:
    """Tell what is wrong with the audit, up to the heads that the node kept."""
    try:
        queries.verified(LOCAL, queries.kept_heads())
    except Refusal as refusal:
        yield from (f"{one.code} {one.row}" for one in refusal.problems)
        if not refusal.problems:
            yield refusal.code


def files() -> Iterator[str]:
    """Tell which files a row names and no shelf has."""
    for held in holdings():
        for name in sorted(held.needed):
            if not (held.shelf.folder / name).exists():
                yield f"{held.shelf.folder.name}/{name}"


def orphans() -> Iterator[str]:
    """Tell which files on a shelf no row names; `atlas sweep` removes old ones."""
    for held in holdings():
        for path in sorted(held.shelf.folder.glob("*")) if held.shelf.folder.is_dir() else []:
            if path.name not in held.named and not path.name.startswith(PART):
                yield f"{held.shelf.folder.name}/{path.name}"


def contents() -> Iterator[str]:
    """Tell which files are not what their names say, byte by byte."""
    for held in holdings():
        for name in sorted(held.needed):
            path = held.shelf.folder / name
            if path.exists() and _digest(path) != name.split(".")[0]:
                yield f"{held.shelf.folder.name}/{name}"


def _digest(path: Path) -> str:
    return digest_of_folder(path) if path.is_dir() else digest_of(path)


def references() -> Iterator[str]:
    """Tell which rows refer to a record that is not there."""
    for table in apps.get_models():
        if not table.__module__.startswith("xietong.") or table in append_only.tables():
            continue
        columns = {field.name for field in table._meta.local_fields}
        if "subject" not in columns:
            continue
        rows = table._default_manager.exclude(subject="").values_list("subject", flat=True)
        for subject in sorted(set(rows)):
            try:
                found = exists(Reference.parse(subject))
            except ValueError:
                found = False
            if not found:
                yield f"{table._meta.label_lower} {subject}"


CHECKS: dict[str, Callable[[], Iterator[str]]] = {
    "migrations": migrations,
    "triggers": triggers,
    "node-key": node_key,
    "audit": audit,
    "files": files,
    "orphans": orphans,
    "contents": contents,
    "references": references,
}
# An orphan costs room and harms nothing: it may belong to an import that is under way.
HARMLESS = frozenset({"orphans"})


def require_guards() -> None:
    """Refuse `audit_unguarded` where the database would let an append-only table be changed."""
    lost = append_only.missing(connection)
    if lost:
        raise Refusal(
            "audit_unguarded",
            N_("The database does not guard its append-only tables ({trigger})."),
            way_out=N_(
                "Run `xietong manage migrate`, which lays the guards again, then "
                "`xietong audit verify`; find out who took them away."
            ),
            trigger=lost[0],
        )


def house_not_sound(count: int) -> Refusal:
    """Return the refusal with which a check ends that found something."""
    return Refusal(
        "house_not_sound",
        N_("The house is not sound: {count} findings."),
        way_out=N_("Mend what is listed; docs/operate/backup.md says how."),
        count=count,
    )
