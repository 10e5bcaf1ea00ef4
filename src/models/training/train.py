"""Training: one function from a ledger to a candidate version, with everything that speaks for or against it.

The last quarter of the matured rows is kept for the gate. Tuning, calibration and the *twin* (the same recipe, fitted
on what was known before those rows) never see it; the twin is what the gate judges. The candidate itself is then
fitted once more on all matured rows.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from ... import __version__
from ...errors import PaybenchError
from ...files import replaced_folder
from ...ledger import Ledger, data_hash
from ..judge.decline import Declined
from ..learn.folds import Book, cut_at
from ..learn.search import check_minutes
from ..store.store import Store
from .candidate import Candidate
from .steps import Steps
from .training import Training, write_baseline, write_candidate

WORK, LATEST = "work", "candidate"
"""Folder of a store with the steps of its trainings, each under its key; link to the candidate of the latest one."""


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

    What ends it in the middle loses at most one step: run again, it goes on beside ``folder``, where it was.

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
    training = asked(ledger, date, trials, seed, horizon, minutes)
    target = Path(folder)
    if _key_of(target) == training.about["key"]:
        return Candidate(target)
    training.steps = Steps(target.with_name(f".{target.name}-{training.about['key']}"), show)
    with training.steps.lock():
        try:
            done = training.candidate()
        except PaybenchError:  # what was asked for cannot be done: there is nothing to go on with
            training.steps.remove()
            raise
        if target.is_symlink():  # to another training, which stays as it is
            target.unlink()
        with replaced_folder(target) as new:
            new.rmdir()
            done.folder.rename(new)
        training.steps.remove()
    return Candidate(target)


def asked(
    ledger: Ledger,
    date: object,
    trials: int = 12,
    seed: int = 0,
    horizon: int | None = None,
    minutes: float | None = None,
    store: Store | None = None,
    workers: int = 1,
    show: bool = False,
) -> Training:
    """A training that has not begun; its key is in ``about``.

    Parameters
    ----------
    store : where its steps and trials are kept; without one it has no place yet.
    workers : processes that tune. Others as in :func:`train`.
    """
    check_minutes(minutes)
    cut, at = cut_at(ledger, date)
    about = _about(cut, at, "timing", trials, seed, horizon, minutes, workers)
    folder = store.folder / WORK / about["key"] if store else Path()
    return Training(cut, at, about, horizon, Steps(folder, show), store, workers)


def baseline_candidate(ledger: Ledger, date: object, folder: str | Path, horizon: int | None = None) -> Candidate:
    """The Baseline as a candidate: what a new store serves until something beats it."""
    book = Book(ledger, date, horizon)
    about = _about(book.cut, book.at, "baseline", 0, 0, horizon, None) | {"invoices": len(book.X)}
    with replaced_folder(folder) as new:
        about |= write_baseline(book, Declined("the first champion of a store is the Baseline"), new)
        write_candidate(about, new)
    return Candidate(Path(folder))


def _about(
    cut: Ledger,
    at: pd.Timestamp,
    kind: str,
    trials: int,
    seed: int,
    horizon: int | None,
    minutes: float | None,
    workers: int = 1,
) -> dict[str, Any]:
    known = data_hash(cut)
    budget = str(trials) if minutes is None else f"{minutes:g} minutes"
    wanted = "chosen" if horizon is None else str(horizon)
    parts = [kind, known, f"{at:%Y-%m-%d}", budget, str(seed), wanted, __version__, code_hash()]
    return {
        "key": hashlib.sha256("|".join(parts).encode()).hexdigest()[:16],
        "as_of": f"{at:%Y-%m-%d}",
        "book": cut.name,
        "data_hash": known,
        "paybench": __version__,
        "code": code_hash(),
        "trials": trials,
        "minutes": minutes,
        "workers": workers,
        "seed": seed,
        "grace_days": cut.grace_days,
    }


def _key_of(folder: Path) -> str:
    """The key of the candidate in a folder; empty if there is none that can be read."""
    try:
        return str(Candidate(folder).about["key"])
    except (OSError, ValueError, KeyError):
        return ""


@cache
def code_hash() -> str:
    """Sixteen hex digits that change with the code of this package that decides what is trained."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[2]
    for room in ("ledger", "features", "models"):
        for file in sorted((package / room).rglob("*.py")):
            digest.update(file.relative_to(package).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]
