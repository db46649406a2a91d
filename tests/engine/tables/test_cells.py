"""Numbers, dates and amounts mean what people mean by them, and what is no value is none."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tables.packs import LAKELAND, currencies
from xietong.engine.tables.amounts import Amount, Currencies, Unit
from xietong.engine.tables.cells import parse_date, parse_number, parse_whole

WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
DAYS = st.dates(datetime.date(1901, 1, 1), datetime.date(2170, 12, 31))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,024", "1024"),
        ("４，２６４．8800", "4264.8800"),
        (" 12 ", "12"),
        ("'600", "600"),
        ("1.2e3", "1200"),
        ("−5", "-5"),
        (".5", "0.5"),
        ("1,000,000.25", "1000000.25"),
        ("1,2", None),
        ("1,0000", None),
        ("", None),
        ("12a", None),
        ("1.2.3", None),
        ("inf", None),
        ("nan", None),
        ("１２３一", None),
    ],
)
def test_numbers(text: str, number: str | None) -> None:
    assert parse_number(text) == (None if number is None else Decimal(number))


def test_whole_numbers() -> None:
    assert parse_whole("35.0") == 35
    assert parse_whole("12.5") is None
    assert parse_whole("1e300") is None


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12
    )
)
def test_a_number_written_is_the_number_read(number: Decimal) -> None:
    for text in (f"{number:,}", f"{number:f}", f"{number:,}".translate(WIDE)):
        assert parse_number(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2004-12-31", (2004, 12, 31)),
        ("2004/1/5", (2004, 1, 5)),
        ("2004.1.5", (2004, 1, 5)),
        ("20041231", (2004, 12, 31)),
        ("2004年12月31日", (2004, 12, 31)),
        ("２００４年１月５日", (2004, 1, 5)),
        ("2004-12-31 00:00:00", (2004, 12, 31)),
        ("2004-12-31T08:30:00Z", (2004, 12, 31)),
        ("2004-12", (2004, 12, 1)),
        ("2004年3月", (2004, 3, 1)),
        ("200403", (2004, 3, 1)),
        ("1998", (1998, 1, 1)),
        ("1998年", (1998, 1, 1)),
        ("38352", (2004, 12, 31)),
        ("38352.75", (2004, 12, 31)),
        ("2004-02-30", None),
        ("31/12/2004", None),
        ("20041301", None),
        ("12", None),
        ("-38352", None),
        ("999999", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_dates(text: str, day: tuple[int, int, int] | None) -> None:
    assert parse_date(text) == (None if day is None else datetime.date(*day))


@given(DAYS)
def test_a_day_written_is_the_day_read(day: datetime.date) -> None:
    forms = (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.isoformat()} 12:34",
        day.isoformat().translate(WIDE),
    )
    assert {parse_date(form) for form in forms} == {day}


@given(st.dates(datetime.date(1931, 6, 1), datetime.date(2169, 1, 1)))
def test_serial_days_of_both_epochs(day: datetime.date) -> None:
    serial = (day - datetime.date(1899, 12, 30)).days
    assert parse_date(str(serial)) == day
    # The two epochs lie 1,462 days apart: the same sheet, saved by the other program.
    assert parse_date(str(serial - 1462), epoch_1904=True) == day


@pytest.mark.parametrize(
    ("text", "value", "currency", "unit_said"),
    [
        ("600(万元人民币)", 6_000_000, "CNY", True),
        ("1.2亿元", 120_000_000, None, True),
        ("4,264.8800(万元人民币)", 42_648_800, "CNY", True),
        ("50万美元", 500_000, "USD", True),
        ("110万人民币", 1_100_000, "CNY", True),
        ("550(万)", 5_500_000, None, True),
        ("50(万人民币 )", 500_000, "CNY", True),
        ("24,013.5000( 万人民币元)", 240_135_000, "CNY", True),
        ("30(万元美元)", 300_000, "USD", True),
        ("47(万澳大利亚元)", 470_000, "AUD", True),
        ("100(万香港元)", 1_000_000, "HKD", True),
        ("3,350(万丹麦克郎)", 33_500_000, "DKK", True),
        ("人民币５００萬元整", 5_000_000, "CNY", True),
        ("1亿2,000万元", 120_000_000, None, True),
        ("USD 3 million", 3_000_000, "USD", True),
        ("3000", 3_000, None, False),
        ("500美元", 500, "USD", False),
        ("0", 0, None, False),
    ],
)
def test_amounts(text: str, value: int, currency: str | None, unit_said: bool) -> None:
    assert currencies().amount(text) == Amount(Decimal(value), currency, unit_said)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "万元",
        "-5万元",
        "5-6万元",
        "5 6万",
        "1,2万元",
        "甲乙丙",
        "100%",
        "5万美元人民币",
        "2000万1亿",
        "1亿2000",
        "12个",
        "5万元/年",
    ],
)
def test_what_is_no_amount(text: str) -> None:
    assert currencies().amount(text) is None


@given(
    st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False),
    st.sampled_from([("万", 10**4), ("亿", 10**8), ("", 1), ("千", 1000), ("百万", 10**6)]),
    st.sampled_from(
        [
            ("人民币", "CNY"),
            ("美元", "USD"),
            ("港币", "HKD"),
            ("日元", "JPY"),
            ("欧元", "EUR"),
            ("元", None),
        ]
    ),
    st.sampled_from(["{n}({u}{c})", "{n}{u}{c}", "{n}（{u}{c} ）", "{n} {u}{c}", " {n}{u}{c}整"]),
)
def test_an_amount_written_is_the_amount_read(
    number: Decimal, unit: tuple[str, int], currency: tuple[str, str | None], form: str
) -> None:
    for shown in (f"{number:,}", f"{number:f}", f"{number:,}".translate(WIDE)):
        text = form.format(n=shown, u=unit[0], c=currency[0])
        assert currencies().amount(text) == Amount(number * unit[1], currency[1], bool(unit[0]))


def test_units_of_headings() -> None:
    unit = currencies().unit
    assert unit("（万元）") == Unit(10_000, None)
    assert unit("(单位：万美元)") == Unit(10_000, "USD")
    assert unit("(百万元)") == Unit(1_000_000, None)
    assert unit("(吨)") is None
    assert currencies(LAKELAND).unit("(thousand)") == Unit(1_000, None)


def test_worth_in_ten_thousands_goes_half_to_even() -> None:
    worth = currencies().in_ten_thousands
    assert worth(Decimal(25_000), "CNY") == 2
    assert worth(Decimal(35_000), "CNY") == 4
    assert worth(Decimal("25_000.01"), "CNY") == 3
    assert worth(Decimal(1_000_000), "USD") == 828  # 827.65
    assert worth(Decimal(100_000_000), "JPY") == 797  # 7.9701 yuan for 100
    assert worth(Decimal(10) ** 40, "CNY") is None
    with pytest.raises(KeyError):
        worth(Decimal(1), "XYZ")


@given(st.decimals(min_value=0, max_value=10**15, places=2, allow_nan=False), st.data())
def test_worth_is_exact(value: Decimal, data: st.DataObject) -> None:
    money = currencies()
    currency = data.draw(st.sampled_from(sorted(money.worth)))
    exact = (value * money.worth[currency] / 10_000).quantize(Decimal(1), ROUND_HALF_EVEN)
    assert money.in_ten_thousands(value, currency) == exact


def test_facts_that_contradict_themselves_are_refused() -> None:
    about = {"names": ["元"], "worth": "1"}
    facts = {"base": "AAA", "multipliers": {}, "fillers": [], "currencies": {"AAA": about}}
    assert Currencies.build(facts).base == "AAA"
    with pytest.raises(ValueError, match="names both"):
        Currencies.build({**facts, "currencies": {"AAA": about, "BBB": about}})
    with pytest.raises(ValueError, match="worth 1"):
        Currencies.build({**facts, "currencies": {"AAA": {**about, "worth": "2"}}})


def test_the_rates_agree_with_each_other() -> None:
    """The euro's own currencies have fixed rates to it; the dollar's pegs held at the time."""
    worth = currencies().worth
    for code, units in (
        ("DEM", "1.95583"),
        ("FRF", "6.55957"),
        ("ITL", "1936.27"),
        ("NLG", "2.20371"),
    ):
        assert worth[code] * Decimal(units) == pytest.approx(worth["EUR"], rel=Decimal("0.0001"))
    assert worth["USD"] / worth["HKD"] == pytest.approx(Decimal("7.78"), rel=Decimal("0.005"))
    assert worth["USD"] / worth["MYR"] == pytest.approx(Decimal("3.80"), rel=Decimal("0.001"))
