"""The pictures of a tuning, and of every target's reliability."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from paybench.explain import targets, tuned
from paybench.models.family.distribution import DaysLate
from paybench.models.training.candidate import Candidate

HORIZON = 60


def trials(n: int = 8) -> pd.DataFrame:
    """n trials of the classifier whose loss rises with the number of leaves, the third given up; one of the hazard."""
    late = pd.DataFrame(
        {
            "part": "late",
            "number": range(n),
            "value": 0.5 + 0.01 * np.arange(n),
            "state": ["complete" if i != 2 else "pruned" for i in range(n)],
            "folds": 3,
            "params_leaves": 4 + np.arange(n),
            "params_extra": [i % 2 == 0 for i in range(n)],
        }
    )
    hazard = pd.DataFrame({"part": ["hazard"], "number": [0], "value": [2.0], "state": ["complete"], "folds": [3]})
    return pd.concat([late, hazard.assign(params_rounds=150)], ignore_index=True)


def test_the_best_so_far_never_rises_and_what_was_given_up_is_not_it() -> None:
    some = trials().assign(value=lambda t: t["value"].where(t["state"] == "complete", 0.1))
    line = tuned.history(some).axes[0].lines[-1]
    height = np.asarray(line.get_ydata(), dtype=float)
    assert (np.diff(height) <= 0).all()
    assert height[-1] == some.loc[(some["part"] == "late") & (some["state"] == "complete"), "value"].min()


def test_tuning_that_did_not_happen_is_said() -> None:
    none = pd.DataFrame(columns=["part", "number", "value", "state", "folds"])
    assert "too few rows" in tuned.history(none).axes[0].texts[0].get_text()
    assert "nothing can be said" in tuned.parameters(none).axes[0].texts[0].get_text()


def test_each_parameter_of_a_part_with_enough_trials_has_its_panel() -> None:
    titles = [axes.get_title() for axes in tuned.parameters(trials()).axes]
    # The loss rises with the leaves, whichever of them is read; the hazard has one trial, and no panel.
    assert titles[0] == "leaves\nrank correlation +1.00"
    assert titles[1].startswith("extra")
    assert len(titles) == 2


def test_pictures_of_a_candidate_are_written_the_same_each_time(candidate: Candidate, tmp_path: Path) -> None:
    places = [tuned.write_pictures(candidate, tmp_path / name)["tuning"] for name in ("one", "two")]
    for name in ("history.png", "parameters.png"):
        one, two = ((place / name).read_bytes() for place in places)
        assert one == two
        assert one.startswith(b"\x89PNG")


def drawn(n: int) -> tuple[DaysLate, np.ndarray]:
    """Distributions of different middles over -20 .. 200 days, and an outcome drawn from each."""
    rng = np.random.default_rng(5)
    day = np.arange(-20, 201)
    mass = np.exp(-np.abs(day - rng.uniform(-5, 60, (n, 1))) / 12)
    mass /= mass.sum(axis=1, keepdims=True)
    said = DaysLate(-20, mass)
    y = day[(rng.random((n, 1)) > said.cdf).sum(axis=1)].astype(np.float64)
    return said, np.minimum(y, HORIZON + 1)


def test_targets_of_distributions_that_are_right_lie_on_the_line() -> None:
    said, y = drawn(6000)
    panels = targets.reliability_by_target(said, y, 0, HORIZON).axes
    # Late, more than 30 and more than 60 days late; beyond the horizon nothing is told apart.
    assert [axes.get_title().split(":")[0] for axes in panels] == [
        "late", "more than 30 days late", "more than 60 days late",
    ]  # fmt: skip
    for axes in panels:
        line: Any = axes.lines[0]
        assert np.asarray(line.get_ydata(), float) == pytest.approx(np.asarray(line.get_xdata(), float), abs=0.06)


def test_a_target_with_few_events_has_no_curve() -> None:
    said, y = drawn(200)
    (late, *_) = targets.reliability_by_target(said, np.minimum(y, -1.0), 0, HORIZON).axes
    assert "0 of 200 invoices" in late.texts[0].get_text()


def test_quantiles_and_intervals_of_what_is_right_hold_what_they_say() -> None:
    said, y = drawn(6000)
    for axes in targets.reliability_of_quantiles(said, y, HORIZON).axes:
        nominal, observed = (np.asarray(v, float) for v in axes.lines[1].get_data())
        assert observed == pytest.approx(nominal, abs=0.03)
    # Outcomes that come sooner than predicted lie above the line of the quantiles.
    early = targets.reliability_of_quantiles(said, y - 20, HORIZON).axes[0].lines[1]
    assert np.mean(np.asarray(early.get_ydata(), float)) > 0.6
