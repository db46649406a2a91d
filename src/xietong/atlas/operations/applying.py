"""Applying corrections: a version of the present one's rows, read with those of today."""

from __future__ import annotations

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from xietong.atlas import methods, rules, storage
from xietong.atlas.models import RegisterVersion
from xietong.atlas.operations.bringing import Brought, choice_told, manner_of, not_kept
from xietong.atlas.operations.recording import About, lock_importers, newest_of, record_version
from xietong.atlas.operations.treatment import Treatment, given_again
from xietong.atlas.queries import rows
from xietong.engine.register.rewriting import rewrite_register
from xietong.kit.progress import Progress, silent
from xietong.kit.refusals import N_, Refusal
from xietong.region.operations import change
from xietong.region.rules import Actor, require

# Doubts that a treatment counts anew.
TREATED = (
    *("coordinates_swapped", "coordinates_outside_region"),
    *("industry_code_unknown", "industry_code_split"),
)


def apply_corrections(
    *, actor: Actor, member: str, progress: Progress = silent
) -> tuple[RegisterVersion, bool]:
    """Make a new version of the present one's rows with the corrections and words of today.

    Returns the version and whether it is new: where nothing has changed since, it is the present
    one. Refuses `no_such_register`, `register_not_kept`, and `register_changed_meanwhile` where
    another version came in.
    """
    require(actor, rules.APPLY_CORRECTIONS)
    owner = rows.member_for(actor, member, rules.APPLY_CORRECTIONS)
    version = newest_of(owner)
    if version is None:
        raise rows.no_register(member)
    ways = methods.current_for(owner)
    outlines = methods.surveyed_outlines(actor)
    # The file was read by somebody's choice of sheet and columns, and so is what is made now.
    manner = manner_of(ways, outlines, choice_told(version.choice))
    if version.method_digest == manner:
        return version, False
    shelf = storage.registers()
    kept = shelf.folder / f"{version.digest}.parquet"
    try:
        with shelf.aside() as scratch, ways.coder.workers(settings.XIETONG_THREADS) as workers:
            progress(f"Read {owner.code}")
            columns = pq.read_table(kept, columns=["industry_code", "longitude"])
            located = pc.any(pc.is_valid(columns["longitude"])).as_py()
            drawn = outlines if located else None
            treatment = Treatment(
                ways.placer(drawn),
                workers,
                given_again(columns["industry_code"], version.quality.get("stated_edition"), ways),
                member=owner.place_code,
                progress=lambda what, done=0, total=None: progress(
                    f"{what} {owner.code}", done, total
                ),
                code_rule=ways.rules().credit_code,
                words_alone=ways.placer() if drawn is not None else None,
                corrections=ways.corrections,
                house=ways.house,
            )
            path, digest = rewrite_register(kept, scratch, transform=treatment)
            shelf.keep(path, path.name)
    except OSError as fault:
        raise not_kept(version.source_name, fault) from fault
    problems = {
        code: count
        for code, count in version.quality.get("problems", {}).items()
        if code not in TREATED
    }
    brought = Brought(
        digest=digest,
        source_name=version.source_name,
        source_digest=version.source_digest,
        method_digest=manner,
        rows=version.rows,
        quality={
            **version.quality,
            **treatment.quality(),
            "problems": {**problems, **treatment.problems()},
        },
        # What a check found was found in the file as it came, which is the same one.
        problems_digest=version.problems_digest,
        choice=version.choice,
    )
    progress(f"Record {owner.code}")
    with change():
        lock_importers(owner)
        newest = newest_of(owner)
        if newest is None or newest.pk != version.pk:
            raise Refusal(
                "register_changed_meanwhile",
                N_("Another version of the register came in; nothing was stored."),
                way_out=N_("Look whether it has the corrections, and apply them again if not."),
            )
        return record_version(actor, owner, About(), brought, verb="apply_corrections")
