"""What a log is, and what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from paybench.decide.evaluate import Log
from paybench.errors import PaybenchError


def given(**other: Any) -> Log:
    parts: dict[str, Any] = {
        "context": [[1.0, np.nan], [2.0, 0.0], [3.0, 1.0]],
        "action": [0, 1, 1],
        "reward": [1.0, 0.0, 1.0],
        "propensity": [0.5, 0.5, 1.0],
        "customer": ["b", "a", "b"],
        "actions": ("nothing", "phone"),
    }
    return Log(**(parts | other))


def test_a_log() -> None:
    log = given(propensities=[[0.5, 0.5], [0.5, 0.5], [0.0, 1.0]])
    assert (len(log), log.k, log.customers, log.code.tolist()) == (3, 2, 2, [1, 0, 1])
    # The weight of what was done is its chance under the policy over its chance when it was done.
    assert log.weights([[0.5, 0.5], [1.0, 0.0], [0.25, 0.75]]).tolist() == [1.0, 0.0, 0.75]
    # A policy that always takes one action is given by the action, or by its name.
    np.testing.assert_array_equal(log.policy([1, 1, 1]), log.always("phone"))
    # Some of the decisions are a log, too, and what it was made from may change without changing it.
    assert log.take(np.array([False, True, True])).reward.tolist() == [0.0, 1.0]
    reward = np.array([1.0, 0.0, 1.0])
    kept = given(reward=reward)
    reward[:] = 7
    assert kept.reward.tolist() == [1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reward": []}, r"A log has no decisions; give at least one."),
        ({"reward": [1.0, np.nan, 1.0]}, r"reward of decision 1 is not finite; give a number, or leave .* out."),
        ({"context": [1.0, 2.0, 3.0]}, r"context has shape \(3,\); this log needs \(3, any\)."),
        ({"context": [["x"], ["y"], ["z"]]}, r"context holds something else than numbers; give numbers."),
        ({"propensity": [0.5, 0.0, 1.0]}, r"Decision 1 has propensity 0; what was done had a chance above 0, up to 1."),
        ({"propensity": [0.5, 0.5, 1.5]}, r"propensity of decision 2 is no chance: give numbers from 0 to 1."),
        ({"action": [0, 1, 2]}, r"action holds 0 to 2; give positions of 2 actions: 0 to 1."),
        ({"action": [0.0, 1.0, 1.0]}, r"action has shape \(3,\) of float64; this log needs 3 whole numbers."),
        ({"customer": ["a", "b"]}, r"customer has shape \(2,\); this log needs \(3,\)."),
        (
            {"propensities": [[0.5, 0.5], [0.5, 0.4], [0, 1]]},
            r"The chances of propensities add up to 0.9 in row 1; they have to be 1.",
        ),
        (
            {"propensities": [[0.5, 0.5], [0.4, 0.6], [0, 1]]},
            r"Decision 1 has propensity 0.5, and another one, 0.6, in its row of propensities; give the same in both.",
        ),
        (
            {"episode": [1, 1, 2]},
            r"Decisions that follow each other need both 'episode' and 'order'; give both or none.",
        ),
        ({"episode": [1, 2, 1], "order": [0, 0, 0]}, r"An episode has two decisions of one order; give each its .*"),
        ({"episode": [1, 1, 2], "order": [0, 1, 0]}, r"Episode 1 is of two customers; an episode is of one."),
    ],
)
def test_what_is_no_log(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(PaybenchError, match=said):
        given(**wrong)


def test_what_is_no_policy() -> None:
    log = given()
    with pytest.raises(PaybenchError, match=r"The chances of a policy add up to 0.5 in row 2; they have to be 1."):
        log.policy([[1, 0], [1, 0], [0.5, 0]])
    with pytest.raises(PaybenchError, match=r"a policy has shape \(3, 3\); this log needs \(3, 2\)."):
        log.policy(np.eye(3))
    with pytest.raises(PaybenchError, match=r"'fax' is no action of this log; give one of nothing, phone."):
        log.always("fax")
