"""Search finds records by their words, alike on both databases, and only for who may see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from cast import Cast, signed_in
from xietong.desk import findable, operations, queries
from xietong.desk.findable import EVERYBODY, Findable
from xietong.desk.models import SearchEntry
from xietong.kit.references import Reference
from xietong.kit.refusals import NotAllowed
from xietong.region.rules import LOCAL, OUTSIDER, READ_AUDIT, READ_PEOPLE, READER, May, Role

pytestmark = [pytest.mark.operations, pytest.mark.django_db]

TITLES = {
    "1": ("昆湖电子（华东）有限公司", "Kunhu Electronics"),
    "2": ("昆湖电缆厂", "Kunhu Cable Works"),
    "3": ("湖昆电子", "OLED-Lake No. 7 'x' & | ! :*"),
    "4": ("ＫＵＮＨＵ　ＯＬＥＤ顯示屏", ""),
    "5": ("Ünïcode ½ ² İstanbul ß_a", "naïve"),
}
ALL: dict[str, Any] = {"keys": frozenset({EVERYBODY})}


def index(**whom: Any) -> None:
    """Index some records, for everybody unless told for whom."""
    for key, (zh, en) in TITLES.items():
        operations.index_record(
            found=Findable(
                Reference("desk", "thing", key), "Job", zh, "/", title_en=en, **(whom or ALL)
            )
        )


def keys(q: str) -> list[str]:
    """Return what is found, in order."""
    by_title = {zh: key for key, (zh, _) in TITLES.items()}
    return [by_title[one.zh] for one in queries.find(READER, q)]


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("昆湖", ["2", "1"]),
        ("昆湖电子", ["1"]),
        ("电子", ["3", "1"]),
        ("顯示", ["4"]),
        ("显示屏 kunhu", ["4"]),
        ("kunh", ["4", "2", "1"]),
        ("kunhu works", ["2"]),
        ("Kunhu Cable Works", ["2"]),
        ("oled lake", ["3"]),
        ("' OR 1=1 --", []),
        ('" * : & | ! ( )', []),
        ("'; :* x", ["3"]),
        ("7", ["3"]),
        ("½", ["5"]),
        ("naïve", ["5"]),
        ("İstanbul", ["5"]),
        ("ß", ["5"]),
        ("nichts", []),
        ("", []),
        ("\x00", []),
    ],
)
def test_the_same_is_found_on_both_databases(db: None, q: str, wanted: list[str]) -> None:
    index()
    assert keys(q) == wanted


def test_a_record_is_found_as_it_is_now(db: None) -> None:
    index()
    found = Findable(Reference("desk", "thing", "1"), "Job", "全新名称", "/", **ALL)
    operations.index_record(found=found)
    assert keys("昆湖") == ["2"]
    assert [one.zh for one in queries.find(READER, "全新")] == ["全新名称"]
    operations.unindex_record(reference=found.reference)
    assert queries.find(READER, "全新") == []


def test_only_who_may_see_a_record_finds_it(cast: Cast) -> None:
    index(line=READ_PEOPLE, of=frozenset({"member:northshore"}))
    seen = {part for part, actor in cast.everybody().items() if queries.find(actor, "昆湖")}
    north = {f"north_{role}" for role in ("viewer", "analyst", "officer", "approver")}
    north |= {"north_administrator"}
    office = {one for one in cast.everybody() if one.startswith("office_")}
    assert seen == north | office | {"operator"}
    index(
        keys=frozenset({cast["nobody"].key})
    )  # the scope changed: whoever found it finds it no more
    seen = {part for part, actor in cast.everybody().items() if queries.find(actor, "昆湖")}
    assert seen == {"nobody", "operator"}
    index()
    assert queries.find(OUTSIDER, "昆湖") == []


def test_a_role_that_the_line_does_not_name_finds_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    officers = May("officers_find", own=frozenset({Role.OFFICER}), others=frozenset({Role.OFFICER}))
    monkeypatch.setitem(findable._lines, officers.verb, officers)
    index(line=officers, of=frozenset({"member:northshore"}))

    def seen() -> set[str]:
        return {part for part, actor in cast.everybody().items() if queries.find(actor, "昆湖")}

    assert seen() == {"north_officer", "south_officer", "institute_officer", "operator"}
    # The line is asked when somebody searches: what it says anew holds for what was indexed.
    narrower = May("officers_find", own=frozenset({Role.OFFICER}))
    monkeypatch.setitem(findable._lines, officers.verb, narrower)
    assert seen() == {"north_officer", "operator"}
    with pytest.raises(ValueError, match="read_audit"):  # a line that no provider names
        index(line=READ_AUDIT)


def test_colleagues_are_found_and_whoever_left_is_not(cast: Cast) -> None:
    assert [one.zh for one in queries.find(cast["north_viewer"], "林北舟")] == ["林北舟"]
    assert queries.find(cast["south_officer"], "林北舟") == []
    assert len(queries.find(cast["office_viewer"], "林北舟")) == 1
    assert [one.zh for one in queries.find(cast["south_officer"], "湖石研究")] == ["北岸湖石研究所"]
    person = cast.person("north_officer")
    person.is_active = False
    person.save()
    assert queries.find(cast["north_viewer"], "林北舟") == []


def test_rebuilding_gives_the_same_index(cast: Cast) -> None:
    operations.enqueue(actor=cast["north_officer"], kind="count", parameters={"most": 5})

    def state() -> set[tuple[object, ...]]:
        return set(
            SearchEntry.objects.values_list(
                "reference", "kind", "title_zh", "words", "scopes__line", "scopes__scope"
            )
        )

    before = state()
    assert len({one[0] for one in before}) == 21  # 16 people, 4 organisations, a job
    SearchEntry.objects.filter(kind="Person").delete()
    with pytest.raises(NotAllowed):
        operations.rebuild_search(actor=cast["north_administrator"])
    assert operations.rebuild_search(actor=LOCAL) == 21
    assert state() == before


def test_the_page_shows_records_to_who_may_see_them_only(cast: Cast, client: Client) -> None:
    asked = {"q": "林北舟"}
    assert "林北舟</a>" not in client.get("/search/", asked).content.decode()
    signed_in(client, cast.person("south_officer"))
    assert "林北舟</a>" not in client.get("/search/", asked).content.decode()
    signed_in(client, cast.person("north_viewer"))
    page = client.get("/search/", asked).content.decode()
    assert "林北舟</a>" in page
    with translation.override("en"):
        suggested = client.get("/en/search/suggestions/", {"q": "湖石"}).content.decode()
    assert "Organisation" in suggested
