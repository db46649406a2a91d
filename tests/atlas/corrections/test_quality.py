"""Quality by a plain count of the rows, filters that list what figures count, and who sees what."""

from __future__ import annotations

from typing import Any

import pytest

from atlas.corrections.conftest import Doubtful
from atlas.registers import stored
from xietong.atlas import operations
from xietong.atlas.models import Correction
from xietong.atlas.queries import corrections as corrections_read
from xietong.atlas.queries import quality as queries
from xietong.atlas.queries import rows
from xietong.atlas.queries.figures import figures_of
from xietong.kit.refusals import NotFound, Refusal
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.django_db, pytest.mark.operations]


def test_every_figure_is_the_plain_count_and_its_rows_are_behind_it(doubtful: Doubtful) -> None:
    found = queries.quality(LOCAL, "northshore")
    table = stored(doubtful.house, doubtful.version).to_pylist()
    told = {(group.key, one.key): one for group, one in figures_of(found.groups)}
    assert told["coding", "none"].n == sum(not row["division"] for row in table) > 0
    for low, high, key in (
        (0, 0.5, "0-50"),
        (0.5, 0.7, "50-70"),
        (0.7, 0.9, "70-90"),
        (0.9, 2, "90-100"),
    ):
        assert told["confidence", key].n == sum(
            row["coded_by"] == "words" and low <= row["confidence"] < high for row in table
        )
    assert told["placing", "to_none"].n == sum(row["precision"] == "none" for row in table)
    assert told["duplicates", "same_name"].n == 2
    assert told["coverage", "address"].n == sum(row["address"] is not None for row in table)
    for (group, key), one in told.items():
        if one.filters:
            listed = rows.rows(LOCAL, "northshore", rows.Filters(**one.filters)).total
            assert listed == (one.of - one.n if group == "coverage" else one.n), (group, key)
            assert rows.filtered_count(LOCAL, "northshore", rows.Filters(**one.filters)) == listed


def test_rows_are_searched_sorted_and_paged(
    doubtful: Doubtful, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE_ROWS", 5)
    table = stored(doubtful.house, doubtful.version).to_pylist()
    seen = []
    for page in range(1, 5):
        seen += [
            one["name"]
            for one in rows.rows(LOCAL, "northshore", rows.Filters(sort="name"), page).rows
        ]
    assert seen == sorted((row["name"] for row in table), key=str.encode)
    assert rows.rows(LOCAL, "northshore", rows.Filters(q="风铃")).total == 8
    assert rows.rows(LOCAL, "northshore", rows.Filters(q="' OR 1=1 --")).total == 0
    assert rows.rows(LOCAL, "northshore", rows.Filters(place="810200")).total == 14
    assert rows.rows(LOCAL, "northshore", rows.Filters(industry="11")).total == 6
    for wrong in (
        {"band": "x"},
        {"odd": "name"},
        {"missing": "1; DROP TABLE rows"},
        {"sort": "row; --"},
    ):
        with pytest.raises(Refusal) as refused:
            rows.rows(LOCAL, "northshore", rows.Filters(**wrong))
        assert refused.value.code == "filter_unknown"


def test_the_queue_begins_with_what_matters_and_forgets_what_is_done(doubtful: Doubtful) -> None:
    queue = corrections_read.queue(LOCAL, "northshore")
    scores = [one.score for one in queue.items]
    assert scores == sorted(scores, reverse=True)
    assert queue.items[0].row["name"] == "未商行"  # no place at all, and no industry
    assert queue.left == len(queue.items)
    first = queue.items[0]
    operations.correct_unit(
        actor=LOCAL, member="northshore", unit=first.row["unit"], field="industry", value="2110"
    )
    again = corrections_read.queue(LOCAL, "northshore")
    now = next(one for one in again.items if one.row["unit"] == first.row["unit"])
    assert (now.fields, again.left_industry) == (("place",), queue.left_industry - 1)
    assert corrections_read.queue(LOCAL, "northshore", kind="industry").items[0].fields


def test_words_are_proposed_accepted_used_and_taken_out_again(doubtful: Doubtful) -> None:
    who: dict[str, Any] = {"actor": doubtful.cast["north_analyst"], "member": "northshore"}
    assert corrections_read.vocabulary_proposals(LOCAL, "northshore") == []
    with pytest.raises(Refusal) as refused:
        operations.accept_word(**who, word="风铃")
    assert refused.value.code == "word_not_proposed"
    for name in ("甲风铃厂", "乙风铃厂", "丙风铃厂", "丁风铃厂"):
        operations.correct_unit(**who, unit=doubtful.unit(name), field="industry", value="1220")
    found = corrections_read.vocabulary_proposals(LOCAL, "northshore")
    assert [one.addition.word for one in found][:1] == ["风铃"]
    operations.accept_word(**who, word="风铃")
    assert corrections_read.vocabulary_proposals(LOCAL, "northshore") == []
    assert '"1220" = "风铃"' in corrections_read.words_as_toml(LOCAL, "northshore")
    version, _ = operations.apply_corrections(actor=LOCAL, member="northshore")
    table = {one["name"]: one for one in stored(doubtful.house, version).to_pylist()}
    assert (table["辛风铃厂"]["class"], table["辛风铃厂"]["coded_by"]) == ("1220", "words")
    assert version.quality["corrections"]["industry"]["agreed"] == 4
    with pytest.raises(Refusal) as refused:
        operations.accept_word(
            actor=doubtful.cast["south_analyst"], member="northshore", word="风铃"
        )
    assert refused.value.code in ("no_such_register", "not_allowed")
    operations.decline_word(**who, word="风铃")
    version, _ = operations.apply_corrections(actor=LOCAL, member="northshore")
    table = {one["name"]: one for one in stored(doubtful.house, version).to_pylist()}
    assert table["辛风铃厂"]["division"] == ""


def test_without_an_edition_the_public_hears_of_no_register(doubtful: Doubtful) -> None:
    for part in ("reader", "outsider", "south_officer"):
        with pytest.raises(NotFound):
            queries.published_quality(doubtful.cast[part], "northshore")


def test_of_two_at_once_one_stands_and_the_other_is_told(
    doubtful: Doubtful, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second looks at the unit before the first has written, and writes after."""
    unit = doubtful.unit("甲风铃厂")
    told: dict[str, Any] = {"member": "northshore", "unit": unit, "field": "industry"}
    look = corrections_read.unit_of

    def overtaken(*arguments: Any) -> Any:
        seen = look(*arguments)
        monkeypatch.setattr(corrections_read, "unit_of", look)
        operations.correct_unit(actor=doubtful.cast["north_officer"], value="1220", **told)
        return seen

    monkeypatch.setattr(corrections_read, "unit_of", overtaken)
    with pytest.raises(Refusal) as refused:
        operations.correct_unit(actor=doubtful.cast["north_analyst"], value="1111", **told)
    assert refused.value.code == "corrected_meanwhile"
    assert refused.value.params["name"] == "林北舟"
    assert Correction.objects.get().to_value == "1220"
