"""A real register walks through an import; how long it takes is printed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from real_data import REAL_DATA, REGIONS, needs_real_data
from xietong.atlas import operations, queries
from xietong.desk.operations.running import run
from xietong.region import operations as region
from xietong.region.packs import read_pack
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.deep, pytest.mark.data]


@needs_real_data
@pytest.mark.django_db
@pytest.mark.parametrize("which", [min, max], ids=["smallest", "largest"])
def test_a_real_register_is_checked_committed_and_compared(
    settings: Any, tmp_path: Path, which: Any
) -> None:
    settings.XIETONG_HOME = tmp_path / "home"
    settings.XIETONG_REGIONS = REGIONS
    settings.XIETONG_REGION = "yrd"
    pack = read_pack(REGIONS, "yrd")
    region.load_region(actor=LOCAL, pack=pack)
    sample = which(
        (one for one in pack.facts["datasets"]),
        key=lambda one: (REAL_DATA / one["file"]).stat().st_size,
    )
    path = REAL_DATA / sample["file"]
    member = sample["member"]
    took = {}

    def timed(step: str, work: Any) -> Any:
        began = time.perf_counter()
        found = work()
        took[step] = round(time.perf_counter() - began, 2)
        return found

    def begin() -> Any:
        with path.open("rb") as stream:
            return operations.begin_draft(actor=LOCAL, member=member, stream=stream, name=path.name)

    def check(number: int) -> None:
        job = operations.check_draft(actor=LOCAL, member=member, number=number)
        run(job.pk, beside=False)
        job.refresh_from_db()
        assert job.state == "done", job.refusal

    draft = timed("upload", begin)
    operations.map_draft(actor=LOCAL, member=member, number=draft.pk, columns=draft.columns)
    timed("check", lambda: check(draft.pk))
    version = timed(
        "commit",
        lambda: operations.commit_draft(actor=LOCAL, member=member, number=draft.pk),
    )
    again = begin()
    operations.map_draft(actor=LOCAL, member=member, number=again.pk, columns=again.columns)
    timed("check again", lambda: check(again.pk))
    again = queries.draft(LOCAL, member, again.pk)
    assert again.summary["unchanged"] == version.rows
    assert [one["code"] for one in again.summary["misgivings"]] == ["nothing_changes"]
    page = timed("a page of problems", lambda: queries.problems_of(again))
    assert took["a page of problems"] < 0.3
    job = operations.mark_draft(actor=LOCAL, member=member, number=again.pk, language="en")
    timed("marked-up workbook", lambda: run(job.pk, beside=False))
    book = queries.marked_book(queries.draft(LOCAL, member, again.pk), "en")
    assert book is not None
    print(f"{member}: {version.rows:,} rows, {page.total:,} problems, {took}")  # noqa: T201
