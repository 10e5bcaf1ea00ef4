"""The whole forecast: lines and periods add up, the future has no say, and the same inputs give the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paybench.decide.cash.bands import LEVELS, Bands
from paybench.decide.cash.forecast import BILLING, COLUMNS, LINES, OPEN, TOTAL, Forecast, forecast
from paybench.decide.cash.learned import Learned
from paybench.decide.cash.periods import BY
from paybench.decide.cash.said import said_of
from paybench.ledger import Ledger, as_of, known
from paybench.ledger.schema import TABLES
from paybench.models.learn.bundle import Bundle
from paybench.models.learn.fit import fit_baseline
from paybench.models.learn.folds import Book
from tests.decide.cash import weeks
from tests.decide.cash.small import AT, WEEKS, book, bundle, small_forecast
from tests.strategies import cut_offs, futures, ledgers

CENT = 0.01
EARLY = "2024-12-13"
"""Seven weeks before AT."""


@cache
def taught(seed: int = 3) -> Forecast:
    """A forecast with a past of a few weeks."""
    return forecast(book(), AT, [bundle(), bundle(EARLY)], paths=40, weeks=WEEKS, seed=seed)


def a_few(ledger: Ledger, at: object, speaks: Bundle, paths: int = 4) -> pd.DataFrame:
    return forecast(ledger, at, [speaks], paths=paths, weeks=3, learned=Learned()).table()


def speaking(ledger: Ledger, like: Bundle) -> Bundle:
    """A bundle that says what another one does, of this book."""
    own = {"book_name": ledger.name, "grace_days": ledger.grace_days, "as_of": "2000-01-01"}
    return replace(like, about=like.about | own)


@pytest.mark.parametrize("made", [small_forecast, taught])
def test_days_add_up(made: Callable[[], Forecast]) -> None:
    table = made().table()
    assert table.columns.tolist() == COLUMNS
    days = table[table["period"] == "day"]
    for by in BY[1:]:
        for row in table[table["period"] == by].itertuples():
            mine = days[(days["currency"] == row.currency) & (days["line"] == row.line)]
            within = mine[(mine["start"] >= row.start) & (mine["end"] <= row.end)]
            # Each week, month and quarter is its days, to the cent, on every line.
            assert len(within) == (row.end - row.start).days + 1
            assert within["expected"].sum() == pytest.approx(row.expected, abs=CENT)


@pytest.mark.parametrize("made", [small_forecast, taught])
def test_the_total_is_both_lines(made: Callable[[], Forecast]) -> None:
    found = made()
    # Future by future, and so to the cent in every row of the table.
    np.testing.assert_allclose(found.lines[TOTAL].cash, found.lines[OPEN].cash + found.lines[BILLING].cash, atol=1e-6)
    wide = found.table().pivot(index=["currency", "period", "start"], columns="line", values="expected")
    assert set(wide.columns) == set(LINES)
    np.testing.assert_allclose(wide[TOTAL], wide[OPEN] + wide[BILLING], atol=CENT)


@pytest.mark.parametrize("made", [small_forecast, taught])
def test_bands_are_in_order(made: Callable[[], Forecast]) -> None:
    table = made().table()
    levels = table[[*LEVELS]].to_numpy()
    assert (np.diff(levels, axis=1) >= 0).all()
    # Money comes: nothing expected is below zero, and of the open book no more than what is owed.
    assert (table["expected"] >= 0).all()
    found = made()
    for place, currency in enumerate(found.currencies):
        owed = found.items.amount[found.items.currency == currency].sum()
        assert (found.lines[OPEN].cash[place].sum(axis=1) <= owed + CENT).all()


def test_what_is_expected_of_invoices_is_the_open_book() -> None:
    found = small_forecast()
    for place, currency in enumerate(found.currencies):
        mine = found.items.currency == currency
        by_invoice = found.learned.kept * found.items.amount[mine] @ found.paid_in[mine]
        by_week = found.lines[OPEN].expected[place].reshape(-1, 7).sum(axis=1)
        # By week, what each invoice brings adds up to the line.
        np.testing.assert_allclose(by_invoice, by_week, atol=CENT)


def test_where_nothing_new_comes_the_total_is_the_open_book() -> None:
    # Nobody pays within 18 days of issue: in the first two weeks nothing new comes, and the total is the open book.
    rows = [("A", -7 * k, 30 - 7 * k, 20 - 7 * k if k >= 3 else None, 100.0) for k in range(1, 40)]
    ledger = weeks.book(*[(w, a, b, c if c is not None and c < 0 else None, m) for w, a, b, c, m in rows])
    speaks = fit_baseline(Book(ledger, weeks.AT))
    moved = Learned(bands=Bands({"week": 0.3}, {"week": 1.6}))
    found = forecast(ledger, weeks.AT, [speaks], paths=60, weeks=5, learned=moved).table(["week"])
    first = found[found["start"] < weeks.AT + pd.Timedelta(days=14)].set_index(["line", "start"])
    assert not first.loc[BILLING, "expected"].any()
    assert first.loc[OPEN, "expected"].any()
    # The same money, so the same numbers, bands included.
    pd.testing.assert_frame_equal(
        first.loc[TOTAL, ["expected", *LEVELS]], first.loc[OPEN, ["expected", *LEVELS]], check_exact=False
    )


@given(st.data())
def test_the_future_changes_no_forecast(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    assume(not as_of(ledger, at).invoices.empty)
    other = data.draw(futures(ledger, at))
    ours, theirs = (a_few(one, at, speaking(one, bundle())) for one in (ledger, other))
    # Whatever is dated on the day or later: the same table to the last bit.
    pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    # It is a table of numbers of the days to come.
    assert np.isfinite(ours[["expected", *LEVELS]].to_numpy()).all()
    assert (ours["start"] >= at).all()


def test_the_future_changes_nothing_learned() -> None:
    cut = known(book(), AT)
    assert len(cut.payments) < len(book().payments)
    again = forecast(cut, AT, [bundle(), bundle(EARLY)], paths=40, weeks=WEEKS, seed=3)
    # Of a book that ends at the day, past weeks teach the same, and the same is forecast.
    pd.testing.assert_frame_equal(again.table(), taught().table(), check_exact=True)
    pd.testing.assert_frame_equal(again.learned.history, taught().learned.history, check_exact=True)
    assert again.about == taught().about


def test_the_seed_gives_the_same_table() -> None:
    again, other = (
        forecast(book(), AT, [bundle()], paths=40, weeks=5, seed=seed, learned=Learned()).table() for seed in (3, 4)
    )
    first = forecast(book(), AT, [bundle()], paths=40, weeks=5, seed=3, learned=Learned()).table()
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first.equals(other)


def test_the_order_of_rows_changes_nothing() -> None:
    shuffled = book().with_tables(
        {name: book().table(name).sample(frac=1.0, random_state=1).reset_index(drop=True) for name in TABLES}
    )
    ours, theirs = (a_few(one, AT, bundle(), 40) for one in (book(), shuffled))
    # Tables are sets, in whatever order an export brings them.
    pd.testing.assert_frame_equal(ours, theirs, check_exact=False, atol=1e-6)


def test_it_says_where_it_comes_from() -> None:
    about = taught().about
    assert about["as_of"] == AT
    assert about["book"] == book().name
    assert about["seed"] == 3
    assert about["paths"] == 40 == taught().lines[OPEN].cash.shape[1]
    assert about["open"] == len(taught().items)
    assert about["past_weeks"] == 7
    assert about["model"] == bundle().version
    assert len(about["data_hash"]) > 8


def test_the_open_invoices_are_what_is_said_of_them() -> None:
    items = said_of(book(), AT, bundle(), 7 * WEEKS)
    np.testing.assert_array_equal(small_forecast().items.on_day, items.on_day)
    assert small_forecast().items.invoice_id.tolist() == items.invoice_id.tolist()


def test_periods_asked_for() -> None:
    table = small_forecast().table()
    for by in (["week"], ["day", "quarter"]):
        some = small_forecast().table(by)
        # Some periods are those of the whole table.
        pd.testing.assert_frame_equal(some, table[table["period"].isin(by)].reset_index(drop=True))
