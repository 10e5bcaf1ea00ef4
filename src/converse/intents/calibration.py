"""From scores to probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_LEAST, _MOST = 1e-4, 40.0
"""That the others have together, before its logarithm is taken; log odds that are told apart."""


@dataclass(frozen=True)
class Calibration:
    """What a score means, alone and beside the others.

    Almost every message means one thing at least: where no other intent is likely, a middling score says more. Without
    that, the most probable intent of a message is right more often than its probability says.

    Attributes
    ----------
    slope, offset : (intents,) log odds of each intent alone = slope * score + offset (Platt 1999).
    own, others, base : (intents,) log odds beside the others = own * these + others * ln(sum of the others'
    probabilities) + base.
    """

    slope: Floats
    offset: Floats
    own: Floats
    others: Floats
    base: Floats

    def odds(self, scores: Floats) -> Floats:
        """(..., intents) log odds of (..., intents) scores."""
        alone, beside = self.beside(scores)
        return self.own * alone + self.others * beside + self.base

    def beside(self, scores: Floats) -> tuple[Floats, Floats]:
        """Log odds alone, and the logarithm of what the others have."""
        alone = self.slope * scores + self.offset
        p = probability(alone)
        return alone, np.log(np.maximum(p.sum(axis=-1, keepdims=True) - p, 0.0) + _LEAST)

    @classmethod
    def fitted(cls, scores: Floats, truth: NDArray[np.bool_]) -> Calibration:
        """Fit to scores of messages that were left out of the training, (n, intents); hardly regularised."""
        n = scores.shape[1]
        zero, one = np.zeros(n), np.ones(n)
        slope, offset = zero.copy(), zero.copy()
        for place in range(n):
            (slope[place],), offset[place] = _logistic(scores[:, place, None], truth[:, place])
        alone, beside = cls(slope, offset, one, zero, zero).beside(scores)
        own, others, base = zero.copy(), zero.copy(), zero.copy()
        for place in range(n):
            both = np.column_stack([alone[:, place], beside[:, place]])
            (own[place], others[place]), base[place] = _logistic(both, truth[:, place])
        return cls(slope, offset, own, others, base)


def probability(odds: Floats) -> Floats:
    """Of log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -_MOST, _MOST))))


def _logistic(features: Floats, truth: NDArray[np.bool_]) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=10.0, max_iter=1000).fit(features, truth)
    return fitted.coef_[0], float(fitted.intercept_[0])
