"""Corrections as their member's officers see them: the queue, what is in force, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from xietong.atlas import methods, rules
from xietong.atlas.models import Assignment, Correction, RegisterVersion, VocabularyWord
from xietong.atlas.queries import rows as register_rows
from xietong.engine.coding.alternatives import Alternative, alternatives
from xietong.engine.coding.learning import Addition, Known, Proposal, accuracy, as_toml, propose
from xietong.engine.register.corrections import CORRECTED, INDUSTRY, PLACE
from xietong.kit.refusals import N_, NotFound
from xietong.region.models import Industry, Member, Place, PlaceAlias
from xietong.region.rules import Actor, may, of_member

QUEUE_ITEMS = 20
SAMPLE_ROWS = 20_000
FOUND = 12
KINDS = ("", INDUSTRY, PLACE)


@dataclass(frozen=True, slots=True)
class Item:
    """A unit of the queue: its row, its score in parts, and who has taken it."""

    row: Mapping[str, Any]
    score: float
    doubt_industry: float
    doubt_place: float
    taken_by: str
    mine: bool

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields that are in doubt."""
        told = ((INDUSTRY, self.doubt_industry), (PLACE, self.doubt_place))
        return tuple(name for name, doubt in told if doubt)


@dataclass(frozen=True, slots=True)
class Queue:
    """The first items of a queue, and how many are left in all and by field."""

    version: RegisterVersion
    items: tuple[Item, ...]
    left: int
    left_industry: int
    left_place: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as whoever corrects it needs it: row, what else it may be, what is in force."""

    version: RegisterVersion
    row: Mapping[str, Any]
    industry: str
    place: str
    alternatives: tuple[Alternative, ...]
    corrections: Mapping[str, Correction]
    history: tuple[Correction, ...]
    assignment: Assignment | None


def queue(
    actor: Actor, member: str, *, kind: str = "", mine: bool = False, most: int = QUEUE_ITEMS
) -> Queue:
    """Return what to look at in the present version, what matters most first."""
    version = register_rows.present_version(actor, member, rules.READ_ROWS)
    owner = version.register.member
    taken = {one.unit: one for one in Assignment.objects.filter(member=owner)}
    done = _in_force(owner)
    own = [unit for unit, one in taken.items() if one.taken_by == actor.key]
    with register_rows.reading(version) as reader:
        for name in (INDUSTRY, PLACE):
            reader.register(f"done_{name}", pa.table({"unit": pa.array(done[name], pa.string())}))
        reader.execute(
            "CREATE TEMP TABLE open AS SELECT row, unit, size, industry, place,"
            " round(size * (industry + place * (1 + reach) / 2), 3) AS score FROM"
            " (SELECT m.row, r.unit, m.size, m.reach,"
            "  CASE WHEN r.unit IN (SELECT unit FROM done_industry) THEN 0"
            "   ELSE m.doubt_industry END AS industry,"
            "  CASE WHEN r.unit IN (SELECT unit FROM done_place) THEN 0"
            "   ELSE m.doubt_place END AS place"
            "  FROM marks m JOIN rows r USING (row) WHERE m.score > 0)"
            " WHERE industry + place > 0"
        )
        left = reader.execute(
            "SELECT count(*), count(*) FILTER (industry > 0), count(*) FILTER (place > 0) FROM open"
        ).fetchone() or (0, 0, 0)
        said = [f"{kind} > 0"] if kind in (INDUSTRY, PLACE) else []
        said += ["unit IN (SELECT unnest(?))"] if mine else []
        where = f"WHERE {' AND '.join(said)}" if said else ""
        found = reader.execute(
            f"SELECT row, score, industry, place FROM open {where}"  # noqa: S608  (fixed words)
            f" ORDER BY score DESC, row LIMIT {int(most)}",
            [own] if mine else [],
        ).fetchall()
        whole = register_rows.whole(reader, [row for row, *_ in found])
    items = []
    for row, (_, score, industry, place) in zip(whole, found, strict=True):
        holder = taken.get(row["unit"])
        items.append(
            Item(
                row=row,
                score=score,
                doubt_industry=industry,
                doubt_place=place,
                taken_by=holder.taken_by_name if holder else "",
                mine=holder is not None and holder.taken_by == actor.key,
            )
        )
    return Queue(version, tuple(items), *left)


def unit(actor: Actor, member: str, key: str) -> Unit:
    """Return one unit of the present version. Refuses `no_such_unit`."""
    version = register_rows.present_version(actor, member, rules.READ_ROWS)
    return unit_of(version, key)


def unit_of(version: RegisterVersion, key: str) -> Unit:
    """Return one unit of a version, for who has been let in already."""
    row = register_rows.units(version, [key]).get(key)
    if row is None:
        raise NotFound(
            "no_such_unit",
            N_("The present version of the register has no such unit."),
            way_out=N_("Look it up again by its name or credit code."),
            field="unit",
        )
    owner = version.register.member
    told = Correction.objects.filter(member=owner, unit=key).order_by("-id")
    ways = methods.current_for(owner)
    offered = alternatives(ways.coder, row["name"], row["scope"] or "")
    return Unit(
        version=version,
        row=row,
        industry=_read_industry(row, offered),
        place=_read_place(row, ways, owner),
        alternatives=tuple(offered),
        corrections={one.field: one for one in told if one.withdrawn_at is None},
        history=tuple(told),
        assignment=Assignment.objects.filter(member=owner, unit=key).first(),
    )


def read_of(version: RegisterVersion, wanted: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return what units are called and what the machine reads of them, many at once."""
    owner = version.register.member
    ways = methods.current_for(owner)
    found: dict[str, dict[str, str]] = {}
    for key, row in register_rows.units(version, wanted).items():
        corrected = row["coded_by"] == CORRECTED
        offered = alternatives(ways.coder, row["name"], row["scope"] or "") if corrected else []
        found[key] = {
            "name": row["name"] or "",
            INDUSTRY: _read_industry(row, offered),
            PLACE: _read_place(row, ways, owner),
        }
    return found


def corrections(actor: Actor, member: str, *, withdrawn: bool = False) -> list[Correction]:
    """Return a member's corrections, newest first: those in force, or with what was withdrawn."""
    owner = register_rows.member_for(actor, member, rules.READ_ROWS)
    told = Correction.objects.filter(member=owner)
    return list(told if withdrawn else told.filter(withdrawn_at__isnull=True))


def correction(actor: Actor, key: int) -> Correction:
    """Return one correction of a register that the actor may see. Refuses `no_such_correction`."""
    found = Correction.objects.select_related("member", "replaces").filter(pk=key).first()
    if found is None or not may(actor, rules.READ_ROWS, of=of_member(found.member.code)):
        raise NotFound(
            "no_such_correction",
            N_("There is no correction {key}."),
            way_out=N_("List the corrections of your register and choose one."),
            field="correction",
            key=key,
        )
    return found


def waiting(owner: Member, version: RegisterVersion) -> bool:
    """Tell whether corrections or words have changed since a version was made."""
    return methods.current_for(owner).house != version.quality.get("house", "")


def industries_like(text: str, *, most: int = FOUND) -> list[Industry]:
    """Return divisions, groups and classes whose code begins with a text or whose name holds it."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    found = [
        one
        for one in Industry.objects.exclude(level="section")
        if one.code.isdigit()
        and (
            one.code.startswith(wanted)
            or any(
                wanted in words.lower()
                for words in (one.name_zh, one.name_en, one.short_zh, one.short_en, one.pinyin)
            )
        )
    ]
    return sorted(
        found, key=lambda one: (not one.code.startswith(wanted), len(one.code), one.code)
    )[:most]


def places_like(text: str, *, most: int = FOUND) -> list[Place]:
    """Return places of the map whose code begins with a text or whose name holds it."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    known = methods.current().gazetteer.history.places
    found = [
        one
        for one in Place.objects.filter(code__in=list(known), kind="civil")
        if one.code.startswith(wanted)
        or any(wanted in words.lower() for words in (one.name_zh, one.name_en, one.pinyin))
    ]
    depth = {level: -at for at, level in enumerate(Place.Level.values)}
    return sorted(found, key=lambda one: (depth[one.level], one.code))[:most]


def corrected_rows(version: RegisterVersion) -> list[Known]:
    """Return name, scope and right code of the units whose industry an officer has told."""
    owner = version.register.member
    told = dict(
        Correction.objects.filter(member=owner, field=INDUSTRY, withdrawn_at__isnull=True)
        .order_by("unit")
        .values_list("unit", "to_value")
    )
    texts = register_rows.texts_of(version, list(told)) if told else {}
    return [Known(*texts[unit], code) for unit, code in told.items() if unit in texts]


def vocabulary_proposals(actor: Actor, member: str) -> list[Proposal]:
    """Return the words that the corrections would teach, the most helpful first; nothing changes.

    Words that were decided on already are not proposed again.
    """
    version = register_rows.present_version(actor, member, rules.READ_ROWS)
    return proposals_of(version)


def proposals_of(version: RegisterVersion) -> list[Proposal]:
    """Return the same for who has been let in already."""
    owner = version.register.member
    corrected = corrected_rows(version)
    if not corrected:
        return []
    decided = set(VocabularyWord.objects.filter(member=owner).values_list("word", flat=True))
    places = {
        part
        for name in (
            *Place.objects.values_list("name_zh", flat=True),
            *PlaceAlias.objects.values_list("alias", flat=True),
        )
        for part in (name, name[:-1])
        if len(part) > 1
    }
    return [
        one
        for one in propose(
            corrected,
            register_rows.sample_of(version, SAMPLE_ROWS),
            methods.current_for(owner).coder.vocabulary,
            never=places,
        )
        if one.addition.word not in decided
    ]


def accuracy_with(version: RegisterVersion, additions: Sequence[Addition]) -> tuple[int, int]:
    """Return how many corrected rows the pack's words and these code right, and how many wrong."""
    coder = methods.current().with_words(additions).coder
    return accuracy(corrected_rows(version), coder.vocabulary)


def words(actor: Actor, member: str) -> list[VocabularyWord]:
    """Return the words that were decided on."""
    owner = register_rows.member_for(actor, member, rules.READ_ROWS)
    return list(VocabularyWord.objects.filter(member=owner))


def words_as_toml(actor: Actor, member: str) -> str:
    """Return the accepted words in the form of a region pack's coding tables."""
    return as_toml(
        Addition(one.kind, one.code, one.word)
        for one in words(actor, member)
        if one.verdict == VocabularyWord.Verdict.ACCEPTED
    )


def _in_force(owner: Member) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {INDUSTRY: [], PLACE: []}
    told = Correction.objects.filter(member=owner, withdrawn_at__isnull=True)
    for key, name in told.values_list("unit", "field"):
        found[name].append(key)
    return found


def _read_industry(row: Mapping[str, Any], offered: Sequence[Alternative]) -> str:
    """Return what the machine reads, although an officer's word may stand in the version."""
    if row["coded_by"] != CORRECTED:
        return row["class"] or row["group"] or row["division"] or ""
    return offered[0].code if offered else ""


def _read_place(row: Mapping[str, Any], ways: methods.Methods, owner: Member) -> str:
    if row["reason"] != CORRECTED:
        return row["place"] or ""
    names = ("county_code", "address", "name", "city", "province", "authority_code", "credit_code")
    return ways.placer().place(**{name: row[name] for name in names}, member=owner.place_code).place
