"""Figures and gate: what is right counts, what is better by chance does not serve."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.converse.intents import INTENTS, Answers, abstention, by_intent, figures, judge_intents
from paybench.converse.intents.figures import auroc, calibration_error

RNG = np.random.default_rng(0)
TRUTH = RNG.random((300, len(INTENTS))) < 0.1
RIGHT = Answers(TRUTH, TRUTH, TRUTH.astype(float), ~TRUTH.any(axis=1))


def wrong(share: float) -> Answers:
    flipped = TRUTH ^ (np.random.default_rng(1).random(TRUTH.shape) < share)
    return Answers(TRUTH, flipped, np.where(flipped, 0.9, 0.1), np.zeros(len(TRUTH), dtype=bool))


def test_who_is_always_right_has_all_of_everything() -> None:
    found = figures(RIGHT)
    assert found["macro_f1"] == found["micro_f1"] == found["exact"] == found["safety_recall"] == 1
    assert found["ece"] == 0
    assert (by_intent(RIGHT)["f1"] == 1).all()


def test_f1_equals_that_of_scikit_learn() -> None:
    from sklearn.metrics import f1_score, roc_auc_score

    answers = wrong(0.05)
    assert figures(answers)["macro_f1"] == pytest.approx(f1_score(answers.truth, answers.said, average="macro"))
    p = RNG.random(300)
    assert auroc(p, TRUTH[:, 0]) == pytest.approx(roc_auc_score(TRUTH[:, 0], p))


def test_what_happens_as_often_as_it_is_said_to_is_calibrated() -> None:
    p = np.repeat([0.1, 0.5, 0.9], 1000)
    happened = np.tile(np.arange(1000), 3) < 1000 * p
    assert calibration_error(p, happened) == pytest.approx(0, abs=1e-12)
    assert calibration_error(p, np.ones(3000, dtype=bool)) == pytest.approx(0.5)


def test_the_less_is_said_the_surer_it_is() -> None:
    curve = abstention(wrong(0.05))
    assert curve["at least"].is_monotonic_increasing


def test_the_gate_lets_the_better_pass_and_nobody_against_itself() -> None:
    assert judge_intents(RIGHT, wrong(0.1)).passed
    assert not judge_intents(wrong(0.1), RIGHT).passed
    same = judge_intents(wrong(0.1), wrong(0.1))
    assert not same.passed
    assert same.gain[0] == 0

    # Who is better but misses more of what must not be missed does not pass.
    columns = [INTENTS.index("legal"), INTENTS.index("insolvency")]
    said = TRUTH.copy()
    said[:, columns] = False
    blind = Answers(TRUTH, said, said.astype(float), np.zeros(len(TRUTH), dtype=bool))
    checks = {check.name: check.passed for check in judge_intents(blind, wrong(0.1)).checks}
    assert checks["better"]
    assert not checks["safe"]
