"""Predictions of many kinds, put side by side and one after the other."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from paybench.models.family.distribution import DaysLate
from paybench.models.judge.compare import table
from paybench.models.judge.prediction import Prediction, bucket_of, joined, joined_rows, likeliest, true_bucket
from paybench.models.learn.folds import Book, Rows
from tests.models.books import book_of


def test_buckets_by_hand() -> None:
    days = np.array([-20.0, 0.0, 1.0, 30.0, 31.0, 60.0, 61.0, 90.0, 91.0, np.inf])
    assert bucket_of(days, 0).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    # Days of grace are on time, also many of them.
    assert bucket_of(days, 5).tolist() == [0, 0, 0, 1, 2, 2, 3, 3, 4, 4]
    assert bucket_of(days, 40).tolist() == [0, 0, 0, 0, 0, 2, 3, 3, 4, 4]


def test_the_likeliest_bucket_is_that_of_the_most_mass() -> None:
    mass = np.zeros((5, 200))
    for row, days in enumerate((0, 10, 45, 75, 120)):
        mass[row, days] = 0.6
    mass[:, 199] += 0.4 * np.array([0, 0, 0, 0, 1])
    said = DaysLate(0, mass)
    beyond = np.stack([said.later_than(k) for k in (30, 60, 90)], axis=1)
    # What is left is never paid, and counts as over 90.
    assert likeliest(said.later_than(0), beyond).tolist() == [0, 1, 2, 3, 4]
    # A median can lie in a bucket that is not the likeliest: .4 on time, .3 to 30 days, .3 over 90.
    assert likeliest(np.array([0.6]), np.array([[0.3, 0.3, 0.3]])).tolist() == [0]


def test_a_bucket_is_known_when_90_days_are_over_for_everybody() -> None:
    issued, late = np.array([0, 0, 40, 40, 40]), np.array([5.0, 100.0, 0.0, 50.0, np.nan])
    ledger = book_of(issued, np.arange(5), late)
    first_due = pd.Timestamp("2024-01-15")
    book = Book(ledger, first_due + pd.Timedelta(days=101), 30)
    rows = book.issued_in("2024-01-01")
    known = dict(zip(rows.X.index.get_level_values("invoice_id"), true_bucket(rows, 0), strict=True))
    # The first two were due 91 days ago and more; those due 40 days later were not, and the quick one waits as well.
    assert known == {"I00000": 1, "I00001": 4, "I00002": -1, "I00003": -1, "I00004": -1}


def test_bucket_accuracy_by_hand() -> None:
    said = Prediction("four", days=np.zeros(5), bucket=np.array([0, 1, 1, 4, 0]))
    true = np.array([0, 1, 2, 4, -1])
    found = table([said, Prediction("none")], np.zeros(5), np.zeros(5), 60, true)
    # Three of the four that are known.
    assert found["bucket_accuracy"]["four"] == 0.75
    assert np.isnan(found["bucket_accuracy"]["none"])
    # Of nobody known, nothing is said.
    assert "bucket_accuracy" not in table([said], np.zeros(5), np.zeros(5), 60, np.full(5, -1))


@pytest.mark.parametrize("cut", [1, 17, 49])
def test_parts_put_together_are_the_whole(rows: Rows, cut: int) -> None:
    some = Rows(rows.X.iloc[:50], rows.labels.iloc[:50])
    parts = [Rows(some.X.iloc[a:b], some.labels.iloc[a:b]) for a, b in ((0, cut), (cut, 50))]
    mass = np.random.default_rng(0).dirichlet(np.ones(100), 50)
    whole = Prediction.of("x", DaysLate(-20, mass), some, 0, 60)
    pieces = [Prediction.of("x", DaysLate(-20, m), p, 0, 60) for m, p in zip(np.split(mass, [cut]), parts, strict=True)]
    again = joined(pieces)
    # Whatever is said of a row does not depend on the rows beside it.
    for field in fields(Prediction):
        if field.name != "name":
            np.testing.assert_array_equal(getattr(again, field.name), getattr(whole, field.name))
    pd.testing.assert_frame_equal(joined_rows(parts).X, some.X)
    # What one part does not say is not said.
    assert joined([whole, Prediction("x")]).crps is None
