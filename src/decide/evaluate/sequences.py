"""What a policy would have brought over episodes of several decisions, where one changes the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...errors import PaybenchError
from .intervals import Estimate
from .logs import Floats, Ints, Log, places
from .outcomes import Learner, folds, learner

_LEAST = 20
"""Decisions at a place in the order below which the model of that place is the mean of each action."""


def per_decision_dr(
    log: Log,
    policy: ArrayLike,
    model: str | Learner = "ridge",
    seed: int = 0,
    normalised: bool = False,
    discount: float = 1.0,
) -> Estimate:
    """Value of a policy per episode: the sum of its rewards, each corrected by the weights up to it only.

    Doubly robust at each decision (Jiang and Li 2016). What an action leads to is learned from the last decision to the
    first (fitted Q evaluation), on other customers. An episode that ends is worth nothing from then on.

    Parameters
    ----------
    log : with episodes. policy : (n, k) chances, or (n,) actions.
    model, seed : as for :func:`~.estimators.dr`.
    normalised : weights at each place in the order add up to the number of episodes (the weighted doubly robust one of
        Thomas and Brunskill 2016): a little bias, far less noise of long episodes.
    discount : of each next reward, in (0, 1].

    Returns
    -------
    Estimate over episodes, in the unit of the reward per episode.

    Raises
    ------
    PaybenchError
        If the log has no episodes, is of one customer, or ``discount`` is outside (0, 1].
    """
    episode, place = places(log)
    if log.customers < 2:
        raise PaybenchError("A log of one customer has no others to learn from; give decisions of two or more.")
    if not 0 < discount <= 1:
        raise PaybenchError(f"discount is {discount!r}; give a number above 0, up to 1.")
    chances, ratio = log.policy(policy), log.weights(policy)
    count = int(episode.max()) + 1
    grid = np.full((count, int(place.max()) + 1), -1)
    grid[episode, place] = np.arange(len(log))
    q = _fitted(log, chances, grid, discount, learner(model), folds(log.code, seed))
    worth = (chances * q).sum(axis=1)
    done = np.take_along_axis(q, log.action[:, None], 1)[:, 0]

    total, before, spread = np.zeros(count), np.ones(count), np.ones(count)
    for t in range(grid.shape[1]):
        rows = grid[:, t]
        here = rows >= 0
        # Whose episode has ended keeps its weight, so that weights of a place are those of all episodes.
        weight = before * np.where(here, ratio[rows], 1.0)
        now = weight / weight.mean() if normalised and weight.any() else weight
        error, next_ = np.where(here, (log.reward - done)[rows], 0.0), np.where(here, worth[rows], 0.0)
        total += discount**t * (_linear(spread, next_) + _linear(now, error))
        before, spread = weight, now
    code = np.empty(count, dtype=np.int64)
    code[episode] = log.code
    return Estimate.mean("weighted per-decision dr" if normalised else "per-decision dr", total, code)


def _linear(weight: Floats, values: Floats) -> Floats:
    """What each adds to the mean of weight x value; of weights made to have the mean 1, their own error included."""
    mean = (weight * values).mean()
    return np.asarray(mean + weight * (values - mean) if abs(weight.mean() - 1.0) < 1e-12 else weight * values)


def _fitted(log: Log, chances: Floats, grid: Ints, discount: float, fit: Learner, part: Ints) -> Floats:
    """(n, k) reward of each action and of what follows under the policy."""
    q = np.zeros((len(log), log.k))
    flat = learner("flat")
    for fold in range(int(part.max()) + 1):
        for_fold = np.zeros((len(log), log.k))
        for t in reversed(range(grid.shape[1])):
            rows = grid[grid[:, t] >= 0, t]
            to_come = np.zeros(len(rows))
            if t + 1 < grid.shape[1]:
                after = grid[grid[:, t] >= 0, t + 1]
                to_come[after >= 0] = (chances * for_fold).sum(axis=1)[after[after >= 0]]
            target = log.reward[rows] + discount * to_come
            others = part[rows] != fold
            if others.any():
                enough = fit if others.sum() >= _LEAST * log.k else flat
                learned = enough(log.context[rows[others]], log.action[rows[others]], target[others], log.k)
                for_fold[rows] = learned(log.context[rows])
        q[part == fold] = for_fold[part == fold]
    return q
