"""Bringing registers in: checked, placed, coded, kept as a file, and only then named by a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from xietong.atlas import methods, storage
from xietong.atlas.methods import Methods
from xietong.atlas.models import Register, RegisterVersion
from xietong.engine import register as engine
from xietong.engine.problems import ProblemsFound
from xietong.engine.register import Check
from xietong.engine.tables import ColumnMapping, TableSource, open_table, propose_mapping
from xietong.kit.progress import Progress, silent
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.kit.shelf import digest_of
from xietong.region import queries as region
from xietong.region.models import Member
from xietong.region.operations import record
from xietong.region.rules import Actor, require_writer


@dataclass(frozen=True, slots=True)
class About:
    """What a register is called, whose it is, and what must stand beside whatever shows it."""

    title_zh: str = ""
    title_en: str = ""
    attribution_zh: str = ""
    attribution_en: str = ""
    banner_zh: str = ""
    banner_en: str = ""
    synthetic: bool = False

    @classmethod
    def of_sample(cls, sample: Mapping[str, Any], banner: Mapping[str, Any] | None) -> About:
        """Take the words from a pack's data set and its banner."""
        return cls(
            title_zh=sample["title_zh"],
            title_en=sample["title_en"],
            attribution_zh=sample["attribution_zh"],
            attribution_en=sample["attribution_en"],
            banner_zh=banner["zh"] if banner else "",
            banner_en=banner["en"] if banner else "",
        )

    @classmethod
    def of_twin(cls) -> About:
        """Say of a twin's register that it is made up."""
        return cls(
            title_zh="合成企业名录",
            title_en="Synthetic register of establishments",
            attribution_zh="合成数据，非真实企业",
            attribution_en="Synthetic data; no real establishment",
            banner_zh="合成数据（SYNTHETIC），仅供演示，不代表任何真实情况",
            banner_en="SYNTHETIC data for demonstration; not the state of anything real",
            synthetic=True,
        )


def check_register(*, actor: Actor, path: Path) -> Check:
    """Tell everything that is wrong with a register and how good the rest is; nothing is stored.

    Refuses `register_unreadable` where the file is no table that can be read.
    """
    require_writer(actor, "check_register")
    ways = methods.current()
    try:
        source, mapping = _open(path, ways)
        return engine.check_register(source, mapping, ways.rules())
    except ProblemsFound as found:
        raise _unreadable(path, found) from found


def import_register(
    *,
    actor: Actor,
    member: str,
    path: Path,
    about: About,
    progress: Progress = silent,
) -> tuple[RegisterVersion, bool]:
    """Check, place, code and keep a member's register; return the version and whether it is new.

    The same file again, with the same methods, changes nothing. Refuses `no_such_member`,
    `register_unreadable` and, with every fault of the file, `register_refused`.
    """
    require_writer(actor, "import_register")
    owner = region.member(actor, member)
    progress(f"Register of {member}")
    source_digest = digest_of(path)
    ways = methods.current()
    known = _newest(owner)
    if known is not None and _same(known, source_digest, ways.digest):
        return known, False
    tally: Counter[str] = Counter()
    with storage.registers().aside() as scratch:
        try:
            source, mapping = _open(path, ways)
            written = engine.write_register(
                source,
                mapping,
                ways.rules(),
                scratch,
                transform=lambda rows: _placed_and_coded(rows, owner, ways, tally),
            )
        except ProblemsFound as found:
            raise _refused(path, found) from found
        storage.registers().keep(written.path, written.path.name)
    quality = written.quality | {
        "placed_county": tally["county"] + tally["point"],
        "placed_prefecture": tally["prefecture"],
        "placed_province": tally["province"],
        "unplaced": tally["none"],
        "outside": tally["outside"],
        "coded": tally["coded"],
    }
    return _record(
        actor, owner, path, about, source_digest, ways.digest, written.sha256, written.rows, quality
    )


def _open(path: Path, ways: Methods) -> tuple[TableSource, ColumnMapping]:
    source = open_table(path, ways.synonyms)
    return source, propose_mapping(source.columns, ways.synonyms)


def _placed_and_coded(
    rows: pa.RecordBatch, owner: Member, ways: Methods, tally: Counter[str]
) -> pa.RecordBatch:
    """Add the columns of place and industry to checked rows."""
    placed = ways.placer.place_many(pa.Table.from_batches([rows]), member=owner.place_code)
    coded = ways.coder.code_many(
        rows.column("name").to_pylist(),
        rows.column("scope").to_pylist(),
        processes=settings.XIETONG_THREADS,
    )
    for precision in placed.precision.to_pylist():
        tally[precision] += 1
    tally["outside"] += int(placed.outside.sum())
    tally["coded"] += int((coded.division != "").sum())
    added = {
        "place": placed.place,
        "precision": placed.precision,
        "reason": placed.place_reason,
        "division": pa.array(coded.division.tolist(), pa.string()),
        "group": pa.array(coded.group.tolist(), pa.string()),
        "class": pa.array(coded.class_.tolist(), pa.string()),
        "confidence": pa.array(coded.confidence, pa.float64()),
    }
    return pa.RecordBatch.from_arrays(
        [*rows.columns, *added.values()], names=[*rows.schema.names, *added]
    )


def _newest(owner: Member) -> RegisterVersion | None:
    return RegisterVersion.objects.filter(register__member=owner).order_by("-number").first()


def _same(version: RegisterVersion, source_digest: str, method_digest: str) -> bool:
    return (version.source_digest, version.method_digest) == (source_digest, method_digest)


def _record(
    actor: Actor,
    owner: Member,
    path: Path,
    about: About,
    source_digest: str,
    method_digest: str,
    digest: str,
    rows: int,
    quality: dict[str, Any],
) -> tuple[RegisterVersion, bool]:
    with transaction.atomic():
        # The member's row is the queue of importers: two at once get two numbers, or one version.
        Member.objects.select_for_update().get(pk=owner.pk)
        known = _newest(owner)
        if known is not None and _same(known, source_digest, method_digest):
            return known, False
        register, _ = Register.objects.update_or_create(
            member=owner,
            defaults={
                "title_zh": about.title_zh or f"{owner.name_zh}企业名录",
                "title_en": about.title_en or f"Register of establishments, {owner.name_en}",
                "attribution_zh": about.attribution_zh,
                "attribution_en": about.attribution_en,
            },
        )
        version = RegisterVersion.objects.create(
            register=register,
            number=known.number + 1 if known else 1,
            digest=digest,
            source_name=path.name[:255],
            source_digest=source_digest,
            method_digest=method_digest,
            rows=rows,
            synthetic=about.synthetic,
            banner_zh=about.banner_zh,
            banner_en=about.banner_en,
            quality=quality,
            imported_by=actor.name,
        )
        record(
            actor=actor,
            verb="import_register",
            subject=Reference("atlas", "register", f"{owner.code}.{version.number}"),
            before=known.digest if known else "",
            after=digest,
            rows=rows,
        )
    return version, True


def _unreadable(path: Path, found: ProblemsFound) -> Refusal:
    return Refusal(
        "register_unreadable",
        N_("“{file}” cannot be read as a table."),
        way_out=N_("Save it again as CSV, XLSX or Parquet and try once more."),
        field="file",
        problems=tuple(found.problems),
        file=path.name,
    )


def _refused(path: Path, found: ProblemsFound) -> Refusal:
    return Refusal(
        "register_refused",
        N_("The register “{file}” was refused: {count} faults; nothing was stored."),
        way_out=N_("Mend the listed faults and import the file again."),
        field="file",
        problems=tuple(found.problems),
        file=path.name,
        count=len(found.problems),
    )
