"""Doubly robust scores: right on average whatever the outcome model says, and cross-fitted by customer."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.decide.uplift.forest import Grown
from paybench.decide.uplift.sample import NONE, OTHER, Sample, folds_of
from paybench.decide.uplift.scores import arm_means, clustered, dr_scores, scores_of
from paybench.errors import PaybenchError
from tests.decide.uplift.drawn_logs import ACTIONS, drawn

SMALL = Grown(trees=30, leaves=8, least=30)


def test_scores_are_those_of_the_formula() -> None:
    log = drawn(0, customers=20)
    sample = log.sample
    left, constants = log.outcome - 12.0, np.array([-1.0, -2.0, 3.0])
    found = scores_of(sample, left, constants)
    for i in range(len(sample)):
        for a, action in enumerate(ACTIONS):
            mu = {action: 12.0 + constants[a], "nothing": 15.0}
            expected = mu[action] - mu["nothing"]
            if log.action[i] in mu:
                sign = 1 if log.action[i] == action else -1
                expected += sign * (log.outcome[i] - mu[log.action[i]]) / log.propensity[i]
            np.testing.assert_allclose(found[i, a], expected)


@pytest.mark.parametrize("bad", [0.0, 30.0])
def test_a_wrong_outcome_model_leaves_the_mean_right(bad: float) -> None:
    # Over many logs the mean of the scores is the mean effect, whatever stands for the outcome model;
    # the plain difference of means is wrong, as nothing is sent where payment is late anyway.
    off, naive = [], []
    for seed in range(60):
        log = drawn(seed, customers=100)
        scores = scores_of(log.sample, log.outcome - 15.0, np.array([bad, -bad, bad / 2]))
        off.append(scores.mean(axis=0) - log.effect.mean(axis=0))
        mail, none = (log.outcome[log.action == a].mean() for a in (ACTIONS[0], "nothing"))
        naive.append(mail - none - log.effect[:, 0].mean())
    error = np.std(off, axis=0) / np.sqrt(len(off))
    assert (np.abs(np.mean(off, axis=0)) < 3.5 * error).all()
    assert abs(np.mean(naive)) > 10 * np.std(naive) / np.sqrt(len(naive))


def test_intervals_cover_and_a_good_model_makes_them_narrow() -> None:
    covered, errors = [], []
    for seed in range(40):
        log = drawn(seed, customers=150)
        scores = dr_scores(log.sample, SMALL, folds=3, seed=seed)
        mean, error = clustered(scores.values[:, 0], scores.weight[:, 0], scores.customer)
        covered.append(abs(mean - log.effect[:, 0].mean()) < 1.96 * error)
        plain = scores_of(log.sample, log.outcome - log.outcome.mean(), np.zeros(3))
        errors.append(error / clustered(plain[:, 0], scores.weight[:, 0], scores.customer)[1])
    assert np.mean(covered) >= 0.85
    assert np.mean(errors) < 0.8


def test_a_customers_own_outcomes_do_not_move_its_prognosis() -> None:
    log = drawn(3, customers=60)
    sample = log.sample
    before = dr_scores(sample, SMALL, folds=3)
    mine = log.customer == 7
    changed = np.where(mine, log.outcome + 100.0, log.outcome)
    after = dr_scores(Sample.of(log.X, log.action, changed, log.propensity, log.customer), SMALL, folds=3)
    assert (before.prognosis[mine] == after.prognosis[mine]).all()
    # Others' do.
    assert (before.prognosis[~mine] != after.prognosis[~mine]).any()


def test_other_actions_stay_in_the_log_and_leave_the_mean_right() -> None:
    off = []
    for seed in range(60):
        log = drawn(seed, customers=100)
        sample = Sample.of(log.X, log.action, log.outcome, log.propensity, log.customer, only=ACTIONS[:1])
        assert set(np.unique(sample.option)) == {OTHER, NONE, 0}
        left = log.outcome - 15.0
        off.append(scores_of(sample, left, arm_means(sample, left)).mean() - log.effect[:, 0].mean())
    assert abs(np.mean(off)) < 3.5 * np.std(off) / np.sqrt(len(off))


def test_clustered_by_hand() -> None:
    # Two customers of equal weight with means 1 and 3: the error is that of two independent numbers.
    mean, error = clustered(np.array([0.0, 2.0, 3.0, 3.0]), np.ones(4), np.array([0, 0, 1, 1]))
    assert mean == 2.0
    np.testing.assert_allclose(error, np.std([1.0, 3.0], ddof=1) / np.sqrt(2))
    # One customer tells nothing of others.
    assert clustered(np.array([1.0, 2.0]), np.ones(2), np.zeros(2, dtype=np.int64))[1] == np.inf


def test_folds_keep_customers_together() -> None:
    log = drawn(1, customers=30)
    fold = folds_of(log.customer, 5, 0)
    assert all(len(np.unique(fold[log.customer == c])) == 1 for c in range(30))
    assert np.unique(fold).size == 5
    with pytest.raises(PaybenchError, match="The decisions are about 30 customers, too few for 31 folds"):
        folds_of(log.customer, 31, 0)


def test_refusals() -> None:
    log = drawn(0, customers=10)
    X, action, outcome = log.X, log.action, log.outcome
    propensity, customer = log.propensity, log.customer
    with pytest.raises(PaybenchError, match="There are 79 rows of features, 80 actions, 80 outcomes"):
        Sample.of(log.X.iloc[1:], action, outcome, propensity, customer)
    with pytest.raises(PaybenchError, match="No logged decision chose nothing; effects are differences to 'nothing'"):
        Sample.of(log.X, np.where(log.action == "nothing", ACTIONS[0], log.action), outcome, propensity, customer)
    with pytest.raises(PaybenchError, match="No logged decision chose a contact"):
        Sample.of(log.X, np.full(80, "nothing"), outcome, propensity, customer)
    with pytest.raises(PaybenchError, match=r"Some propensities lie outside \(0, 1\]"):
        Sample.of(log.X, action, outcome, log.propensity - 0.2, customer)
    with pytest.raises(PaybenchError, match="Some outcomes are missing or infinite; leave out decisions"):
        Sample.of(log.X, action, np.where(log.customer == 0, np.nan, log.outcome), propensity, customer)
    with pytest.raises(PaybenchError, match=r"Shares have the shape \(80, 2\), not \(80, 3\)"):
        Sample.of(X, action, outcome, propensity, customer, np.ones((80, 2)))  # type: ignore[arg-type]
