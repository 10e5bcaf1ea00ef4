"""The gate: whether a candidate may take the champion's place.

Both are judged by their twins on the same later rows that neither has seen. Refusing is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..family.distribution import DaysLate
from ..judge.compare import EMPIRICAL, LOGISTIC, RATIO
from ..judge.decline import in_doubt, invoices_needed
from ..learn.bundle import Bundle
from ..learn.metrics import calibration_error, calibration_noise, coverage, days_metrics, late_metrics, log_loss, skill
from .candidate import Candidate

Floats = NDArray[np.float64]

LEAST_ROWS, LEAST_CUSTOMERS = 200, 20
MOST_ECE = 0.08
COVERAGE = (0.70, 0.90)
FIGURES = ("auc", "log_loss", "ece", "mae", "crps", "coverage_80")
"""Of the champion, beside the candidate's."""


@dataclass(frozen=True)
class Check:
    """One question of the gate, its answer, the figures, and about how many later invoices it takes (None: unknown)."""

    name: str
    passed: bool
    text: str
    needed: int | None = None


@dataclass(frozen=True)
class Verdict:
    """All checks; the candidate is promoted only if every one passed.

    Attributes
    ----------
    checks : the questions. champion : the champion's metrics on the same rows.
    """

    checks: tuple[Check, ...]
    champion: dict[str, float] = field(default_factory=dict)

    @property
    def promoted(self) -> bool:
        """Whether every check passed."""
        return bool(self.checks) and all(c.passed for c in self.checks)

    @property
    def reason(self) -> str:
        """One sentence."""
        failed = [c.text for c in self.checks if not c.passed]
        return "; ".join(failed) if failed else self.checks[-1].text

    @property
    def needed(self) -> int | None:
        """About how many later invoices it takes to pass, if more of them help."""
        return max((c.needed for c in self.checks if not c.passed and c.needed), default=None)


def judge(candidate: Candidate, champion_twin: Bundle | None) -> Verdict:
    """Ask every question of the gate.

    Parameters
    ----------
    candidate : with its twin and the gate's rows.
    champion_twin : the champion's twin, re-scored here on those rows; None if the champion is the Baseline, whose
        predictions on them (fitted before them) are in the rows already.
    """
    if candidate.declined:
        return Verdict((Check("enough labels", False, candidate.declined, candidate.about.get("needed")),))
    rows = candidate.rows
    horizon = int(candidate.about["horizon"])
    y = rows["y"].to_numpy()
    ours = candidate.twin.predict_from(candidate.past, rows)
    loss = ours.crps(y, horizon)
    customers = pd.Index(rows["customer"])
    champion, figures = _champion(candidate, champion_twin)
    checks = (
        _enough(rows),
        _unseen(candidate, champion_twin),
        _leak_free(candidate),
        _calibrated(rows, ours, candidate),
        _covers(y, ours, horizon),
        _beats_baselines(rows, ours, candidate),
        _beats(loss, champion, customers),
    )
    return Verdict(checks, figures)


def _champion(candidate: Candidate, twin: Bundle | None) -> tuple[Floats, dict[str, float]]:
    """(n,) CRPS of the champion on the gate's rows, and its metrics."""
    rows, horizon = candidate.rows, int(candidate.about["horizon"])
    if twin is None:
        return rows[f"crps: {EMPIRICAL}"].to_numpy(), _figures(candidate.metrics.T[EMPIRICAL])
    y = rows["y"].to_numpy()
    said = twin.predict_from(candidate.past, rows)
    crps = said.crps(y, horizon)
    days = np.fmin(said.quantile(0.5), float(horizon))
    found = late_metrics(rows["late"].to_numpy(), said.later_than(int(candidate.about["grace_days"])))
    found |= days_metrics(np.minimum(y, horizon), days)
    found |= {"crps": float(crps.mean()), "coverage_80": float(coverage(y, said, 0.8, horizon).mean())}
    return crps, _figures(pd.Series(found))


def _figures(metrics: pd.Series) -> dict[str, float]:
    return {name: float(metrics[name]) for name in FIGURES if np.isfinite(metrics.get(name, np.nan))}


def _enough(rows: pd.DataFrame) -> Check:
    customers = rows["customer"].nunique()
    text = f"{len(rows)} later invoices of {customers} customers ({LEAST_ROWS} of {LEAST_CUSTOMERS} are needed)"
    enough = len(rows) >= LEAST_ROWS
    needed = None if enough else LEAST_ROWS
    return Check("enough later rows", enough and customers >= LEAST_CUSTOMERS, text, needed)


def _unseen(candidate: Candidate, champion_twin: Bundle | None) -> Check:
    since = candidate.about["gate_from"]
    known = since if champion_twin is None else champion_twin.about["as_of"]
    text = f"the rows are of {since} and later; the champion was judged on what was known at {known}"
    return Check("nobody has seen these rows", bool(known <= since), text)


def _leak_free(candidate: Candidate) -> Check:
    free = bool(candidate.about["leak_free"])
    return Check(
        "no leak", free, "features do not change with the future" if free else "features change with the future: a leak"
    )


def _calibrated(rows: pd.DataFrame, ours: DaysLate, candidate: Candidate) -> Check:
    p = ours.later_than(int(candidate.about["grace_days"]))
    error, noise = calibration_error(rows["late"].to_numpy(), p), calibration_noise(p)
    text = f"calibration error {error:.3f} (at most {MOST_ECE:.2f} is allowed, and {noise:.3f} for chance)"
    passed = error <= MOST_ECE + noise
    if not passed:
        text += f": the share that was late is {100 * error:.0f} points off what was said, on average"
    return Check("calibrated", passed, text)


def _covers(y: Floats, ours: DaysLate, horizon: int) -> Check:
    share = float(coverage(y, ours, 0.8, horizon).mean())
    low, high = COVERAGE
    text = f"80 % intervals cover {share:.1%} ({low:.0%} to {high:.0%} is allowed)"
    if share < low:
        text += ": the dates are given as surer than they are"
    if share > high:
        text += ": the dates are given as less sure than they are"
    return Check("80 % intervals", low <= share <= high, text)


def _beats_baselines(rows: pd.DataFrame, ours: DaysLate, candidate: Candidate) -> Check:
    """Better than the customer's own past on log loss and CRPS, and not surely worse than a logistic regression."""
    late, customers = rows["late"].to_numpy(), pd.Index(rows["customer"])
    loss = log_loss(late, ours.later_than(int(candidate.about["grace_days"])))
    past = {name: log_loss(late, rows[f"p: {name}"].to_numpy()).mean() for name in (RATIO, EMPIRICAL)}
    best = min(past, key=lambda name: past[name])
    crps = ours.crps(rows["y"].to_numpy(), int(candidate.about["horizon"])).mean()
    logistic = log_loss(late, rows[f"p: {LOGISTIC}"].to_numpy())
    _, _, most = skill(loss, logistic, customers)
    passed = loss.mean() < past[best] and crps < rows[f"crps: {EMPIRICAL}"].mean() and most >= 0
    rivals = f"{past[best]:.3f} of the {best} and {logistic.mean():.3f} of the {LOGISTIC}"
    text = f"log loss {loss.mean():.3f}, against {rivals}"
    if not passed:
        text += ": what needs no such model is as good"
    return Check("beats the baselines", bool(passed), text)


def _beats(loss: Floats, champion: Floats, customers: pd.Index) -> Check:
    gain, low, high = skill(loss, champion, customers)
    text = f"CRPS {gain:+.1%} against the champion (95 % interval {low:+.1%} to {high:+.1%}; above 0 is needed)"
    if low > 0:
        return Check("beats the champion", True, text)
    doubt = in_doubt(len(loss), gain, low)
    return Check("beats the champion", False, f"{text}: {doubt}", invoices_needed(len(loss), gain, low))
