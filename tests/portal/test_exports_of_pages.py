"""Files that the pages hand out: in the page's language, filtered as the page is."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from editions import Grown

pytestmark = pytest.mark.django_db
BANNERS = {"": "三湖为虚构地区", "/en": "Three Lakes is an invented region"}


@pytest.mark.parametrize("prefix", BANNERS)
def test_the_view_as_a_file(grown: Grown, client: Client, prefix: str) -> None:
    view = "?industry=d11&level=prefecture&place=820202&at=5/30/120"
    table = client.get(f"{prefix}/atlas/export.csv{view}")
    assert table["Content-Disposition"] == (
        'attachment; filename="xietong-1-d11-prefecture-lq-n.csv"'
    )
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert BANNERS[prefix] in rows[0][1]
    assert len(rows) - rows.index([]) == 2 + 4
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"{prefix}/atlas/export.xlsx{view}").content)
    )
    assert len(book.sheet_names) == 2
    whole = json.loads(client.get(f"{prefix}/atlas/export.geojson{view}").content)
    assert len(whole["features"]) == 4
    assert BANNERS[prefix] in whole["xietong"]["banner"]


def test_without_an_industry_it_is_the_one_that_the_map_opens_on(
    grown: Grown, client: Client
) -> None:
    answer = client.get("/en/atlas/export.csv")
    assert "xietong-1-d11-county-lq-n.csv" in answer["Content-Disposition"]


@pytest.mark.parametrize("prefix", BANNERS)
def test_the_list_of_clusters_as_a_file(grown: Grown, client: Client, prefix: str) -> None:
    everything = client.get(f"{prefix}/atlas/clusters/export.csv")
    rows = list(csv.reader(io.StringIO(everything.content.decode("utf-8-sig"))))
    assert BANNERS[prefix] in rows[0][1]
    cells = rows[rows.index([]) + 2 :]
    assert len(cells) >= 4
    filtered = client.get(f"{prefix}/atlas/clusters/export.csv?crossing=1&industry=d11")
    some = list(csv.reader(io.StringIO(filtered.content.decode("utf-8-sig"))))
    assert [row[0] for row in some[some.index([]) + 2 :]] == ["d11@820103", "g111@820103"]
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"{prefix}/atlas/clusters/export.xlsx").content)
    )
    data = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    assert BANNERS[prefix] in str(data[0][0])
    assert [row[0] for row in data[2:]] == [row[0] for row in cells]


@pytest.mark.parametrize("address", ["/atlas/export.pdf", "/atlas/clusters/export.geojson"])
def test_an_unknown_kind_is_refused(grown: Grown, client: Client, address: str) -> None:
    answer = client.get("/en" + address)
    assert answer.status_code == 404
    assert b"no_such_format" in answer.content
