"""Text to values, against the standard library's own parsers."""

import re
from datetime import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.ledger.formats import Amounts
from paybench.ledger.readers.parse import parse_amounts, parse_dates, parse_flags, parse_numbers
from paybench.ledger.readers.sheet import TEXT

_DATES = st.from_regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", fullmatch=True) | st.dates().map(str) | st.text(max_size=10)
_AMOUNTS = st.from_regex(r"-?[0-9]{1,15}(\.[0-9]{0,6})?", fullmatch=True) | st.text("0123456789.,-+e ٣", max_size=8)


@given(st.lists(_DATES, max_size=20))
def test_a_date_is_accepted_exactly_where_the_calendar_has_it(texts: list[str]) -> None:
    dates, ok = parse_dates(pa.array(texts, TEXT), "%Y-%m-%d")
    for text, date, accepted in zip(texts, dates, ok, strict=True):
        # The standard library, held to digits of ASCII and two of them for month and day, accepts the same dates.
        try:
            expected = (
                datetime.strptime(text, "%Y-%m-%d") if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
            )
        except ValueError:
            expected = None
        if expected is not None and not 1900 <= expected.year <= 2199:
            expected = None
        assert accepted == (expected is not None)
        # And the value is the same day.
        assert not accepted or np.datetime64(expected, "s") == date


@pytest.mark.parametrize(
    ("pattern", "text", "day"),
    [
        ("%-m/%-d/%Y", "1/2/2013", "2013-01-02"),
        ("%-m/%-d/%Y", "12/31/2013", "2013-12-31"),
        ("%d.%m.%Y", "01.02.2013", "2013-02-01"),
        ("%Y%m%d.0", "20200210.0", "2020-02-10"),
        ("%Y-%m-%d 00:00:00", "2020-02-29 00:00:00", "2020-02-29"),
        ("%-m/%-d/%Y", "13/1/2013", None),
        ("%-m/%-d/%Y", "2/29/2013", None),
        ("%d.%m.%Y", "1.02.2013", None),
        ("%Y%m%d.0", "20200210x0", None),
        ("%Y-%m-%d", "2013-02-30", None),
        ("%Y-%m-%d", "0213-02-03", None),
        ("%Y-%m-%d", "2013-02-03\n", None),
    ],
)
def test_a_date_is_read_in_the_declared_order_or_not_at_all(pattern: str, text: str, day: str | None) -> None:
    dates, ok = parse_dates(pa.array([text], TEXT), pattern)
    # The order of the parts is the pattern's; nothing else is tried.
    assert ok[0] == (day is not None)
    assert day is None or dates[0] == np.datetime64(day)


@given(st.lists(_AMOUNTS, max_size=20))
def test_an_amount_is_the_exact_decimal_number(texts: list[str]) -> None:
    units, ok = parse_amounts(pa.array(texts, TEXT), Amounts())
    for text, unit, accepted in zip(texts, units, ok, strict=True):
        written = re.fullmatch(r"-?[0-9]{1,14}(\.[0-9]{1,4}0*)?", text)
        # What is accepted is written as a decimal number of at most four decimals, and is that number.
        assert not accepted or (written and Decimal(text) == Decimal(int(unit)).scaleb(-4))
        # What is so written is accepted, up to the digits that the ledger's float64 can hold.
        assert accepted or not (written and abs(Decimal(text)) < 200_000_000_000)
        # The float64 of the ledger gives the same integer back.
        assert not accepted or np.rint(unit / 10_000 * 10_000) == unit


@pytest.mark.parametrize(
    ("text", "style", "units"),
    [
        ("1.080,38", Amounts(decimal=",", thousands="."), 10_803_800),
        ("1080,38", Amounts(decimal=",", thousands="."), 10_803_800),
        ("1 080,5", Amounts(decimal=",", thousands=" \u00a0"), 10_805_000),
        ("12,345,678.9", Amounts(thousands=","), 123_456_789_000),
        ("10.00-", Amounts(minus=("trailing",)), -100_000),
        ("(10.00)", Amounts(minus=("parentheses",)), -100_000),
        ("12345678901234.5678", Amounts(), None),
        ("1200000000000", Amounts(), 12_000_000_000_000_000),
        ("1.080,38", Amounts(), None),
        ("1.080", Amounts(decimal=",", thousands=""), None),
        ("10,80", Amounts(thousands=","), None),
        ("1,0800", Amounts(thousands=","), None),
        ("10.00-", Amounts(), None),
        ("(10.00", Amounts(minus=("parentheses",)), None),
        ("-10.00-", Amounts(minus=("leading", "trailing")), None),
        ("1.23456", Amounts(), None),
        ("1e3", Amounts(), None),
        ("+5", Amounts(), None),
        ("EUR 5", Amounts(), None),
        ("1.50000000", Amounts(), 15_000),
    ],
)
def test_an_amount_is_read_in_the_declared_style_or_not_at_all(text: str, style: Amounts, units: int | None) -> None:
    values, ok = parse_amounts(pa.array([text], TEXT), style)
    assert ok[0] == (units is not None)
    assert units is None or values[0] == units


def test_numbers_are_finite_and_flags_are_declared_words() -> None:
    numbers, ok = parse_numbers(pa.array(["0,5", "-3", "1e-05", "1e999", "nan", "x", ""], TEXT), ",")
    assert numbers[ok].tolist() == [0.5, -3.0, 1e-05]
    flags, ok = parse_flags(pa.array(["True", "no", "maybe"], TEXT), ("true",), ("no",))
    assert (flags.tolist(), ok.tolist()) == ([True, False, False], [True, True, False])
