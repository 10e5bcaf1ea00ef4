"""Speed of exact TreeSHAP by tables against LightGBM's pred_contrib and shap: `make bench` runs 10 thousand rows.

Same model, same rows, one thread, in turns; what counts is CPU seconds, the best of a few runs. The peers get fewer
rows, because their seconds a row do not depend on how many there are. fasttreeshap does not work with numpy 2; it is
measured (version 2 of its algorithm) if `--fast` names the Python of an environment of its own, made by
`python -m venv build/fast; build/fast/bin/pip install fasttreeshap lightgbm 'numpy<2' 'shap<0.47' 'scikit-learn<1.6'`.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before anything with threads is loaded: one for every side

import argparse
import io
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import lightgbm as lgb
import numpy as np
import pandas as pd
import shap

from paybench.explain.treeshap import build
from paybench.explain.treeshap.leaves import Floats
from paybench.features import at_issue, labels
from paybench.ledger import read_ledger
from paybench.models.family.late import LateDirect
from paybench.models.learn.space import FIRST

SHAPES = {
    "100 trees x 31 leaves": (100, 31, -1),
    "400 x 63, depth 7": (400, 63, 7),
    "400 x 63, free depth": (400, 63, -1),
}
FEATURES, LEAST, CLOSE = 50, 10, 1e-9
"""Of the made models; times pred_contrib's speed at a limited depth; the largest difference."""
FEW = 300
FAST = """
import sys, time
import fasttreeshap, lightgbm, numpy
explainer = fasttreeshap.TreeExplainer(lightgbm.Booster(model_file=sys.argv[1]), algorithm="v2", n_jobs=1)
X, best = numpy.load(sys.argv[2]), 1e9
for _ in range(3):
    start = time.process_time()
    explainer.shap_values(X, check_additivity=False)  # it is wrong where values are missing
    best = min(best, time.process_time() - start)
print(len(X) / best)
"""


class Case(NamedTuple):
    name: str
    model: lgb.Booster
    X: Floats
    least: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=2, help="the best of so many runs counts")
    parser.add_argument("--sample", type=Path, default=Path("data/sample"), help="ledger that the champion learns from")
    parser.add_argument("--fast", type=Path, help="a Python that has fasttreeshap")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", message="LightGBM binary classifier with TreeExplainer")
    titles = (
        "build s",
        "MB",
        "saved MB",
        "tables",
        "contrib",
        "shap",
        "ratio",
        "least",
        "1 row ms",
        "contrib",
        "differ",
    )
    print("{:26} {:>7} {:>6} {:>8} {:>9} {:>8} {:>8} {:>6} {:>6} {:>8} {:>8} {:>8}".format("", *titles))
    return sum(not compare(case, options.repeats, options.fast) for case in cases(options.rows, options.sample))


def cases(rows: int, sample: Path) -> Iterator[Case]:
    """The models, each with rows to explain."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(max(rows, 40_000), FEATURES))
    X[rng.random(X.shape) < 0.03] = np.nan
    known = np.nan_to_num(X)
    odds = known[:, :12] @ rng.normal(size=12) + 1.5 * known[:, 3] * known[:, 7] + 2 * rng.normal(size=len(X))
    for name, (trees, leaves, depth) in SHAPES.items():
        parameters = {"objective": "binary", "num_leaves": leaves, "max_depth": depth, "learning_rate": 0.05}
        parameters |= {"min_data_in_leaf": 20, "feature_fraction": 0.6, "num_threads": 1, "verbose": -1}
        data = lgb.Dataset(X[:40_000], odds[:40_000] > 0, params={"verbose": -1})
        yield Case(name, lgb.train(parameters, data, trees), X[:rows], 1 if depth < 0 else LEAST)
    yield champion(rows, sample)


def champion(rows: int, sample: Path) -> Case:
    """The classifier of late payment with its defaults, on a book of invoices."""
    ledger = read_ledger(sample)
    table = at_issue(ledger)
    late = labels(ledger, table, table.index.get_level_values("as_of").max() + pd.Timedelta(days=1))["late"]
    ripe = late.notna().to_numpy()
    model = LateDirect(**FIRST["late"][0]).fit(table[ripe], late[ripe].astype(float))
    X = model.encoder_.transform(table)
    name = "champion's, {rounds} x {leaves}".format(**FIRST["late"][0])
    return Case(name, model.booster_, np.resize(X, (rows, X.shape[1])), LEAST)


def compare(case: Case, repeats: int, fast: Path | None) -> bool:
    """Print one line; whether the ratio is what it should be, and the values are the same."""
    model, X, few = case.model, case.X, case.X[:FEW]
    built, tables = seconds(lambda: build(model))
    file = io.BytesIO()
    tables.save(file)
    explainer = shap.TreeExplainer(model)
    best = dict.fromkeys(("ours", "contrib", "shap", "one", "contrib one"), np.inf)
    for _ in range(repeats):
        sides: dict[str, Callable[[], object]] = {
            "ours": lambda: tables.contributions(X),
            "contrib": lambda: model.predict(few, pred_contrib=True, num_threads=1),
            "shap": lambda: explainer.shap_values(few),
            "one": lambda: [tables.contributions(few[i : i + 1]) for i in range(10)],
            "contrib one": lambda: [model.predict(few[i : i + 1], pred_contrib=True, num_threads=1) for i in range(10)],
        }
        for side, work in sides.items():
            best[side] = min(best[side], seconds(work)[0])
    differ = np.abs(tables.contributions(X)[:FEW] - model.predict(few, pred_contrib=True)).max()
    speed = {side: (len(X) if side == "ours" else len(few)) / best[side] for side in ("ours", "contrib", "shap")}
    ratio = speed["ours"] / speed["contrib"]
    print(
        f"{case.name:26} {built:7.2f} {tables.lines.nbytes / 1e6:6.0f} {file.tell() / 1e6:8.0f} {speed['ours']:9,.0f} "
        f"{speed['contrib']:8,.0f} {speed['shap']:8,.0f} {ratio:6.1f} {case.least:6.0f} {best['one'] * 100:8.2f} "
        f"{best['contrib one'] * 100:8.2f} {differ:8.0e}",
        flush=True,
    )
    if fast:
        print(f"{'':26} fasttreeshap: {fasttreeshap(case, fast)}", flush=True)
    return bool(ratio >= case.least and differ < CLOSE)


def fasttreeshap(case: Case, python: Path) -> str:
    """Rows a CPU second, in the peer's own environment."""
    with TemporaryDirectory() as place:
        model, rows = Path(place) / "model.txt", Path(place) / "rows.npy"
        case.model.save_model(model)
        np.save(rows, case.X[:FEW])
        ran = subprocess.run([python, "-c", FAST, model, rows], capture_output=True, text=True)
    last = (ran.stderr if ran.returncode else ran.stdout).strip().split("\n")[-1]
    return f"failed ({last})" if ran.returncode else f"{float(last):,.0f} rows a CPU second"


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds, and what the work gives."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


if __name__ == "__main__":
    sys.exit(main())
