"""Forecasts at the edge: other currencies, nothing open, one invoice, numbers that cannot be, and who may not speak."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from paybench.decide.cash.bands import LEVELS
from paybench.decide.cash.forecast import BILLING, OPEN, TOTAL, forecast
from paybench.decide.cash.learned import Learned
from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from paybench.models.learn.fit import fit_baseline
from paybench.models.learn.folds import Book
from tests.decide.cash import weeks
from tests.decide.cash.small import AT, book, bundle, small_forecast

EARLY = "2024-12-13"


def two() -> Ledger:
    """Euros, and dollars of which all is paid within ten days, so that none is open at the end of a week's quiet."""
    euros = [("A", -7 * k, 30 - 7 * k, 20 - 7 * k if k >= 3 else None, 100.0) for k in range(1, 40)]
    dollars = [("B", -8 - 7 * k, -7 * k, -4 - 7 * k, 50.0) for k in range(40)]
    first, second = weeks.book(*euros), weeks.book(*dollars, currency="USD")
    named = {
        "invoices": second.invoices.assign(invoice_id="D" + second.invoices["invoice_id"]),
        "payments": second.payments.assign(
            invoice_id="D" + second.payments["invoice_id"], payment_id="D" + second.payments["payment_id"]
        ),
    }
    return first.with_tables(
        {name: pd.concat([first.table(name), table], ignore_index=True) for name, table in named.items()}
    )


def test_two_currencies_are_two_forecasts() -> None:
    found = small_forecast()
    table = found.table(["week"])
    assert set(table["currency"]) == set(found.currencies) == set(found.items.currency.tolist())
    # The one with the most open invoices first; each with all three lines.
    counts = [int((found.items.currency == c).sum()) for c in found.currencies]
    assert counts == sorted(counts, reverse=True)
    assert (table.groupby("currency")["line"].nunique() == 3).all()


def test_a_currency_in_which_nothing_is_open_is_billed_all_the_same() -> None:
    ledger = two()
    speaks = fit_baseline(Book(ledger, weeks.AT))
    table = forecast(ledger, weeks.AT, [speaks], paths=20, weeks=5, learned=Learned()).table(["week"])
    # All dollars are paid, and new invoices in dollars will come as they did every week.
    dollars = table[table["currency"] == "USD"].groupby("line")["expected"].sum()
    assert dollars.get(OPEN, 0.0) == 0.0
    assert dollars.get(BILLING, 0.0) > 100


def test_where_nothing_is_open_there_is_new_billing() -> None:
    rows = [("A", -10 - 7 * k, -7 * k, -2 - 7 * k, 100.0) for k in range(40)]
    ledger = weeks.book(*rows)
    found = forecast(ledger, weeks.AT, [fit_baseline(Book(ledger, weeks.AT))], paths=20, weeks=5)
    assert len(found.items) == 0
    assert found.currencies == ("EUR",)
    totals = found.table(["week"]).groupby("line")["expected"].sum()
    assert totals[OPEN] == 0
    assert totals[BILLING] == totals[TOTAL] > 0


def test_one_invoice_is_enough() -> None:
    ledger = weeks.book(("A", -20, 5, None, 100.0))
    found = forecast(ledger, weeks.AT, [fit_baseline(Book(ledger, weeks.AT))], paths=20, weeks=5)
    table = found.table()
    assert len(found.items) == 1
    # Finite numbers, at most all of it from the open book.
    assert np.isfinite(table[["expected", *LEVELS]].to_numpy()).all()
    assert 0 < table.loc[(table["line"] == OPEN) & (table["period"] == "day"), "expected"].sum() <= 100


@pytest.mark.parametrize("ahead", [1, 52])
def test_as_far_as_one_may_look(ahead: int) -> None:
    found = forecast(book(), AT, [bundle()], paths=10, weeks=ahead, learned=Learned())
    assert found.items.days == 7 * ahead == len(found.table(["day"])) // 9
    assert np.isfinite(found.table()["expected"]).all()


def test_nothing_known_is_said() -> None:
    with pytest.raises(PaybenchError, match=r"^Nothing was known at 1999-01-01, so there is nothing to .*\.$"):
        forecast(book(), "1999-01-01", [bundle()])


def test_a_bundle_that_does_not_fit_is_refused() -> None:
    with pytest.raises(PaybenchError, match=r"^The model was trained on what was known at 2025-01-31, so it cannot .*"):
        forecast(book(), "2025-01-30", [bundle()])
    other = replace(book(), name="another book")
    with pytest.raises(PaybenchError, match=r"^The model was trained on the book .*'another book'; name the .*\.$"):
        forecast(other, AT, [bundle()])
    with pytest.raises(PaybenchError, match=r"^The model was trained with 0 days of grace, and this ledger has 3; .*"):
        forecast(replace(book(), grace_days=3), AT, [bundle()])
    foreign = replace(bundle(EARLY), about=bundle(EARLY).about | {"book_name": "another book"})
    # Nor may a bundle of another book speak of past weeks.
    with pytest.raises(PaybenchError, match="another book"):
        forecast(book(), AT, [bundle(), foreign], paths=10, weeks=5)


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(PaybenchError, match=r"'31/1/2025' is not a date; write it as YYYY-MM-DD.*"):
        forecast(book(), "31/1/2025", [bundle()])


@pytest.mark.parametrize(("paths", "ahead"), [(0, 5), (1, 5), (10, 0), (10, -1)])
def test_numbers_that_cannot_be_are_refused(paths: int, ahead: int) -> None:
    # No futures, or no days, are no forecast: one sentence says so, no traceback of an array.
    with pytest.raises(PaybenchError, match=rf"{paths if ahead > 0 else ahead}"):
        forecast(book(), AT, [bundle()], paths=paths, weeks=ahead, learned=Learned())


@pytest.mark.parametrize("paths", [2, 7, 30])
def test_as_many_futures_as_asked_for(paths: int) -> None:
    # An odd number is one more or one less, and the forecast says how many there are.
    found = forecast(book(), AT, [bundle()], paths=paths, weeks=1, learned=Learned())
    assert abs(found.about["paths"] - paths) <= 1
    assert {line.cash.shape[1] for line in found.lines.values()} == {found.about["paths"]}
