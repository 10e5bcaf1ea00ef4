"""Drift: whether what is asked now is distributed as what trained.

The population stability index (PSI) of n rows against m is sum((a - b) * log(a / b)) over the shares of bins. By custom
0.1 is a change to look at and 0.25 a strong one (Lewis 1994, An Introduction to Credit Scoring; Siddiqi 2006, Credit
Risk Scorecards). It is never judged alone here: without any change it is about (1 / n + 1 / m) times a chi-squared
number (Yurdakul and Naranjo 2020, Journal of Risk Model Validation 14(4)), and more where invoices of one customer
resemble each other; and a book has seasons and grows, so that each feature is also held against what it did before.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LOOK, STRONG = 0.1, 0.25
"""PSI from which a change is worth a look, and from which it is strong."""
BINS = 10
"""Bins of a number: tenths of what trained."""
NAMES = 20
"""Names with a bin of their own: the most frequent ones."""
MARGIN = 1.5
"""How many times the largest PSI within the training time is more than growth and seasons explain: in simulated books
in which nothing changed, young ones included, 2 in 100 features are above it, most of them counts of rare events."""
LOST = 0.25
"""By how much the share of missing values may rise; it falls as customers become known, and a rise is a lost source."""
WINDOWS = 12
"""Windows of the training time with which the present one is compared, at most."""
_SURE = 3.0902  # 99.9 % of a normal distribution
COLUMNS = ["feature", "psi", "chance", "before", "limit", "drifted", "unseen", "missing_then", "missing_now"]
"""Columns of the table of drift."""


def psi(then: Ints, now: Ints) -> float:
    """The population stability index of two counts of the same bins, half a row added to each bin.

    Examples
    --------
    >>> round(psi(np.array([500, 500]), np.array([800, 200])), 3)
    0.415
    """
    if then.sum() == 0 or now.sum() == 0:
        return 0.0
    some = (then + now) > 0
    a, b = (counts[some] + 0.5 for counts in (then, now))
    a, b = a / a.sum(), b / b.sum()
    return float(((a - b) * np.log(a / b)).sum())


def chance(then: Ints, now: Ints, alike: tuple[float, float] = (1.0, 1.0)) -> float:
    """The PSI that chance alone exceeds once in a thousand, of so many rows in so many bins.

    The quantile of chi-squared is that of Wilson and Hilferty (1931).

    Parameters
    ----------
    then, now : counts of the same bins. alike : :func:`design_effect` of either.
    """
    free = int(((then + now) > 0).sum()) - 1
    if free < 1 or then.sum() == 0 or now.sum() == 0:
        return 0.0
    spread = 2 / (9 * free)
    quantile = free * (1 - spread + _SURE * np.sqrt(spread)) ** 3
    return float((alike[0] / then.sum() + alike[1] / now.sum()) * quantile)


def design_effect(code: Ints, customers: Ints) -> float:
    """By how much the PSI's variance grows because invoices of one customer resemble each other; 1 if they do not.

    First-order correction of chi-squared for clusters (Rao and Scott 1981, JASA 76(374)): 1 + (m - 1) * r, with m the
    mean size of a customer, weighted by size (Kish 1965), and r by how much likelier two invoices of one customer lie
    in the same bin than any two do.

    Parameters
    ----------
    code : (n,) bin of each row. customers : (n,) number of each row's customer.
    """
    if not len(code):
        return 1.0
    sizes = np.bincount(customers).astype(np.float64)
    pairs = float((sizes * (sizes - 1)).sum())
    if pairs == 0:
        return 1.0
    _, cells = np.unique(np.stack([customers, code]), axis=1, return_counts=True)
    together = float((cells * (cells - 1)).sum()) / pairs
    anyhow = float(((np.bincount(code) / len(code)) ** 2).sum())
    r = max((together - anyhow) / (1 - anyhow), 0.0) if anyhow < 1 else 0.0
    return float(1 + ((sizes**2).sum() / sizes.sum() - 1) * r)


def drift(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """How far each column of ``now`` is from that of ``then``.

    Parameters
    ----------
    then : (m, k) what trained, the earliest first, customer_id in the index. now : (n, k) the same columns.

    Returns
    -------
    DataFrame, one row per column in their order; :data:`COLUMNS`: psi; chance (:func:`chance`); before, the largest PSI
    that a window of as many rows had within the training time, against the rest of it; limit, the largest of chance,
    :data:`MARGIN` times before, and :data:`STRONG`; drifted, whether psi is above it, or the share of missing values,
    which are not part of it, has risen by :data:`LOST`; unseen, the share of rows with a name that training did not
    know or a number outside what it saw; the shares that are missing.
    """
    owners = [pd.factorize(X.index.get_level_values("customer_id"))[0] for X in (then, now)]
    found = [{"feature": str(name), **_drifted(then[name], now[name], owners)} for name in then.columns]
    return pd.DataFrame(found, columns=COLUMNS)


def _drifted(then: pd.Series, now: pd.Series, owners: list[Ints]) -> dict[str, float | bool]:
    gone = [values.isna().to_numpy() for values in (then, now)]
    missing = [float(part.mean()) if len(part) else 0.0 for part in gone]
    owners = [who[~part] for who, part in zip(owners, gone, strict=True)]
    (old, new), bins, unseen = binned(then[~gone[0]], now[~gone[1]])
    was, is_now = (np.bincount(code, minlength=bins) for code in (old, new))
    alike = design_effect(old, owners[0]), design_effect(new, owners[1])
    found, by_chance, before = psi(was, is_now), chance(was, is_now, alike), _before(old, len(new), bins)
    limit = max(STRONG, by_chance, MARGIN * before)
    return {
        "psi": found,
        "chance": by_chance,
        "before": before,
        "limit": limit,
        "drifted": found > limit or (len(then) > 0 and missing[1] - missing[0] > LOST),
        "unseen": unseen * (1 - missing[1]),
        "missing_then": missing[0],
        "missing_now": missing[1],
    }


def _before(code: Ints, size: int, bins: int) -> float:
    size = min(size, len(code) // 2)
    if size < 1:
        return 0.0
    whole = np.bincount(code, minlength=bins)
    ends = range(len(code), size - 1, -size)
    parts = [np.bincount(code[end - size : end], minlength=bins) for end in list(ends)[:WINDOWS]]
    return max(psi(whole - part, part) for part in parts)


def binned(then: pd.Series, now: pd.Series) -> tuple[tuple[Ints, Ints], int, float]:
    """Numbers of the bins of each row, how many bins there are, and the share of ``now`` that training never saw.

    Numbers: tenths of ``then``, equal values together. Names: the :data:`NAMES` most frequent, the others together, and
    what is new. Neither column has missing values.
    """
    if pd.api.types.is_numeric_dtype(then):
        return _numbers(then.to_numpy(dtype=np.float64), now.to_numpy(dtype=np.float64))
    known = then.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    place = {name: min(i, NAMES) for i, name in enumerate(known)}
    old, new = (values.map(place).fillna(NAMES + 1).to_numpy(dtype=np.int64) for values in (then, now))
    return (old, new), NAMES + 2, float((new == NAMES + 1).mean()) if len(new) else 0.0


def _numbers(then: Floats, now: Floats) -> tuple[tuple[Ints, Ints], int, float]:
    if not len(then):
        return (np.zeros(0, dtype=np.int64), np.zeros(len(now), dtype=np.int64)), 1, 0.0
    edges = np.unique(np.quantile(then, np.arange(1, BINS) / BINS, method="lower"))
    outside = (now < then.min()) | (now > then.max())
    old, new = (np.searchsorted(edges, values, side="left") for values in (then, now))
    return (old, new), len(edges) + 1, float(outside.mean()) if len(now) else 0.0
