"""What a book shows directly and need not be fitted: its window, terms, amounts, and how often customers are billed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import PaybenchError
from ...ledger import Ledger
from ..settings import Settings
from ..world import LONGEST_TERM
from .figures import Calibration

BILLING, WEEKENDS = (0.2, 10.0), (0.0, 5.0)
"""Ends of the factors on billing in the month's last week, and on closed days."""


def count(ledger: Ledger, real: Calibration) -> tuple[Settings, int, int, str]:
    """What a book shows directly; returns settings, customers to draw, months and start of the window.

    Raises
    ------
    PaybenchError
        If no invoice has terms that a world can have.
    """
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
    own_usual = invoices["customer_id"].map(usual)
    # Customers buy very differently often: terms count with what is billed on them.
    weights = own_usual.value_counts(normalize=True)
    others = kept[kept != own_usual].value_counts(normalize=True)
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
        other_terms=float((kept != own_usual).mean()),
        others={int(t): float(w) for t, w in zip(others.index.to_numpy(), others.to_numpy(), strict=True)},
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
        month_end_billing=float(np.clip(odds, *BILLING)),
        weekend_billing=float(np.clip((1 - workday.mean()) / 2 / max(workday.mean() / 5, 1e-9), *WEEKENDS)),
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
