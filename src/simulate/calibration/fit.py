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
from ..world import simulate
from .comparison import Gaps, gaps
from .counted import BILLING, WEEKENDS, count
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
    parameters : what was fitted. counted : what the book shows directly. Both by name.
    gaps : of the two curves of days late; before: with what was counted alone.
    worlds : how many were drawn.
    """

    settings: Settings
    customers: int
    months: int
    start: str
    parameters: dict[str, float]
    counted: dict[str, float]
    gaps: Gaps
    before: Gaps
    worlds: int

    @property
    def distance(self) -> float:
        """Mean difference of the curves of days late over :data:`~.comparison.CURVE`, in percentage points."""
        return self.gaps.mean

    @property
    def at_bounds(self) -> dict[str, float]:
        """Parameters that ended at the edge of what is tried: the book would have them further on."""
        both = {**self.parameters, **self.counted}
        return {name: both[name] for name, ends in BOUNDS.items() if np.isclose(both[name], ends, rtol=1e-6).any()}


def fit(ledger: Ledger, seed: int = 0, worlds: int = 150, progress: Callable[[int], object] | None = None) -> Fit:
    """Fit the easy world to a book.

    The worlds that are drawn are contacted by the usual ladder, whatever policy the book knew or the world is given
    later: the book's own payments hold what its contacts did, and these cannot be told apart here.

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
    counted, customers, months, start = count(ledger, real)
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
        far = gaps(found, real)
        return (
            (1000.0 if far is None else (far.mean + far.moving) / 2 + far.largest / 5)
            + float(np.abs(gap).sum())
            + 0.3 * float(np.abs(shares).sum())
        )

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
    before = gaps(drawn(first)[1], real)
    settings, like = drawn(found.x)
    after = gaps(like, real)
    if before is None or after is None:
        raise PaybenchError(f"A world in the window of '{ledger.name}' is too short for days late; give a longer book.")
    parameters = {name: float(getattr(settings, name)) for name in FITTED if name != "troubled"}
    parameters["troubled"] = sum(t.share for t in settings.types if t.name not in SOUND)
    seen = {name: float(getattr(settings, name)) for name in _COUNTED}
    return Fit(settings, customers, months, start, parameters, seen, after, before, tried)


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


def notes(found: Fit) -> dict[str, str]:
    """What has to be said of some parameters, by their meaning: none seen in the book, or at the edge of what is tried.

    A factor on what the book does not record is 0: none of it is drawn.
    """
    none = {LABELS[name]: "the book shows none" for name in (*_SEEN, "credits") if found.counted[name] == 0}
    edge = {LABELS[name]: "at the edge of what is tried" for name in found.at_bounds if found.counted.get(name) != 0}
    return none | edge


_SEEN = ("disputing", "parting", "losing")
_FACTORS = (-3.0, 2.0)
"""Logarithms between which factors are fitted."""

_MOST_SEEN = 20.0
BOUNDS = {
    **{name: (float(np.exp(_FACTORS[0])), float(np.exp(_FACTORS[1])))
       for name in FITTED if name not in ("lateness_shift", "troubled", "dispute_days")},
    "dispute_days": (float(Settings().dispute_days * np.exp(_FACTORS[0])),
                     float(Settings().dispute_days * np.exp(_FACTORS[1]))),
    "month_end_billing": BILLING,
    "weekend_billing": WEEKENDS[1:],
    "weekend_share": (1.0,),
    **dict.fromkeys(_SEEN, (_MOST_SEEN,)),
}  # fmt: skip
"""Where parameters are cut off, so that a fit cannot run away."""

_COUNTED = (
    "rate", "rate_spread", "amount", "amount_spread", "own_amount_spread", "other_terms", "month_end_billing",
    "weekend_billing", "weekend_share", "disputing", "parting", "losing", "credits",
)  # fmt: skip


def _both(one: Calibration, other: Calibration, name: str) -> bool:
    return bool(np.isfinite(one.value(name)) and np.isfinite(other.value(name)))


def _with(settings: Settings, values: np.ndarray) -> Settings:
    named: dict[str, Any] = dict(zip(FITTED, values.tolist(), strict=True))
    shift = named.pop("lateness_shift")
    factors: dict[str, Any] = {name: float(np.exp(np.clip(value, *_FACTORS))) for name, value in named.items()}
    odds = factors.pop("troubled")
    shares = [t.share * (1.0 if t.name in SOUND else odds) for t in settings.types]
    types = tuple(replace(t, share=s / sum(shares)) for t, s in zip(settings.types, shares, strict=True))
    days = settings.dispute_days * factors.pop("dispute_days")
    return replace(settings, lateness_shift=shift, types=types, dispute_days=days, **factors)


def _rare(settings: Settings, real: Calibration, easy: Calibration) -> Settings:
    """Disputes, parts, losses and credit notes in the book's proportion to those of a world with the usual ones."""

    def factor(name: str) -> float:
        theirs, ours = real.value(name), easy.value(name)
        return float(np.clip(theirs / ours, 0.0, _MOST_SEEN)) if np.isfinite(theirs) and ours > 0 else 0.0

    return replace(
        settings,
        disputing=factor("disputed"),
        parting=factor("part_paid"),
        losing=factor("never_paid"),
        credits=settings.credits * factor("credit_notes"),
        concedes=settings.concedes * min(factor("credit_notes"), 1.0),
    )
