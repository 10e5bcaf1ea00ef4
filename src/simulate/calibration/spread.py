"""How values spread over customers: memory from one to the next, variance between customers, concentration."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .measures import ENOUGH

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def memory(customer: Ints, values: Floats, remove_mean: bool = True, lags: int = 10) -> tuple[pd.Series, int]:
    """Correlation of values of one customer that are 1, 2, ... apart, over customers with enough of them.

    Taking off a mean that was estimated from n values itself makes any two of them look contrary (by 1 / (n - 1) of
    their variance on average); that is added again, so that values in a random order have correlation 0 on average.

    Parameters
    ----------
    customer : (n,) numbers, each customer's values next to each other, in the order in which they came.
    values : (n,) e.g. days late.
    remove_mean : take off each customer's own mean; otherwise the mean of all.
    lags : how far apart at most.

    Returns
    -------
    Correlation by lag (lags without a pair left out; empty if nothing varies), and the number of pairs at lag 1.
    """
    length, place = _runs(customer)
    keep = length[place] >= ENOUGH
    customer, values = customer[keep], values[keep]
    if not values.size or np.ptp(values) == 0:
        return pd.Series(dtype="float64"), 0
    length, place = _runs(customer)
    mean = np.bincount(place, values) / length
    x = values - (mean[place] if remove_mean else values.mean())
    squares = np.bincount(place, x * x)
    found, pairs = {}, 0
    for lag in range(1, lags + 1):
        same = customer[lag:] == customer[:-lag]
        product = float((x[lag:] * x[:-lag])[same].sum())
        left = np.maximum(length - lag, 0)
        if remove_mean:
            product += float((squares * left / (length * (length - 1))).sum())
        variance = float((squares * left / length).sum())
        if variance > 0:
            found[lag] = product / variance
        if lag == 1:
            pairs = int(same.sum())
    return pd.Series(found, dtype="float64"), pairs


def spread_between(customer: Ints, values: Floats) -> tuple[float, int]:
    """Share of the variance that lies between customers, and the values that it rests on.

    The intraclass correlation by one-way analysis of variance for groups of different sizes (Donner, International
    Statistical Review 54, 1986), over customers with two values or more; NaN where nothing varies.

    Parameters
    ----------
    customer : (n,) numbers, each customer's values next to each other. values : (n,) e.g. days late.
    """
    length, place = _runs(customer)
    keep = length[place] >= 2
    customer, values = customer[keep], values[keep]
    length, place = _runs(customer)
    groups, n = length.size, values.size
    if groups < 2:
        return np.nan, 0
    mean = np.bincount(place, values) / length
    between = float((length * (mean - values.mean()) ** 2).sum()) / (groups - 1)
    within = float(((values - mean[place]) ** 2).sum()) / (n - groups)
    usual = (n - float((length.astype(np.float64) ** 2).sum()) / n) / (groups - 1)
    whole = between + (usual - 1) * within
    return ((between - within) / whole if whole > 0 else np.nan), n


def concentration(billed: Floats) -> tuple[pd.Series, float]:
    """Who makes up the billing: the Lorenz curve, the largest first, and the Gini coefficient.

    Parameters
    ----------
    billed : (n,) amount of each customer, above zero.

    Returns
    -------
    Share of billing by share of customers (from 0 to 1), and Gini: 0 where all are alike, 1 - 1/n where one buys
    all; nothing and NaN without customers.
    """
    if not billed.size:
        return pd.Series(dtype="float64"), np.nan
    shares = np.r_[0.0, np.cumsum(np.sort(billed)[::-1]) / billed.sum()]
    of = np.linspace(0.0, 1.0, shares.size)
    area = float(((shares[1:] + shares[:-1]) / 2).sum() / billed.size)
    return pd.Series(shares, index=of), 2 * area - 1


def _runs(customer: Ints) -> tuple[Ints, Ints]:
    """Length of each run of equal numbers, and to which run each place belongs."""
    starts = np.flatnonzero(np.r_[customer.size > 0, customer[1:] != customer[:-1]][: customer.size])
    length = np.diff(np.r_[starts, customer.size])
    return length, np.repeat(np.arange(length.size), length)
