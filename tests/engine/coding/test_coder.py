"""What invented firms do, told from their names and scopes."""

from __future__ import annotations

import numpy as np
import pytest

from xietong.engine.coding import Coder

NOWHERE = ""


@pytest.mark.parametrize(
    ("name", "scope", "code"),
    [
        # The same thing made, sold in bulk, sold in a shop, repaired, leased out, put up.
        ("飞鸿有限公司", "水泵制造、销售", "3441"),
        ("飞鸿有限公司", "水泵批发", "5179"),
        ("飞鸿有限公司", "水泵零售", "527"),
        ("飞鸿有限公司", "水泵维修", "4320"),
        ("飞鸿有限公司", "水泵租赁", "711"),
        ("飞鸿有限公司", "水泵安装", "4920"),
        ("飞鸿塑料厂", "塑料制品", "292"),
        ("飞鸿塑料经营部", "塑料制品", "5169"),
        ("飞鸿塑料门市部", "塑料制品零售", "528"),
        # A trader whom the scope calls a retailer, and one whom it does not.
        ("飞鸿贸易有限公司", "服装零售", "5232"),
        ("飞鸿贸易有限公司", "服装、五金交电、百货", "5132"),
        # A maker of what it lists without a verb, and a trader of a mixed list.
        ("飞鸿轴承有限公司", "轴承", "3451"),
        ("飞鸿机电有限公司", "机电设备、五金交电、建材、百货、化工原料", "517"),
        # A branch does what its own name says.
        ("飞鸿纺织有限公司汽车修理厂", "汽车维修", "8111"),
        ("飞鸿银行股份有限公司江边支行", "", "662"),
        ("飞鸿石油有限公司江边加油站", "柴油、润滑油、预包装食品零售", "5265"),
        ("飞鸿邮政有限公司江边邮政支局", "国内邮件寄递；种子、肥料销售", "601"),
        ("飞鸿集团有限公司江边大酒店", "住宿、餐饮服务", "611"),
        # Licences that firms list first without living from them.
        ("飞鸿机械厂", "普通货运", "34"),
        ("飞鸿纸箱厂", "其他印刷品印刷；纸箱制造", "223"),
        ("飞鸿运输有限公司", "普通货运", "543"),
        ("飞鸿印务有限公司", "其他印刷品印刷", "2319"),
        # Technology: what it is about, or technology as such.
        ("飞鸿软件有限公司", "计算机软件、硬件开发、销售", "6513"),
        ("飞鸿有限公司", "集成电路的设计", "6520"),
        ("飞鸿科技有限公司", "从事机械技术领域内的技术开发、技术转让、技术咨询、技术服务", "751"),
        ("飞鸿科技有限公司", "销售机械设备、金属材料、五金交电", "517"),
        # The segments of the chains, down to the class.
        ("飞鸿集成电路有限公司", "集成电路制造", "3973"),
        ("飞鸿电子有限公司", "半导体分立器件生产", "3972"),
        ("飞鸿电子有限公司", "液晶显示器件的制造", "3974"),
        ("飞鸿传感器有限公司", "传感器、变送器的生产", "3983"),
        ("飞鸿有限公司", "工业机器人制造", "3491"),
        ("飞鸿有限公司", "计算机系统集成", "6531"),
        # Compounds whose head says little, or whose first word names the vehicle.
        ("飞鸿有限公司", "纺织设备的制造", "3551"),
        ("飞鸿有限公司", "橡胶成套设备制造", "3523"),
        ("飞鸿有限公司", "汽车密封件制造", "3670"),
        ("飞鸿有限公司", "密封件制造", "3481"),
        # Words that only stand beside each other: 管理发展 is no 理发.
        ("飞鸿管理发展有限公司", "物业管理", "7020"),
        # What is named first, and a branch's own words before its parent's.
        ("飞鸿有限公司", "电机制造；服装制造", "381"),
        ("飞鸿有限公司", "服装制造；电机制造", "1819"),
        ("飞鸿有限公司", "会计服务；测绘服务", "724"),
        ("飞鸿有限公司", "测绘服务；会计服务", "744"),
        ("飞鸿酒店管理有限公司广告分公司", "", "7259"),
        # What is not done.
        ("飞鸿有限公司", "投资咨询，不得从事证券、期货、保险业务", "7249"),
        ("飞鸿有限公司", "水力发电（筹建）", "441"),
        ("飞鸿有限公司", "代理销售保险", "685"),
        # Nothing that tells.
        ("", "", NOWHERE),
        ("飞鸿有限公司", "", NOWHERE),
        ("飞鸿有限公司", "。。。；（）", NOWHERE),
        ("飞鸿有限公司", "从事隶属公司授权范围内的事务", NOWHERE),
    ],
)
def test_a_firm_does_what_name_and_scope_say(
    coder: Coder, name: str, scope: str, code: str
) -> None:
    found = coder.code(name, scope)
    assert (found.class_ or found.group or found.division).startswith(code)
    assert found.division == code[:2]
    assert (found.confidence > 0) == (code != NOWHERE)
    assert bool(found.words) == (code != NOWHERE)


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("飛鴻電子有限公司", "液晶顯示器的製造、銷售"),
        ("ＦＨ电子有限公司", "ＬＥＤ显示屏生产；软件开发"),
        ("飞鸿机械厂", "水泵、阀门（制造）"),
    ],
)
def test_script_width_and_case_change_nothing(coder: Coder, name: str, scope: str) -> None:
    plain = coder.code("飞鸿电子有限公司", "液晶显示器的制造、销售")
    if "飛" in name:
        assert coder.code(name, scope) == plain
    wide = str.maketrans({chr(at): chr(at + 0xFEE0) for at in range(0x21, 0x7F)})
    assert coder.code(name.translate(wide), scope.translate(wide)) == coder.code(name, scope)
    assert coder.code(name.upper(), scope.upper()) == coder.code(name.lower(), scope.lower())


def test_no_class_is_said_where_words_are_at_odds(coder: Coder) -> None:
    agreed = coder.code("飞鸿水泵有限公司", "水泵、压缩机制造")
    assert (agreed.group, agreed.class_) == ("344", "3441")
    at_odds = coder.code("飞鸿水泵有限公司", "阀门、压缩机制造")
    assert (at_odds.group, at_odds.class_) == ("344", "")


def test_the_deciding_words_stand_in_the_texts(coder: Coder) -> None:
    found = coder.code("飞鸿传感器有限公司", "压力传感器、变送器的生产；软件开发")
    words = found.words.split("、")
    assert "传感器" in words
    assert all(word in "飞鸿传感器有限公司压力传感器、变送器的生产" for word in words)
    assert "软件开发" not in words


def test_a_name_and_scope_that_agree_are_surer_than_a_scope_alone(coder: Coder) -> None:
    both = coder.code("飞鸿塑料厂", "塑料制品制造").confidence
    alone = coder.code("飞鸿有限公司", "塑料制品").confidence
    against = coder.code("飞鸿运输有限公司", "塑料制品制造").confidence
    assert both > alone
    assert both > against


def test_many_are_coded_as_one_by_one_in_any_number_of_processes(coder: Coder) -> None:
    things = ["水泵", "服装", "软件", "塑料制品", "家具", "电缆", "白酒", "玻璃"]
    verbs = ["制造", "批发", "零售", "维修", "设计", "销售", "的生产、销售", ""]
    names = [f"飞鸿{one}有限公司" for one in things for _ in range(8 * 40)]
    scopes = [f"{one}{verb}" for one in things for verb in verbs for _ in range(40)]
    one = coder.code_many(names, scopes)
    two = coder.code_many(names, scopes, processes=2)
    assert len(one.division) == len(names)
    for column in ("division", "group", "class_", "confidence", "words"):
        assert np.array_equal(getattr(one, column), getattr(two, column))
    for at in range(0, len(names), 97):
        alone = coder.code(names[at], scopes[at])
        told = (one.division[at], one.group[at], one.class_[at], one.confidence[at], one.words[at])
        expected = (alone.division, alone.group, alone.class_, alone.confidence, alone.words)
        assert told == expected


def test_columns_of_two_lengths_are_refused(coder: Coder) -> None:
    with pytest.raises(ValueError, match="2 names but 1 scopes"):
        coder.code_many(["飞鸿有限公司", "飞鸿厂"], ["水泵制造"])


def test_no_rows_give_no_codes(coder: Coder) -> None:
    assert coder.code_many([], []).division.size == 0
