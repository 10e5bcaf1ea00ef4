"""How good a cash forecast was: its point, its bands, its whole distribution."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...models.learn.metrics import wape

Floats = NDArray[np.float64]
Column = Floats | pd.Series


def crps(draws: Floats, actual: Floats | float, fair: bool = False) -> Floats:
    """Continuous ranked probability score of forecasts given as draws, in the unit of the draws; 0 is perfect.

    The exact E|X - y| - E|X - X'| / 2, with the second mean from sorted draws in S log S steps (Gneiting and Raftery
    2007; Jordan, Krueger and Lerch 2019). By default it is not the fair one, but the score of the draws as they are,
    each as likely: a forecast of few draws pays for having few.

    Parameters
    ----------
    draws : (S,) or (k, S). actual : what came, () or (k,).
    fair : score the distribution that the draws are a sample of (Ferro 2014): the mean of |X - X'| is over pairs of
        different draws. Without bias in expectation, and below zero at times. One draw is scored as a point.

    Returns
    -------
    () or (k,) scores.

    Raises
    ------
    PaybenchError
        If there is no draw.
    """
    off = np.sort(np.asarray(draws, dtype=np.float64) - np.asarray(actual, dtype=np.float64)[..., None], axis=-1)
    size = off.shape[-1]
    if size == 0:
        raise PaybenchError("A forecast has no draws; give at least one number.")
    pairs = size * (size - 1) if fair and size > 1 else size**2
    spread = off @ (2.0 * np.arange(size) - size + 1) / pairs
    score: Floats = np.abs(off).mean(axis=-1) - spread
    return score


def interval_score(low: Column, high: Column, actual: Column, level: float) -> Floats:
    """(n,) width of central bands plus 2 / (1 - level) times what the outcome lies outside (Winkler 1972).

    Parameters
    ----------
    low, high, actual : (n,) in one unit. level : probability that the bands claim, like 0.8.

    Raises
    ------
    PaybenchError
        If ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise PaybenchError(f"level is {level!r}; give a probability above 0 and below 1, like 0.8.")
    low, high, actual = (np.asarray(v, dtype=np.float64) for v in (low, high, actual))
    outside = np.maximum(low - actual, 0) + np.maximum(actual - high, 0)
    score: Floats = (high - low) + 2 / (1 - level) * outside
    return score


def bias(said: Column, actual: Column) -> float:
    """Sum of said - actual over the sum of actual, positive = too much was expected; NaN if that is 0."""
    whole = float(np.sum(actual))
    return float(np.sum(np.asarray(said) - actual) / whole) if whole else np.nan


def inside(low: Column, high: Column, actual: Column) -> Floats:
    """(n,) 1 where the outcome lies in the closed band, 0 where outside, NaN where there is no band."""
    low, high, actual = (np.asarray(v, dtype=np.float64) for v in (low, high, actual))
    within = ((low <= actual) & (actual <= high)).astype(np.float64)
    return np.where(np.isnan(low) | np.isnan(high) | np.isnan(actual), np.nan, within)


def coverage(low: Column, high: Column, actual: Column) -> float:
    """Share of outcomes in their closed bands; those without a band do not count, NaN if none has one."""
    seen = inside(low, high, actual)
    seen = seen[~np.isnan(seen)]
    return float(seen.mean()) if len(seen) else np.nan


__all__ = ["bias", "coverage", "crps", "inside", "interval_score", "wape"]
