"""Compiling an edition: the members' newest registers become one frozen map."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max

from xietong.atlas import queries, rules, storage
from xietong.atlas.models import Cluster, Edition, RegisterVersion
from xietong.atlas.operations.manifest import (
    manifest,
    outlines,
    rows_of_clusters,
    words_beside,
)
from xietong.atlas.operations.sources import Sources
from xietong.engine.canonical import digest as canonical_digest
from xietong.engine.edition.build import build_edition
from xietong.engine.edition.parameters import METHOD_VERSIONS, Parameters
from xietong.engine.edition.tables import save
from xietong.engine.tabulate import tabulate
from xietong.kit.progress import Progress, silent
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.kit.shelf import digest_of_folder
from xietong.region import queries as region
from xietong.region.operations import change, record
from xietong.region.rules import Actor, require


def compile_edition(
    *, actor: Actor, parameters: Parameters | None = None, progress: Progress = silent
) -> tuple[Edition, bool]:
    """Compile the newest version of every member's register; return the edition and whether it is
    new.

    An edition of the same registers, parameters, boundaries, classification, chains and methods is
    returned as it stands. Refuses `no_registers` where nothing has been imported, and what
    `region` refuses before it is loaded.
    """
    require(actor, rules.COMPILE_EDITION)
    chosen = parameters or Parameters()
    sources = _sources(actor)
    inputs = _inputs_digest(sources, chosen)
    known = Edition.objects.filter(inputs_digest=inputs).first()
    if known is not None:
        return known, False

    progress("Tabulate")
    with storage.editions().aside() as scratch:
        cells = tabulate(
            [_register_file(version) for version in sources.versions],
            cap_wan=chosen.cap_wan,
            scratch=scratch,
            memory_mb=settings.XIETONG_MEMORY_MB,
            threads=settings.XIETONG_THREADS,
        )
        digest = canonical_digest(
            tables={"cells": cells},
            parameters=chosen.as_integers(),
            digests={
                "boundaries": sources.boundaries.digest,
                "classification": sources.classification_digest,
            },
            versions=METHOD_VERSIONS,
        )
        same = Edition.objects.filter(digest=digest).first()
        if same is not None:
            # The registers were cut or ordered otherwise, or hold other texts, but say the same.
            return _recognised(actor, same, sources, inputs, scratch), False
        progress("Measure")
        built = build_edition(
            cells=cells,
            places=sources.map_places,
            nodes=sources.nodes,
            adjacency=sources.adjacency,
            parameters=chosen,
        )
        progress("Write")
        folder = scratch / "edition"
        (folder / "outlines").mkdir(parents=True)
        save(built.tables, folder / "tables.npz")
        clusters = rows_of_clusters(built, sources)
        _write_manifest(folder, manifest(built, clusters, sources, chosen))
        for key, collection in outlines(clusters, sources).items():
            (folder / "outlines" / f"{key}.geojson").write_text(
                json.dumps(collection, ensure_ascii=False), encoding="utf-8"
            )
        files = digest_of_folder(folder)
        storage.editions().keep(folder, files)

    progress("Record")
    return _record(actor, sources, chosen, inputs, digest, files, clusters)


def _sources(actor: Actor) -> Sources:
    newest = queries.versions_to_compile(actor)
    if not newest:
        raise Refusal(
            "no_registers",
            N_("No member's register has been imported, so there is nothing to compile."),
            way_out=N_("Run `xietong register import FILE --member CODE` first."),
        )
    return Sources.gather(actor, region.members(actor), newest)


def _register_file(version: RegisterVersion) -> Path:
    path = storage.registers().folder / f"{version.digest}.parquet"
    if not path.is_file():
        raise Refusal(
            "register_file_missing",
            N_("The file of {register}, version {number}, is missing on this node."),
            way_out=N_("Restore it from the backup, or import the register again."),
            register=version.register.title_zh,
            number=version.number,
        )
    return path


def _inputs_digest(sources: Sources, parameters: Parameters) -> str:
    """Return what decides whether anything has changed, without reading a register."""
    inputs = {
        "registers": [[one.register.member.code, one.digest] for one in sources.versions],
        "pack": sources.region.pack_digest,
        "boundaries": sources.boundaries.digest,
        "parameters": parameters.as_integers(),
        "methods": METHOD_VERSIONS,
        "words": words_beside(sources),
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _recognised(
    actor: Actor, edition: Edition, sources: Sources, inputs: str, scratch: Path
) -> Edition:
    """Note what makes the same edition too, so that the next compiler need not find out again.

    The numbers stay. The words beside them become those of the registers as they stand now: a
    banner that was missing must not stay away because no number has changed.
    """
    files = _with_words(edition, words_beside(sources), scratch)
    with change():
        row = Edition.objects.select_for_update().get(pk=edition.pk)
        record(
            actor=actor,
            verb="recognise_edition",
            subject=Reference("atlas", "edition", str(row.number)),
            before=row.inputs_digest,
            after=inputs,
            files=files,
        )
        row.inputs_digest = inputs
        row.files_digest = files
        row.synthetic = any(version.synthetic for version in sources.versions)
        row.save(update_fields=["inputs_digest", "files_digest", "synthetic"])
        row.versions.set(sources.versions)
    return row


def _with_words(edition: Edition, words: dict[str, Any], scratch: Path) -> str:
    """Keep the edition's files with other words beside the numbers; return what names them."""
    kept = storage.editions().folder / edition.files_digest
    whole = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    if words.items() <= whole["edition"].items():
        return edition.files_digest
    folder = scratch / "edition"
    shutil.copytree(kept, folder)
    whole["edition"] |= words
    _write_manifest(folder, whole)
    files = digest_of_folder(folder)
    storage.editions().keep(folder, files)
    return files


def _write_manifest(folder: Path, whole: dict[str, Any]) -> None:
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True)
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def _record(
    actor: Actor,
    sources: Sources,
    parameters: Parameters,
    inputs: str,
    digest: str,
    files: str,
    clusters: list[Cluster],
) -> tuple[Edition, bool]:
    with change():
        # The region's row is the queue of compilers: two at once get two numbers, or one edition.
        type(sources.region).objects.select_for_update().get(pk=sources.region.pk)
        known = Edition.objects.filter(digest=digest).first()
        if known is not None:
            return known, False
        number = (Edition.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        synthetic = any(version.synthetic for version in sources.versions)
        edition = Edition.objects.create(
            number=number,
            digest=digest,
            files_digest=files,
            inputs_digest=inputs,
            title_zh=f"{sources.region.name_zh}产业集群地图（第{number}版）",
            title_en=f"{sources.region.name_en}: map of industrial clusters, edition {number}",
            boundaries=sources.boundaries,
            synthetic=synthetic,
            parameters=parameters.as_integers(),
            provenance={
                "registers": {
                    one.register.member.code: {
                        "version": one.number,
                        "sha256": one.digest,
                        "source": one.source_digest,
                    }
                    for one in sources.versions
                },
                "xietong": installed("xietong"),
                "duckdb": installed("duckdb"),
                "numpy": installed("numpy"),
                "python": platform.python_version(),
                "methods": METHOD_VERSIONS,
            },
            summary={"clusters": len(clusters)},
        )
        edition.versions.set(sources.versions)
        for row in clusters:
            row.edition = edition
        Cluster.objects.bulk_create(clusters, batch_size=500)
        record(
            actor=actor,
            verb="compile_edition",
            subject=Reference("atlas", "edition", str(number)),
            after=digest,
            clusters=len(clusters),
        )
    return edition, True
