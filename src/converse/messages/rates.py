"""Rates of few trials, drawn toward the book: a beta-binomial model whose spread the book itself shows.

Kleinman 1973, "Proportions with extraneous variance", JASA 68: the moments of the counts give the mean and how much
the customers differ; with a beta prior of that mean and spread, a customer's rate is its own and the book's, weighted
by how often it was tried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST, _MOST = 2.0, 500.0
"""Trials that the prior is worth, at least and at most."""


@dataclass(frozen=True)
class Prior:
    """What is believed of a rate before anything was tried: ``mean`` (0 to 1), worth ``weight`` trials."""

    mean: float
    weight: float

    def after(self, hits: Floats, trials: Floats) -> Floats:
        """The expected rates after some trials, shape of the arguments.

        >>> Prior(0.5, 2.0).after(np.array([3.0]), np.array([4.0])).round(2).tolist()
        [0.67]
        """
        rate: Floats = (self.mean * self.weight + hits) / (self.weight + trials)
        return rate


def prior(hits: Floats, trials: Floats, around: Prior | None = None) -> Prior:
    """The prior that counts of several customers tell.

    Parameters
    ----------
    hits, trials : (n,) of each customer; those without a trial say nothing.
    around : what holds where nothing was tried; the mean is drawn toward it, which matters where little was.
    """
    seen = trials > 0
    k, n = hits[seen], trials[seen]
    start = around or Prior(0.5, _LEAST)
    mean = float((k.sum() + start.mean * _LEAST) / (n.sum() + _LEAST))
    if len(n) < 2:
        return Prior(mean, start.weight)
    spread = float((n * (k / n - mean) ** 2).sum()) / max(mean * (1 - mean), 1e-9)
    free = float(n.sum() - (n**2).sum() / n.sum()) - (len(n) - 1)
    if free <= 0:  # everybody was tried once: nothing tells how much they differ
        return Prior(mean, start.weight)
    correlation = float(np.clip((spread - (len(n) - 1)) / free, 1.0 / (1.0 + _MOST), 1.0 / (1.0 + _LEAST)))
    return Prior(mean, (1.0 - correlation) / correlation)
