"""Speed as ratios against a named peer on the same work in one run: `make bench`."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import shap

from paybench.explain.attributions import attributions
from paybench.features import at_issue, features_at, issue_rows
from paybench.ledger import Ledger, as_of
from paybench.models.training.train import train
from paybench.simulate import simulate


def rows_a_second(work: Callable[[], object], rows: int, repeats: int = 3) -> float:
    """Rows per CPU second, the best of a few runs."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return rows / best


def one_cut_each(ledger: Ledger, rows: pd.DataFrame) -> None:
    """The obvious way: cut the ledger at each row's day, then compute the row's features."""
    for position, at in enumerate(rows["as_of"]):
        row = rows.iloc[[position]]
        cut = as_of(ledger, at)
        own = ledger.invoices[ledger.invoices["invoice_id"] == row["invoice_id"].iloc[0]]
        features_at(cut.with_tables({"invoices": pd.concat([cut.invoices, own], ignore_index=True)}), row)


def show(what: str, ours: tuple[str, float], peer: tuple[str, float]) -> None:
    print(f"{what}: {ours[0]} {ours[1]:,.0f}, {peer[0]} {peer[1]:,.0f} rows a CPU second, {ours[1] / peer[1]:,.1f} x")


def main() -> None:
    ledger = simulate(customers=300, months=24, seed=1).ledger
    rows = issue_rows(ledger)
    few = rows.sample(60, random_state=0)
    show(
        f"features at issue of {len(rows):,} invoices",
        ("sorted streams", rows_a_second(lambda: at_issue(ledger), len(rows))),
        ("one cut each", rows_a_second(lambda: one_cut_each(ledger, few), len(few), repeats=1)),
    )
    with TemporaryDirectory() as place:
        bundle = train(ledger, "2025-12-01", Path(place) / "candidate", trials=1).bundle
    X = bundle.seen(ledger, at_issue(ledger).tail(500))
    if bundle.late_encoder is not None:
        matrix = bundle.late_encoder.transform(X)
        explainer = shap.TreeExplainer(bundle.late)
        warnings.filterwarnings("ignore", message="LightGBM binary classifier with TreeExplainer")
        show(
            f"attributions of {len(X)} invoices",
            ("tables", rows_a_second(lambda: attributions(bundle, X), len(X))),
            ("shap.TreeExplainer", rows_a_second(lambda: explainer.shap_values(matrix), len(X))),
        )
        show(
            "what explaining costs",
            ("predicting", rows_a_second(lambda: bundle.late.predict(matrix), len(X))),
            ("explaining", rows_a_second(lambda: attributions(bundle, X), len(X))),
        )


if __name__ == "__main__":
    main()
