"""A world like a given book: its main parameters fitted, so that what is tried on the world means something for it.

What a book shows directly is counted: its window, terms, amounts, how often customers are billed. How customers pay is
fitted by simulation (the method of simulated moments, McFadden 1989): worlds are drawn with the same random numbers and
other parameters until the days late look alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import PaybenchError
from ...ledger import Ledger
from ..settings import Settings
from ..world import LONGEST_TERM, simulate
from .comparison import distance
from .figures import Calibration, calibration

LEAST = 50
"""Matured invoices that a book needs."""

ENOUGH = 8_000
"""Invoices of the worlds that are drawn to fit: fewer make the fit follow chance."""

MOST = 30_000
"""Invoices of the worlds that are drawn to fit at most."""

FITTED = {
    "lateness_shift": (0.0, 3.0),
    "between": (0.0, 0.4),
    "within": (0.0, 0.4),
    "forgetting": (0.0, 0.5),
    "cash": (0.0, -0.5),
    "runs": (0.0, -0.5),
    "troubled": (0.0, -0.5),
    "dispute_days": (0.0, -0.5),
}
"""What simulation fits, from the easy world on: the start and the first step; factors are fitted as logarithms.
``troubled`` is a factor on the odds of the types of customers that are neither prompt nor forgetful nor pay in runs."""

SOUND = ("prompt", "forgetful", "pay_run")


@dataclass(frozen=True)
class Fit:
    """A world fitted to a book.

    Attributes
    ----------
    settings, customers, months, start : arguments of :func:`paybench.simulate.simulate`.
    parameters : what was fitted, by name.
    distance : mean difference of the two curves of days late over :data:`~.comparison.CURVE`, in percentage points;
        before: with what was counted alone.
    worlds : how many were drawn.
    """

    settings: Settings
    customers: int
    months: int
    start: str
    parameters: dict[str, float]
    distance: float
    before: float
    worlds: int


def fit(ledger: Ledger, seed: int = 0, worlds: int = 150, progress: Callable[[int], object] | None = None) -> Fit:
    """Fit the easy world to a book.

    Parameters
    ----------
    ledger : the book; everything in it counts as known.
    seed : of the worlds that are drawn.
    worlds : how many may be drawn. progress : is told of each.

    Raises
    ------
    PaybenchError
        If fewer than 50 invoices of the book have matured, or its terms are longer than a world can have.
    """
    from scipy.optimize import minimize

    real = calibration(ledger)
    matured = int(real.figures["n"].to_dict()["late"])
    if matured < LEAST:
        raise PaybenchError(
            f"'{ledger.name}' has {matured} matured invoices; fitting a world to a book needs {LEAST} or more."
        )
    if ledger.payments.empty or not (ledger.invoices["amount"] > 0).all():
        raise PaybenchError(
            f"'{ledger.name}' has no payment, or invoices without an amount; a world cannot be fitted to such a book."
        )
    counted, customers, months, start = _counted(ledger, real)
    many = int(np.clip(customers * np.clip(ENOUGH / len(ledger.invoices), 1, 40), 50, 20_000))
    if len(ledger.invoices) > MOST:
        many = max(int(customers * MOST / len(ledger.invoices)), 50)
    tried = 0

    def drawn(values: np.ndarray) -> tuple[Settings, Calibration]:
        nonlocal tried
        tried += 1
        if progress:
            progress(tried)
        chosen = _with(counted, values)
        return chosen, calibration(simulate(many, months, seed, start, settings=chosen, truth="none").ledger)

    counted = _rare(counted, real, drawn(np.array([first for first, _ in FITTED.values()]))[1])

    def loss(values: np.ndarray) -> float:
        found = drawn(values)[1]
        gap = [10 * (found.value(name) - real.value(name)) for name in ("lag1", "between") if _both(found, real, name)]
        shares = [
            100 * (found.value(name) - real.value(name)) for name in ("late", "late_30") if _both(found, real, name)
        ]
        return distance(found, real) + float(np.abs(gap).sum()) + 0.3 * float(np.abs(shares).sum())

    first = np.array([start for start, _ in FITTED.values()])
    steps = np.array([step for _, step in FITTED.values()])
    # The loss has valleys side by side: look around before going down.
    around = np.random.default_rng(seed).normal(size=(worlds // 5, len(first))) * 1.5 * steps
    tries = [first, *(first + around)]
    losses = [loss(values) for values in tries]
    best = tries[int(np.argmin(losses))]
    found = minimize(
        loss,
        best,
        method="Nelder-Mead",
        options={
            "initial_simplex": np.vstack([best, best + np.diag(steps) / 2]),
            "maxfev": max(worlds - len(tries) - 3, 1),
            "xatol": 0.02,
            "fatol": 0.02,
        },
    )
    before = distance(drawn(first)[1], real)
    settings, like = drawn(found.x)
    parameters = {name: getattr(settings, name) for name in (*FITTED, *_COUNTED) if name != "troubled"}
    parameters["troubled"] = sum(t.share for t in settings.types if t.name not in SOUND)
    return Fit(settings, customers, months, start, parameters, distance(like, real), before, tried)


LABELS = {
    "lateness_shift": "usual days late, shift in days",
    "between": "spread between customers, factor",
    "within": "spread within a customer, factor",
    "forgetting": "forgotten invoices, factor",
    "cash": "influence of cash, factor",
    "runs": "customers who pay in runs, factor",
    "dispute_days": "days by which a dispute delays",
    "troubled": "share of customers in trouble",
    "rate": "invoices per 30 days, median customer",
    "rate_spread": "invoices per customer, log spread",
    "amount": "amount, median customer",
    "amount_spread": "amounts between customers, log spread",
    "own_amount_spread": "amounts within a customer, log spread",
    "other_terms": "share of invoices with other terms",
    "month_end_billing": "billing in the month's last week, factor",
    "weekend_billing": "billing on closed days, factor",
    "weekend_share": "money moved on closed days, factor",
    "disputing": "disputes, factor",
    "parting": "payments in parts, factor",
    "losing": "losses, factor",
    "credits": "share of invoices credited",
}
"""What the parameters of a fit mean; a factor multiplies what the easy world has."""


def named(parameters: dict[str, float]) -> dict[str, float]:
    """The parameters of a fit by their meaning."""
    return {LABELS[name]: value for name, value in parameters.items()}


_COUNTED = (
    "rate", "rate_spread", "amount", "amount_spread", "own_amount_spread", "other_terms", "month_end_billing",
    "weekend_billing", "weekend_share", "disputing", "parting", "losing", "credits",
)  # fmt: skip


def _both(one: Calibration, other: Calibration, name: str) -> bool:
    return bool(np.isfinite(one.value(name)) and np.isfinite(other.value(name)))


def _with(settings: Settings, values: np.ndarray) -> Settings:
    named: dict[str, Any] = dict(zip(FITTED, values.tolist(), strict=True))
    shift = named.pop("lateness_shift")
    factors: dict[str, Any] = {name: float(np.exp(np.clip(value, -3, 2))) for name, value in named.items()}
    odds = factors.pop("troubled")
    shares = [t.share * (1.0 if t.name in SOUND else odds) for t in settings.types]
    types = tuple(replace(t, share=s / sum(shares)) for t, s in zip(settings.types, shares, strict=True))
    days = settings.dispute_days * factors.pop("dispute_days")
    return replace(settings, lateness_shift=shift, types=types, dispute_days=days, **factors)


def _counted(ledger: Ledger, real: Calibration) -> tuple[Settings, int, int, str]:
    """What a book shows directly; returns settings, customers to draw, months and start of the window."""
    invoices = ledger.invoices
    assert real.first is not None
    assert real.end is not None
    start = real.first.replace(day=1)
    months = max(round((real.end - start).days / 30.44), 1)
    by = invoices.groupby("customer_id")
    term = (invoices["due_on"] - invoices["issued_on"]).dt.days
    if not (term.between(1, LONGEST_TERM)).any():
        raise PaybenchError(
            f"No invoice of '{ledger.name}' has terms of 1 to {LONGEST_TERM} days, which a world can have."
        )
    kept = term.clip(1, LONGEST_TERM)
    usual = kept.groupby(invoices["customer_id"]).agg(lambda t: t.mode().iloc[0])
    weights = usual.value_counts(normalize=True)
    logs = np.log(invoices["amount"])
    centres = logs.groupby(invoices["customer_id"]).mean()
    own = logs.groupby(invoices["customer_id"]).std().median()
    counts = by.size().to_numpy()
    rate, spread, share = _rates(counts, months)
    issued = invoices["issued_on"]
    workday = issued.dt.day_of_week < 5
    late_in_month = issued.dt.day >= 24
    # Between the 24th and the end lie 7.4 of 30.4 days.
    odds = (late_in_month[workday].mean() / 7.4) / max((~late_in_month)[workday].mean() / 23.0, 1e-9)
    on_weekends = real.value("paid_weekend") if "paid_weekend" in real.figures.index else np.nan
    weekend = (3 - np.sqrt(max(9 - 28 * min(on_weekends, 2 / 7), 1.0))) / 2 if np.isfinite(on_weekends) else 0.01
    settings = replace(
        Settings(),
        terms={int(t): float(w) for t, w in zip(weights.index.to_numpy(), weights.to_numpy(), strict=True)},
        other_terms=float((kept != invoices["customer_id"].map(usual)).mean()),
        rate=rate,
        rate_spread=spread,
        most_rate=float(counts.max() / months * 1.5),
        least_rate=1e-4,
        amount=float(np.exp(centres.mean())),
        amount_spread=float(max(centres.std(), 0.05)) if len(centres) > 1 else 0.5,
        own_amount_spread=float(own) if np.isfinite(own) else 0.5,
        at_home=0.0,
        currency=real.currency,
        joins=0.0,
        leaves=0.0,
        month_end_billing=float(np.clip(odds, 0.2, 10.0)),
        weekend_billing=float(np.clip((1 - workday.mean()) / 2 / max(workday.mean() / 5, 1e-9), 0.0, 5.0)),
        weekend_share=float(np.clip(weekend, 0.0, 1.0)),
    )
    return settings, max(round(len(counts) / share), 1), months, str(start.date())


def _rates(counts: np.ndarray, months: int) -> tuple[float, float, float]:
    """Log-normal rates whose Poisson counts, zeros left out, look like the counts of a book.

    Returns the median rate per 30 days, its log standard deviation, and the share of customers with any invoice. Both
    moments are matched: the mean count, and the mean log count.
    """
    exposure = months * 30.44 / 30.0
    z = np.random.default_rng(0).normal(size=4000)
    best = (np.inf, 1.0, 0.5, 1.0)
    for spread in np.linspace(0.05, 2.6, 52):
        low, high = np.log(1e-4), np.log(1e4)
        for _ in range(40):
            mid = (low + high) / 2
            mean = np.minimum(np.exp(mid + spread * z), counts.max() * 1.5)
            there = 1.0 - np.exp(-mean)
            low, high = (mid, high) if mean.mean() / there.mean() < counts.mean() else (low, mid)
        drawn = np.random.default_rng(1).poisson(mean)
        drawn = drawn[drawn > 0]
        gap = abs(np.log(drawn).mean() - np.log(counts).mean())
        if gap < best[0]:
            best = (gap, float(np.exp(mid) / exposure), float(spread / np.hypot(0.7, 0.7)), float(there.mean()))
    return best[1:]


def _rare(settings: Settings, real: Calibration, easy: Calibration) -> Settings:
    """Disputes, parts, losses and credit notes in the book's proportion to those of a world with the usual ones."""

    def factor(name: str) -> float:
        theirs, ours = real.value(name), easy.value(name)
        return float(np.clip(theirs / ours, 0.0, 20.0)) if np.isfinite(theirs) and ours > 0 else 0.0

    return replace(
        settings,
        disputing=factor("disputed"),
        parting=factor("part_paid"),
        losing=factor("never_paid"),
        credits=settings.credits * factor("credit_notes"),
        concedes=settings.concedes * min(factor("credit_notes"), 1.0),
    )
