"""How soon after a promise or a dispute the money came, against what a model expects: factors on its daily chances.

The chance that an unpaid invoice is paid on a day is a hazard. A model may know of a promise, or not, and it knows who
the customer is, which the average of past promises does not. So its hazards are not replaced, but multiplied, on groups
of days before and after the promised day: by what was seen there in the past over what the model says on average. The
factor of a model that is right already is 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PRIOR = 1.0  # cases of a factor of 1 that are added to what was seen
_SPREAD = 1.0  # standard deviation of the logarithm of what a model says of one invoice, around its average


@dataclass(frozen=True)
class Lags:
    """What was seen in groups of days from an anchor (a promised day, the day on which a dispute was opened).

    Attributes
    ----------
    starts : (m + 1,) lag in days at which each group begins; the last = the first lag of which nothing is said.
    paid : (m,) past cases that were paid there. watched : (m,) days on which past cases were unpaid and watched there.
    n : past cases whose outcome is known.
    """

    starts: Ints
    paid: Ints
    watched: Ints
    n: int

    def moved(self, model: Floats, later: Floats, lag: Ints) -> tuple[Floats, Floats]:
        """Distributions of a model, moved to what was seen.

        Each factor is drawn to 1 as far as chance explains it (the positive-part rule of James and Stein 1961): chance
        in the number of past payments, and in which invoices the model is averaged over.

        Parameters
        ----------
        model : (k, days) P(paid on day as_of + j | unpaid at as_of); the model's average is over these invoices.
        later : (k,) P(paid after these days).
        lag : (k,) days from each invoice's anchor to as_of, negative where the anchor lies ahead.

        Returns
        -------
        (k, days) and (k,): the same, moved; the model's own where every factor is 1. Of what is unpaid at the end of
        these days the same share is paid later.
        """
        left = 1.0 - np.cumsum(model, axis=1) + model
        group = np.searchsorted(self.starts, lag[:, None] + np.arange(model.shape[1]), side="right") - 1
        factor = self._factors(model, left, group)
        if (factor == 1.0).all():
            return model, later
        hazard = np.divide(model, left, out=np.zeros_like(model), where=left > 1e-9)
        hazard = np.clip(hazard * np.append(factor, 1.0)[group], 0.0, 1.0)  # group -1 and the last: nothing is said
        still = np.cumprod(1.0 - hazard, axis=1)
        unpaid = 1.0 - model.sum(axis=1)
        kept = np.divide(still[:, -1], unpaid, out=np.zeros(len(model)), where=unpaid > 1e-9)
        return hazard * np.concatenate([np.ones((len(model), 1)), still[:, :-1]], axis=1), later * kept

    def _factors(self, model: Floats, left: Floats, group: Ints) -> Floats:
        """(m + 1,) of each group, the last being 1."""
        m = len(self.paid)
        factor = np.ones(m + 1)
        for g in range(m):
            there = group == g
            reached = np.where(there, left, 0.0).max(axis=1, initial=0.0).sum()
            if reached > 0:
                expected = self.watched[g] * model[there].sum() / left[there].sum()
                seen = self.paid[g] + _PRIOR
                log = np.log(seen / (expected + _PRIOR))
                chance = 1.0 / seen + _SPREAD**2 / reached
                factor[g] = np.exp(log * max(0.0, 1.0 - chance / log**2)) if log else 1.0
        return factor


def learned(starts: tuple[int, ...], entry: Ints, end: Ints, paid: NDArray[np.bool_], ended: NDArray[np.bool_]) -> Lags:
    """What was seen of past cases, each watched from lag ``entry`` to lag ``end``, and paid at ``end`` or not by then.

    A case counts from the first day on which it was known (late entry) and, where it was not paid, as long as it was
    watched (censoring); one whose end lies before its entry was over when it came to be known, and is left out.

    Parameters
    ----------
    starts : as in :class:`Lags`. entry, end : (k,) days. paid : (k,) flags. ended : (k,) whether the outcome is known.
    """
    kept = end >= entry
    entry, end, paid = entry[kept], end[kept], paid[kept]
    spans = list(pairwise(starts))
    hits = [int((paid & (end >= a) & (end < b)).sum()) for a, b in spans]
    watched = [int(np.clip(np.minimum(end, b - 1) - np.maximum(entry, a) + 1, 0, None).sum()) for a, b in spans]
    return Lags(np.array(starts), np.array(hits), np.array(watched), int(ended[kept].sum()))
