"""The worker's part: a job compiles an edition in the name of whoever asked, and says what came."""

from __future__ import annotations

import pytest

from cast import Cast
from editions import Grown
from xietong.atlas import jobs
from xietong.atlas.models import Edition
from xietong.engine.edition.parameters import Parameters
from xietong.kit.progress import silent
from xietong.kit.refusals import NotAllowed

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def test_it_says_whether_anything_is_new(
    grown_apart: Grown, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages: list[str] = []

    def progress(stage: str, done: int = 0, total: int | None = None) -> None:
        stages.append(stage)

    same = jobs.compile_edition(cast["office_analyst"], progress)
    assert (same.params["number"], Edition.objects.count()) == (1, 1)
    assert same.sentence.startswith("Nothing has changed")
    monkeypatch.setattr(
        "xietong.atlas.operations.compiling.Parameters", lambda: Parameters(minimum_cell=5)
    )
    new = jobs.compile_edition(cast["office_analyst"], progress)
    assert (new.params["number"], Edition.objects.count()) == (2, 2)
    assert new.sentence.endswith("was compiled.")
    assert (str(new.reference), new.url) == ("atlas:edition:2", "/atlas/editions/2/")
    assert stages == ["Tabulate", "Measure", "Write", "Record"]


def test_members_do_not_compile(grown: Grown, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        jobs.compile_edition(cast["north_officer"], silent)
