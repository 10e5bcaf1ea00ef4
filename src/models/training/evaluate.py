"""How good a candidate is: its twin and every baseline on the gate's rows, and what goes into its folder."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...features import habits
from ...ledger.natural import type_counts
from ..judge.compare import EMPIRICAL, MODEL, Prediction, challengers, simple_baselines, skills, table
from ..judge.treated import treated
from ..learn.bundle import GRID, Bundle, write_bundle
from ..learn.folds import Book, Rows
from ..learn.metrics import reliability
from ..learn.tune import Tuned
from .aside import leak_free
from .candidate import HABITS, UNTUNED


@dataclass(frozen=True)
class Fitted:
    """What a training fitted: ``bundle`` on all matured rows, ``twin`` on what was known before the gate's.

    ``plain`` is the twin without tuning; None if that is the twin itself, or nothing was tuned.
    """

    bundle: Bundle
    twin: Bundle
    plain: Bundle | None = None


def evaluate(book: Book, start: pd.Timestamp, fit: Fitted, tuned: Tuned, seed: int, folder: Path) -> dict[str, Any]:
    """Write everything of a candidate but ``candidate.json`` and its card into a folder.

    Parameters
    ----------
    book : cut at as_of. start : first day of the gate's rows. tuned : what the tuning found.

    Returns
    -------
    dict, for ``candidate.json``.
    """
    fit_rows, gate_rows = book.known_at(start), book.issued_in(start)
    bundle, twin = fit.bundle, fit.twin
    predictions = _predictions(book, fit, fit_rows, gate_rows, start, seed)
    metrics = table(predictions, gate_rows.late, gate_rows.y, book.H)
    ours, empirical = predictions[0], next(p for p in predictions if p.name == EMPIRICAL)
    better = skills(ours, empirical, gate_rows.late, gate_rows.y, gate_rows.customers, book.H)
    skill = {k: [round(x, 4) for x in v] for k, v in better.items()}
    evaluation = {str(name): _rounded(row) for name, row in metrics.drop(columns="n").iterrows()}
    bundle.about["metrics"] = {"n": len(gate_rows), **evaluation[MODEL]}
    bundle.about["gate_from"] = twin.about["gate_from"] = f"{start:%Y-%m-%d}"
    bundle.about.update(gate_rows=len(gate_rows), evaluation=evaluation, skill=skill)
    if ours.p_late is not None:
        bins = reliability(gate_rows.late, ours.p_late)
        bundle.about["reliability"] = [_rounded(row) for _, row in bins.iterrows()]
    write_bundle(bundle, folder / "bundle")
    write_bundle(twin, folder / "twin")
    _gate_frame(gate_rows, predictions).to_parquet(folder / "gate.parquet", index=False)
    past = habits(book.cut, gate_rows.X, *GRID)
    np.savez_compressed(folder / "gate.npz", **{name: getattr(past, name) for name in HABITS})
    metrics.to_csv(folder / "metrics.csv")
    tuned.trials.to_csv(folder / "trials.csv", index=False)
    return {
        "declined": "",
        "gate_from": f"{start:%Y-%m-%d}",
        "horizon": book.H,
        "matured": len(book.known_at(book.at)),
        "fit_rows": len(fit_rows),
        "gate_rows": len(gate_rows),
        "parameters": tuned.parameters,
        "calibrators": {"hazard": asdict(bundle.calibrator), "late": asdict(bundle.late_calibrator)},
        "skill": skill,
        "tuning": _bought(tuned, predictions, gate_rows, book.H),
        "leak_free": leak_free(book.cut, gate_rows),
        "rows": book.used(),
        "customers": type_counts(book.cut),
        "treated": treated(book.cut, book.known_at(book.at)),
        "contacted": round(float((gate_rows.X["contacts_90"] > 0).mean()), 4),
        "gate_until": f"{gate_rows.X.index.get_level_values('as_of').max():%Y-%m-%d}",
        "gate_customers": int(gate_rows.customers.nunique()),
    }


def _predictions(
    book: Book, fit: Fitted, fit_rows: Rows, gate_rows: Rows, start: pd.Timestamp, seed: int
) -> list[Prediction]:
    grace = book.ledger.grace_days
    predictions = [Prediction.of(MODEL, fit.twin.predict(book.cut, gate_rows.X), gate_rows, grace, book.H)]
    if fit.plain is not None:
        said = fit.plain.predict(book.cut, gate_rows.X)
        predictions.append(Prediction.of(UNTUNED, said, gate_rows, grace, book.H))
    elif fit.twin.about["parameters"]:
        predictions.append(replace(predictions[0], name=UNTUNED))
    return (
        predictions + challengers(book, fit_rows, gate_rows, seed) + simple_baselines(book, start, fit_rows, gate_rows)
    )


def _bought(tuned: Tuned, predictions: list[Prediction], rows: Rows, horizon: int) -> dict[str, Any]:
    """What the tuning gained on rows that it has not seen, against the defaults, and what it tried for that."""
    gained = {}
    for plain in (p for p in predictions if p.name == UNTUNED):
        better = skills(predictions[0], plain, rows.late, rows.y, rows.customers, horizon)
        gained = {name: [round(x, 4) for x in found] for name, found in better.items()}
    spent = {} if tuned.seconds is None else {"seconds": tuned.seconds}
    return {
        **gained,
        "trials": len(tuned.trials),
        "parts": {part: int((tuned.trials["part"] == part).sum()) for part in tuned.trials["part"].unique()},
        "pruned": tuned.pruned,
        "stalled": list(tuned.stalled),
        **spent,
    }


def _gate_frame(rows: Rows, predictions: list[Prediction]) -> pd.DataFrame:
    index = rows.X.index.to_frame(index=False)
    said: dict[str, Any] = {}
    for p in predictions:
        if p.p_late is not None:
            said[f"p: {p.name}"] = p.p_late
        if p.days is not None:
            said[f"days: {p.name}"] = p.days
        if p.crps is not None:
            said[f"crps: {p.name}"] = p.crps
    keys = pd.DataFrame(
        {
            "invoice": [_hashed(v) for v in index["invoice_id"]],
            "customer": [_hashed(v) for v in index["customer_id"]],
            "as_of": index["as_of"],
            "late": rows.late,
            "y": rows.y,
        }
    )
    return pd.concat([keys, rows.X.reset_index(drop=True), pd.DataFrame(said)], axis=1)


def _rounded(row: pd.Series) -> dict[str, float]:
    return {str(k): round(float(v), 4) for k, v in row.dropna().items()}


def _hashed(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()[:12]
