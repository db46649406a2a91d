"""An edition that is compiled once more: the same numbers, perhaps with other words beside them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from django.db.models import Max

from xietong.agreements import operations as agreements
from xietong.atlas import queries, rules, storage
from xietong.atlas.models import Cluster, Edition
from xietong.atlas.operations.manifest import words_beside
from xietong.atlas.operations.reviewing import content_of, locked_edition, reference_of
from xietong.atlas.operations.sources import Sources
from xietong.kit.shelf import digest_of_folder
from xietong.region.operations import change, record
from xietong.region.rules import Actor


def recognised(
    actor: Actor, same: Edition, sources: Sources, inputs: str, scratch: Path
) -> tuple[Edition, bool]:
    """Note what makes the same numbers too, so that the next compiler need not find out again.

    The numbers stay. The words beside them become those of the registers as they stand now: a
    banner that was missing must not stay away because no number has changed. What the members were
    asked to approve, or have approved, was other words: that consent lapses. What readers see stays
    as it was approved; the restated words are another edition, a draft (see `rules.frozen`).
    """
    words = words_beside(sources)
    files = _with_words(same, words, scratch)
    with change():
        # The region's row is the queue of compilers, as where an edition is new.
        type(sources.region).objects.select_for_update().get(pk=sources.region.pk)
        earlier = list(Edition.objects.filter(digest=same.digest))
        trial = queries.in_trial()
        known = next((one for one in earlier if one.files_digest == files), None)
        open_ = next((one for one in earlier if not rules.frozen(one.state, trial=trial)), None)
        row = known or open_
        if row is None:
            return _restated(actor, same, sources, inputs, files), True
        if row.files_digest != files:
            # Before the row is held: whoever consents holds the agreement first.
            agreements.lapse_agreements(
                actor=actor,
                subject=reference_of(row.number),
                digest=content_of(row, files),
            )
        row = locked_edition(row.number)
        record(
            actor=actor,
            verb="recognise_edition",
            subject=reference_of(row.number),
            before=row.inputs_digest,
            after=inputs,
            files=files,
        )
        row.inputs_digest = inputs
        row.files_digest = files
        row.synthetic = any(version.synthetic for version in sources.versions)
        row.save(update_fields=["inputs_digest", "files_digest", "synthetic"])
        row.versions.set(sources.versions)
    return row, False


def _with_words(edition: Edition, words: dict[str, Any], scratch: Path) -> str:
    """Keep the edition's files with other words beside the numbers; return what names them."""
    kept = storage.editions().folder / edition.files_digest
    whole = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    if words.items() <= whole["edition"].items():
        return edition.files_digest
    folder = scratch / "edition"
    shutil.copytree(kept, folder)
    whole["edition"] |= words
    write_manifest(folder, whole)
    files = digest_of_folder(folder)
    storage.editions().keep(folder, files)
    return files


def write_manifest(folder: Path, whole: dict[str, Any]) -> None:
    """Write what an edition says of itself."""
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True)
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def _restated(actor: Actor, same: Edition, sources: Sources, inputs: str, files: str) -> Edition:
    """Lay a draft with the numbers and clusters of an edition and the words of today."""
    clusters = list(Cluster.objects.filter(edition=same))
    number = next_number()
    titles = titles_of(sources, number)
    row = Edition.objects.create(
        number=number,
        digest=same.digest,
        files_digest=files,
        inputs_digest=inputs,
        title_zh=titles[0],
        title_en=titles[1],
        boundaries=same.boundaries,
        synthetic=any(version.synthetic for version in sources.versions),
        parameters=same.parameters,
        provenance=same.provenance | {"registers": registers_of(sources), "restates": same.number},
        summary=same.summary,
    )
    row.versions.set(sources.versions)
    for one in clusters:
        one.pk, one.edition = None, row
    Cluster.objects.bulk_create(clusters, batch_size=500)
    record(
        actor=actor,
        verb="restate_edition",
        subject=reference_of(number),
        before=same.files_digest,
        after=files,
        restates=same.number,
        digest=same.digest,
    )
    return row


def next_number() -> int:
    """Return the number of the next edition; the caller holds the queue of compilers."""
    return int(Edition.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def titles_of(sources: Sources, number: int) -> tuple[str, str]:
    """Return an edition's titles, in Chinese and in English."""
    return (
        f"{sources.region.name_zh}产业集群地图（第{number}版）",
        f"{sources.region.name_en}: map of industrial clusters, edition {number}",
    )


def registers_of(sources: Sources) -> dict[str, dict[str, Any]]:
    """Return by member which version of its register an edition is compiled from."""
    return {
        one.register.member.code: {
            "version": one.number,
            "sha256": one.digest,
            "source": one.source_digest,
        }
        for one in sources.versions
    }
