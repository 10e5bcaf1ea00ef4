"""Whether what a bundle holds can be scored with: asked when it is read, so that no score fails half-way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...features import all_features
from ..family import daily
from ..family.encode import Encoder
from .calibrate import Calibrator
from .conformal import GROUPS, LEVELS, Conformal
from .trees_text import check_trees

if TYPE_CHECKING:
    from .bundle import Bundle


def check_sound(bundle: Bundle, grid: tuple[int, int]) -> None:
    """See that a bundle's parts are what they should be, and fit each other.

    Digests say that nothing changed by accident; this says that what has the right digest can be scored with, whoever
    wrote it. What it cannot say is whether the numbers are the trained ones.

    Parameters
    ----------
    bundle : as it was read. grid : first and last day late of any bundle.

    Raises
    ------
    ValueError, TypeError, KeyError, LightGBMError
        If one is not, with what is wrong.
    """
    if bundle.kind not in ("timing", "baseline"):
        raise ValueError(f"its kind is {bundle.kind!r}")
    _check_about(bundle.about, bundle.kind)
    _check_shares(bundle.pooled, bundle.tail)
    first, last = bundle.days
    if not grid[0] <= first < last <= grid[1] or last != bundle.about["horizon"] + 1:
        raise ValueError(f"its days late reach from {first} to {last}")
    for calibrator in (bundle.calibrator, bundle.late_calibrator):
        _check_calibrator(calibrator)
    _check_conformal(bundle.conformal)
    trained = bundle.kind == "timing"
    if (bundle.encoder is not None) != trained or bool(bundle.hazard_text) != trained:
        raise ValueError(f"a {bundle.kind} {'needs' if trained else 'has no'} trees and columns")
    if bool(bundle.late_text) and bundle.late_encoder is None:
        raise ValueError("its classifier has no columns")
    _check_forest(bundle.encoder, bundle.hazard_text, len(daily.NAMES))
    _check_forest(bundle.late_encoder, bundle.late_text, 0)
    if trained:
        assert bundle.curve is not None
        _ = bundle.curve.booster, bundle.late  # LightGBM's own objections; scoring needs both anyway


def _check_about(about: Mapping[str, Any], kind: str) -> None:
    date.fromisoformat(_of(about, "as_of", str))
    _of(about, "book_name", str)
    _of({"version": ""} | dict(about), "version", str)
    if _of(about, "grace_days", int) < 0:
        raise ValueError("its days of grace are negative")
    if not 0 < _of(about, "strength", int | float) < 1e6:
        raise ValueError("its strength is no number of invoices")
    low, high = _of(about, "risk_limits", list)
    if not 0 <= low <= high <= 1:
        raise ValueError("its limits of risk are not in order")
    if not set(_of(about, "thin", list)) <= {30, 60, 90}:
        raise ValueError("its thin thresholds are none of 30, 60, 90")
    if about.get("late_share") is not None and not 0 <= about["late_share"] <= 1:
        raise ValueError("its share of late invoices is none")
    if kind == "timing":
        averages = _of(about, "averages", dict)
        if not all(isinstance(value, int | float) and np.isfinite(value) for value in averages.values()):
            raise ValueError("its averages are not all numbers")


def _of(about: Mapping[str, Any], name: str, kind: Any) -> Any:
    value = about[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"its {name} is {type(value).__name__}")
    return value


def _check_shares(pooled: NDArray[np.float64], tail: NDArray[np.float64]) -> None:
    for name, shares in {"pooled": pooled, "tail": tail}.items():
        if shares.dtype != np.float64 or shares.ndim != 1 or not len(shares):
            raise ValueError(f"its {name} shares are {shares.dtype} of shape {shares.shape}")
        if not np.isfinite(shares).all() or (shares < 0).any() or shares.sum() > 1 + 1e-6:
            raise ValueError(f"its {name} shares are no probabilities")
    if pooled.sum() < 1 - 1e-6 or not (pooled > 0).all():
        raise ValueError("its pooled shares are not those of everybody")


def _check_calibrator(calibrator: Calibrator) -> None:
    for value in (calibrator.shift, calibrator.slope):
        if not isinstance(value, int | float) or isinstance(value, bool) or not np.isfinite(value):
            raise ValueError(f"a calibrator has {value!r}")
    if not (0 < calibrator.slope < 100 and abs(calibrator.shift) < 100):
        raise ValueError("a calibrator does not rise")


def _check_conformal(conformal: Conformal) -> None:
    for name, moved in conformal.maps.items():
        steps = [0.0, *moved, 1.0]
        if name not in GROUPS or len(moved) != len(LEVELS) or not all(a <= b for a, b in pairwise(steps)):
            raise ValueError("a conformal map does not rise from 0 to 1")


def _check_forest(encoder: Encoder | None, text: str, more: int) -> None:
    """An encoder knows each column once, and which are names; its trees see as many columns, and ``more``."""
    if encoder is None:
        return
    columns = encoder.columns
    known = {f.name: f.category for f in all_features()}
    if not all(isinstance(c, str) for c in columns) or len(set(columns)) != len(columns):
        raise ValueError("its columns are not told apart")
    if not set(encoder.categories) <= set(columns):
        raise ValueError("it has categories of columns that it does not have")
    for column in columns:
        if known.get(column, column in encoder.categories) != (column in encoder.categories):
            raise ValueError(f"it takes numbers for names, or names for numbers, in {column}")
    for values in encoder.categories.values():
        if not all(isinstance(v, str) for v in values) or len(set(values)) != len(values):
            raise ValueError("its categories are not told apart")
    if text:
        check_trees(text, len(columns) + more)
