"""The gate: whether a candidate may take the champion's place.

Both are judged by their twins on the same later rows that neither has seen. Refusing is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..judge.compare import EMPIRICAL, LOGISTIC, RATIO
from ..judge.decline import in_doubt, invoices_needed
from ..judge.slices import LARGE
from ..learn.bundle import Bundle
from ..learn.metrics import calibration_error, calibration_noise, coverage, days_metrics, late_metrics, log_loss, skill
from ..training.candidate import Candidate
from .evidence import Evidence
from .simpler import NOTHING, complexity
from .slices import Said, by_slice

Floats = NDArray[np.float64]

LEAST_ROWS = 200
"""Later rows below which an interval of a gain of a few per cent is wider than any gain that there is."""
LEAST_CUSTOMERS = 20
"""Customers below which rows, or a slice of them, say something of these customers, not of such invoices."""
MOST_ECE = 0.08
"""Calibration error beyond which P(late) misleads who plans with it: 8 of 100 invoices on the wrong side."""
COVERAGE = (0.70, 0.90)
"""Of outcomes in 80 % intervals: outside, one in ten dates would come as a surprise that should not, or the other way
round."""
MARGIN = 0.005
"""Of CRPS that a simpler challenger may lose at most, surely: another seed alone changes as much
(``benchmarks/gate_seeds.py``: 0.2 % to 0.7 %)."""
FIGURES = ("auc", "log_loss", "ece", "mae", "crps", "coverage_80")
"""Of the champion, beside the candidate's."""
_NAMED = 3
"""Slices that a refusal names; all are in :attr:`Verdict.slices`."""


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
    slices : one record per large slice, see :func:`~.slices.by_slice`.
    """

    checks: tuple[Check, ...]
    champion: dict[str, float] = field(default_factory=dict)
    slices: tuple[dict[str, Any], ...] = ()

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
    about, rows, twin = candidate.about, candidate.rows, champion_twin
    return weigh(
        Evidence(
            rows,
            candidate.twin.predict_from(candidate.past, rows),
            None if twin is None else twin.predict_from(candidate.past, rows),
            int(about["horizon"]),
            int(about["grace_days"]),
            str(about["gate_from"]),
            None if twin is None else str(twin.about["as_of"]),
            about.get("leak_free"),
            complexity(candidate.twin),
            NOTHING if twin is None else complexity(twin),
            _figures(candidate.metrics.T[EMPIRICAL]),
        )
    )


def weigh(evidence: Evidence) -> Verdict:
    """The verdict on what two twins say of the same rows."""
    said = Said(evidence.rows, evidence.customers, evidence.late, evidence.p_late, evidence.covered)
    slices = by_slice(said, LEAST_CUSTOMERS, MOST_ECE, COVERAGE)
    checks = (
        _enough(evidence.rows),
        _unseen(evidence),
        _leak_free(evidence),
        _calibrated(evidence),
        _covers(evidence),
        _holds_on_slices(slices),
        _beats_baselines(evidence),
        _beats(evidence),
    )
    records = tuple({str(k): v for k, v in row.items()} for row in slices.to_dict("records"))
    return Verdict(checks, _champion(evidence), records)


def _champion(evidence: Evidence) -> dict[str, float]:
    """The champion's metrics on the gate's rows."""
    said, horizon, y = evidence.theirs, evidence.horizon, evidence.y
    if said is None:
        return evidence.baseline
    days = np.fmin(said.quantile(0.5), float(horizon))
    found = late_metrics(evidence.late, said.later_than(evidence.grace_days))
    found |= days_metrics(np.minimum(y, horizon), days)
    found |= {"crps": float(evidence.their_crps.mean()), "coverage_80": float(coverage(y, said, 0.8, horizon).mean())}
    return _figures(pd.Series(found))


def _figures(metrics: pd.Series) -> dict[str, float]:
    return {name: float(metrics[name]) for name in FIGURES if np.isfinite(metrics.get(name, np.nan))}


def _enough(rows: pd.DataFrame) -> Check:
    customers = rows["customer"].nunique()
    text = f"{len(rows)} later invoices of {customers} customers ({LEAST_ROWS} of {LEAST_CUSTOMERS} are needed)"
    enough = len(rows) >= LEAST_ROWS
    needed = None if enough else LEAST_ROWS
    return Check("enough later rows", enough and customers >= LEAST_CUSTOMERS, text, needed)


def _unseen(evidence: Evidence) -> Check:
    since = evidence.gate_from
    known = since if evidence.known is None else evidence.known
    text = f"the rows are of {since} and later; the champion was judged on what was known at {known}"
    return Check("nobody has seen these rows", known <= since, text)


def _leak_free(evidence: Evidence) -> Check:
    text = {
        True: "features do not change with the future",
        False: "features change with the future: a leak",
        None: "whether features change with the future was not tried; train again",
    }
    free = evidence.leak_free
    return Check("no leak", free is True, text.get(free, text[None]))


def _calibrated(evidence: Evidence) -> Check:
    p = evidence.p_late
    error, noise = calibration_error(evidence.late, p), calibration_noise(p)
    text = f"calibration error {error:.3f} (at most {MOST_ECE:.2f} is allowed, and {noise:.3f} for chance)"
    passed = error <= MOST_ECE + noise
    if not passed:
        text += f": the share that was late is {100 * error:.0f} points off what was said, on average"
    return Check("calibrated", passed, text)


def _covers(evidence: Evidence) -> Check:
    share = float(evidence.covered.mean())
    low, high = COVERAGE
    text = f"80 % intervals cover {share:.1%} ({low:.0%} to {high:.0%} is allowed)"
    if share < low:
        text += ": the dates are given as surer than they are"
    if share > high:
        text += ": the dates are given as less sure than they are"
    return Check("80 % intervals", low <= share <= high, text)


def _holds_on_slices(slices: pd.DataFrame) -> Check:
    """Calibration and coverage on every large slice."""
    name, least = "large slices", f"{LARGE} later invoices of {LEAST_CUSTOMERS} customers"
    if slices.empty:
        return Check(name, True, f"no slice has {least}")
    failed = slices[~slices["passed"]]
    if failed.empty:
        error, low, high = slices["error"].max(), slices["coverage"].min(), slices["coverage"].max()
        some = "the one slice" if len(slices) == 1 else f"all {len(slices)} slices"
        text = f"on {some} of at least {least} the calibration error is at most {error:.3f}, and 80 % intervals cover"
        return Check(name, True, f"{text} {low:.1%} to {high:.1%}")
    over = (failed["error"] - failed["most_error"]).clip(lower=0)
    below, above = failed["least_coverage"] - failed["coverage"], failed["coverage"] - failed["most_coverage"]
    beside = below.clip(lower=0) + above.clip(lower=0)
    worst = failed.loc[(over + beside).sort_values(ascending=False, kind="stable").index]
    said = [_of_slice(row) for row in worst.head(_NAMED).to_dict("records")]
    more = f", and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    return Check(name, False, f"{len(failed)} of {len(slices)} large slices fail: {', '.join(said)}{more}")


def _of_slice(row: dict[Any, Any]) -> str:
    """What is wrong on a slice."""
    found = []
    if row["error"] > row["most_error"]:
        allowed = f"calibration error {row['error']:.3f}, at most {row['most_error']:.3f} is allowed"
        found.append(f"{row['late']:.1%} were late and {row['said']:.1%} was said; {allowed}")
    if not row["least_coverage"] <= row["coverage"] <= row["most_coverage"]:
        allowed = f"{row['least_coverage']:.1%} to {min(row['most_coverage'], 1.0):.1%} is allowed"
        found.append(f"80 % intervals cover {row['coverage']:.1%}, {allowed}")
    return f"{row['slice']} {row['part']} ({row['n']:,} invoices: {'; '.join(found)})"


def _beats_baselines(evidence: Evidence) -> Check:
    """Better than the customer's own past on log loss and CRPS, and not surely worse than a logistic regression."""
    rows, late = evidence.rows, evidence.late
    loss = log_loss(late, evidence.p_late)
    past = {name: log_loss(late, rows[f"p: {name}"].to_numpy()).mean() for name in (RATIO, EMPIRICAL)}
    best = min(past, key=lambda name: past[name])
    logistic = log_loss(late, rows[f"p: {LOGISTIC}"].to_numpy())
    _, _, most = skill(loss, logistic, evidence.customers)
    better = evidence.crps.mean() < rows[f"crps: {EMPIRICAL}"].mean()
    passed = loss.mean() < past[best] and better and most >= 0
    rivals = f"{past[best]:.3f} of the {best} and {logistic.mean():.3f} of the {LOGISTIC}"
    text = f"log loss {loss.mean():.3f}, against {rivals}"
    if not passed:
        text += ": what needs no such model is as good"
    return Check("beats the baselines", bool(passed), text)


def _beats(evidence: Evidence) -> Check:
    """Surely better than the champion, or simpler and surely not worse by more than the margin."""
    name, n = "beats the champion", len(evidence.crps)
    gain, low, high = skill(evidence.crps, evidence.their_crps, evidence.customers)
    simpler = evidence.size.simpler_than(evidence.their_size)
    least = -MARGIN if simpler else 0.0
    needed = f"above {least:.1%} is needed of a simpler model" if simpler else "above 0 is needed"
    text = f"CRPS {gain:+.1%} against the champion (95 % interval {low:+.1%} to {high:+.1%}; {needed})"
    if simpler:
        text += f", with {evidence.size} instead of {evidence.their_size}"
    if low > least:
        return Check(name, True, text)
    doubt = in_doubt(n, gain - least, low - least)
    return Check(name, False, f"{text}: {doubt}", invoices_needed(n, gain - least, low - least))
