"""From matured rows to a bundle."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ... import __version__
from ...features import open_on
from ..family.baseline import Baseline
from ..family.daily import days_overdue
from ..family.distribution import expit, logit
from .bundle import DAY_BY_DAY, SURE, Bundle
from .folds import Book, Rows
from .recalibrate import Calibration
from .tune import Tuned, fitted

Floats = NDArray[np.float64]

STRENGTH = 8.0
USUAL = 2_000
"""The latest matured invoices whose average is the usual P(late)."""
UNKNOWN_LIMITS = (0.25, 0.5)
"""Of ``risk`` where nothing is open to take them from."""
THIN = 100
"""Matured invoices beyond a threshold below which its probability is flagged as thin."""


def fit_baseline(book: Book, origin: object | None = None) -> Bundle:
    """The Baseline as known at ``origin`` (the book's own date by default), with whatever matured rows there are."""
    at = book.at if origin is None else origin
    rows = book.known_at(at)
    model = Baseline(book.cut, book.H, STRENGTH).fit(rows.X, rows.y, tail=book.tail(at))
    bundle = Bundle("baseline", _about(book, at, rows, strength=STRENGTH), model.first_, model.pooled_, model.tail_)
    return with_limits(bundle, book, at)


def fit_timing(book: Book, tuned: Tuned, seed: int, origin: object | None = None) -> Bundle:
    """The hazard and the classifier as known at ``origin`` (the book's own date by default), calibrated."""
    return calibrated(fit_trees(book, tuned.parameters, seed, origin), tuned.calibration, book, origin)


def fit_trees(book: Book, parameters: dict[str, Any], seed: int, origin: object | None = None) -> Bundle:
    """The trees alone: not calibrated, and without what depends on that."""
    at = book.at if origin is None else origin
    rows = book.known_at(at)
    model = fitted(book, at, parameters, seed)
    curve, late = model.hazard_.curve_, model.late_
    about = _about(book, at, rows, strength=STRENGTH, parameters=parameters, seed=seed, averages=_averages(rows.X))
    return Bundle(
        "timing",
        about,
        curve.first,
        curve.pooled,
        curve.tail,
        encoder=curve.encoder,
        hazard_text=curve.text,
        late_encoder=late.encoder_ if late else None,
        late_text=late.booster_.model_to_string() if late else "",
    )


def calibrated(trees: Bundle, calibration: Calibration, book: Book, origin: object | None = None) -> Bundle:
    """:func:`fit_trees`, calibrated, with the usual P(late) and the limits of ``risk``."""
    at = book.at if origin is None else origin
    bundle = replace(
        trees,
        about=trees.about | {"averages": dict(trees.about["averages"])},
        calibrator=calibration.calibrator,
        conformal=calibration.conformal,
        late_calibrator=calibration.late_calibrator,
    )
    few = book.known_at(at).X.tail(USUAL)
    said = bundle.seen(book.cut, few)[DAY_BY_DAY].to_numpy(dtype=np.float64)
    bundle.about["averages"][DAY_BY_DAY] = round(float(expit(logit(said).mean())), 6)
    return with_limits(bundle, book, at)


def with_limits(bundle: Bundle, book: Book, at: object) -> Bundle:
    """Set the limits of ``risk``: the 60 % and 85 % points of P(unpaid 30 days on) over the book that was open then.

    What is nearly sure to be unpaid is a high risk also where most of a book is: neither is above :data:`SURE`.
    """
    X = open_on(book.cut, at)
    if len(X):
        overdue = days_overdue(X)
        later = bundle.predict(book.cut, X).given_unpaid(overdue).later_than(overdue + 29)
        low, high = np.quantile(later, [0.60, 0.85])
    else:
        low, high = UNKNOWN_LIMITS
    bundle.about["risk_limits"] = [min(float(limit), SURE) for limit in (low, high)]
    return bundle


def _about(book: Book, at: object, rows: Rows, **more: Any) -> dict[str, Any]:
    # What is unpaid was seen to be late for as long as it was due then; what is written off for ever.
    seen = (pd.Timestamp(at) - rows.labels["due_on"]).dt.days  # type: ignore[arg-type]
    days_late = rows.labels["days_late"].fillna(seen.where(~rows.labels["written_off"], np.inf)).to_numpy()
    beyond = {str(k): int((days_late > k).sum()) for k in (30, 60, 90)}
    return {
        "as_of": f"{pd.Timestamp(at):%Y-%m-%d}",  # type: ignore[arg-type]
        "book_name": book.ledger.name,
        "data_hash": book.hash,
        "paybench": __version__,
        "horizon": book.H,
        "grace_days": book.ledger.grace_days,
        "rows": len(rows),
        "late_share": round(float(rows.late.mean()), 4) if len(rows) else None,
        "beyond": beyond,
        "thin": [int(k) for k, n in beyond.items() if n < THIN],
        "risk_limits": list(UNKNOWN_LIMITS),
        **more,
    }


def _averages(X: pd.DataFrame) -> dict[str, float]:
    numeric = X.select_dtypes("number").mean()
    return {str(name): round(float(value), 6) for name, value in numeric.items() if np.isfinite(value)}
