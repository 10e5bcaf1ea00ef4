"""Intervals of shares whose rows are not independent."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.decide.contacted.intervals import cluster_variance, share


def test_without_clusters_it_is_wilsons() -> None:
    # 20 of 100: the worked figures of Wilson's interval, 0.133 to 0.289.
    p, low, high = share(np.arange(100) < 20, np.arange(100))
    assert (p, round(low, 3), round(high, 3)) == (0.2, 0.133, 0.289)
    assert share(np.zeros(10, dtype=bool), np.arange(10))[:2] == (0.0, 0.0)
    assert np.isnan(share(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64))).all()


def test_rows_that_repeat_each_other_count_once() -> None:
    hits = np.arange(40) < 12
    one = share(hits, np.arange(40))
    ten = share(np.repeat(hits, 10), np.repeat(np.arange(40), 10))
    # Up to C / (C - 1), by which the clustered variance is larger than the binomial one.
    assert ten == pytest.approx(one, abs=0.005)
    # One customer alone is worth one row: its interval says next to nothing.
    _, low, high = share(np.repeat(hits, 10), np.zeros(400, dtype=np.int64))
    assert high - low > 0.7


def test_the_interval_covers_where_customers_differ() -> None:
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(400):
        own = rng.beta(2, 3, size=60)
        cluster = np.repeat(np.arange(60), rng.integers(1, 12, size=60))
        _, low, high = share(rng.random(len(cluster)) < own[cluster], cluster)
        covered.append(low <= 0.4 <= high)
    assert 0.92 <= np.mean(covered) <= 0.98


def test_the_variance_of_a_mean_is_the_usual_one() -> None:
    values = np.random.default_rng(1).normal(size=50)
    centred = values - values.mean()
    assert cluster_variance(centred, np.arange(50)) == pytest.approx(values.var(ddof=1) / 50)
    assert cluster_variance(centred, np.zeros(50, dtype=np.int64)) == np.inf
