"""Speed of the models against scikit-learn's HistGradientBoosting: `make bench` runs 100 thousand rows.

Same rows, features and one thread for every side, in one run. `--rows 1000000` says whether a million rows of fifty
features train within 8 GB, and whether a million distributions are predicted in memory that does not grow with them.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before anything with threads is loaded: one for every side

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from features import held, peak
from paybench.features import at_issue, catalogue, habits, labels
from paybench.ledger import Ledger, read_ledger
from paybench.models.family.distribution import EARLIEST, pooled_shares
from paybench.models.family.late import LateDirect
from paybench.models.family.timing import Timing
from paybench.simulate import stream_world

FEATURES, HORIZON, CHUNK, ROOM = 50, 60, 20_000, 8e9
AT = pd.Timestamp("2025-11-01")
"""What is known at this day trains; what is issued later is predicted."""


Judged = tuple[pd.DataFrame, pd.DataFrame]
"""Feature rows at issue, and their labels."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    names = list(catalogue()["name"][:FEATURES])
    with TemporaryDirectory() as place:
        stream_world(Path(place) / "ledger", customers=max(options.rows // 25, 10))
        ledger = read_ledger(Path(place) / "ledger")
    X = at_issue(ledger, names)
    day = X.index.get_level_values("as_of")
    train = matured(ledger, X[day < AT], AT)
    test = matured(ledger, X[day >= AT], AT + pd.Timedelta(days=365))
    del X
    train = (train[0].tail(options.rows), train[1].tail(options.rows))
    print(f"{len(train[0]):,} rows of {FEATURES} features to train on, {len(test[0]):,} later ones; one thread")
    return compare(ledger, train, test)


def matured(ledger: Ledger, X: pd.DataFrame, at: pd.Timestamp) -> Judged:
    """Rows whose outcome had matured at a day, with their labels as known then."""
    known = labels(ledger, X, at, HORIZON)
    ripe = (known["late"].notna() & known["days_late_capped"].notna()).to_numpy()
    return X[ripe], known[ripe]


def compare(ledger: Ledger, train: Judged, test: Judged) -> int:
    """Fit and predict on every side; 1 if memory was not kept."""
    (X, known), (later, outcome) = train, test
    late, days = known["late"].to_numpy(dtype=float), known["days_late_capped"].to_numpy(dtype=float)
    answer = outcome["late"].to_numpy(dtype=float)
    category = [c for c in X if not pd.api.types.is_numeric_dtype(X[c])]
    plain, plain_later = (with_numbers(table, category) for table in (X, later))
    peer = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=15, early_stopping=False, random_state=0,
        categorical_features=[c in category for c in X],
    )  # fmt: skip
    print("{:46} {:>9} {:>9} {:>9} {:>9} {:>6}".format("", "fit s", "to peer", "predict s", "to peer", "AUC"))
    fit = seconds(lambda: peer.fit(plain, late))
    predict, p = timed(lambda: peer.predict_proba(plain_later)[:, 1])
    row = "{:46} {:9.2f} {:9.2f} {:9.2f} {:9.2f} {:6.3f}"
    base = fit, predict
    print(row.format("HistGradientBoosting, late or not", fit, 1, predict, 1, roc_auc_score(answer, p)), flush=True)

    direct = LateDirect()
    fit = seconds(lambda: direct.fit(X, late))
    predict, p = timed(lambda: direct.predict_proba(later)[:, 1])
    auc = roc_auc_score(answer, p)
    print(row.format("LateDirect, the same trees by LightGBM", fit, fit / base[0], predict, predict / base[1], auc))

    looked, past = timed(lambda: habits(ledger, X, EARLIEST, HORIZON + 1))
    model, pooled = Timing(HORIZON), pooled_shares(days, EARLIEST, HORIZON)
    fit = seconds(lambda: model.fit(X, days, habits=past, pooled=pooled))
    trained = peak()
    then = habits(ledger, later, EARLIEST, HORIZON + 1)
    predict, p = timed(lambda: model.predict_distribution(later, then).later_than(0))
    auc = roc_auc_score(answer, p)
    print(
        row.format("Timing, every day's probability", fit, fit / base[0], predict, predict / base[1], auc), flush=True
    )
    print(f"  (and {looked:.2f} s for {len(X):,} customers' habits)")
    kept = trained <= ROOM
    print(f"peak memory of everything up to here {trained / 1e9:.2f} GB; {ROOM / 1e9:.0f} at most: {said(kept)}")

    before, started = held(), time.process_time()
    total = np.zeros(HORIZON + 1)
    for some in (slice(i, i + CHUNK) for i in range(0, len(X), CHUNK)):
        rows = X.iloc[some]
        shares = model.predict_distribution(rows, past.take(some))
        total += shares.mass[:, -EARLIEST : HORIZON + 1 - EARLIEST].sum(axis=0)
    spent = time.process_time() - started
    print(
        f"{len(X):,} distributions, {CHUNK:,} at a time: {spent:.0f} CPU s, {len(X) / spent:,.0f} rows a CPU second; "
        f"the process grew by {(held() - before) / 1e9:+.2f} GB, its peak is {peak() / 1e9:.2f}"
    )
    return int(not kept)


def with_numbers(X: pd.DataFrame, category: list[str]) -> pd.DataFrame:
    """Categories as the numbers that HistGradientBoosting takes."""
    return X.assign(**{c: pd.factorize(X[c], sort=True)[0] for c in category}).astype(np.float64)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds, and what the work gives."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def seconds(work: Callable[[], Any]) -> float:
    return timed(work)[0]


def said(kept: bool) -> str:
    return "kept" if kept else "NOT KEPT"


if __name__ == "__main__":
    sys.exit(main())
