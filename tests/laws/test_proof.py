"""What the notebook shows of the law of time can fail: another future is another one, and what leaks is caught."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.features import feature, forget, open_on, proof
from paybench.features.kernel.moment import Moment
from paybench.ledger import TABLES, Ledger, as_of, known
from paybench.simulate import simulate

AS_OF = "2025-01-01"


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(40, 14, seed=5, start="2024-01-01").ledger


@pytest.fixture(scope="module")
def rows(book: Ledger) -> pd.DataFrame:
    return open_on(book, AS_OF, ["amount"]).index.to_frame(index=False)


def test_another_future_has_the_same_past(book: Ledger) -> None:
    other = proof.another_future(book, AS_OF)
    for name in TABLES:
        pd.testing.assert_frame_equal(known(other, AS_OF).table(name), known(book, AS_OF).table(name))

    # And after it something else.
    for name in ("invoices", "payments"):
        later, was = (len(b.table(name)) - len(known(b, AS_OF).table(name)) for b in (other, book))
        assert 0.3 * was < later < 0.7 * was
    assert not other.payments.tail(5).equals(book.payments.tail(5))


def test_seeds_make_different_futures(book: Ledger) -> None:
    one, same, two = (proof.another_future(book, AS_OF, seed).payments for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(two)


def test_features_are_the_same_and_the_leak_is_not(book: Ledger, rows: pd.DataFrame) -> None:
    found = proof.differences(proof.side_by_side(proof.books(book, AS_OF), rows))
    assert len(found) == 2
    assert (found["different"] == 0).all()
    assert (found["largest difference"] == 0).all()
    assert (found[proof.LEAK] > 0).all()


def test_a_feature_that_leaks_is_seen(book: Ledger, rows: pd.DataFrame) -> None:
    @feature("payments")
    def all_payments(at: Moment) -> np.ndarray:
        """Number of all payments of the customer, whenever they came."""
        return np.bincount(at.block.own_payments.customer, minlength=at.block.customers)[at.customer]

    try:
        found = proof.differences(proof.side_by_side(proof.books(book, AS_OF), rows))
    finally:
        forget("all_payments")
    assert (found["different"] == 1).all()
    assert (found["largest difference"] > 0).all()


def test_the_leaking_mean_is_the_mean_over_all_that_ever_was_settled(book: Ledger, rows: pd.DataFrame) -> None:
    cut = as_of(book, AS_OF)
    # Without a future it is what was known: the leak is the future, not the mean.
    honest = open_on(cut, AS_OF, ["days_late_mean"])["days_late_mean"].to_numpy()
    assert proof.leaking_mean(cut, rows).to_numpy() == pytest.approx(honest, nan_ok=True)
    assert not np.allclose(proof.leaking_mean(book, rows), honest, equal_nan=True)
