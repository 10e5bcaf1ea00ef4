"""What one change of the parameters does, judged like a candidate: for trying things out."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from ...errors import PaybenchError
from ...ledger import Ledger
from ...progress import without_widgets
from ..judge.compare import EMPIRICAL, MODEL, Prediction, skill_table, skills
from ..learn.bundle import Bundle
from ..learn.fit import fit_timing
from ..learn.folds import Book
from ..learn.metrics import coverage
from ..learn.recalibrate import Calibration
from ..learn.space import SPACE
from ..learn.tune import Tuned
from ..store.store import CHAMPION, Store
from .candidate import Candidate

CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """What a change of parameters did on the gate's rows.

    Attributes
    ----------
    parameters : that were changed. champion : what it was judged beside, in words.
    skill : DataFrame indexed by loss: skill = 1 - changed / champion's, with its 95 % interval low to high, clustered
        by customer; then the same against the candidate that was not changed (``unchanged``).
    """

    parameters: dict[str, Any]
    champion: str
    skill: pd.DataFrame

    def __str__(self) -> str:
        names = ", ".join(f"{k} = {v}" for k, v in self.parameters.items())
        lines = [f"With {names}, against {self.champion} on the same later invoices:"]
        for loss, row in self.skill.iterrows():
            verdict = "better" if row["low"] > 0 else "worse" if row["high"] < 0 else "may be chance"
            lines.append(f"  {loss:9s} {row['skill']:+.1%}  ({row['low']:+.1%} to {row['high']:+.1%})  {verdict}")
        return "\n".join(lines)


def try_change(
    ledger: Ledger, candidate: Candidate, change: str | dict[str, Any], store: Store | str | Path | None = None
) -> Change | None:
    """Fit a candidate's twin once more with some parameters changed, and judge both on the gate's rows.

    Parameters
    ----------
    ledger : that the candidate was trained on. candidate : trained, not declined.
    change : ``late__NAME`` or ``hazard__NAME`` and their values, as a dict or as text, ``"late__leaves: 7, late__ridge:
        5"``. Nothing to change gives None.
    store : whose champion to compare with. Without one, where the Baseline serves or the champion has seen the gate's
        rows, it is the Baseline.

    Raises
    ------
    PaybenchError
        If a parameter does not exist or cannot be what was given, or the ledger is not the one that the candidate was
        trained on.
    """
    wanted = parsed(change)
    if not wanted:
        return None
    about = candidate.about
    book = Book(ledger, about["as_of"], int(about["horizon"]))
    if book.hash != about["data_hash"]:
        raise PaybenchError(
            f"The candidate in {candidate.folder} was trained on other data than '{ledger.name}' as of "
            f"{about['as_of']}; train it again, or give its ledger."
        )
    plain = candidate.twin
    same = Calibration(plain.calibrator, plain.conformal, plain.late_calibrator)
    tuned = Tuned(about["parameters"] | wanted, calibration=same)
    twin = fit_timing(book, tuned, int(about["seed"]), about["gate_from"])
    ours = _said(CHANGED, twin, candidate)
    name, theirs = _champion(candidate, store)
    rows = candidate.rows
    judge = (rows["late"].to_numpy(), rows["y"].to_numpy(), pd.Index(rows["customer"]), book.H)
    table = skill_table(skills(ours, theirs, *judge))
    unchanged = skill_table(skills(ours, _said(MODEL, plain, candidate), *judge))["skill"]
    return Change(wanted, name, table.assign(unchanged=unchanged))


LIMITS: dict[str, tuple[float, float]] = {
    "rounds": (1, 5000),
    "leaves": (2, 1024),
    "min_leaf": (1, 100_000),
    "feature_share": (0.01, 1),
    "ridge": (0, 1_000_000_000),
}
"""From which to which number a parameter can be tried; others are true or false."""
FRACTIONAL = ("feature_share", "ridge")
"""Parameters that need not be whole numbers."""


def parsed(change: str | dict[str, Any]) -> dict[str, Any]:
    """Parameters and values of a change, each checked to exist, and to be what its parameter can be."""
    if isinstance(change, str):
        try:
            read = yaml.safe_load(f"{{{change}}}")
        except (yaml.YAMLError, ValueError):
            read = {change: None}
        change = {str(name): value for name, value in read.items()}
    allowed = [f"{part}__{name}" for part, names in SPACE.items() for name in names]
    for name, value in change.items():
        if name not in allowed or value is None:
            raise PaybenchError(
                f"The change '{name}: {value}' cannot be tried; write NAME: NUMBER with NAME one of "
                f"{', '.join(allowed)}."
            )
    return {name: _checked(name, value) for name, value in change.items()}


def _checked(name: str, value: Any) -> int | float | bool:
    plain = name.partition("__")[2]
    if plain not in LIMITS:
        if isinstance(value, bool):
            return value
        raise PaybenchError(f"The change '{name}: {value}' cannot be tried; {name} is true or false.")
    low, high = LIMITS[plain]
    number = _number(value)
    whole = plain not in FRACTIONAL
    if not low <= number <= high or (whole and number != int(number)):
        kind = "a whole number" if whole else "a number"
        raise PaybenchError(f"The change '{name}: {value}' cannot be tried; {name} is {kind} from {low:,} to {high:,}.")
    return int(number) if whole else number


def _number(value: Any) -> float:
    """A number, also as YAML leaves some in text (1e9); NaN if it is none."""
    if isinstance(value, bool) or not isinstance(value, Real | str):
        return np.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return np.nan


def _champion(candidate: Candidate, store: Store | str | Path | None) -> tuple[str, Prediction]:
    rows = candidate.rows
    baseline = Prediction(EMPIRICAL, *(rows[f"{what}: {EMPIRICAL}"].to_numpy() for what in ("p", "days", "crps")))
    place = store if isinstance(store, Store) or store is None else Store.at(store)
    if place is None or not place.exists:
        return "the Baseline", baseline
    without_widgets()
    version = place.version(CHAMPION)
    if version is None or version.tags.get("kind") == "baseline" or version.tags.get("book") != candidate.about["book"]:
        return "the Baseline", baseline
    twin = place.bundle(version, "twin")
    if twin.about["as_of"] > candidate.about["gate_from"]:
        return f"the Baseline (the champion, {version.label}, has seen these invoices)", baseline
    return f"the champion, {version.label}", _said(version.label, twin, candidate)


def _said(name: str, twin: Bundle, candidate: Candidate) -> Prediction:
    rows, horizon = candidate.rows, int(candidate.about["horizon"])
    said, y = twin.predict_from(candidate.past, rows), rows["y"].to_numpy()
    return Prediction(
        name,
        said.later_than(int(candidate.about["grace_days"])),
        np.fmin(said.quantile(0.5), float(horizon)),
        said.crps(y, horizon),
        coverage(y, said, 0.8, horizon),
    )
