"""How good probabilities of late payment are if they mean what they say, while no outcome is known yet.

Confidence-based performance estimation (CBPE; Kivimäki, Białek, Nurminen and Kuberski 2024): the expectation of a
metric over outcomes drawn from the probabilities themselves. It sees harder questions, and it does not see that a model
has become wrong: for that, outcomes must mature.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def expected(p: Floats) -> dict[str, float]:
    """Share late, log loss, accuracy (of the likelier answer) and AUC to expect of calibrated probabilities.

    Parameters
    ----------
    p : (n,) P(late). The AUC is the ratio of expectations of the pairs ordered rightly and of all pairs.

    Examples
    --------
    >>> {name: round(value, 3) for name, value in expected(np.array([0.2, 0.2])).items()}
    {'late': 0.2, 'log_loss': 0.5, 'accuracy': 0.8, 'auc': 0.5}
    """
    if not len(p):
        return dict.fromkeys(("late", "log_loss", "accuracy", "auc"), np.nan)
    q = np.clip(p, 1e-6, 1 - 1e-6)
    return {
        "late": float(p.mean()),
        "log_loss": float(-(q * np.log(q) + (1 - q) * np.log(1 - q)).mean()),
        "accuracy": float(np.maximum(p, 1 - p).mean()),
        "auc": _auc(p),
    }


def _auc(p: Floats) -> float:
    """sum of p_i (1 - p_j) over pairs i, j with p_i > p_j, ties counted half, over the same of all pairs i, j."""
    value, place = np.unique(p, return_inverse=True)
    late, punctual = np.bincount(place, p), np.bincount(place, 1 - p)
    itself = np.bincount(place, p * (1 - p))  # no invoice is a pair with itself
    below = np.cumsum(punctual) - punctual
    right = (late * below).sum() + 0.5 * (late * punctual - itself).sum()
    pairs = late.sum() * punctual.sum() - itself.sum()
    return float(right / pairs) if len(p) > 1 and pairs > 1e-12 and len(value) else np.nan
