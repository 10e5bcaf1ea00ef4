"""The customer's own past, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.features import at_issue, issue_rows
from paybench.ledger import Ledger, as_of, settle
from paybench.models.family.baseline import Baseline
from paybench.models.learn.folds import Book, Rows

H = 30


@pytest.fixture(scope="module")
def fitted(ledger: Ledger, rows: Rows) -> Baseline:
    return Baseline(ledger, horizon=H).fit(rows.X, np.minimum(rows.y, H + 1))


def test_it_is_the_shrunk_count_of_what_was_settled_before(ledger: Ledger, rows: Rows, fitted: Baseline) -> None:
    some = rows.X.iloc[::60]
    said = fitted.predict_distribution(some)
    y = np.minimum(rows.y, H + 1)
    days = np.arange(fitted.first_, H + 2)
    everybody = np.array([(y == d).sum() + 1 / len(days) for d in days]) / (len(y) + 1)
    for row, (_, customer, at) in enumerate(some.index):
        past = settle(as_of(ledger, at))
        mine = past[(past["customer_id"] == customer) & past["settled_on"].notna() & ~past["cancelled"]]
        late = mine["days_late"].clip(fitted.first_, H + 1)
        shares = (np.array([(late == d).sum() for d in days]) + 8 * everybody) / (len(mine) + 8)
        # Per day: what the customer settled before as_of, and eight pseudo-invoices of everybody's.
        assert said.mass[row, : len(days) - 1] == pytest.approx(shares[:-1])
        assert said.later_than(H)[row] == pytest.approx(shares[-1])


def test_who_has_no_past_is_like_everybody(rows: Rows, fitted: Baseline) -> None:
    new = rows.X[rows.X["n_settled"] == 0]
    said = fitted.predict_distribution(new)
    # No invoice settled, no opinion of one's own.
    assert len(new) > 5
    assert np.ptp(said.mass, axis=0).max() == 0.0
    assert said.mass[0, : len(fitted.pooled_) - 1] == pytest.approx(fitted.pooled_[:-1])


def test_strength_decides_between_one_and_all(ledger: Ledger, rows: Rows, fitted: Baseline) -> None:
    old = rows.X[rows.X["n_settled"] > 5].head(20)
    y = np.minimum(rows.y, H + 1)
    weak, strong = (Baseline(ledger, H, s).fit(rows.X, y).predict_distribution(old) for s in (1e-9, 1e9))
    # Without pseudo-counts P(late) is the customer's own share of late invoices.
    assert weak.later_than(0) == pytest.approx(old["late_share"].to_numpy(), abs=1e-6)
    # With very many it is everybody's.
    assert strong.mass[:, : len(fitted.pooled_) - 1] == pytest.approx(
        np.tile(fitted.pooled_[:-1], (len(old), 1)), abs=1e-6
    )


def test_what_came_after_changes_nothing(book: Book, rows: Rows) -> None:
    y = np.minimum(rows.y, H + 1)
    early = rows.X[rows.X.index.get_level_values("as_of") < "2024-07-01"]
    said = Baseline(book.ledger, H).fit(rows.X, y).predict_distribution(early)
    cut = as_of(book.ledger, "2024-07-01")
    known = Baseline(cut, H).fit(rows.X, y).predict_distribution(early)
    # Predictions of an earlier day are the same whether or not the ledger goes on, to the last bit.
    np.testing.assert_array_equal(said.mass, known.mass)


def test_a_median_is_at_most_the_horizon(rows: Rows, fitted: Baseline) -> None:
    # Beyond the horizon days are not told apart, so none is predicted.
    assert (fitted.predict(rows.X.head(50)) <= H).all()


def test_no_training_rows_leave_an_even_spread(ledger: Ledger) -> None:
    first = issue_rows(ledger).head(1)
    X = at_issue(ledger).loc[pd.MultiIndex.from_frame(first)]
    said = Baseline(ledger, H).fit(X.iloc[:0], np.zeros(0)).predict_distribution(X)
    # Nothing is known of anybody: every day up to the horizon, and beyond, is as likely as the next.
    assert said.mass[0, : H + 1] == pytest.approx(np.full(H + 1, 1 / (H + 2)))
    assert said.later_than(H) == pytest.approx([1 / (H + 2)])


def test_it_needs_a_ledger_to_look_into(rows: Rows) -> None:
    # Without one it says what is missing.
    with pytest.raises(ValueError, match="Baseline needs the ledger"):
        Baseline(None, H).fit(rows.X, np.minimum(rows.y, H + 1)).predict_distribution(rows.X)
