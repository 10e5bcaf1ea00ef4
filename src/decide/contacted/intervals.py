"""Intervals that know that contacts with one customer are not independent."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL = 0.95
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


def cluster_variance(influence: Floats, cluster: Ints) -> float:
    """Variance of a mean of n influences (each less its mean), those of one cluster taken together.

    C / (C - 1) x the sum over clusters of the squared sums, over n squared; infinite with fewer than two clusters.
    """
    n = len(influence)
    _, place = np.unique(cluster, return_inverse=True)
    clusters = int(place.max(initial=-1)) + 1
    if clusters < 2:
        return float("inf")
    sums = np.bincount(place, weights=influence)
    return float((sums**2).sum() * clusters / (clusters - 1) / n**2)


def share(hits: NDArray[np.bool_], cluster: Ints) -> tuple[float, float, float]:
    """A share with its interval: Wilson's, on as many independent rows as the clustered ones are worth.

    The rows are divided by the design effect, the clustered variance over the binomial one, at least 1 (Korn and
    Graubard 1998; Dean and Pagano 2015 for Wilson's interval). One customer alone is worth one row.

    Returns
    -------
    (share, low, high), NaN without rows.
    """
    n = len(hits)
    if n == 0:
        return (float("nan"),) * 3
    p = float(hits.mean())
    binomial = p * (1 - p) / n
    clusters = len(np.unique(cluster))
    effect = 1.0
    if binomial > 0 and clusters > 1:
        effect = max(1.0, cluster_variance(hits.astype(np.float64) - p, cluster) / binomial)
    elif clusters == 1:
        effect = float(n)
    worth = n / effect
    middle = (p + Z**2 / (2 * worth)) / (1 + Z**2 / worth)
    half = Z / (1 + Z**2 / worth) * np.sqrt(p * (1 - p) / worth + Z**2 / (4 * worth**2))
    # A share of 0 or 1 is an end of its own interval, which rounding must not miss.
    return p, float(max(middle - half, 0.0)) if p else 0.0, float(min(middle + half, 1.0)) if p < 1 else 1.0
