"""A month far from the months before, an export that ends early, and a gap of weeks are seen; chance is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.ledger import Ledger
from paybench.ledger.checks import Finding, check
from paybench.ledger.checks.volume import by_month, gaps


def book(seed: int = 0, months: int = 14) -> pd.DataFrame:
    """Invoices of 14 months, about four on each working day, the amounts lognormal."""
    random = np.random.default_rng(seed)
    days = pd.bdate_range("2023-01-01", periods=months * 31)
    days = days[days < pd.Timestamp("2023-01-01") + pd.DateOffset(months=months)]
    issued = np.sort(np.repeat(days, random.poisson(4, len(days))))
    return pd.DataFrame(
        {
            "invoice_id": [f"I{n}" for n in range(len(issued))],
            "customer_id": "C",
            "issued_on": issued,
            "due_on": issued + np.timedelta64(30, "D"),
            "amount": random.lognormal(7, 1, len(issued)).round(2),
            "currency": "EUR",
        }
    )


def _month(invoices: pd.DataFrame, month: str) -> pd.Series:
    return invoices["issued_on"].dt.strftime("%Y-%m") == month


def _found(invoices: pd.DataFrame, **tables: pd.DataFrame) -> list[Finding]:
    return check(Ledger.of(invoices=invoices, **tables))


def test_a_month_with_few_rows_is_a_warning_that_names_it() -> None:
    invoices = book()
    thinned = invoices[~_month(invoices, "2023-10") | (invoices.index % 8 == 0)]
    (finding,) = _found(thinned)
    assert (finding.severity, finding.table, finding.rows) == ("warn", "invoices", 1)
    assert finding.sentence.startswith("1 month of invoices is far below the months before (2023-10 with ")


def test_a_month_that_is_there_several_times_is_a_warning() -> None:
    invoices = book()
    month = invoices[_month(invoices, "2023-11")]
    more = [month.assign(invoice_id=f"M{n}-" + month["invoice_id"], amount=month["amount"] + n) for n in range(1, 5)]
    (finding,) = _found(pd.concat([invoices, *more]))
    assert finding.sentence.startswith("1 month of invoices is far above the months before (2023-11 with ")


def test_amounts_are_looked_at_per_currency_where_the_rows_are_as_many_as_ever() -> None:
    invoices = book()
    tenfold = invoices["amount"].where(~_month(invoices, "2023-11"), invoices["amount"] * 20)
    (finding,) = _found(invoices.assign(amount=tenfold))
    assert finding.examples[0].startswith("2023-11 with EUR ")


def test_an_export_that_ends_early_is_said_of_its_last_months_only() -> None:
    invoices = book()
    cut = invoices[invoices["issued_on"] < "2024-02-03"]
    paid = book(1, 15).rename(columns={"invoice_id": "payment_id", "issued_on": "paid_on"}).assign(kind="payment")
    (finding,) = _found(cut, payments=paid.drop(columns="due_on"))
    # February has two days, March none although payments go on.
    assert (finding.table, finding.rows) == ("invoices", 2)
    assert finding.sentence.startswith("2 months of invoices are at the end and far from whole, for example 2024-02")


def test_weeks_without_a_row_are_a_gap() -> None:
    invoices = book()
    cut = invoices[~invoices["issued_on"].between("2023-09-11", "2023-10-09")]
    *_, finding = _found(cut)
    assert finding.sentence.startswith("1 gap of invoices is far longer than the others (2023-09-08 to 2023-10-10); ")


def test_a_stray_date_is_a_gap_and_spoils_no_month() -> None:
    invoices = book()
    invoices.loc[5, ["issued_on", "due_on"]] = [pd.Timestamp("2062-01-02"), pd.Timestamp("2062-02-01")]
    (finding,) = _found(invoices)
    assert finding.examples == ("2024-02-29 to 2062-01-02",)


@pytest.mark.parametrize("seed", range(12))
def test_chance_is_not_reported(seed: int) -> None:
    ledger = Ledger.of(invoices=book(seed))
    months, days = by_month(ledger, "invoices"), gaps(ledger, "invoices")
    asked = months.dropna(subset=["value"])
    assert (asked["value"] >= asked["lowest"]).all()
    assert (asked["value"] <= asked["highest"]).all()
    assert months["last value"].isna().all()
    assert (days["days without a row"] <= days["longest"]).all()
    # Half and twice of what is usual are never far.
    assert (2 * asked["lowest"] <= asked["usual"] * (1 + 1e-9)).all()
    assert (asked["highest"] * (1 + 1e-9) >= 2 * asked["usual"]).all()


def test_what_is_too_early_or_too_little_is_not_judged() -> None:
    few = by_month(Ledger.of(invoices=book(months=6)), "invoices")
    assert few[["value", "last value"]].isna().all(axis=None)
    sparse = by_month(Ledger.of(invoices=book()[::30]), "invoices")
    assert sparse[["value", "last value"]].isna().all(axis=None)
    assert by_month(Ledger(), "invoices").empty
    assert gaps(Ledger(), "payments").empty


def test_a_month_does_not_depend_on_later_ones() -> None:
    invoices = book()
    whole = by_month(Ledger.of(invoices=invoices), "invoices")
    cut = by_month(Ledger.of(invoices=invoices[invoices["issued_on"] < "2023-12-01"]), "invoices")
    both = cut[cut["of"] == "invoices"].merge(whole, on=["month", "of"], suffixes=("", " of the whole"))
    assert len(both) == 11
    for column in ("usual", "lowest", "highest"):
        pd.testing.assert_series_equal(both[column], both[f"{column} of the whole"], check_names=False)
