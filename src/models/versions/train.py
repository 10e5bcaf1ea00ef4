"""Training: one function from a ledger to a candidate version, with everything that speaks for or against it.

The last quarter of the matured rows is kept for the gate. Tuning, calibration and the *twin* (the same recipe, fitted
on what was known before those rows) never see it; the twin is what the gate judges. The candidate itself is then
fitted once more on all matured rows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ... import __version__
from ...features import habits
from ...files import replaced_folder
from ...ledger import Ledger
from ...progress import say
from ..judge.compare import EMPIRICAL, MODEL, Prediction, challengers, simple_baselines, skills, table
from ..judge.decline import Declined, too_little
from ..judge.treated import treated
from ..learn.bundle import GRID, Bundle, write_bundle
from ..learn.fit import fit_baseline, fit_timing
from ..learn.folds import Book, Rows
from ..learn.metrics import reliability
from ..learn.search import check_minutes
from ..learn.space import all_defaults
from ..learn.tune import Tuned, tune
from .aside import leak_free, set_aside
from .candidate import HABITS, UNTUNED, Candidate
from .card import write_card


def train(
    ledger: Ledger,
    date: object,
    folder: str | Path,
    trials: int = 12,
    seed: int = 0,
    horizon: int | None = None,
    show: bool = False,
    minutes: float | None = None,
) -> Candidate:
    """Tune, fit, calibrate and evaluate on what was known at a date.

    Parameters
    ----------
    ledger : the whole book; it is cut at ``date``.
    date : as_of; nothing dated on it or later is looked at.
    folder : where the candidate goes. One that is there already from the same data and settings is taken as it is.
    trials : of the tuning. seed : of everything random.
    horizon : H in days after due; by default chosen from the book (:func:`~.folds.choose_horizon`).
    show : progress.
    minutes : the tuning's budget instead of ``trials``; see :func:`~.tune.tune` for what that does to repeatability.

    Returns
    -------
    Candidate. With too few matured rows, or only one class among them, a declined one.

    Raises
    ------
    PaybenchError
        If nothing was known at ``date``, the horizon cannot be used, or ``minutes`` is not above 0.
    """
    check_minutes(minutes)
    book = Book(ledger, date, horizon)
    about = _about(book, "timing", trials, seed, minutes)
    target = Path(folder)
    if _key_of(target) == about["key"]:
        return Candidate(target)
    declined = too_little(book.known_at(book.at))
    with replaced_folder(target) as new:
        if declined:
            about |= _baseline(book, declined, new)
        else:
            about |= _train(book, trials, seed, new, show, minutes)
        _write_about(about, new)
        write_card(Candidate(new))
    return Candidate(target)


def baseline_candidate(ledger: Ledger, date: object, folder: str | Path, horizon: int | None = None) -> Candidate:
    """The Baseline as a candidate: what a new store serves until something beats it."""
    book = Book(ledger, date, horizon)
    about = _about(book, "baseline", 0, 0)
    with replaced_folder(folder) as new:
        about |= _baseline(book, Declined("the first champion of a store is the Baseline"), new)
        _write_about(about, new)
        write_card(Candidate(new))
    return Candidate(Path(folder))


def _baseline(book: Book, declined: Declined, folder: Path) -> dict[str, Any]:
    write_bundle(fit_baseline(book), folder / "bundle")
    return {
        "declined": declined.reason,
        "needed": declined.needed,
        "horizon": book.H,
        "matured": len(book.known_at(book.at)),
        "rows": book.used(),
        "treated": treated(book.cut, book.known_at(book.at)),
    }


def _about(book: Book, kind: str, trials: int, seed: int, minutes: float | None = None) -> dict[str, Any]:
    return {
        "key": _key(book, kind, trials, seed, minutes),
        "as_of": f"{book.at:%Y-%m-%d}",
        "book": book.ledger.name,
        "data_hash": book.hash,
        "paybench": __version__,
        "code": code_hash(),
        "trials": trials,
        "minutes": minutes,
        "seed": seed,
        "horizon": book.H,
        "grace_days": book.ledger.grace_days,
        "invoices": len(book.X),
        "matured": len(book.known_at(book.at)),
    }


def _write_about(about: dict[str, Any], folder: Path) -> None:
    (folder / "candidate.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _train(book: Book, trials: int, seed: int, folder: Path, show: bool, minutes: float | None) -> dict[str, Any]:
    book, start = set_aside(book)
    fit_rows, gate_rows = book.known_at(start), book.issued_in(start)
    declined = too_little(book.known_at(book.at), fit_rows, gate_rows)
    if declined:
        return _baseline(book, declined, folder)
    say(
        f"{len(fit_rows)} invoices to fit on, {len(gate_rows)} later ones to judge by (issued from {start:%Y-%m-%d})",
        show,
    )
    tuned = tune(Book(book.cut, start, book.H), trials, seed, show, minutes)
    say("fitting, and comparing with every baseline", show)
    twin = fit_timing(book, tuned, seed, start)
    predictions = _predictions(book, twin, tuned, fit_rows, gate_rows, start, seed)
    metrics = table(predictions, gate_rows.late, gate_rows.y, book.H)
    ours, empirical = predictions[0], next(p for p in predictions if p.name == EMPIRICAL)
    better = skills(ours, empirical, gate_rows.late, gate_rows.y, gate_rows.customers, book.H)
    bundle = fit_timing(book, tuned, seed)
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
        "calibrators": {"hazard": asdict(tuned.calibrator), "late": asdict(tuned.late_calibrator)},
        "skill": skill,
        "tuning": _bought(tuned, predictions, gate_rows, book.H),
        "leak_free": leak_free(book.cut, gate_rows),
        "rows": book.used(),
        "treated": treated(book.cut, book.known_at(book.at)),
        "contacted": round(float((gate_rows.X["contacts_90"] > 0).mean()), 4),
        "gate_until": f"{gate_rows.X.index.get_level_values('as_of').max():%Y-%m-%d}",
        "gate_customers": int(gate_rows.customers.nunique()),
    }


def _predictions(
    book: Book, twin: Bundle, tuned: Tuned, fit_rows: Rows, gate_rows: Rows, start: pd.Timestamp, seed: int
) -> list[Prediction]:
    grace = book.ledger.grace_days
    predictions = [Prediction.of(MODEL, twin.predict(book.cut, gate_rows.X), gate_rows, grace, book.H)]
    if tuned.parameters == all_defaults(len(fit_rows)):
        predictions.append(replace(predictions[0], name=UNTUNED))
    elif tuned.parameters:
        plain = fit_timing(book, replace(tuned, parameters={}), seed, start)
        predictions.append(Prediction.of(UNTUNED, plain.predict(book.cut, gate_rows.X), gate_rows, grace, book.H))
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


def _key_of(folder: Path) -> str:
    """The key of the candidate in a folder; empty if there is none that can be read."""
    try:
        return str(Candidate(folder).about["key"])
    except (OSError, ValueError, KeyError):
        return ""


def _key(book: Book, kind: str, trials: int, seed: int, minutes: float | None) -> str:
    budget = str(trials) if minutes is None else f"{minutes:g} minutes"
    asked = "chosen" if book.horizon is None else str(book.horizon)
    parts = [kind, book.hash, f"{book.at:%Y-%m-%d}", budget, str(seed), asked, __version__, code_hash()]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


@cache
def code_hash() -> str:
    """Sixteen hex digits that change with the code of this package that decides what is trained."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[2]
    for room in ("ledger", "features", "models"):
        for file in sorted((package / room).rglob("*.py")):
            digest.update(file.relative_to(package).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _hashed(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()[:12]
