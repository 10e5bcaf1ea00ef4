"""The search for a part's parameters, one trial at a time, and how long it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...progress import say, track, without_widgets
from .space import SPACE

Floats = NDArray[np.float64]
Scored = Iterator[tuple[Floats, Any]]

UNPRUNED = 5
"""Trials that are scored on every fold before any is given up."""
PATIENCE, LEAST_GAIN = 15, 0.0005
"""A part's search ends after so many trials in a row that did not lower its best loss by this share."""


class Search:
    """Optuna's search for the parameters of one part.

    Each fold is a step. A trial whose mean loss over the folds so far is above the median of the finished trials is
    given up there (Golovin et al. 2017, the median stopping rule); it says nothing on the other folds.

    Parameters
    ----------
    part : of :data:`~.space.SPACE`. first : parameters tried first, in this order; the defaults lead.
    score : from parameters to the losses (rows of a fold,) and what was predicted, fold by fold. folds : how many.
    seed : the same seed proposes the same trials.

    Attributes
    ----------
    best : the parameters of the lowest mean loss over all folds. said : what they predicted, by fold.
    """

    def __init__(
        self,
        part: str,
        first: list[dict[str, Any]],
        score: Callable[[dict[str, Any]], Scored],
        folds: int,
        seed: int,
    ) -> None:
        without_widgets()
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.part, self._score, self._folds = part, score, folds
        self._study = optuna.create_study(
            sampler=optuna.samplers.TPESampler(seed=seed), pruner=optuna.pruners.MedianPruner(UNPRUNED)
        )
        for parameters in first:
            self._study.enqueue_trial(parameters)
        self._pruned = optuna.trial.TrialState.PRUNED
        self._lowest, self._mark, self._since = np.inf, np.inf, 0
        self._rows: list[dict[str, Any]] = []
        self.best: dict[str, Any] = {}
        self.said: list[Any] = []

    @property
    def stalled(self) -> bool:
        """Whether the last :data:`PATIENCE` trials brought nothing worth having."""
        return self._since >= PATIENCE

    @property
    def trials(self) -> pd.DataFrame:
        """One row per trial: part, number, value (mean loss over the folds seen), state, folds, ``params_NAME``."""
        return pd.DataFrame(self._rows)

    def step(self) -> None:
        """Ask for parameters, and score them fold by fold."""
        trial = self._study.ask()
        parameters = {name: suggest(trial, name) for name, suggest in SPACE[self.part].items()}
        losses, said, state, value = [], [], "complete", np.inf
        for fold, (loss, predicted) in enumerate(self._score(parameters)):
            losses.append(loss)
            said.append(predicted)
            value = float(np.concatenate(losses).mean())
            trial.report(value, fold)
            if fold + 1 < self._folds and trial.should_prune():
                state = "pruned"
                break
        if state == "pruned":
            self._study.tell(trial, state=self._pruned)
        else:
            self._study.tell(trial, value)
            if value < self._lowest:
                self._lowest, self.best, self.said = value, parameters, said
        self._since = 0 if self._lowest < self._mark * (1 - LEAST_GAIN) else self._since + 1
        self._mark = self._mark if self._since else self._lowest
        row = {"part": self.part, "number": trial.number, "value": value, "state": state, "folds": len(said)}
        self._rows.append(row | {f"params_{name}": chosen for name, chosen in parameters.items()})


def check_minutes(minutes: float | None) -> None:
    """Refuse a budget of no time.

    Raises
    ------
    PaybenchError
        If ``minutes`` is not above 0.
    """
    if minutes is not None and not 0 < minutes < np.inf:
        raise PaybenchError(f"The tuning cannot take {minutes:g} minutes; give more than 0, for example 5.")


def turns(trials: int, minutes: float | None, least: int, show: bool) -> Iterator[int]:
    """Numbers of trials until the budget is spent, but at least so many.

    Parameters
    ----------
    trials : the budget, if ``minutes`` is None. minutes : no trial begins once so many have passed; how many trials
        that makes is up to the machine. The time is measured, and no result depends on the date.
    """
    if minutes is None:
        yield from track(range(max(trials, least)), "tuning", show)
        return
    began, told = monotonic(), 0
    for number in count():
        passed = (monotonic() - began) / 60
        if number >= least and passed >= minutes:
            break
        if passed * 4 >= told * minutes:
            say(f"tuning: {number} trials, {passed:.1f} of {minutes:g} minutes", show)
            told += 1
        yield number
