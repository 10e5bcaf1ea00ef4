"""Currencies come together by a dated table of rates only."""

from __future__ import annotations

import pandas as pd
import pytest

from paybench.decide.kpi import ageing, kpi_table, movements
from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from tests.decide.kpi.books import PAID, book, both

AT = "2024-04-01"
RATES = pd.DataFrame(
    {
        "currency": ["USD", "USD", "USD", "GBP"],
        "dated": ["2024-03-31", "2024-03-01", "2024-04-01", "2024-01-01"],
        "rate": [0.9, 0.5, 0.1, 1.2],
    }
)


@pytest.fixture
def ledger() -> Ledger:
    euros = book([("A1", "2024-02-01", "2024-03-02", 300.0)], [("A1", "2024-03-05", 100.0, PAID)])
    return both(euros, book([("A2", "2024-03-15", "2024-04-15", 500.0)], currency="USD"))


def test_the_latest_rate_before_the_day_counts(ledger: Ledger) -> None:
    found = ageing(ledger, AT, rates=RATES, into="EUR")
    # One row, in the currency asked for; the rate dated on the day itself is not known.
    assert found["currency"].tolist() == ["EUR"]
    assert found[["not due", "1-30", "balance"]].iloc[0].tolist() == [450, 200, 650]
    # On the day before, the older one.
    assert ageing(ledger, "2024-03-31", rates=RATES, into="EUR")["not due"].item() == 250


def test_figures_are_made_of_converted_sums(ledger: Ledger) -> None:
    found = kpi_table(ledger, AT, rates=RATES, into="EUR").set_index("kpi")
    assert found.loc["sales", "value"] == 300 + 450
    assert found.loc["dso", "value"] == pytest.approx(650 / 750 * 90)
    assert movements(ledger, AT, rates=RATES, into="EUR")["closing"].iloc[-1] == 650


def test_a_rate_of_one_merges_and_changes_nothing(ledger: Ledger) -> None:
    apart = ledger.with_tables({name: ledger.table(name).assign(currency="EUR") for name in ("invoices", "payments")})
    table = kpi_table(ledger, AT, rates=RATES.assign(rate=1.0), into="EUR")
    # At par two currencies are one.
    pd.testing.assert_frame_equal(table, kpi_table(apart, AT))


def test_what_has_no_rate_is_said(ledger: Ledger) -> None:
    late = RATES[RATES["dated"] > "2024-03-20"]
    with pytest.raises(PaybenchError, match="There is no rate of USD into EUR dated before 2024-03-20; add one to the"):
        ageing(ledger, "2024-03-20", rates=late, into="EUR")
    # Euros alone need none.
    assert ageing(ledger, "2024-03-01", rates=late, into="EUR")["balance"].item() == 300


@pytest.mark.parametrize(
    ("rates", "into", "sentence"),
    [
        (RATES, None, "into is missing."),
        (None, "EUR", "rates is missing."),
        (RATES.drop(columns="dated"), "EUR", "has no column 'dated'; it needs currency, dated and rate"),
        (RATES.assign(rate=0.0), "EUR", "holds the rate '0.0'; every rate is a number above zero."),
        (RATES.assign(rate="a"), "EUR", "holds the rate 'a'; every rate is a number above zero."),
        (RATES.assign(dated="1/5/2024"), "EUR", "'1/5/2024' is not a date"),
    ],
)
def test_rates_that_make_no_sense_are_refused(
    ledger: Ledger, rates: pd.DataFrame | None, into: str | None, sentence: str
) -> None:
    with pytest.raises(PaybenchError, match=sentence):
        ageing(ledger, AT, rates=rates, into=into)
