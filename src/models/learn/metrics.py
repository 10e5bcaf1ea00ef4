"""How good a prediction was: of late payment, of days late, and of the whole distribution."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from ..family.distribution import DaysLate

Floats = NDArray[np.float64]

_EPS = 1e-6


def late_metrics(late: Floats, p: Floats) -> dict[str, float]:
    """AUC, PR AUC, log loss, Brier score and ECE of P(late); NaN where one class makes a metric meaningless."""
    both = 0 < late.sum() < len(late)
    return {
        "auc": float(roc_auc_score(late, p)) if both else np.nan,
        "pr_auc": float(average_precision_score(late, p)) if both else np.nan,
        "log_loss": float(log_loss(late, p).mean()),
        "brier": float(((p - late) ** 2).mean()),
        "ece": calibration_error(late, p),
    }


def days_metrics(days_late: Floats, predicted: Floats) -> dict[str, float]:
    """MAE, median absolute error, bias (predicted - true, days) and the shares within 1, 3, 5, 7 days."""
    error = predicted - days_late
    off = np.abs(error)
    return {
        "mae": float(off.mean()),
        "median_ae": float(np.median(off)),
        "bias": float(error.mean()),
        **{f"within_{d}": float((off <= d).mean()) for d in (1, 3, 5, 7)},
    }


def log_loss(late: Floats, p: Floats) -> Floats:
    """(n,) logarithmic loss of each prediction, probabilities kept off 0 and 1 by 1e-6."""
    p = np.clip(p, _EPS, 1 - _EPS)
    loss: Floats = -(late * np.log(p) + (1 - late) * np.log(1 - p))
    return loss


DECILES = tuple(k / 10 for k in range(1, 10))


def pinball(days_late: Floats, predicted: DaysLate, horizon: int) -> Floats:
    """(n,) mean pinball loss of the nine deciles in days, outcomes and deciles at most ``horizon``.

    Source: Koenker and Bassett (1978). Twice its integral over all levels is the CRPS (Laio and Tamea 2007).
    """
    seen = np.minimum(days_late, horizon)
    total = np.zeros(len(seen))
    for level in DECILES:
        off = seen - np.fmin(predicted.quantile(level), float(horizon))
        total += np.maximum(level * off, (level - 1) * off)
    return total / len(DECILES)


def pit_histogram(pit: Floats, bins: int = 10) -> Floats:
    """(bins,) share of outcomes in each tenth of their predicted distributions; all alike where it is calibrated.

    An outcome of whole days is spread evenly over [F(y - 1), F(y)] (Czado, Gneiting and Held 2009).

    Parameters
    ----------
    pit : (n, 2) F(y - 1) and F(y).
    """
    low, high = pit[:, :1], pit[:, 1:]
    edges = np.linspace(0, 1, bins + 1)
    width = np.where(high > low, high - low, 1.0)
    below = np.where(high > low, np.clip((edges - low) / width, 0, 1), (low <= edges) & (edges > 0))
    shares: Floats = np.diff(below, axis=1).mean(axis=0)
    return shares


def wape(predicted: Floats, actual: Floats) -> float:
    """Weighted absolute percentage error: sum of |predicted - actual| over the sum of actual; NaN if that is 0."""
    whole = float(np.sum(actual))
    return float(np.abs(np.asarray(predicted) - actual).sum() / whole) if whole else np.nan


def coverage(days_late: Floats, predicted: DaysLate, level: float, horizon: int | None = None) -> Floats:
    """(n,) the part of each outcome's PIT interval that lies in the central ``level``; above ``horizon`` = beyond it.

    On whole days a closed interval covers too much; a calibrated distribution has mean ``level`` here (Czado,
    Gneiting and Held 2009).
    """
    low, high = predicted.pit(days_late, horizon)
    edge = (1 - level) / 2
    inside = np.clip(high, edge, 1 - edge) - np.clip(low, edge, 1 - edge)
    point = (low >= edge) & (low <= 1 - edge)
    return np.where(high > low, inside / np.where(high > low, high - low, 1.0), point)


def calibration_error(late: Floats, p: Floats, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count: mean absolute gap of predicted and observed share."""
    table = reliability(late, p, bins)
    return float((table["n"] * (table["predicted"] - table["observed"]).abs()).sum() / max(table["n"].sum(), 1))


def calibration_noise(p: Floats, bins: int = 10) -> float:
    """The calibration error that chance alone gives on average to perfectly calibrated predictions, so many of them.

    The mean absolute deviation of each bin's observed share, by the normal approximation.
    """
    parts = [part for part in np.array_split(np.sort(p), bins) if len(part)]
    spread = sum(np.sqrt((part * (1 - part)).sum()) for part in parts)
    return float(np.sqrt(2 / np.pi) * spread / max(len(p), 1))


def reliability(late: Floats, p: Floats, bins: int = 10) -> pd.DataFrame:
    """Predicted and observed share of late invoices per bin of equal count: columns n, predicted, observed."""
    # Equal predictions share their outcomes, so that the order of the rows decides nothing.
    _, value = np.unique(p, return_inverse=True)
    late = (np.bincount(value, late) / np.maximum(np.bincount(value), 1))[value]
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return pd.DataFrame(
        {
            "n": [len(part) for part in parts],
            "predicted": [float(p[part].mean()) for part in parts],
            "observed": [float(late[part].mean()) for part in parts],
        }
    )


FEW = 5
"""Customers below which they are not drawn."""


def skill(
    ours: Floats, theirs: Floats, customers: pd.Index, draws: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """1 - mean(ours) / mean(theirs) on the same rows, with a 95 % interval by a bootstrap over customers.

    Invoices of one customer are not independent, so whole customers are drawn; of fewer than :data:`FEW` customers
    invoices are, because so few say nothing of others, and the interval is then rather too narrow.

    Parameters
    ----------
    ours, theirs : (n,) losses per row. customers : (n,).

    Returns
    -------
    (skill, low, high).
    """
    if theirs.sum() == 0:
        return (0.0, 0.0, 0.0) if ours.sum() == 0 else (-np.inf, -np.inf, -np.inf)
    code, names = pd.factorize(customers)
    if len(names) < FEW:
        code, names = np.arange(len(customers)), customers
    sums = np.stack([np.bincount(code, loss, minlength=len(names)) for loss in (ours, theirs)])
    rng = np.random.default_rng(seed)
    weight = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    drawn = weight @ sums.T
    ratios = 1 - drawn[:, 0] / np.where(drawn[:, 1] > 0, drawn[:, 1], np.nan)
    low, high = np.nanquantile(ratios, [0.025, 0.975])
    return float(1 - ours.sum() / theirs.sum()), float(low), float(high)
