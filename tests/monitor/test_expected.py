"""Performance without labels: what calibrated probabilities promise is what comes true on average."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.models.learn.metrics import late_metrics
from paybench.monitor.expected import expected


def test_the_promise_is_kept_on_average_where_probabilities_are_true() -> None:
    rng = np.random.default_rng(5)
    p = np.round(rng.beta(0.8, 1.2, 1500), 2)  # with ties
    drawn = []
    for _ in range(300):
        late = (rng.random(len(p)) < p).astype(np.float64)
        found = late_metrics(late, p)
        right = ((p > 0.5) == (late > 0.5)).mean()
        drawn.append([found["log_loss"], found["auc"], right, late.mean()])
    promised = expected(p)
    mean, error = np.mean(drawn, axis=0), np.std(drawn, axis=0) / np.sqrt(len(drawn))
    for i, name in enumerate(("log_loss", "auc", "accuracy", "late")):
        # Within four standard errors of the average over 300 futures.
        assert abs(promised[name] - mean[i]) < 4 * error[i] + 1e-12, name


def test_overconfidence_is_seen_by_what_comes_true_and_not_by_the_promise() -> None:
    rng = np.random.default_rng(6)
    true = rng.beta(2, 2, 4000)
    said = np.where(true > 0.5, 0.97, 0.03)
    late = (rng.random(4000) < true).astype(np.float64)
    assert late_metrics(late, said)["log_loss"] > 4 * expected(said)["log_loss"]


def test_the_auc_is_that_of_all_pairs() -> None:
    p = np.array([0.1, 0.4, 0.4, 0.8])
    right = pairs = 0.0
    for i in range(4):
        for j in range(4):
            if i != j:  # i late and j punctual
                weight = p[i] * (1 - p[j])
                pairs += weight
                right += weight * (1.0 if p[i] > p[j] else 0.5 if p[i] == p[j] else 0.0)
    assert expected(p)["auc"] == pytest.approx(right / pairs)


def test_of_nothing_nothing_is_promised() -> None:
    assert np.isnan(list(expected(np.zeros(0)).values())).all()
    assert np.isnan(expected(np.array([0.3]))["auc"])
