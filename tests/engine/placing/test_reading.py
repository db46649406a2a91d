"""Addresses and names that mislead, each with the place that a person would say."""

from __future__ import annotations

import pytest

from engine.placing.planted import delta_gazetteer
from xietong.engine.placing import Placer

SHANGHAI, JIANGSU, ZHEJIANG, ANHUI = "310000", "320000", "330000", "340000"


@pytest.fixture(scope="module")
def placer() -> Placer:
    return Placer(delta_gazetteer())


@pytest.mark.parametrize(
    ("address", "city", "member", "place"),
    [
        # roads called after other places
        ("上海市南京西路1515号", "", SHANGHAI, "310100"),
        ("上海市黄浦区南京东路829号", "", SHANGHAI, "310101"),
        ("南京市上海路15号", "", JIANGSU, "320100"),
        ("南京市鼓楼区上海路15号", "", JIANGSU, "320106"),
        ("上海市苏州河北岸光复路1号", "", SHANGHAI, "310100"),
        ("上海市宁波路120号", "", SHANGHAI, "310100"),
        ("上海市徐汇区宁国路3号", "", SHANGHAI, "310104"),
        ("安徽省马鞍山市合肥路5号", "", ANHUI, "340500"),
        ("连云港市无锡路2号", "", JIANGSU, "320700"),
        ("镇江市常州大道9号", "", JIANGSU, "321100"),
        ("上海市常熟路8号", "", SHANGHAI, "310100"),
        ("上海市浦东大道138号", "", SHANGHAI, "310100"),
        ("合肥市长江东路628号", "", ANHUI, "340100"),
        ("安徽省合肥市明光路86号", "", ANHUI, "340100"),
        ("安徽省合肥市金寨路71号", "", ANHUI, "340100"),
        ("杭州市余杭塘路866号", "", ZHEJIANG, "330100"),
        ("杭州市西湖大道12号", "", ZHEJIANG, "330100"),
        ("宁波市镇海路3号", "", ZHEJIANG, "330200"),
        ("徐州市铜山路4号", "", JIANGSU, "320300"),
        ("安徽省滁州市南谯北路681号", "", ANHUI, "341100"),
        # a level's ending that belongs to the next word
        ("台州市路桥区路北朱家村", "", ZHEJIANG, "331004"),
        ("常熟市场街2号", "无锡", JIANGSU, "320200"),
        # one name, two places
        ("鼓楼区傅厚岗29号", "", JIANGSU, ""),
        ("鼓楼区傅厚岗29号", "南京", JIANGSU, "320106"),
        ("徐州市鼓楼区中山路2号", "", JIANGSU, "320302"),
        ("普陀区沈家门街道兴建路52号", "", ZHEJIANG, "330903"),
        ("普陀区梅川路901号", "", SHANGHAI, "310107"),
        # city and county of one name
        ("淮安市健康东路102号", "", JIANGSU, "320800"),
        ("淮安市淮安区翔宇大道1号", "", JIANGSU, "320803"),
        ("安徽省芜湖市长江长现代城5号", "", ANHUI, "340200"),
        ("安徽省芜湖市芜湖县湾沚镇", "", ANHUI, "340221"),
        ("安徽省黄山市黄山区甘棠镇", "", ANHUI, "341003"),
        ("连云港市海连东路1号", "", JIANGSU, "320700"),
        # counties that changed their name, their city or their borders
        ("浙江省宁波市鄞县邱隘镇", "", ZHEJIANG, "330212"),
        ("宁波市鄞县古林镇三星村", "", ZHEJIANG, "330203"),
        ("苏州市吴县市黄埭镇", "", JIANGSU, "320507"),
        ("苏州市吴县市人民路1号", "", JIANGSU, "320500"),
        ("安徽省六安市寿县寿春镇", "", ANHUI, "340422"),
        ("安徽省安庆市枞阳县汤沟镇", "", ANHUI, "340722"),
        ("安徽省巢湖市无为县泥汊镇", "", ANHUI, "340281"),
        ("安徽省巢湖市泥汊镇", "", ANHUI, "340281"),
        ("安徽省巢湖市居巢区人民路", "", ANHUI, "340181"),
        ("武进区郑陆镇董墅村", "常州", JIANGSU, "320402"),
        ("上海市南汇县惠南镇", "", SHANGHAI, "310115"),
        ("上海市闸北区宝源路131号", "", SHANGHAI, "310106"),
        # newer names than the map's
        ("杭州市临平区塘栖镇", "", ZHEJIANG, "330110"),
        ("杭州市钱塘区河庄街道", "", ZHEJIANG, "330109"),
        ("杭州市钱塘区文津路1号", "", ZHEJIANG, "330100"),
        # zones and townships
        ("江苏省苏州工业园区星海街200号", "", JIANGSU, "320508"),
        ("中国（上海）自由贸易试验区华京路8号728室", "", SHANGHAI, "310115"),
        ("上海张江高科技园区郭守敬路498号", "", SHANGHAI, "310115"),
        ("上海市张江路69号", "", SHANGHAI, "310100"),
        ("张家港保税区汇达大厦二楼", "苏州", JIANGSU, "320582"),
        ("震泽民营开发区", "苏州", JIANGSU, "320500"),
        ("震泽镇民营开发区", "苏州", JIANGSU, "320509"),
        # the text against the column
        ("浦口区江浦街道珠泉路10号", "宿迁", JIANGSU, "320111"),
        ("合肥市滨湖区徽州大道6699号", "合肥", ANHUI, "340100"),
        ("天长市南市区三桥路", "滁州", ANHUI, "341181"),
        ("亳州市南市区王大庄", "亳州", ANHUI, "341600"),
        ("江阴市滨江区石牌路16号", "无锡", JIANGSU, "320281"),
        # a zone of two counties
        ("宿迁市经济开发区东区松花江路1号", "宿迁", JIANGSU, "321311"),
        ("宿迁市经济开发区（东区）华山路", "宿迁", JIANGSU, "321311"),
        ("宿迁市经济开发区振兴大道", "宿迁", JIANGSU, "321302"),
        # the text against a column that names a county
        ("上海市宝山区沪太路1号", "普陀", SHANGHAI, "310113"),
        ("沪太路1号宝山区政府旁", "普陀", SHANGHAI, "310107"),
        # script and width
        ("江蘇省崑山市花橋鎮１２號", "", JIANGSU, "320583"),
        ("浙江 余姚 低塘街道", "", ZHEJIANG, "330281"),
        ("广东省深圳市南山区", "", SHANGHAI, ""),
        ("", "", SHANGHAI, ""),
    ],
)
def test_an_address_is_read_as_a_person_reads_it(
    placer: Placer, address: str, city: str, member: str, place: str
) -> None:
    assert placer.place(address=address, city=city, member=member).place == place


@pytest.mark.parametrize(
    ("name", "city", "member", "place"),
    [
        ("南京东路百货有限公司", "", SHANGHAI, ""),
        ("上海南京东路百货有限公司", "", SHANGHAI, "310100"),
        ("上海宁波汤团店", "", SHANGHAI, "310100"),
        ("生荣机械(苏州)有限公司", "", JIANGSU, "320500"),
        ("中国石化销售有限公司江苏徐州新沂石油分公司", "徐州", JIANGSU, "320381"),
        ("江苏溧阳城建集团有限公司徐州分公司", "徐州", JIANGSU, "320300"),
        ("上海市南电力工程有限公司嘉定分公司", "", SHANGHAI, "310114"),
        ("扬州市邗江红桥服装厂", "扬州", JIANGSU, "321000"),
        ("苏州市虎丘摩托车配件厂", "苏州", JIANGSU, "320500"),
        ("鄞县第二纺织厂", "宁波", ZHEJIANG, "330212"),
        ("慈溪市永达纺织有限公司", "", ZHEJIANG, "330282"),
        ("利辛县自来水公司", "亳州", ANHUI, "341623"),
    ],
)
def test_a_name_places_only_inside_what_the_row_says(
    placer: Placer, name: str, city: str, member: str, place: str
) -> None:
    assert placer.place(name=name, address="人民路1号", city=city, member=member).place == place


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("开发区河海路9号", "320411"),
        ("常州市高新区河海路9号", "320411"),
        ("常州市延陵东路181号", "320400"),
        ("", "320400"),
    ],
)
def test_a_zone_in_a_name_counts_where_the_address_lies_in_a_zone(
    placer: Placer, address: str, place: str
) -> None:
    name = "丰泰银行股份有限公司常州高新技术产业开发区支行"
    assert placer.place(name=name, address=address, city="常州", member=JIANGSU).place == place


def test_the_words_that_decided_are_told(placer: Placer) -> None:
    found = placer.place(address="江苏省苏州市昆山市花桥镇兆丰路18号", member=JIANGSU)
    assert (found.place, found.precision, found.reason) == ("320583", "county", "address")
    assert found.words == ("江苏省", "苏州市", "昆山市")


def test_a_row_outside_its_member_is_kept_and_noted(placer: Placer) -> None:
    found = placer.place(address="江苏省昆山市花桥镇", member=SHANGHAI)
    assert (found.place, found.outside) == ("320583", True)
