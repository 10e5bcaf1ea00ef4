"""How strong a hidden reason would have to be to overturn an advantage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...errors import PaybenchError
from .intervals import LEVEL, resampled
from .logs import Floats, Log
from .outcomes import Learner, cross_fitted

MOST = 20.0
"""The largest gamma that is looked at."""


@dataclass(frozen=True)
class Bounds:
    """Between what a policy's advantage over the log lies, if reasons are hidden.

    Attributes
    ----------
    gamma : by what factor the true odds of what was done may differ from the logged ones, either way.
    low, high : ends of what the estimate can be. surely_low, surely_high : with the noise of the sample on top.
    """

    gamma: float
    low: float
    high: float
    surely_low: float
    surely_high: float


@dataclass(frozen=True)
class Sensitivity:
    """What hidden reasons do to the advantage of a policy over the log.

    Attributes
    ----------
    advantage : the estimate if the log's propensities are right, in the unit of the reward.
    overturns : the least gamma at which the estimate can be 0; ``surely``: at which the interval holds 0 (1 = it does
        at once). Infinite beyond :data:`MOST`.
    """

    advantage: float
    overturns: float
    surely: float

    def __str__(self) -> str:
        what = "advantage" if self.advantage > 0 else "disadvantage"
        if self.surely <= 1:
            return f"The {what} over what was done is within the noise of the sample, with or without hidden reasons."
        if np.isinf(self.overturns):
            return (
                f"No hidden reason that changes the odds of what was done by up to {MOST:g} explains the {what} away."
            )
        return (
            f"A hidden reason that changed the odds of what was done by a factor of {self.overturns:.2f} could explain "
            f"the {what} away, and one of {self.surely:.2f} together with the noise of the sample; where a machine "
            "threw the dice as logged, there is no such reason."
        )


class Hidden:
    """A policy's advantage over what was done, under the marginal sensitivity model (Tan 2006).

    The true odds of what was done, given all that the decider knew, differ from the logged ones by a factor between
    1 / gamma and gamma. Over all such odds the self-normalised estimate of the model's error has exact bounds, found by
    sorting (Zhao, Small and Bhattacharya 2019); noise is their percentile bootstrap, over customers. The bounds are not
    the sharp ones of Dorn and Guo (2023): those are at most as wide.

    Parameters
    ----------
    log : of n decisions. policy : (n, k) chances, or (n,) actions.
    model : ``None`` for bounds of SNIPS; else what the doubly robust estimate rests on, as for :func:`~.estimators.dr`.
    seed, draws, level : of the folds and the bootstrap, and the level of the interval.
    """

    def __init__(
        self,
        log: Log,
        policy: ArrayLike,
        model: str | Learner | None = "ridge",
        seed: int = 0,
        draws: int = 200,
        level: float = LEVEL,
        q: Floats | None = None,
    ) -> None:
        chances = log.policy(policy)
        if model is None:
            direct, error = np.zeros(len(log)), log.reward
        else:
            predicted = cross_fitted(log, model, seed) if q is None else q
            direct = (chances * predicted).sum(axis=1)
            error = log.reward - np.take_along_axis(predicted, log.action[:, None], 1)[:, 0]
        by = np.argsort(error, kind="stable")
        self._error = error[by]
        self._share = np.take_along_axis(chances, log.action[:, None], 1)[by, 0]
        self._odds = 1.0 / log.propensity[by] - 1.0  # against what was done
        groups = log.customers
        times = np.vstack([np.ones(groups), resampled(groups, draws, seed)])
        count = times @ np.bincount(log.code)
        self._rest = times @ np.bincount(log.code, direct - log.reward) / count
        # Only what the policy could have done itself has a weight.
        kept = self._share > 0
        self._times = times[:, log.code[by[kept]]].astype(np.float32)
        self._error, self._share, self._odds = self._error[kept], self._share[kept], self._odds[kept]
        self._level = level

    def bounds(self, gamma: float) -> Bounds:
        """Between what the advantage lies.

        Parameters
        ----------
        gamma : 1 or more.

        Raises
        ------
        PaybenchError
            If it is below 1.
        """
        if not gamma >= 1:
            raise PaybenchError(f"gamma is {gamma!r}; give a factor of 1 (no hidden reasons) or more.")
        low, high = self._ends(gamma)
        tail = (1 - self._level) / 2
        return Bounds(
            float(gamma),
            float(low[0]),
            float(high[0]),
            float(np.quantile(low[1:], tail)),
            float(np.quantile(high[1:], 1 - tail)),
        )

    def sensitivity(self) -> Sensitivity:
        """How strong a hidden reason overturns the advantage."""
        advantage = self.bounds(1.0).low
        up = advantage > 0
        return Sensitivity(
            advantage,
            _least(lambda g: self.bounds(g).low <= 0 if up else self.bounds(g).high >= 0),
            _least(lambda g: self.bounds(g).surely_low <= 0 if up else self.bounds(g).surely_high >= 0),
        )

    def _ends(self, gamma: float) -> tuple[Floats, Floats]:
        """The bounds in the sample itself and in each of the bootstrap's."""
        least = self._times * (self._share * (1 + self._odds / gamma)).astype(np.float32)
        most = self._times * (self._share * (1 + self._odds * gamma)).astype(np.float32)
        if not least.shape[1]:
            nothing = np.full(len(self._rest), np.nan)
            return nothing, nothing
        error = self._error.astype(np.float32)
        # At the end errors up to some place have one extreme weight, and those above it the other.
        ends = []
        for below, above, pick in ((most, least, np.min), (least, most, np.max)):
            weight = _sums(below) + above.sum(axis=1, dtype=np.float64, keepdims=True) - _sums(above)
            up, whole = _sums(above * error), (above * error).sum(axis=1, dtype=np.float64, keepdims=True)
            mean = (_sums(below * error) + whole - up) / np.maximum(weight, 1e-12)
            ends.append(self._rest + pick(mean, axis=1))
        return ends[0], ends[1]


def bounds(log: Log, policy: ArrayLike, gamma: float, model: str | Learner | None = "ridge", seed: int = 0) -> Bounds:
    """Between what a policy's advantage over the log lies if reasons are hidden; see :class:`Hidden`."""
    return Hidden(log, policy, model, seed).bounds(gamma)


def sensitivity(log: Log, policy: ArrayLike, model: str | Learner | None = "ridge", seed: int = 0) -> Sensitivity:
    """How strong a hidden reason overturns a policy's advantage over the log; see :class:`Hidden`."""
    return Hidden(log, policy, model, seed).sensitivity()


def _sums(values: Floats) -> Floats:
    return np.cumsum(values, axis=1, dtype=np.float64)


def _least(overturned: Callable[[float], bool]) -> float:
    """The least gamma for which it holds, to 1 %; infinite beyond :data:`MOST`."""
    if overturned(1.0):
        return 1.0
    if not overturned(MOST):
        return np.inf
    low, high = 1.0, MOST
    while high / low > 1.01:
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if overturned(middle) else (middle, high)
    return high
