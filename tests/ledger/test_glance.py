"""A book at a glance: nothing is lost in a small table, and currencies stay apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.ledger import Ledger, as_of, glance, settle
from paybench.ledger.checks import Finding
from paybench.ledger.checks.examine import Examination
from paybench.simulate import simulate

AS_OF = "2025-01-01"


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(40, 14, seed=5, start="2024-01-01").ledger


def test_known_rows_are_those_of_the_cut_book(book: Ledger) -> None:
    found = glance.tables(book, AS_OF)
    for name, row in found.iterrows():
        assert row["rows"] == len(book.table(str(name)))

        # These tables have one version of each row, so what was known is what the cut keeps.
        assert row["known"] == len(as_of(book, AS_OF).table(str(name)))


def test_tables_without_rows_have_no_first_day() -> None:
    found = glance.tables(Ledger(), AS_OF)
    assert (found["rows"] == 0).all()
    assert found["first"].isna().all()


def test_currencies_are_not_added_together(book: Ledger) -> None:
    state = settle(book)
    found = glance.currencies(state)
    assert set(found.index) == set(state["currency"])
    assert found["invoices"].sum() == len(state)
    for currency, row in found.iterrows():
        assert row["billed"] == pytest.approx(state.loc[state["currency"] == currency, "amount"].sum())


def test_terms_beyond_the_commonest_share_a_line(book: Ledger) -> None:
    state = settle(book)
    found = glance.terms(state, most=2)
    assert list(found.index)[-1] == "other"
    assert len(found) == 3

    # Each invoice is in one line.
    assert found["invoices"].sum() == len(state)
    assert found["share"].sum() == pytest.approx(1)


def test_each_open_amount_has_one_age(book: Ledger) -> None:
    state = settle(as_of(book, AS_OF))
    found = glance.ageing(state, AS_OF)
    assert found["invoices"].sum() == (state["amount_open"] > 0).sum()
    by_currency = state.groupby("currency")["amount_open"].sum()
    for currency, amount in found["amount"].groupby(level="currency").sum().items():
        assert amount == pytest.approx(by_currency[currency])


@pytest.mark.parametrize(
    ("due_on", "age"),
    [
        ("2025-01-02", "not due"), ("2025-01-01", "not due"), ("2024-12-31", "1-30"), ("2024-12-02", "1-30"),
        ("2024-12-01", "31-60"), ("2024-11-02", "31-60"), ("2024-11-01", "61-90"), ("2024-10-03", "61-90"),
        ("2024-10-02", "over 90"),
    ],
)  # fmt: skip
def test_classes_meet_without_a_gap(due_on: str, age: str) -> None:
    state = pd.DataFrame({"currency": ["EUR"], "due_on": [pd.Timestamp(due_on)], "amount_open": [7.0]})
    found = glance.ageing(state, AS_OF)["amount"]
    assert found[found > 0].to_dict() == {("EUR", age): 7.0}


def test_the_lorenz_curve_bends_the_more_the_fewer_have() -> None:
    alike, one = glance.concentration(pd.Series([2.0] * 4)), glance.concentration(pd.Series([0.0, 8.0, 0.0, 0.0]))

    # Where all have the same it is the diagonal; where one has all, it is there with the first.
    assert alike["amount"].to_numpy() == pytest.approx(alike["customers"].to_numpy())
    assert one["amount"].tolist() == [0, 1, 1, 1, 1]

    # It rises, ever more slowly.
    values = pd.Series(np.random.default_rng(1).lognormal(size=50))
    steps = np.diff(glance.concentration(values)["amount"])
    assert (steps > 0).all()
    assert (np.diff(steps) <= 1e-12).all()


def test_findings_are_a_table_of_sentences() -> None:
    none = Examination([], pd.DataFrame(columns=["table", "row"]), [])
    assert list(glance.findings(none)) == ["severity", "table", "rows", "finding"]
    one = Examination([Finding("warn", "invoices", "2 invoices look odd", 2, ())], none.wrong, [])
    assert glance.findings(one).iloc[0].to_dict() == {
        "severity": "warn", "table": "invoices", "rows": 2, "finding": "2 invoices look odd"
    }  # fmt: skip
