"""The KPIs of a day and of many days: by hand, and a second way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.kpi import KPIS, ageing, formulas, kpi_history, kpi_table
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of, read_ledger
from tests.decide.kpi.books import CREDITED, LOST, PAID, book, both
from tests.decide.kpi.second import AGEING, DELAYS, FLOWS, RISKS, Cell, ask, by_cell
from tests.drawn import rows_of
from tests.strategies import cut_offs, ledgers

ROOT = Path(__file__).parents[3]
AT = "2024-04-01"

BOOK = book(
    [
        ("A1", "2023-12-01", "2023-12-31", 100.0),  # billed before the window, paid in it, 10 days late
        ("A2", "2024-01-10", "2024-02-09", 200.0),  # 20 days late, after a credit note of 40
        ("A3", "2024-02-01", "2024-03-02", 300.0),  # 90 paid two days early; 210 are 30 days overdue
        ("A4", "2024-02-05", "2024-03-06", 50.0),  # written off
        ("A5", "2024-03-20", "2024-04-19", 400.0),  # not due
    ],
    [
        ("A1", "2024-01-10", 100.0, PAID),
        ("A2", "2024-02-15", 40.0, CREDITED),
        ("A2", "2024-02-29", 160.0, PAID),
        ("A3", "2024-02-29", 90.0, PAID),
        ("A4", "2024-03-25", 50.0, LOST),
        (None, "2024-03-28", 25.0, PAID),
    ],
)


def values(table: pd.DataFrame) -> pd.Series:
    return table.set_index("kpi")["value"]


def test_a_book_worked_out_by_hand() -> None:
    found = kpi_table(BOOK, AT, days=90).set_index("kpi")
    expected = {
        "receivables": 210 + 400 - 25,
        "not_due": 400, "overdue": 210, "unallocated": -25,
        # Credit notes are taken off sales; a write-off is not, and neither is cash.
        "sales": 200 + 300 + 50 + 400 - 40, "collected": 100 + 160 + 90 + 25, "written_off": 50,
        "dso": 585 / 910 * 90, "bpdso": 400 / 910 * 90, "add": 185 / 910 * 90,
        # The last 30 days sold 400; of the 310 of the 30 days before (350 - 40) 185 are left.
        "count_back_dso": 30 + 30 * 185 / 310,
        # 375 came in of 100 + 910 - 400; the 50 written off stay in the base.
        "cei": 100 * 375 / 610,
        # Due in the window: 160 paid after 20 days, 90 after -2; 210 and the 50 written off count up to today.
        "payment_delay": (160 * 20 - 90 * 2 + 210 * 30 + 50 * 26) / (160 + 90 + 210 + 50),
        # December's billing has come 90 days past its due date, and is paid.
        "at_risk": 0, "bad_debt": 50 / 910,
        # Thirty days ago 300 + 50 - 90 were open and due on that day or later; 210 of them are 1-30 days overdue now.
        "roll_to_1_30": 210 / 260,
    }  # fmt: skip
    assert found.loc[list(expected), "value"].to_dict() == pytest.approx(expected)
    # Each figure comes with what was divided by what, and with its window.
    assert found.loc["cei", ["numerator", "denominator"]].tolist() == [375, 610]
    days = found[["window_from", "window_to"]].astype("str")
    assert days.loc["dso"].tolist() == ["2024-01-02", "2024-03-31"]
    assert days.loc["receivables"].tolist() == ["2024-03-31", "2024-03-31"]
    assert days.loc["roll_to_1_30"].tolist() == ["2024-03-02", "2024-03-31"]
    assert found.index.tolist() == list(KPIS)


def test_the_window_of_dso_is_its_own() -> None:
    found = kpi_table(BOOK, AT, days=30, dso_days=60).set_index("kpi")
    assert found.loc["dso", "value"] == pytest.approx(585 / 710 * 60)
    assert found.loc["collected", "value"] == 25


def test_a_write_off_lowers_dso_and_not_effectiveness() -> None:
    lost = BOOK.payments["kind"] == "write_off"
    kept = values(kpi_table(BOOK.with_tables({"payments": BOOK.payments[~lost].reset_index(drop=True)}), AT))
    written_off = values(kpi_table(BOOK, AT))
    # Giving up looks like collecting in DSO, which the sentence says, but not in CEI.
    assert written_off["dso"] < kept["dso"]
    assert written_off["cei"] == kept["cei"]


@given(st.data())
def test_a_second_way_gives_the_same(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date, days = data.draw(cut_offs(ledger)), data.draw(st.sampled_from([30, 90]))
    ours = kpi_table(ledger, date, group="customer", days=days, dso_days=days)
    found = ours.set_index(["currency", "group", "kpi"])["value"].unstack("kpi") if len(ours) else pd.DataFrame()
    aged, flows = by_cell(ask(ledger, date, AGEING)), by_cell(ask(ledger, date, FLOWS, days=days))
    delays = by_cell(ask(ledger, date, DELAYS, days=days))
    risks: dict[Cell, float] = {}
    for currency, customer, _, billed, unpaid, ripe in sorted(ask(ledger, date, RISKS)):
        if ripe:
            risks[currency, customer] = unpaid / billed
    # The same customers, and from sums made by plain SQL the same figures.
    assert set(found.index) == set(flows) == set(aged)
    for cell, (opening, billed, collected, credited, lost, closing) in flows.items():
        not_due, *overdue, _, loose = aged[cell]
        sales = billed - credited
        amount_days, amount = delays.get(cell, (0, 0))
        base = opening + sales - not_due
        expected = {
            "receivables": closing / 1e4, "not_due": not_due / 1e4, "overdue": sum(overdue) / 1e4,
            "unallocated": loose / 1e4, "sales": sales / 1e4, "collected": collected / 1e4, "written_off": lost / 1e4,
            "dso": closing / sales * days if sales > 0 else np.nan,
            "bpdso": not_due / sales * days if sales > 0 else np.nan,
            "add": (closing - not_due) / sales * days if sales > 0 else np.nan,
            "cei": 100 * (opening + sales - closing - lost) / base if base > 0 else np.nan,
            "payment_delay": amount_days / amount if amount > 0 else np.nan,
            "at_risk": risks.get(cell, np.nan), "bad_debt": lost / sales if sales > 0 else np.nan,
        }  # fmt: skip
        assert found.loc[cell, list(expected)].to_dict() == pytest.approx(expected, nan_ok=True)
        # What was collected is what left the balance otherwise than by credit notes and write-offs.
        assert opening + billed - credited - lost - closing == collected


@given(st.data())
def test_counting_back_is_a_loop_over_blocks(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    found = kpi_table(ledger, date).set_index(["currency", "kpi"])["value"]
    cut, at = as_of(ledger, date), (date - pd.Timestamp(0)).days
    for currency, balance in ageing(ledger, date).set_index("currency")["balance"].items():
        sales = [0.0] * 40
        for name, dated, sign in (("invoices", "issued_on", 1), ("payments", "paid_on", -1)):
            for row in rows_of(cut, name):
                if row["currency"] == currency and row.get("kind", CREDITED) == CREDITED:
                    sales[(at - 1 - row[dated]) // 30] += sign * row["amount"]
        sales = [round(sold, 4) for sold in sales]
        expected = formulas.count_back_dso(balance, sales)
        assert found[currency, "count_back_dso"] == pytest.approx(expected, nan_ok=True)


@pytest.fixture(scope="module")
def sample() -> Ledger:
    return read_ledger(ROOT / "data" / "sample")


def test_months_end_where_the_next_begins(sample: Ledger) -> None:
    history = kpi_history(sample, "2025-12-15")
    dates = history["as_of"].drop_duplicates()
    # One line per month, the last that has ended first of all, and none whose window begins before the book.
    assert dates.dt.day.eq(1).all()
    assert dates.iloc[[0, -1]].astype("str").tolist() == ["2024-04-01", "2025-12-01"]
    assert history["window_to"].eq(history["as_of"] - pd.Timedelta(days=1))[history["kpi"] != "at_risk"].all()
    assert kpi_history(sample, "2025-12-15", months=3)["as_of"].nunique() == 3


def test_what_is_recorded_later_does_not_lengthen_a_history() -> None:
    bills = [("A1", "2023-01-01", "2023-01-31", 50.0), ("A2", "2024-01-01", "2024-01-31", 50.0)]
    late = book(bills[:1]).invoices.assign(recorded_on=pd.Timestamp("2024-08-20"))
    ledger = book(bills[1:])
    longer = ledger.with_tables({"invoices": pd.concat([late, ledger.invoices], ignore_index=True)})
    # A bill of last year that is booked on the day itself is not known yet, and its year is not told of.
    pd.testing.assert_frame_equal(kpi_history(longer, "2024-08-20"), kpi_history(ledger, "2024-08-20"))
    # From the next day on the book is known to be older; still nothing is told of days on which nothing was known.
    starts = [kpi_history(longer, date)["as_of"].min() for date in ("2024-08-20", "2024-08-21")]
    assert starts == [pd.Timestamp("2024-04-01"), pd.Timestamp("2024-02-01")]


def test_the_sample_within_bounds(sample: Ledger) -> None:
    history = kpi_history(sample, "2026-01-01", months=6)
    found = history.set_index(["as_of", "currency", "kpi"])["value"].unstack("kpi")
    # Nothing is unapplied there, so that CEI ends at 100 and nobody is delinquent for less than no days.
    assert found["cei"].between(0, 100).all()
    assert (found["add"] >= 0).all()
    assert found["at_risk"].between(0, 1).all()
    assert (found["dso"] - found["bpdso"] - found["add"]).abs().max() < 1e-9


def test_currencies_stay_apart() -> None:
    euros = book([("A1", "2024-02-01", "2024-03-02", 300.0)])
    dollars = book([("A2", "2024-02-01", "2024-03-02", 500.0)], [("A2", "2024-03-02", 100.0, PAID)], currency="USD")
    table = kpi_table(both(euros, dollars), AT)
    # A currency's rows are those of a book that has no other.
    for one in (euros, dollars):
        currency = one.invoices["currency"].iloc[0]
        mine = table[table["currency"] == currency].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine.drop(14), kpi_table(one, AT).drop(14))


def test_an_empty_book_has_no_kpis() -> None:
    assert kpi_table(Ledger(), AT).empty
    assert kpi_history(Ledger(), AT).empty


@pytest.mark.parametrize("days", [0, -3, 2.5, "90"])
def test_a_window_is_whole_days(days: int) -> None:
    with pytest.raises(PaybenchError, match="^days is .*; give a whole number above zero.$"):
        kpi_table(BOOK, AT, days=days)


def test_a_history_does_not_look_ahead() -> None:
    with pytest.raises(PaybenchError, match="for 2024-05-01, which lies after as_of 2024-04-01; give dates up to"):
        kpi_history(BOOK, AT, dates=["2024-03-01", "2024-05-01"])
