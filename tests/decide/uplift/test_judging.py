"""Judging: areas equal the slow definition, a good order is seen, a useless one is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.uplift import DRLearner, MeanEffect, judge
from paybench.decide.uplift.judging import areas
from paybench.decide.uplift.learners import EFFECT, OUTCOME
from tests.decide.uplift.drawn_logs import drawn

QUICK = {"folds": 3, "outcome_model": replace(OUTCOME, trees=30)}


def slow_areas(order: list[float], target: list[float]) -> tuple[float, float]:
    """AUTOC and Qini: mean over all u of TOC(u) and of u TOC(u), each decision taken when half of it is in."""
    autoc = qini = 0.0
    n, everyone = len(target), sum(target) / len(target)
    ranked = [t for _, t in sorted(zip(order, target, strict=True), key=lambda pair: -pair[0])]
    for k in range(n):
        toc = (sum(ranked[:k]) + ranked[k] / 2) / (k + 0.5) - everyone
        autoc += toc / n
        qini += toc * (k + 0.5) / n / n
    return autoc, qini


@given(st.lists(st.tuples(st.integers(-99, 99), st.floats(-9, 9)), min_size=2, max_size=12, unique_by=lambda t: t[0]))
def test_areas_equal_the_slow_definition(pairs: list[tuple[int, float]]) -> None:
    said, target = np.array([float(s) for s, _ in pairs]), np.array([t for _, t in pairs])
    order = np.argsort(-said)
    found = areas(np.arange(len(said)), target[order], np.ones(len(said)))
    np.testing.assert_allclose(found, slow_areas(said.tolist(), target.tolist()), atol=1e-9)
    # A decision of weight 2 counts as two equal ones.
    twice = areas(np.arange(len(said)), target[order], np.full(len(said), 2.0))
    np.testing.assert_allclose(found, twice, atol=1e-9)


def test_what_has_no_order_has_no_area() -> None:
    assert areas(np.zeros(5, dtype=np.int64), np.arange(5.0), np.ones(5)) == (0.0, 0.0)


@pytest.mark.parametrize("scale", [0.0, 2.0])
def test_differences_pay_where_there_are_some(scale: float) -> None:
    log = drawn(8, customers=400, scale=scale)
    made = DRLearner(effect_model=replace(EFFECT, trees=10), **QUICK)  # type: ignore[arg-type]
    found = judge(lambda: replace(made), log.sample)
    assert found.decisions == len(log.X)
    assert found.customers == 400
    if scale:
        assert found.pays
        assert "told better than by chance on 3,200 decisions about 400 customers" in found.sentence
        # What was said comes true, over all and from tenth to tenth.
        assert found.slope.low < 1 < found.slope.high
        within = (found.calibration["low"] < found.calibration["said"]) & (
            found.calibration["said"] < found.calibration["high"]
        )
        assert within.mean() >= 0.8
        assert found.calibration["found"].iloc[-1] > found.calibration["found"].iloc[0]
    else:
        assert not found.pays
        assert "not told better than by chance" in found.sentence


def test_the_mean_effect_has_no_order_and_gains_nothing() -> None:
    log = drawn(8, customers=200)
    found = judge(lambda: MeanEffect(**QUICK), log.sample)  # type: ignore[arg-type]
    assert (found.choice.value, found.choice.low, found.choice.high) == (0.0, 0.0, 0.0)
    # Its folds differ a little in their means; within a fold all are alike.
    assert not found.pays
