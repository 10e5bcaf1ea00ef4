"""Money on a terminal: it fits, and nothing runs together."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.saved.terminal import WIDTH, Money, line, paragraph, period

AMOUNTS = st.lists(st.floats(-9e16, 9e16), min_size=5, max_size=5)


@given(AMOUNTS, st.text(st.characters(categories=["L", "N"]), max_size=90))
def test_every_amount_has_a_column_of_its_own(amounts: list[float], label: str) -> None:
    money = Money(*map(abs, amounts))
    cells = [money(amount, signed=True) for amount in amounts]
    text = line(label, cells)
    assert len(text) <= WIDTH
    # Read back from the line, the figures are the amounts in the units that the heading says.
    unit = {"": 1, ", all in thousands": 1e3, ", all in millions": 1e6, ", all in billions": 1e9}[money.said]
    seen = [int(word.replace(",", "")) for word in text.split()[-5:]]
    assert seen == pytest.approx([amount / unit for amount in amounts], abs=0.51)
    # A smaller unit would not have fitted.
    assert unit == 1 or max(map(abs, amounts)) / unit >= 99_999
    assert "-0" not in [cell.strip() for cell in cells]


@pytest.mark.parametrize(
    ("by", "start", "end", "said"),
    [
        ("week", "2025-12-29", "2026-01-04", "29 Dec - 4 Jan"),
        ("month", "2026-01-01", "2026-01-31", "Jan 2026"),
        ("month", "2025-12-05", "2025-12-31", "rest of Dec"),
        ("month", "2025-12-01", "2025-12-19", "1-19 Dec"),
        ("quarter", "2026-01-01", "2026-03-31", "Q1 2026"),
        ("quarter", "2025-12-01", "2025-12-31", "rest of Q4"),
        ("quarter", "2025-10-01", "2025-12-19", "1 Oct - 19 Dec"),
    ],
)
def test_periods_are_called_as_finance_calls_them(by: str, start: str, end: str, said: str) -> None:
    assert period(by, pd.Timestamp(start), pd.Timestamp(end)) == said


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=400))
def test_sentences_are_broken_within_the_width(text: str) -> None:
    lines = paragraph(text)
    assert all(len(one) < WIDTH for one in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
