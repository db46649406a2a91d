"""The lakes with their cast, and a worker that does what was asked for when a test says so."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cast import Cast
from cast import cast as cast
from houses import Lakes
from xietong.atlas import operations, queries
from xietong.atlas.models import RegisterDraft, RegisterVersion
from xietong.desk.models import Job
from xietong.desk.operations.running import run
from xietong.region.rules import LOCAL, Actor

NORTH = "northshore"


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter at which an officer of Northshore hands registers in."""

    house: Lakes
    cast: Cast

    @property
    def officer(self) -> Actor:
        return self.cast["north_officer"]

    def upload(self, path: Path, *, actor: Actor | None = None) -> RegisterDraft:
        with path.open("rb") as stream:
            return operations.begin_draft(
                actor=actor or self.officer, member=NORTH, stream=stream, name=path.name
            )

    def text(self, content: str, name: str = "register.csv") -> RegisterDraft:
        return operations.begin_draft(
            actor=self.officer, member=NORTH, stream=io.BytesIO(content.encode()), name=name
        )

    def mapped(
        self, draft: RegisterDraft, columns: Mapping[str, int] | None = None
    ) -> RegisterDraft:
        return operations.map_draft(
            actor=self.officer,
            member=NORTH,
            number=draft.pk,
            columns=draft.columns if columns is None else columns,
        )

    def checked(self, draft: RegisterDraft) -> RegisterDraft:
        """Confirm the columns as proposed, ask for the check, and let the worker do it."""
        if draft.state == RegisterDraft.State.UPLOADED:
            self.mapped(draft)
        job = operations.check_draft(actor=self.officer, member=NORTH, number=draft.pk)
        self.work(job)
        return self.now(draft)

    def work(self, job: Job, ends: str = "done") -> Job:
        run(job.pk, beside=False)
        job.refresh_from_db()
        assert job.state == ends, job.refusal
        return job

    def now(self, draft: RegisterDraft) -> RegisterDraft:
        return queries.draft(self.officer, NORTH, draft.pk)

    def committed(self, path: Path, **how: Any) -> RegisterVersion:
        """Bring a file in from the first step to the last."""
        draft = self.checked(self.upload(path))
        return operations.commit_draft(actor=self.officer, member=NORTH, number=draft.pk, **how)

    def by_command(self, path: Path) -> RegisterVersion:
        version, _ = operations.import_register(
            actor=LOCAL, member=NORTH, path=path, about=operations.About()
        )
        return version

    def left(self) -> list[str]:
        """Return the names of all files that lie in the home, scratch ones too."""
        return sorted(
            str(path.relative_to(self.house.home))
            for path in self.house.home.rglob("*")
            if path.is_file() and path.parent.name in ("registers", "drafts", "uploads")
        )


@pytest.fixture
def counter(lakes: Lakes, cast: Cast) -> Counter:
    return Counter(lakes, cast)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def part(path: Path, into: Path, rows: Iterable[int]) -> Path:
    """Write some rows of a register, by their position."""
    heading, *all_rows = lines(path)
    kept = [all_rows[at] for at in rows]
    into.write_text("\n".join([heading, *kept]) + "\n", encoding="utf-8")
    return into
