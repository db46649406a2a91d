"""How good a member's register is, for whom: its figures, and their trend."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from xietong.atlas import rules
from xietong.atlas.models import Correction, RegisterVersion
from xietong.atlas.queries import rows as register_rows
from xietong.atlas.queries.corrections import waiting
from xietong.atlas.queries.editions import edition
from xietong.atlas.queries.figures import Group, groups_of
from xietong.atlas.schemas import EditionOut, RegisterSummary
from xietong.kit.refusals import NotFound
from xietong.region.models import Member
from xietong.region.rules import Actor, may, of_member

TREND_VERSIONS = 24


@dataclass(frozen=True, slots=True)
class Moment:
    """One version in the trend: counts as it was imported."""

    number: int
    imported_at: Any
    imported_by: str
    rows: int
    placed_county: int
    unplaced: int
    coded: int
    corrected: int

    def share(self, name: str) -> float:
        """Return a count's share of the version's rows."""
        return getattr(self, name) / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Quality:
    """All of it. `sees_rows` tells whether the reader may go on to the rows behind a figure."""

    member: Member
    version: RegisterVersion
    groups: tuple[Group, ...]
    trend: tuple[Moment, ...]
    sees_rows: bool
    corrections: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class Published:
    """What the published edition says of a member's register, and no more."""

    member: Member
    edition: EditionOut
    register: RegisterSummary
    groups: tuple[Group, ...] = field(default=())


def quality(actor: Actor, member: str) -> Quality:
    """Return the figures of the present version. Refuses `no_such_register` to other members,
    the public and the outsider; the regional office's analysts see figures, never rows.
    """
    version = register_rows.present_version(actor, member, rules.READ_FIGURES)
    owner = version.register.member
    return Quality(
        member=owner,
        version=version,
        groups=groups_of(version),
        trend=_trend(owner),
        sees_rows=may(actor, rules.READ_ROWS, of=of_member(owner.code)),
        corrections=Correction.objects.filter(member=owner, withdrawn_at__isnull=True).count(),
        waiting=waiting(owner, version),
    )


def published_quality(actor: Actor, member: str) -> Published:
    """Return what the published edition says of a register. Refuses `no_such_register`."""
    if not actor.may_read_published:
        raise register_rows.no_register(member)
    try:
        shown = edition(actor)
    except NotFound as none:
        raise register_rows.no_register(member) from none
    owner = Member.objects.filter(code=member).first()
    for one in shown.registers:
        if owner is not None and one.member == member:
            return Published(owner, shown, one)
    raise register_rows.no_register(member)


def may_read_figures(actor: Actor, member: str) -> bool:
    """Tell whether the actor sees more of a register than what is published."""
    return may(actor, rules.READ_FIGURES, of=of_member(member))


def registers_with_figures(actor: Actor) -> list[RegisterVersion]:
    """Return the newest version of every register whose figures the actor may see."""
    if not may(actor, rules.READ_FIGURES):
        return []
    newest: dict[str, RegisterVersion] = {}
    for one in RegisterVersion.objects.select_related("register__member").order_by("number"):
        if may_read_figures(actor, one.register.member.code):
            newest[one.register.member.code] = one
    return sorted(newest.values(), key=lambda one: one.register.member.position)


def _trend(owner: Member) -> tuple[Moment, ...]:
    newest = RegisterVersion.objects.filter(register__member=owner).order_by("-number")
    return tuple(
        Moment(
            number=one.number,
            imported_at=one.imported_at,
            imported_by=one.imported_by,
            rows=one.rows,
            placed_county=one.quality.get("placed_county", 0),
            unplaced=one.quality.get("unplaced", 0),
            coded=one.quality.get("coded", 0),
            corrected=sum(
                told.get("applied", 0) for told in one.quality.get("corrections", {}).values()
            ),
        )
        for one in reversed(newest[:TREND_VERSIONS])
    )
