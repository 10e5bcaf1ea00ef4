"""The tuning: the same again, no worse than the defaults where it looked, and done when nothing is gained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from paybench.models.learn.folds import Book
from paybench.models.learn.search import PATIENCE, UNPRUNED, Search, check_minutes, storage_at, turns
from paybench.models.learn.space import SPACE, all_defaults, first
from paybench.models.learn.tune import HAZARD_TRIALS, Tuned, tune
from paybench.simulate import simulate

FOLDS = 3


@pytest.fixture(scope="module")
def small() -> Book:
    ledger: Ledger = simulate(customers=30, months=14, seed=4).ledger
    return Book(ledger, "2025-01-10", 30)


@pytest.fixture(scope="module")
def tuned(small: Book) -> Tuned:
    return tune(small, 9, seed=3)


def in_a_bowl(bowl: list[int] | None = None, seed: int = 0, **kept: Any) -> Search:
    """A search whose loss is a bowl over the ridge, the same on each fold; ``bowl`` counts the folds looked at."""

    def score(parameters: dict[str, Any]) -> Iterator[tuple[np.ndarray, Any]]:
        for fold in range(FOLDS):
            if bowl is not None:
                bowl.append(fold)
            yield np.full(4, 1 + np.log(parameters["ridge"]) ** 2), parameters["ridge"]

    return Search("late", first("late", 100), score, FOLDS, seed, **kept)


def searched(trials: int, bowl: list[int] | None = None, seed: int = 0) -> Search:
    search = in_a_bowl(bowl, seed)
    for _ in range(trials):
        search.step()
    return search


def test_the_same_seed_finds_the_same(small: Book, tuned: Tuned) -> None:
    again = tune(small, 9, seed=3)
    # Every trial, its loss and the calibrators, to the last bit.
    pd.testing.assert_frame_equal(again.trials, tuned.trials, check_exact=True)
    assert again == Tuned(tuned.parameters, again.trials, tuned.calibration)
    # Another seed proposes others.
    assert not tune(small, 4, seed=4).trials["params_ridge"].equals(tuned.trials["params_ridge"].head(4))


def test_a_longer_search_begins_like_a_shorter_one() -> None:
    # The budget decides when it ends, and nothing else: so minutes give the trials of a seed in their order.
    short, long = searched(7).trials, searched(12).trials
    pd.testing.assert_frame_equal(long.head(7), short)


def test_a_search_that_was_cut_short_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    kept = {"storage": storage_at(f"sqlite:///{tmp_path / 'studies.db'}"), "study": "bowl"}
    before = in_a_bowl(**kept)
    for _ in range(4):
        before.turn()
    # A process died in the middle of a trial, and another one before it began.
    dead = optuna.load_study(study_name="bowl", storage=f"sqlite:///{tmp_path / 'studies.db'}")
    dead.ask()
    dead.enqueue_trial(first("late", 100)[0])
    after = in_a_bowl(**kept)
    after.give_up_dead()
    for _ in range(9):
        after.turn()
    whole = searched(9)
    pd.testing.assert_frame_equal(after.trials, whole.trials, check_exact=True)
    assert after.best == whole.best
    # What the best ones predicted is known only where they were tried.
    assert after.said in ([], whole.said)
    # A turn that was taken is not taken again.
    again = in_a_bowl(**kept)
    for _ in range(9):
        again.turn()
    assert len(again.trials) == 9


def test_helpers_take_other_trials_of_the_same_study(tmp_path: Path) -> None:
    kept = {"storage": storage_at(f"sqlite:///{tmp_path / 'studies.db'}"), "study": "bowl"}
    leader, helper = in_a_bowl(**kept), in_a_bowl(worker=1, **kept)
    for _ in range(4):
        leader.turn()
        helper.turn()
        leader.turn()  # the helper has taken it
    trials = leader.trials
    assert len(trials) == len(helper.trials)
    assert not trials.duplicated([name for name in trials if str(name).startswith("params_")]).any()


def test_one_trial_is_the_defaults(small: Book) -> None:
    found = tune(small, 1, seed=0)
    rows = len(small.known_at(small.at))
    # With no room to search, what is taken is what is taken untuned.
    assert found.parameters == all_defaults(rows)
    assert list(found.trials["part"]) == ["late", "hazard"]
    # Without any trial nothing is chosen, and nothing calibrated.
    nothing = tune(small, 0, seed=0)
    assert nothing.parameters == {}
    assert nothing.trials.empty


def test_the_defaults_are_tried_first_and_the_best_is_no_worse(small: Book, tuned: Tuned) -> None:
    rows = len(small.known_at(small.at))
    assert len(tuned.trials) == 9
    for part, of in tuned.trials.groupby("part"):
        defaults = {k.removeprefix(f"{part}__"): v for k, v in all_defaults(rows).items() if k.startswith(str(part))}
        assert {name: of.iloc[0][f"params_{name}"] for name in defaults} == defaults
        # What is chosen has the lowest loss of those that were seen on every fold.
        done = of[of["state"] == "complete"]
        best = done.loc[done["value"].idxmin()]
        assert {name: best[f"params_{name}"] for name in SPACE[str(part)]} == pytest.approx(
            {name: tuned.parameters[f"{part}__{name}"] for name in SPACE[str(part)]}
        )
        assert best["value"] <= of.iloc[0]["value"]


def test_one_trial_in_a_dozen_is_the_hazards() -> None:
    numbers = list(turns(3 * HAZARD_TRIALS, None, 2, show=False))
    assert len(numbers) == 3 * HAZARD_TRIALS
    assert sum(n % HAZARD_TRIALS == 1 for n in numbers) == 3


def test_a_hopeless_trial_is_given_up_after_the_first_fold() -> None:
    looked: list[int] = []
    search = searched(25, looked)
    trials = search.trials
    pruned = trials[trials["state"] == "pruned"]
    # Some are; each saw one fold only, and the folds of the others were not looked at for it.
    assert len(pruned) > 3
    assert (pruned["folds"] == 1).all()
    assert len(looked) == trials["folds"].sum() < FOLDS * len(trials)
    # None of the first ones is, whatever it gave, and each that is was worse than half of those finished before it.
    assert (trials["state"].head(UNPRUNED) == "complete").all()
    for number in pruned["number"]:
        before = trials[(trials["number"] < number) & (trials["state"] == "complete")]
        assert trials["value"][number] > before["value"].median()
    # So what is found is what was best of all.
    assert trials["value"].min() == pytest.approx(1 + np.log(search.best["ridge"]) ** 2)
    assert search.said == [search.best["ridge"]] * FOLDS


def test_a_search_without_gain_stalls() -> None:
    def flat(_: dict[str, Any]) -> Iterator[tuple[np.ndarray, Any]]:
        yield np.ones(3), None

    search = Search("late", first("late", 100), flat, 1, seed=0)
    for _ in range(PATIENCE):
        search.step()
    # The first trial is a gain over nothing; so many after it are not.
    assert not search.stalled
    search.step()
    assert search.stalled
    # A gain that is worth something starts the count anew.
    assert not searched(3).stalled


def test_minutes_are_a_budget_and_the_defaults_come_in_any(small: Book) -> None:
    # However little time there is, both parts are tried once; then the time is up.
    assert list(turns(100, 1e-9, 2, show=False)) == [0, 1]
    found = tune(small, 500, seed=0, minutes=1e-9)
    assert list(found.trials["part"]) == ["late", "hazard"]
    assert found.parameters == tune(small, 1, seed=0).parameters
    # How long it took is said only where the result depends on it.
    assert found.seconds is not None
    assert found.seconds > 0
    assert tune(small, 1, seed=0).seconds is None


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf")])
def test_no_time_is_one_sentence(minutes: float) -> None:
    with pytest.raises(PaybenchError, match="^The tuning cannot take .* minutes; give more than 0"):
        check_minutes(minutes)


def test_too_little_to_tune_on_tunes_nothing() -> None:
    few = Book(simulate(customers=3, months=8, seed=1).ledger, "2024-07-01", 30)
    # Without folds there is nothing to compare on.
    assert tune(few, 20, seed=0).parameters == {}
