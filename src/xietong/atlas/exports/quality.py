"""A register's quality, and its corrections, as workbooks and CSV that officers live with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _

from xietong.atlas.exports.views import MIME, Note, Row, csv_of, in_language, xlsx_of
from xietong.atlas.models import Correction, RegisterVersion
from xietong.atlas.naming import Codes
from xietong.atlas.operations.correction_tables import HEADINGS, MOST_ROWS
from xietong.atlas.queries.corrections import Item, Queue
from xietong.atlas.queries.figures import figures_of
from xietong.atlas.queries.quality import Quality
from xietong.atlas.queries.rows import texts_of
from xietong.atlas.schemas import Names
from xietong.kit.refusals import N_, NotFound
from xietong.region import zone


def checked(kind: str) -> str:
    """Return the kind of file, or refuse `no_such_export`."""
    if kind not in ("csv", "xlsx"):
        raise NotFound(
            "no_such_export",
            N_("There is no file of the kind “{kind}” here."),
            way_out=N_("Ask for csv or xlsx."),
            kind=kind[:20],
        )
    return kind


def answer(body: bytes, name: str, kind: str) -> HttpResponse:
    """Return a file as a page gives it."""
    told = HttpResponse(body, content_type=MIME[kind])
    told["Content-Disposition"] = f'attachment; filename="{name}"'
    told["Cache-Control"] = "no-store"
    return told


def quality_body(found: Quality, kind: str) -> bytes:
    """Return the figures with rule, rows and share of each."""
    header = [_("Subject"), _("Figure"), _("Rows"), _("Of"), _("Share"), _("How it is counted")]
    table: list[Row] = [
        [
            group.title,
            one.label,
            one.n,
            one.of,
            None if one.share is None else round(one.share, 4),
            one.rule,
        ]
        for group, one in figures_of(found.groups)
    ]
    return _file(_("Data quality"), found.version, header, table, kind)


def queue_body(queue: Queue, corrections: Iterable[Correction], kind: str) -> bytes:
    """Return the queue as a workbook to be filled in, the corrections in force below.

    It holds no more rows than are taken back; where some are left out the sheet says so.
    """
    codes = Codes()
    standing: dict[str, dict[str, Correction]] = {}
    for one in corrections:
        standing.setdefault(one.unit, {})[one.field] = one
    table = [_queued(item, codes) for item in queue.items]
    room = MOST_ROWS - len(table)
    left_out: list[Note] = []
    if queue.left > len(table):
        left_out.append(
            (
                _("Not whole"),
                _("The first {count} of {all} units that are worth a look.").format(
                    count=len(table), all=queue.left
                ),
            )
        )
    if len(standing) > room:
        left_out.append(
            (
                _("Not whole"),
                _("{count} of {all} units that have been corrected.").format(
                    count=room, all=len(standing)
                ),
            )
        )
    kept = dict(sorted(standing.items())[:room])
    texts = texts_of(queue.version, list(kept)) if kept else {}
    for unit, by_field in kept.items():
        table.append(_standing(unit, texts.get(unit, ("", ""))[0], by_field))
    return _file(
        _("Corrections"),
        queue.version,
        [_(words) for words in HEADINGS.values()],
        table,
        kind,
        left_out,
    )


def corrections_body(
    version: RegisterVersion, corrections: Iterable[Correction], kind: str
) -> bytes:
    """Return corrections with who made them when, and who withdrew them why."""
    header = [
        *(_("No."), _("Unit"), _("Field"), _("As read"), _("Corrected"), _("Reason")),
        *(_("Made by"), _("Made at"), _("Withdrawn by"), _("Withdrawn because")),
    ]
    there = zone.of_the_region()
    table: list[Row] = [
        [
            *(one.pk, one.unit, one.field, one.from_value, one.to_value, one.reason),
            *(one.made_by_name, zone.second_of(one.made_at, there)),
            *(one.withdrawn_by_name, one.withdrawn_because),
        ]
        for one in corrections
    ]
    return _file(_("Corrections"), version, header, table, kind)


def _queued(item: Item, codes: Codes) -> Row:
    row = item.row
    industry = row["class"] or row["group"] or row["division"]
    return [
        *(row["unit"], row["name"], row["credit_code"] or ""),
        *(codes.industry(industry), "", f"{row['place']} {codes.place(row['place'])}".strip(), ""),
        *("", None, None),
    ]


def _standing(unit: str, name: str, by_field: dict[str, Correction]) -> Row:
    industry, place = by_field.get("industry"), by_field.get("place")
    first = industry or place
    return [
        *(unit, name, "", industry.from_value if industry else ""),
        industry.to_value if industry else "",
        place.from_value if place else "",
        place.to_value if place else "",
        first.reason if first else "",
        industry.pk if industry else None,
        place.pk if place else None,
    ]


def _file(
    title: str,
    version: RegisterVersion,
    header: Sequence[str],
    table: Iterable[Row],
    kind: str,
    left_out: Sequence[Note] = (),
) -> bytes:
    register = version.register
    warnings: list[Note] = [*left_out]
    if version.synthetic:
        warnings.append(("SYNTHETIC", _("Synthetic data, not fact")))
    banner = Names(zh=version.banner_zh, en=version.banner_en)
    if said := in_language(banner):
        warnings.append((_("Note"), said))
    notes = [
        *warnings,
        (_("Register"), in_language(Names(zh=register.title_zh, en=register.title_en))),
        (_("Version"), f"{version.number} ({version.digest})"),
        (_("Imported"), f"{zone.minute_of(version.imported_at)}, {version.imported_by}"),
    ]
    if kind == "csv":
        return csv_of(notes, list(header), table)
    return xlsx_of(title, warnings, notes, list(header), table)
