"""Compiling an edition: the members' newest registers become one frozen map."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version as installed
from pathlib import Path

from django.conf import settings

from xietong.atlas import queries, rules, storage
from xietong.atlas.models import Cluster, Edition, RegisterVersion
from xietong.atlas.operations.manifest import (
    manifest,
    outlines,
    rows_of_clusters,
    words_beside,
)
from xietong.atlas.operations.recognising import (
    next_number,
    recognised,
    registers_of,
    titles_of,
    write_manifest,
)
from xietong.atlas.operations.reviewing import reference_of
from xietong.atlas.operations.sources import Sources
from xietong.engine.canonical import digest as canonical_digest
from xietong.engine.edition.build import build_edition
from xietong.engine.edition.parameters import METHOD_VERSIONS, Parameters
from xietong.engine.edition.tables import save
from xietong.engine.tabulate import tabulate
from xietong.kit.progress import Progress, silent
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
            return recognised(actor, same, sources, inputs, scratch)
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
        write_manifest(folder, manifest(built, clusters, sources, chosen))
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
        number = next_number()
        titles = titles_of(sources, number)
        synthetic = any(version.synthetic for version in sources.versions)
        edition = Edition.objects.create(
            number=number,
            digest=digest,
            files_digest=files,
            inputs_digest=inputs,
            title_zh=titles[0],
            title_en=titles[1],
            boundaries=sources.boundaries,
            synthetic=synthetic,
            parameters=parameters.as_integers(),
            provenance={
                "registers": registers_of(sources),
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
            subject=reference_of(number),
            after=digest,
            clusters=len(clusters),
        )
    return edition, True
