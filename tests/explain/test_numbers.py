"""Displayed numbers add up, and none says more than it knows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from paybench.explain.numbers import date, money, percent, plural, rounded_to_sum, short, span, tenths


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_rounded_numbers_add_up(values: list[float]) -> None:
    total = int(np.rint(sum(values)))
    rounded = rounded_to_sum(values, total)

    # The sum is exact, and no number moved by a whole unit or more than it had to.
    assert sum(rounded) == total
    assert np.abs(np.array(rounded) - values).max() <= 1 + 1e-6


@given(st.floats(0, 1))
def test_only_certainty_looks_certain(share: float) -> None:
    # 0 % and 100 % are said of 0 and 1 only.
    assert (percent(share) == percent(0.0)) == (share == 0)
    assert (percent(share) == percent(1.0)) == (share == 1)


@given(st.integers(-10_000, 10_000))
def test_tenths_are_read_back(whole: int) -> None:
    # What is displayed is the number itself.
    assert round(10 * float(tenths(whole, signed=True).replace("\N{MINUS SIGN}", "-"))) == whole


def test_finance_reads_them() -> None:
    day, later = pd.Timestamp("2025-12-29"), pd.Timestamp("2026-01-04")

    # Thousands apart, months in English, one and many.
    said = [money(1234567.5, 2), short(2_149_000), short(999_400), date(day), span(day, later), plural(1, "day")]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in said] == [
        "1,234,567.50",
        "2.1 m",
        "999,400",
        "29 Dec 2025",
        "29 Dec \N{EN DASH} 4 Jan",
        "1 day",
    ]
