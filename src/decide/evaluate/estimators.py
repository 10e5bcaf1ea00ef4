"""What a policy would have brought on the contexts of a log that another one wrote.

Weights are never clipped: clipping hides that a log says little of a policy, and that is what :mod:`.overlap` is for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Estimate
from .logs import Floats, Log
from .outcomes import Learner, cross_fitted


def ips(log: Log, policy: ArrayLike) -> Estimate:
    """Inverse propensity score: the mean of weight x reward (Horvitz and Thompson 1952). Unbiased, and restless.

    Parameters
    ----------
    policy : (n, k) chances of each action, or (n,) the action it takes.
    """
    return Estimate.mean("ips", log.weights(policy) * log.reward, log.code)


def snips(log: Log, policy: ArrayLike) -> Estimate:
    """Self-normalised: weights add up to n (Hajek 1971; Swaminathan and Joachims 2015). Biased by the order of 1 / n.

    Where no weight is above 0 it is NaN.
    """
    weight = log.weights(policy)
    mean = float(weight.mean())
    if mean == 0:
        return Estimate("snips", np.nan, np.full(len(log), np.nan), log.code)
    value = float(weight @ log.reward / weight.sum())
    return Estimate("snips", value, value + weight * (log.reward - value) / mean, log.code)


def dm(log: Log, policy: ArrayLike, model: str | Learner = "ridge", seed: int = 0, q: Floats | None = None) -> Estimate:
    """Direct method: what a model predicts. Its interval knows nothing of the model's error: it covers too seldom."""
    predicted = cross_fitted(log, model, seed) if q is None else q
    return Estimate.mean("dm", (log.policy(policy) * predicted).sum(axis=1), log.code)


def dr(log: Log, policy: ArrayLike, model: str | Learner = "ridge", seed: int = 0, q: Floats | None = None) -> Estimate:
    """Doubly robust: the model's prediction plus the weighted error that it makes where the log can tell.

    Unbiased while the propensities are right, whatever the model; the better the model, the narrower
    (Robins, Rotnitzky and Zhao 1994; Dudik, Langford and Li 2011). The model of a customer is fitted on others.

    Parameters
    ----------
    policy : (n, k) chances of each action, or (n,) the action it takes.
    model : ``ridge``, ``trees``, ``flat``, or a :class:`~.outcomes.Learner`. seed : of the division of customers.
    q : (n, k) predictions of :func:`~.outcomes.cross_fitted`, to fit once for many policies.
    """
    predicted = cross_fitted(log, model, seed) if q is None else q
    done = np.take_along_axis(predicted, log.action[:, None], 1)[:, 0]
    direct = (log.policy(policy) * predicted).sum(axis=1)
    return Estimate.mean("dr", direct + log.weights(policy) * (log.reward - done), log.code)


def observed(log: Log) -> Estimate:
    """What the log's own policy brought: the mean reward."""
    return Estimate.mean("observed", log.reward, log.code)
