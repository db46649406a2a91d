"""An officer's word stands, is not lost to another's, is taken back, and nobody else sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from atlas.corrections.conftest import Doubtful
from atlas.registers import stored
from xietong.atlas import operations
from xietong.atlas.models import Assignment, Correction
from xietong.atlas.operations import applying
from xietong.atlas.queries import corrections as queries
from xietong.atlas.queries import rows
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.django_db, pytest.mark.operations]


def correct(doubtful: Doubtful, name: str = "甲风铃厂", **how: object) -> Correction:
    given = {
        "actor": doubtful.cast["north_officer"],
        "member": "northshore",
        "unit": doubtful.unit(name),
        "field": "industry",
        "value": "1220",
        **how,
    }
    return operations.correct_unit(**given)  # type: ignore[arg-type]


def test_a_correction_stands_with_what_was_read_and_its_audit(doubtful: Doubtful) -> None:
    made = correct(doubtful, reason="现场核实")
    assert (made.from_value, made.to_value, made.made_by_name) == ("", "1220", "林北舟")
    assert made.method_digest == doubtful.version.method_digest
    entry = AuditEntry.objects.order_by("-number").first()
    assert entry is not None
    assert (entry.verb, entry.subject) == ("correct_unit", f"atlas:correction:{made.pk}")
    assert made.unit not in str(entry.body)


def test_a_second_officer_is_told_who_was_first_and_loses_nothing(doubtful: Doubtful) -> None:
    first = correct(doubtful)
    with pytest.raises(Refusal) as refused:
        correct(doubtful, actor=doubtful.cast["north_analyst"], value="1111")
    assert refused.value.code == "corrected_meanwhile"
    assert refused.value.params["name"] == "林北舟"
    assert refused.value.params["value"] == "1220"
    again = correct(doubtful, actor=doubtful.cast["north_analyst"], value="1111", seen=first.pk)
    first.refresh_from_db()
    assert (again.replaces, first.withdrawn_because) == (first, "replaced")
    assert [one.pk for one in queries.corrections(LOCAL, "northshore")] == [again.pk]
    with pytest.raises(Refusal) as refused:
        correct(doubtful, value="1112", seen=first.pk)
    assert refused.value.code == "corrected_meanwhile"


def test_the_same_click_twice_is_one_correction(doubtful: Doubtful) -> None:
    assert correct(doubtful).pk == correct(doubtful).pk
    assert Correction.objects.count() == 1


def test_the_database_lets_one_correction_of_a_field_stand(doubtful: Doubtful) -> None:
    made = correct(doubtful)
    made.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_undo_takes_back_and_lets_the_former_one_stand_again(doubtful: Doubtful) -> None:
    first = correct(doubtful)
    second = correct(doubtful, value="1111", seen=first.pk)
    operations.undo_correction(actor=doubtful.cast["north_officer"], key=second.pk)
    standing = queries.corrections(LOCAL, "northshore")
    assert [one.pk for one in standing] == [first.pk]
    assert standing[0].withdrawn_because == ""


def test_undo_is_for_ten_seconds_and_for_whoever_did_it(doubtful: Doubtful) -> None:
    made = correct(doubtful)
    with pytest.raises(Refusal) as refused:
        operations.undo_correction(actor=doubtful.cast["north_analyst"], key=made.pk)
    assert refused.value.code == "undo_too_late"
    Correction.objects.update(made_at=timezone.now() - timedelta(seconds=16))
    with pytest.raises(Refusal) as refused:
        operations.undo_correction(actor=doubtful.cast["north_officer"], key=made.pk)
    assert refused.value.code == "undo_too_late"
    operations.withdraw_correction(
        actor=doubtful.cast["north_analyst"], key=made.pk, reason="核错了单位"
    )
    with pytest.raises(Refusal) as refused:
        operations.withdraw_correction(
            actor=doubtful.cast["north_analyst"], key=made.pk, reason="再来"
        )
    assert refused.value.code == "correction_withdrawn"


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"value": "9999"}, "value_unknown"),
        ({"field": "place", "value": "1220"}, "value_unknown"),
        ({"field": "name"}, "field_unknown"),
        ({"reason": "长" * 301}, "reason_too_long"),
        ({"unit": "row-none"}, "no_such_unit"),
        ({"member": "westshore"}, "no_such_register"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    doubtful: Doubtful, how: dict[str, Any], code: str
) -> None:
    entries = AuditEntry.objects.count()
    with pytest.raises(Refusal) as refused:
        correct(doubtful, **how)
    assert refused.value.code == code
    assert Correction.objects.count() == 0
    assert AuditEntry.objects.count() == entries


STRANGERS = [
    "south_officer",
    "south_analyst",
    "office_officer",
    "office_analyst",
    "institute_officer",
]


@pytest.mark.parametrize("part", [*STRANGERS, "nobody", "reader", "outsider"])
def test_for_everybody_else_there_is_no_register_whether_or_not_there_is(
    doubtful: Doubtful, part: str
) -> None:
    made = correct(doubtful)
    actor = doubtful.cast[part]
    told = []
    for member in ("northshore", "southshore" if part.startswith("office") else "nowhere"):
        for read in (
            lambda member=member: rows.rows(actor, member, rows.Filters()),
            lambda member=member: queries.queue(actor, member),
            lambda member=member: queries.corrections(actor, member),
            lambda member=member: queries.vocabulary_proposals(actor, member),
            lambda member=member: queries.unit(actor, member, made.unit),
        ):
            with pytest.raises(NotFound) as refused:
                read()
            told.append((refused.value.code, refused.value.sentence))
    assert len(set(told)) == 1
    with pytest.raises((NotFound, NotAllowed)):
        correct(doubtful, actor=actor, value="1111", seen=made.pk)
    with pytest.raises((NotFound, NotAllowed)):
        operations.withdraw_correction(actor=actor, key=made.pk, reason="不该看到")
    assert Correction.objects.get().withdrawn_at is None


def test_a_stranger_hears_of_a_correction_what_he_hears_of_none(doubtful: Doubtful) -> None:
    made = correct(doubtful)
    said = set()
    for key in (made.pk, made.pk + 1000):
        with pytest.raises(NotFound) as refused:
            operations.withdraw_correction(
                actor=doubtful.cast["south_officer"], key=key, reason="看看"
            )
        said.add((refused.value.code, refused.value.sentence, refused.value.way_out))
    assert len(said) == 1


def test_a_unit_is_taken_by_one_and_let_go_by_its_correction(doubtful: Doubtful) -> None:
    unit = doubtful.unit("甲风铃厂")
    mine = {"member": "northshore", "unit": unit}
    operations.take_unit(actor=doubtful.cast["north_officer"], **mine)
    with pytest.raises(Refusal) as refused:
        operations.take_unit(actor=doubtful.cast["north_analyst"], **mine)
    assert (refused.value.code, refused.value.params["name"]) == ("taken_by_other", "林北舟")
    assert not operations.release_unit(actor=doubtful.cast["north_analyst"], **mine)
    officer = doubtful.cast["north_officer"]
    assert [one.row["unit"] for one in queries.queue(officer, "northshore", mine=True).items] == [
        unit
    ]
    correct(doubtful)
    assert not Assignment.objects.exists()


def test_applied_corrections_stand_in_a_new_version_and_at_the_next_import(
    doubtful: Doubtful,
) -> None:
    correct(doubtful)
    correct(doubtful, name="午商行", field="place", value="810103")
    correct(doubtful, name="子划艇厂", value="1111")  # confirmed
    version, created = operations.apply_corrections(actor=LOCAL, member="northshore")
    assert created
    assert version.number == 2
    assert version.method_digest != doubtful.version.method_digest
    table = {one["name"]: one for one in stored(doubtful.house, version).to_pylist()}
    bell, shop = table["甲风铃厂"], table["午商行"]
    assert (bell["division"], bell["class"], bell["coded_by"]) == ("12", "1220", "corrected")
    assert (shop["place"], shop["precision"], shop["reason"]) == ("810103", "county", "corrected")
    told = version.quality["corrections"]
    assert told["industry"] == {"applied": 2, "agreed": 1, "not_found": 0, "invalid": 0}
    assert told["place"] == {"applied": 1, "agreed": 0, "not_found": 0, "invalid": 0}
    assert operations.apply_corrections(actor=LOCAL, member="northshore") == (version, False)
    again, created = operations.import_register(
        actor=LOCAL, member="northshore", path=doubtful.path, about=operations.About()
    )
    assert (again.pk, created) == (version.pk, False)
    # What was read once more from the file is what the kept rows gave.
    unread = doubtful.house.home / "registers" / f"{version.digest}.parquet"
    unread.unlink()
    again, _ = operations.import_register(
        actor=LOCAL, member="northshore", path=doubtful.path, about=operations.About()
    )
    assert again.digest == version.digest


def test_withdrawn_corrections_give_the_first_rows_back(doubtful: Doubtful) -> None:
    made = correct(doubtful)
    operations.apply_corrections(actor=LOCAL, member="northshore")
    assert queries.unit(LOCAL, "northshore", made.unit).industry == ""
    operations.withdraw_correction(actor=LOCAL, key=made.pk, reason="核错了")
    version, created = operations.apply_corrections(actor=LOCAL, member="northshore")
    assert (created, version.number) == (True, 3)
    assert version.digest == doubtful.version.digest
    assert version.method_digest == doubtful.version.method_digest


def test_a_unit_that_left_the_register_is_counted_and_not_lost(
    doubtful: Doubtful, tmp_path: object
) -> None:
    from atlas.corrections.conftest import HEADINGS, ROWS
    from atlas.registers import write_csv

    correct(doubtful)
    path = write_csv(doubtful.path.with_name("less.csv"), ROWS[1:], HEADINGS)
    version, _ = operations.import_register(
        actor=LOCAL, member="northshore", path=path, about=operations.About()
    )
    assert version.quality["corrections"]["industry"]["not_found"] == 1
    assert Correction.objects.get().withdrawn_at is None


def test_applying_never_brings_old_rows_back_over_a_version_that_came_in(
    doubtful: Doubtful, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atlas.corrections.conftest import HEADINGS, ROWS
    from atlas.registers import write_csv

    correct(doubtful)
    path = write_csv(doubtful.path.with_name("more.csv"), ROWS[:-1], HEADINGS)
    work = applying.rewrite_register

    def overtaken(*arguments: object, **how: object) -> object:
        operations.import_register(
            actor=LOCAL, member="northshore", path=path, about=operations.About()
        )
        return work(*arguments, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(applying, "rewrite_register", overtaken)
    with pytest.raises(Refusal) as refused:
        operations.apply_corrections(actor=LOCAL, member="northshore")
    assert refused.value.code == "register_changed_meanwhile"
    newest = applying.newest_of(doubtful.version.register.member)
    assert newest is not None
    assert newest.rows == len(ROWS) - 1
