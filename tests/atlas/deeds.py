"""What makes each operation of the atlas succeed, for the cast to be held against the table."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from atlas.registers import write_csv
from cast import Cast
from writers import NORTH, OWN, SOUTH, Deed
from xietong.agreements import operations as agreements
from xietong.atlas import operations, queries, rules
from xietong.atlas.models import Correction, Edition, RegisterDraft
from xietong.atlas.operations import About
from xietong.atlas.queries import rows
from xietong.desk.operations.running import run
from xietong.region.rules import LOCAL, OFFICE

WHY = "for the test"
HEADINGS = ("Name", "Business scope", "Address")
# Chimes are made by six whose words no pack knows, and a trader says next to nothing.
CHIMES = [
    (f"{town}风铃厂", "制造风铃", f"北岸省桤林市桨渡县湖滨路{at}号")
    for at, town in enumerate("甲乙丙丁戊己", 1)
]
MORE = [*CHIMES, ("子划艇厂", "制造划艇", "北岸省桤林市帆湾县灯塔路2号")]
Given = Callable[[Cast], Mapping[str, Any]]


def _file(given: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="xietong-tests-"))
    return write_csv(folder / "register.csv", given, headings)


def _register(given: Sequence[Sequence[str]] = MORE) -> int:
    version, _ = operations.import_register(
        actor=LOCAL, member=NORTH, path=_file(given), about=About()
    )
    return version.number


def _uploaded(cast: Cast) -> RegisterDraft:
    with _file(MORE).open("rb") as stream:
        return operations.begin_draft(
            actor=cast["north_officer"], member=NORTH, stream=stream, name="register.csv"
        )


def _mapped(cast: Cast) -> RegisterDraft:
    draft = _uploaded(cast)
    return operations.map_draft(
        actor=cast["north_officer"], member=NORTH, number=draft.pk, columns=draft.columns
    )


def _ready(cast: Cast) -> RegisterDraft:
    draft = _mapped(cast)
    job = operations.check_draft(actor=cast["north_officer"], member=NORTH, number=draft.pk)
    run(job.pk, beside=False)
    return queries.draft(LOCAL, NORTH, draft.pk)


def _of(lay: Callable[[Cast], RegisterDraft], **more: Any) -> Given:
    """Return arguments that name a draft."""
    return lambda cast: {"member": NORTH, "number": lay(cast).pk, **more}


def _two_sheets(cast: Cast) -> Mapping[str, Any]:
    import xlsxwriter

    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        for name in ("2023", "2024"):
            sheet = book.add_worksheet(name)
            for at, row in enumerate([HEADINGS, *MORE]):
                sheet.write_row(at, 0, row)
    body.seek(0)
    draft = operations.begin_draft(
        actor=cast["north_officer"], member=NORTH, stream=body, name="register.xlsx"
    )
    return {"member": NORTH, "number": draft.pk, "sheet": "2024"}


def _left_behind(cast: Cast) -> Mapping[str, Any]:
    draft = _uploaded(cast)
    RegisterDraft.objects.filter(pk=draft.pk).update(
        changed_at=timezone.now() - timedelta(days=400)
    )
    return {}


def _asked_to_check(cast: Cast) -> Mapping[str, Any]:
    draft = _mapped(cast)
    operations.check_draft(actor=cast["north_officer"], member=NORTH, number=draft.pk)
    return {"member": NORTH, "number": draft.pk, "turn": 1}


def _two_versions(cast: Cast) -> Mapping[str, Any]:
    first = _register(CHIMES)
    _register()
    return {"member": NORTH, "number": first, "reason": WHY}


def _unit(name: str = "甲风铃厂") -> str:
    found = rows.rows(LOCAL, NORTH, rows.Filters(q=name)).rows
    return str(found[0]["unit"])


def _a_unit(cast: Cast, **more: Any) -> Mapping[str, Any]:
    _register()
    return {"member": NORTH, "unit": _unit(), **more}


def _corrected(cast: Cast, name: str = "甲风铃厂") -> Correction:
    return operations.correct_unit(
        actor=cast["north_officer"], member=NORTH, unit=_unit(name), field="industry", value="1220"
    )


def _a_correction(cast: Cast, **more: Any) -> Mapping[str, Any]:
    _register()
    return {"key": _corrected(cast).pk, **more}


def _to_apply(cast: Cast) -> Mapping[str, Any]:
    _register()
    _corrected(cast)
    return {"member": NORTH}


def _corrections(cast: Cast) -> Mapping[str, Any]:
    _register()
    path = _file([(_unit(), "1220", WHY)], ("Unit (do not change)", "Industry corrected", "Reason"))
    return {"member": NORTH, "stream": io.BytesIO(path.read_bytes()), "name": path.name}


def _taken(cast: Cast) -> Mapping[str, Any]:
    given = _a_unit(cast)
    operations.take_unit(actor=cast["north_officer"], **given)
    return given


def _a_word(cast: Cast) -> Mapping[str, Any]:
    _register()
    for name, _, _ in CHIMES[:4]:
        _corrected(cast, name)
    return {"member": NORTH, "word": "风铃"}


def _draft_edition(cast: Cast) -> Mapping[str, Any]:
    Edition.objects.update(state=rules.DRAFT, published_at=None, trial=False)
    return {"number": Edition.objects.get().number}


def _under_review(cast: Cast, **more: Any) -> Mapping[str, Any]:
    given = _draft_edition(cast)
    operations.submit_edition(actor=cast["office_officer"], **given)
    return {**given, **more}


def _approved(cast: Cast, **more: Any) -> Mapping[str, Any]:
    given = _under_review(cast)
    for side in ("north", "south"):
        agreements.consent(
            actor=cast[f"{side}_approver"],
            agreement=Edition.objects.values_list("agreement_id", flat=True).get(),
            member=f"{side}shore",
            verdict="agree",
        )
    return {**given, **more}


def _to_settle(cast: Cast) -> Mapping[str, Any]:
    _approved(cast)
    # As if nobody had heard that the agreement is in force.
    Edition.objects.update(state=rules.UNDER_REVIEW)
    return {"agreement": Edition.objects.values_list("agreement_id", flat=True).get()}


FIRM: Mapping[str, Any] = {
    "member": SOUTH,
    "kind": "leading_firm",
    "name_zh": "回舟造船（虚构）",
    "name_en": "Huizhou Boats (invented)",
    "place_code": "820103",
    "industry_key": "d11",
    "source": "A list of the test's own, invented",
    "published_on": date(2024, 5, 1),
}


def _attached(cast: Cast) -> Mapping[str, Any]:
    return {"key": operations.attach_name(actor=LOCAL, **FIRM).pk, "reason": WHY}


REGISTERS = [
    Deed(
        operations.check_register,
        rules.CHECK_REGISTER,
        lambda cast: {"path": _file(MORE)},
        OWN,
        entries=[],
    ),
    Deed(
        operations.import_register,
        rules.IMPORT_REGISTER,
        lambda cast: {"member": NORTH, "path": _file(MORE), "about": About()},
    ),
    Deed(
        operations.begin_draft,
        rules.BEGIN_DRAFT,
        lambda cast: {
            "member": NORTH,
            "stream": io.BytesIO(_file(MORE).read_bytes()),
            "name": "register.csv",
        },
        entries=["keep_file", "begin_draft"],
    ),
    Deed(operations.choose_sheet, rules.CHOOSE_SHEET, _two_sheets),
    Deed(
        operations.map_draft,
        rules.MAP_DRAFT,
        _of(_uploaded, columns={"name": 0, "scope": 1, "address": 2}),
        entries=["remember_mapping", "map_draft"],
    ),
    Deed(
        operations.check_draft,
        rules.CHECK_DRAFT,
        _of(_mapped),
        entries=["enqueue", "check_draft"],
    ),
    Deed(operations.perform_check, rules.PERFORM_CHECK, _asked_to_check),
    Deed(operations.mark_draft, rules.MARK_DRAFT, _of(_ready, language="en"), entries=["enqueue"]),
    Deed(operations.perform_marking, rules.PERFORM_MARKING, _of(_ready, language="en")),
    # Of the version that was made, and of the draft that it was made of.
    Deed(
        operations.commit_draft,
        rules.COMMIT_DRAFT,
        _of(_ready),
        entries=["commit_draft", "commit_draft"],
    ),
    Deed(
        operations.discard_draft,
        rules.DISCARD_DRAFT,
        _of(_uploaded),
        entries=["drop_file", "discard_draft"],
    ),
    Deed(
        operations.expire_drafts,
        rules.EXPIRE_DRAFTS,
        _left_behind,
        "",
        entries=["drop_file", "expire_draft"],
    ),
    Deed(operations.restore_version, rules.RESTORE_VERSION, _two_versions),
    Deed(operations.sweep, rules.SWEEP, lambda cast: {}, "", entries=[]),
]
CORRECTIONS = [
    Deed(
        operations.correct_unit,
        rules.CORRECT_UNIT,
        lambda cast: _a_unit(cast, field="industry", value="1220"),
    ),
    Deed(
        operations.withdraw_correction,
        rules.WITHDRAW_CORRECTION,
        lambda cast: _a_correction(cast, reason=WHY),
    ),
    Deed(
        operations.undo_correction,
        rules.UNDO_CORRECTION,
        _a_correction,
        only=frozenset({"north_officer"}),
        why="a click is undone by whose it was",
    ),
    Deed(
        operations.import_corrections,
        rules.IMPORT_CORRECTIONS,
        _corrections,
        entries=["correct_unit", "keep_file"],
    ),
    Deed(operations.apply_corrections, rules.APPLY_CORRECTIONS, _to_apply),
    Deed(operations.take_unit, rules.TAKE_UNIT, _a_unit),
    Deed(
        operations.release_unit,
        rules.RELEASE_UNIT,
        _taken,
        idle=frozenset({"north_analyst", "operator"}),
        why="one lets go of what one has taken oneself",
    ),
    Deed(operations.accept_word, rules.ACCEPT_WORD, _a_word),
    Deed(operations.decline_word, rules.DECLINE_WORD, _a_word),
]
EDITIONS = [
    Deed(
        operations.submit_edition,
        rules.SUBMIT_EDITION,
        _draft_edition,
        OFFICE,
        entries=["open_agreement", "submit_edition"],
    ),
    Deed(
        operations.return_edition,
        rules.RETURN_EDITION,
        lambda cast: _under_review(cast, reason=WHY),
        OFFICE,
        entries=["return_edition", "end_agreement", "settle_edition"],
    ),
    Deed(operations.settle_edition, rules.SETTLE_EDITION, _to_settle, (NORTH, SOUTH)),
    Deed(operations.publish_edition, rules.PUBLISH_EDITION, _approved, OFFICE),
    Deed(
        operations.withdraw_edition,
        rules.WITHDRAW_EDITION,
        lambda cast: {"number": Edition.objects.get().number, "reason": WHY},
        OFFICE,
    ),
    Deed(operations.attach_name, rules.ATTACH_NAME, lambda cast: FIRM, SOUTH),
    Deed(operations.detach_name, rules.DETACH_NAME, _attached, SOUTH),
]
COMPILING = [Deed(operations.compile_edition, rules.COMPILE_EDITION, lambda cast: {}, OFFICE)]
DEEDS = [*REGISTERS, *CORRECTIONS, *EDITIONS, *COMPILING]
