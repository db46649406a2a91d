"""How a business scope is read: its items, what is done with them, and what is not said."""

from __future__ import annotations

import time

import pytest

from xietong.engine.coding import Vocabulary
from xietong.engine.coding.scope import READ_CHARACTERS, ScopeReader


@pytest.fixture(scope="module")
def reader(vocabulary: Vocabulary) -> ScopeReader:
    return ScopeReader(vocabulary)


def read(reader: ScopeReader, scope: str) -> str:
    """The known items as `word:roles`, a side line with ~."""
    return " ".join(
        f"{'~' if item.side else ''}{item.words[0][0]}:{'+'.join(sorted(item.roles)) or '-'}"
        for item in reader.read(scope)
        if item.words
    )


@pytest.mark.parametrize(
    ("scope", "items"),
    [
        # A verb before a list, and one behind it.
        ("生产、销售：水泵、阀门；软件开发。", "水泵:make+trade 阀门:make+trade 软件开发:-"),
        ("水泵、阀门的制造、加工；房屋租赁", "水泵:make 阀门:make 房屋租赁:-"),
        ("销售水泵、阀门；制造轴承", "水泵:trade 阀门:trade 轴承:make"),
        ("水泵制造、阀门销售", "水泵:make 阀门:trade"),
        ("批发：水泵。零售：灯具", "水泵:wholesale 灯具:retail"),
        ("灯具批发兼零售", "灯具:retail+wholesale"),
        # A list goes on behind a semicolon until its verb comes.
        ("五金交电；灯具；轴承的销售", "五金交电:trade 灯具:trade 轴承:trade"),
        # Between commas a service speaks only for itself.
        ("五金交电，灯具，空调安装", "五金交电:- 灯具:- 空调安装:-"),
        ("五金交电，灯具，水泵维修", "五金交电:- 灯具:- 水泵:repair"),
        ("灯具、水泵的维修", "灯具:repair 水泵:repair"),
        # Two things in one item; a conjunction between verbs parts nothing.
        ("船舶修理及零配件的制造", "船舶修理:make 零配件:make"),
        ("水泵的制造和销售", "水泵:make+trade"),
        ("计算机及软件开发", "计算机:develop 软件开发:-"),
        # Brackets: verbs count, lists and licences do not.
        ("灯具（制造、销售）", "灯具:make+trade"),
        ("灯具（限路灯）制造", "灯具:make"),
        ("水力发电（筹建）", "水力发电:-"),
        ("筹建：水力发电", "水力发电:-"),
        ("灯具（凭许可证经营", "灯具:-"),
        # What is excluded is not said.
        ("化工产品（不含危险品、农药）批发", "化工产品:wholesale"),
        ("化工产品、农药除外", "化工产品:-"),
        ("化工产品，不含农药，灯具销售", "化工产品:trade 灯具:trade"),
        ("投资咨询，不得从事证券、期货、保险业务", "投资咨询:-"),
        ("灯具制造。依法须经批准的项目，经批准后方可从事餐饮服务", "灯具:make"),
        # Words that are verbs or activities.
        ("设计、制造水泵", "水泵:develop+make"),
        ("开发、设计、制造、销售水泵产品并提供售后服务", "水泵:develop+make+serve+trade"),
        ("广告设计", "广告设计:-"),
        ("设计", "设计:-"),
        ("服务：计算机软件、网络技术的技术开发", "计算机软件:serve+technology 网络技术:technology"),
        # A side line, and everything after it.
        ("水泵制造。兼营：灯具销售；餐饮服务", "水泵:make ~灯具:trade ~餐饮服务:-"),
        # One character is a word only as a whole item.
        ("鞋制造", "鞋:make"),
        ("皮鞋制造", "皮鞋:make"),
    ],
)
def test_items_and_what_is_done_with_them(reader: ScopeReader, scope: str, items: str) -> None:
    assert read(reader, scope) == items


@pytest.mark.parametrize(
    "scope",
    [
        "",
        " ",
        "。；，、",
        "0123456789",
        "（（（（",
        "））））",
        "：：：",
        "兼营",
        "的及和与",
        "\n\n\t",
    ],
)
def test_nothing_is_read_where_nothing_is_said(reader: ScopeReader, scope: str) -> None:
    assert read(reader, scope) == ""


@pytest.mark.parametrize(
    "hostile",
    ["（", "未经", "不含", "经营范围", "水泵、", "水泵的", "制造", "(水泵)", "除外", ":", "a"],
)
def test_a_scope_of_megabytes_takes_no_time(reader: ScopeReader, hostile: str) -> None:
    began = time.process_time()
    items = reader.read(hostile * (2_000_000 // len(hostile)))
    assert time.process_time() - began < 2
    assert len(items) <= READ_CHARACTERS


def test_a_full_memory_changes_no_answer(vocabulary: Vocabulary, reader: ScopeReader) -> None:
    forgetful = ScopeReader(vocabulary, remembered=0)
    for scope in ("生产水泵、阀门；灯具销售", "水泵、阀门的制造", "灯具（制造）"):
        assert forgetful.read(scope) == reader.read(scope) == forgetful.read(scope)
