"""Learners: what they find of known effects, and that they find nothing where there is none."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from paybench.decide.uplift import DRLearner, MeanEffect, TLearner, effect_table
from paybench.decide.uplift.learners import EFFECT, OUTCOME
from paybench.decide.uplift.shrink import believed, came_true, expected_true
from paybench.errors import PaybenchError
from tests.decide.uplift.drawn_logs import ACTIONS, Drawn, drawn

LEARNERS = (MeanEffect, TLearner, DRLearner)
QUICK = {"folds": 3, "outcome_model": replace(OUTCOME, trees=40)}


@cache
def log(scale: float) -> Drawn:
    return drawn(5, customers=500, each=10, scale=scale)


@cache
def fitted(
    kind: type[MeanEffect] | type[TLearner] | type[DRLearner], scale: float = 1.0
) -> MeanEffect | TLearner | DRLearner:
    more = {"effect_model": replace(EFFECT, trees=20)} if kind is DRLearner else {}
    return kind(**QUICK, **more).learn(log(scale).sample)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", LEARNERS)
def test_average_effects_are_found(kind: type[DRLearner]) -> None:
    learner, truth = fitted(kind), log(1.0).effect
    assert learner.actions == ACTIONS
    assert learner.averages_ is not None
    # The interval holds the truth, and the effects in use are near it.
    assert (learner.averages_.low < truth.mean(axis=0)).all()
    assert (truth.mean(axis=0) < learner.averages_.high).all()
    said = learner.effect(log(1.0).X)
    np.testing.assert_allclose(said.mean(axis=0), truth.mean(axis=0), atol=0.5)


def test_differences_are_found_and_the_mean_has_none() -> None:
    new = drawn(77, customers=300, scale=2.0)
    error = {}
    for kind in LEARNERS:
        said = fitted(kind, 2.0).effect(new.X)
        error[kind] = float(np.mean((said - new.effect) ** 2))
        if kind is MeanEffect:
            assert (said == said[0]).all()
        else:
            # What is said goes along with the truth, for customers that were not seen.
            assert min(np.corrcoef(said[:, a], new.effect[:, a])[0, 1] for a in range(2)) > 0.6
    # Knowing who benefits is better than the average, and shared strength than models apart.
    assert error[DRLearner] < error[TLearner] < error[MeanEffect]


@pytest.mark.parametrize("kind", LEARNERS)
def test_without_an_effect_none_is_said(kind: type[DRLearner]) -> None:
    # A placebo: every interval holds 0, and nothing is believed.
    learner = fitted(kind, 0.0)
    assert learner.averages_ is not None
    assert ((learner.averages_.low < 0) & (learner.averages_.high > 0)).all()
    assert (learner.averages_.believed == 0).all()
    assert np.abs(learner.effect(log(0.0).X)).max() < 0.2


def test_a_constant_effect_is_said_of_everyone_alike() -> None:
    # Two days off for everyone: there is nothing to differ by.
    given = log(0.0)
    outcome = given.outcome - 2.0 * (given.action != "nothing")
    learner = DRLearner(**QUICK).fit(given.X, given.action, outcome, given.propensity, given.customer)  # type: ignore[arg-type]
    said = learner.effect(given.X)
    np.testing.assert_allclose(said.mean(axis=0), -2.0, atol=0.4)
    assert said.std(axis=0).max() < 0.3


def test_the_same_log_teaches_the_same() -> None:
    given = drawn(2, customers=60)
    said = [DRLearner(**QUICK).learn(given.sample).effect(given.X) for _ in range(2)]  # type: ignore[arg-type]
    assert (said[0] == said[1]).all()
    # Order and names of the columns, not their place, say what they are.
    turned = DRLearner(**QUICK).learn(given.sample).effect(given.X[["kind", "z", "x"]])  # type: ignore[arg-type]
    assert (turned == said[0]).all()


def test_shares_of_zero_take_decisions_out() -> None:
    # Where calls cannot be, the log says nothing about them: whatever is said there of calls does not count.
    given = drawn(4, customers=200)
    shares = np.column_stack([np.full(1600, 0.3), np.where(given.X["z"] > 0, 0.0, 0.4), np.full(1600, 0.3)])
    learner = MeanEffect(**QUICK).fit(given.X, given.action, given.outcome, given.propensity, given.customer, shares)  # type: ignore[arg-type]
    assert learner.scores_ is not None
    assert learner.averages_ is not None
    possible = (given.X["z"] <= 0).to_numpy()
    assert ((learner.scores_.weight[:, 1] > 0) == possible).all()
    np.testing.assert_allclose(learner.averages_.found[1], learner.scores_.values[possible, 1].mean())


def test_what_may_be_chance_is_not_believed() -> None:
    assert believed(1.0, 0.6) == 0.0
    assert believed(-3.0, 1.0) == pytest.approx(-3.0 * (1 - 1 / 9))
    assert believed(5.0, np.inf) == 0.0
    rng = np.random.default_rng(0)
    said, customer = rng.normal(size=5000), np.arange(5000)
    noise = 20 * rng.normal(size=5000)
    for rule in (came_true, expected_true):
        # What comes true to a half is believed to a half; what does not at all, hardly.
        assert rule(said, 0.5 * said + 0.1 * noise, np.ones(5000), customer) == pytest.approx(0.5, abs=0.1)
        assert rule(said, -said + 0.1 * noise, np.ones(5000), customer) == 0.0
    # Nothing that was said comes true or not if nothing was said.
    assert came_true(np.zeros(5000), noise, np.ones(5000), customer) == 0.0


def test_effects_by_group() -> None:
    given, learner = log(1.0), fitted(DRLearner)
    group = np.where(given.X["x"] > 0, "much", "little")
    table = effect_table(learner, given.X, group)
    assert table[["group", "action"]].apply(tuple, axis=1).tolist() == [
        (g, a) for g in ("little", "much") for a in ACTIONS
    ]
    for row in table.itertuples():
        truth = given.effect[group == row.group, ACTIONS.index(row.action)].mean()
        # Each interval holds the true effect of its group.
        assert row.low < truth < row.high
    assert table["decisions"].sum() == 2 * len(group)
    with pytest.raises(PaybenchError, match="There are 4999 rows of features and 5000 groups; give those of the 5000"):
        effect_table(learner, given.X.iloc[1:], group)


def test_not_learned_yet() -> None:
    with pytest.raises(ValueError, match="This TLearner has not learned yet; call fit first."):
        TLearner().effect(pd.DataFrame({"x": [1.0]}))
