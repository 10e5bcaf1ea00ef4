"""How much a customer's invoices are paid together: one correlation, learned from past weeks.

Of two invoices of one customer the latent times of payment are normal with this correlation (a Gaussian copula), which
leaves each invoice's own distribution as it is. What pairs of invoices did together in past weeks, against what each
was expected to do, tells how large it is (a method of moments; the expectation over the common part is by quadrature).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from .items import WEEK, OpenItems
from .pace import Hazards, Pace
from .past import Origin

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CORRELATIONS = np.array([0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8])
"""Among which the correlation is found, straight lines between them."""
USUAL = 0.2
"""Where no pair was seen: about what was found on the ledgers at hand (0.06 to 0.26)."""
AHEAD = 4
"""Weeks within which is looked: what a large customer does together shows in weeks in which few others pay."""
_NODES = 11
_PRIOR_WEEKS = 2.0  # how many weeks of pairs the usual correlation is worth


def learn_together(past: Sequence[Origin], hazards: Sequence[Hazards], pace: Pace) -> float:
    """The correlation of one customer's invoices.

    Parameters
    ----------
    past : of weeks' days. hazards : of their items. pace : what multiplies them.

    Returns
    -------
    Between 0 and 0.8: the mean of what is learned from what was paid within one week, within two, up to :data:`AHEAD`.
    """
    found = []
    paid_by = [1.0 - np.cumprod(1.0 - h.chance(pace.of(h))[0][:, :AHEAD], axis=1) for h in hazards]
    for week in range(AHEAD):
        seen, said, weeks = 0.0, np.zeros(len(CORRELATIONS)), 0
        for one, chance in zip(past, paid_by, strict=True):
            if one.outcome.weeks <= week or not len(one.items):
                continue
            many = np.bincount(one.items.customer)[one.items.customer] > 1  # others are no pair
            p = np.clip(chance[many, week], 1e-6, 1 - 1e-6)
            weight, customer = _weights(one.items)[many], one.items.customer[many]
            paid = one.outcome.after[many] < WEEK * (week + 1)
            seen += _pairs(customer, (weight * (paid - p))[:, None])[0]
            said += _expected(customer, weight, p)
            weeks += 1
        if weeks and said[-1] > 0:
            prior = np.interp(USUAL, CORRELATIONS, said) * _PRIOR_WEEKS / weeks
            share = (seen + prior) / (1 + _PRIOR_WEEKS / weeks)
            found.append(np.interp(share, np.maximum.accumulate(said), CORRELATIONS))
    return float(np.mean(found)) if found else USUAL


def _weights(items: OpenItems) -> Floats:
    """(n,) by which pairs count: the root of the amount over the mean of its currency."""
    place = np.unique(items.currency, return_inverse=True)[1]
    mean = np.bincount(place, items.amount) / np.bincount(place)
    weight: Floats = np.sqrt(items.amount / np.maximum(mean[place], 1e-9))
    return weight


def _expected(customer: Ints, weight: Floats, p: Floats) -> Floats:
    """(correlations,) expected sums over pairs."""
    nodes, share = np.polynomial.hermite_e.hermegauss(_NODES)
    share, latent, found = share / share.sum(), ndtri(p), [0.0]
    for correlation in CORRELATIONS[1:]:
        common = (latent[:, None] - np.sqrt(correlation) * nodes) / np.sqrt(1 - correlation)
        off = weight[:, None] * (ndtr(common) - p[:, None])
        found.append(float(_pairs(customer, off) @ share))
    return np.array(found)


def _pairs(customer: Ints, off: Floats) -> Floats:
    """(k,) sum over all ordered pairs of different rows of one customer, of the products of their columns (n, k)."""
    sums = np.zeros((int(customer.max(initial=-1)) + 1, off.shape[1]))
    np.add.at(sums, customer, off)
    total: Floats = (sums**2).sum(axis=0) - (off**2).sum(axis=0)
    return total
