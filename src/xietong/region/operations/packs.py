"""Loading a region pack into the tables; loading the same pack again changes nothing."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from django.db import DataError, IntegrityError
from django.db.models import ProtectedError

from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region import rules
from xietong.region.models import (
    Chain,
    Classification,
    Concordance,
    Industry,
    Member,
    Place,
    PlaceAlias,
    PlaceChange,
    Region,
    Segment,
    SegmentIndustry,
)
from xietong.region.operations.audit import change, record
from xietong.region.packs import RegionPack, Row
from xietong.region.rules import Actor, require


def load_region(*, actor: Actor, pack: RegionPack) -> tuple[Region, bool]:
    """Load members, places, classification and chains of a pack; return the region and whether
    anything changed.

    Members are matched by code and kept, since registers hang on them; the plain facts below them
    are laid anew. Refuses `another_region` where this node serves one already, and `pack_faulty`
    for a pack whose facts do not fit together; then all stays as it was.
    """
    require(actor, rules.LOAD_REGION)
    code = pack.facts["pack"]["code"]
    known = None
    try:
        with change():
            known = _known_region(code)
            if known is not None and known.pack_digest == pack.digest:
                return known, False
            before = known.pack_digest if known else ""
            region = _lay_region(pack, known or Region())
            _lay_members(region, pack)
            _lay_places(pack)
            _lay_classification(pack)
            _lay_chains(pack)
            record(
                actor=actor,
                verb="load_region",
                subject=Reference("region", "region", code),
                before=before,
                after=pack.digest,
            )
    except (KeyError, ValueError, DataError, IntegrityError) as fault:
        if known is None and isinstance(fault, IntegrityError) and Region.objects.exists():
            # There was no row to queue at, and another load was first: now there is one.
            return load_region(actor=actor, pack=pack)
        raise Refusal(
            "pack_faulty",
            N_("The region pack “{code}” cannot be loaded: {fault}."),
            way_out=N_("Correct the pack, or restore it from the release."),
            code=code,
            fault=f"{type(fault).__name__}: {fault}".splitlines()[0],
        ) from fault
    return region, True


def _known_region(code: str) -> Region | None:
    """Return the region with its row locked, so that two loads come one after the other."""
    known = Region.objects.select_for_update().first()
    if known is not None and known.code != code:
        raise Refusal(
            "another_region",
            N_("This node serves the region “{serves}” and cannot load “{code}” beside it."),
            way_out=N_("Give the other region a home folder of its own (XIETONG_HOME)."),
            serves=known.code,
            code=code,
        )
    return known


def _lay_region(pack: RegionPack, region: Region) -> Region:
    """Save the region's facts. A new row is inserted, so that a load beside this one is noticed."""
    facts = pack.facts["pack"]
    region.code = facts["code"]
    region.name_zh, region.name_en = facts["name_zh"], facts["name_en"]
    region.vintage = facts["vintage"]
    ZoneInfo(facts.get("zone", "UTC"))  # one that nobody knows is found here
    region.pack, region.pack_digest = dict(pack.facts), pack.digest
    region.save(force_insert=region.pk is None)
    return region


def _lay_members(region: Region, pack: RegionPack) -> None:
    for position, member in enumerate(pack.facts["members"]):
        Member.objects.update_or_create(
            code=member["code"],
            defaults={
                "region": region,
                "place_code": member["place"],
                "name_zh": member["name_zh"],
                "name_en": member["name_en"],
                "short_zh": member["short_zh"],
                "short_en": member["short_en"],
                "position": position,
            },
        )
    named = [member["code"] for member in pack.facts["members"]]
    for gone in Member.objects.exclude(code__in=named):
        try:
            gone.delete()
        except ProtectedError as fault:
            raise Refusal(
                "member_in_use",
                N_("The pack no longer names “{member}”, on which records hang ({count})."),
                way_out=N_("Keep the member in the pack; its records are not thrown away."),
                member=gone.name_zh,
                count=len(fault.protected_objects),
            ) from fault


def _lay_places(pack: RegionPack) -> None:
    Place.objects.all().delete()
    PlaceAlias.objects.all().delete()
    PlaceChange.objects.all().delete()
    Place.objects.bulk_create(
        Place(
            code=row["code"],
            level=row["level"],
            parent_code=row["parent"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            pinyin=_spelt_place(row),
            longitude=float(row["longitude"]) if row["longitude"] else None,
            latitude=float(row["latitude"]) if row["latitude"] else None,
            valid_from=int(row["valid_from"]) if row["valid_from"] else None,
            valid_to=int(row["valid_to"]) if row["valid_to"] else None,
            kind=row["kind"],
        )
        for row in pack.places
    )
    PlaceAlias.objects.bulk_create(
        PlaceAlias(alias=row["alias"], code=row["code"], kind=row["kind"]) for row in pack.aliases
    )
    PlaceChange.objects.bulk_create(
        PlaceChange(
            old_code=row["old_code"],
            new_code=row["new_code"],
            year=int(row["year"]) if row["year"] else None,
            kind=row["kind"],
        )
        for row in pack.changes
    )


def _lay_classification(pack: RegionPack) -> None:
    facts = pack.country.facts["classification"]
    Classification.objects.all().delete()
    Concordance.objects.all().delete()
    classification = Classification.objects.create(
        code=facts["code"],
        name_zh=facts["name_zh"],
        name_en=facts["name_en"],
        digest=pack.digest,
    )
    Industry.objects.bulk_create(
        Industry(
            classification=classification,
            code=row["code"],
            level=row["level"],
            parent_code=row["parent"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            short_zh=row["short_zh"] or row["name_zh"],
            short_en=row["short_en"] or row["name_en"],
            pinyin=spelt(row["name_zh"]),
        )
        for row in pack.country.classification
    )
    Concordance.objects.bulk_create(
        Concordance(vintage=vintage, old_code=old, new_code=new)
        for vintage, old, new in sorted(_concordance_lines(pack))
    )


def _concordance_lines(pack: RegionPack) -> set[tuple[int, str, str]]:
    """Return (vintage, old code, current code); each column's name ends in its vintage."""
    columns = {
        int(match.group()): name
        for name in (pack.country.concordance[0] if pack.country.concordance else ())
        if (match := re.search(r"\d+$", name))
    }
    if not columns:
        return set()
    current = columns.pop(max(columns))
    return {
        (vintage, row[column], row[current])
        for row in pack.country.concordance
        for vintage, column in columns.items()
        if row[column] and row[current]
    }


def _lay_chains(pack: RegionPack) -> None:
    Chain.objects.all().delete()
    for position, facts in enumerate(pack.chains):
        chain = Chain.objects.create(
            key=facts["key"],
            name_zh=facts["name_zh"],
            name_en=facts["name_en"],
            note_zh=facts.get("note_zh", ""),
            note_en=facts.get("note_en", ""),
            pinyin=spelt(facts["name_zh"]),
            position=position,
        )
        for place, part in enumerate(facts["segment"]):
            segment = Segment.objects.create(
                chain=chain,
                key=part["key"],
                name_zh=part["name_zh"],
                name_en=part["name_en"],
                pinyin=spelt(part["name_zh"]),
                tier=part["tier"],
                function=part["function"],
                position=place,
            )
            SegmentIndustry.objects.bulk_create(
                SegmentIndustry(
                    segment=segment, industry_code=code, partial=part.get("partial", False)
                )
                for code in part["classes"]
            )


def _spelt_place(row: Row) -> str:
    """Return the pack's spelling in one word, since it knows how places are read, then initials."""
    told = "".join(letter for letter in row["pinyin"].lower() if letter.isalnum())
    return f"{told} {spelt(row['name_zh']).split()[-1]}" if told else spelt(row["name_zh"])


def spelt(chinese: str) -> str:
    """Return the pinyin of a name without tones, then its initials, for search.

    >>> spelt("湖州港")
    'huzhougang hzg'
    """
    from pypinyin import lazy_pinyin  # its dictionary takes half a second to load

    syllables = lazy_pinyin(chinese, errors="ignore")
    return f"{''.join(syllables)} {''.join(syllable[0] for syllable in syllables)}"
