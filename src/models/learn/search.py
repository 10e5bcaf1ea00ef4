"""The search for a part's parameters, one trial at a time, kept where another process can go on with it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...progress import say, track, without_widgets
from .space import SPACE

if TYPE_CHECKING:
    import optuna

Floats = NDArray[np.float64]
Scored = Iterator[tuple[Floats, Any]]

UNPRUNED = 5
"""Trials that are scored on every fold before any is given up."""
PATIENCE, LEAST_GAIN = 15, 0.0005
"""A part's search ends after so many trials in a row that did not lower its best loss by this share."""
HEARTBEAT = 60
"""Seconds after which a running trial says that it lives; after three times as many it is taken as dead."""


class Search:
    """Optuna's search for the parameters of one part.

    Each fold is a step. A trial whose mean loss over the folds so far is above the median of the finished trials is
    given up there (Golovin et al. 2017, the median stopping rule); it says nothing on the other folds.

    Every trial draws its random numbers from the seed and its place alone, so that a search which another process
    goes on with is the one that would have been without the interruption.

    Parameters
    ----------
    part : of :data:`~.space.SPACE`. first : parameters tried first, in this order; the defaults lead.
    score : from parameters to the losses (rows of a fold,) and what was predicted, fold by fold. folds : how many.
    seed : the same seed proposes the same trials.
    storage : where trials are kept (:func:`storage_at`); in memory by default. study : its name there.
    worker : 0 of the process that leads; others propose other trials.
    """

    def __init__(
        self,
        part: str,
        first: list[dict[str, Any]],
        score: Callable[[dict[str, Any]], Scored],
        folds: int,
        seed: int,
        storage: optuna.storages.RDBStorage | None = None,
        study: str | None = None,
        worker: int = 0,
    ) -> None:
        without_widgets()
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.part, self._first, self._score, self._folds = part, first, score, folds
        self._seed, self._worker = seed, worker
        pruner = optuna.pruners.MedianPruner(UNPRUNED)
        self._study = optuna.create_study(storage=storage, study_name=study, pruner=pruner, load_if_exists=True)
        self._storage, self._taken = storage, 0
        self._tried_best: tuple[dict[str, Any], list[Any]] = {}, []

    def turn(self) -> None:
        """The next trial; nothing if one was made at this turn before, or the search has stalled."""
        self._taken += 1
        if self._taken <= len(self._trials("COMPLETE", "PRUNED", "RUNNING")):
            return
        if self.stalled:
            self._taken -= 1
        else:
            self.step()

    def step(self) -> None:
        """Ask for parameters, and score them fold by fold."""
        from optuna.samplers import TPESampler

        place = len(self._trials("COMPLETE", "PRUNED", "RUNNING"))
        if place < len(self._first):
            self._study.enqueue_trial(self._first[place])
        dice = np.random.SeedSequence([self._seed, place, self._worker]).generate_state(1)[0]
        self._study.sampler = TPESampler(seed=int(dice))
        self._study.optimize(self._tried, n_trials=1)

    def _tried(self, trial: optuna.Trial) -> float:
        from optuna import TrialPruned

        parameters = {name: suggest(trial, name) for name, suggest in SPACE[self.part].items()}
        losses, said, value = [], [], np.inf
        for fold, (loss, predicted) in enumerate(self._score(parameters)):
            losses.append(loss)
            said.append(predicted)
            value = float(np.concatenate(losses).mean())
            trial.report(value, fold)
            if fold + 1 < self._folds and trial.should_prune():
                raise TrialPruned
        if value < min((t.value for t in self._trials("COMPLETE") if t.value is not None), default=np.inf):
            self._tried_best = parameters, said
        return value

    def give_up_dead(self) -> None:
        """End what other processes left running or waiting; called by one that knows that they are no more."""
        from optuna.trial import TrialState

        for trial in self._trials("RUNNING", "WAITING") if self._storage else []:
            self._storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)  # type: ignore[union-attr]

    @property
    def stalled(self) -> bool:
        """Whether the last :data:`PATIENCE` trials brought nothing worth having."""
        lowest, mark, since = np.inf, np.inf, 0
        for trial in self._finished:
            if trial.state.name == "COMPLETE" and trial.value is not None:
                lowest = min(lowest, trial.value)
            since = 0 if lowest < mark * (1 - LEAST_GAIN) else since + 1
            mark = mark if since else lowest
        return since >= PATIENCE

    @property
    def best(self) -> dict[str, Any]:
        """The parameters of the lowest mean loss over all folds; empty before any was scored on all."""
        done = [t for t in self._trials("COMPLETE") if t.value is not None and np.isfinite(t.value)]
        return self._parameters(min(done, key=lambda t: float(t.value or 0))) if done else {}

    @property
    def said(self) -> list[Any]:
        """By fold, what the best parameters predicted, if this process tried them; else empty."""
        parameters, said = self._tried_best
        return said if parameters == self.best else []

    @property
    def trials(self) -> pd.DataFrame:
        """One row per trial: part, number, value (mean loss over the folds seen), state, folds, ``params_NAME``."""
        return pd.DataFrame([self._row(number, trial) for number, trial in enumerate(self._finished)])

    @property
    def seconds(self) -> float:
        """How long the finished trials took, in all processes."""
        return sum(t.duration.total_seconds() for t in self._finished if t.duration is not None)

    @property
    def _finished(self) -> list[optuna.trial.FrozenTrial]:
        return self._trials("COMPLETE", "PRUNED")

    def _trials(self, *states: str) -> list[optuna.trial.FrozenTrial]:
        from optuna.trial import TrialState

        return self._study.get_trials(deepcopy=False, states=tuple(TrialState[name] for name in states))

    def _parameters(self, trial: optuna.trial.FrozenTrial) -> dict[str, Any]:
        return {name: trial.params[name] for name in SPACE[self.part]}

    def _row(self, number: int, trial: optuna.trial.FrozenTrial) -> dict[str, Any]:
        seen = trial.intermediate_values
        value = trial.value if trial.state.name == "COMPLETE" else seen[max(seen)]
        row = {"part": self.part, "number": number, "value": value, "state": trial.state.name.lower()}
        return row | {"folds": len(seen)} | {f"params_{k}": chosen for k, chosen in self._parameters(trial).items()}


def storage_at(url: str) -> optuna.storages.RDBStorage:
    """A database of studies by its SQLAlchemy URL; its tables are made at first use.

    Of several first uses at once only one may make them: hold a lock around this.
    """
    without_widgets()
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # Optuna 5 says so of the heartbeat
        return optuna.storages.RDBStorage(url, heartbeat_interval=HEARTBEAT, grace_period=3 * HEARTBEAT)


def check_minutes(minutes: float | None) -> None:
    """Refuse a budget of no time.

    Raises
    ------
    PaybenchError
        If ``minutes`` is not above 0.
    """
    if minutes is not None and not 0 < minutes < np.inf:
        raise PaybenchError(f"The tuning cannot take {minutes:g} minutes; give more than 0, for example 5.")


def turns(trials: int, minutes: float | None, least: int, show: bool, spent: float = 0.0) -> Iterator[int]:
    """Numbers of trials until the budget is spent, but at least so many.

    Parameters
    ----------
    trials : the budget, if ``minutes`` is None. minutes : no trial begins once so many have passed; how many trials
        that makes is up to the machine. The time is measured, and no result depends on the date.
    spent : seconds of the budget that an earlier process spent.
    """
    if minutes is None:
        yield from track(range(max(trials, least)), "tuning", show)
        return
    began, told = monotonic() - spent, 0
    for number in count():
        passed = (monotonic() - began) / 60
        if number >= least and passed >= minutes:
            break
        if passed * 4 >= told * minutes:
            say(f"tuning: {number} trials, {passed:.1f} of {minutes:g} minutes", show)
            told += 1
        yield number
