"""From the sums of a cell to its KPIs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...ledger.schema import NO_DAY
from . import formulas
from .cells import Ints, amounts
from .parts import BLOCK, LAG, Parts

Floats = NDArray[np.float64]

ROLLS = ("roll_to_1_30", "roll_to_31_60", "roll_to_61_90", "roll_to_91")


@dataclass(frozen=True)
class Measure:
    """One KPI of every cell, (cells,): value, what is divided by what, first and last day of its window (days)."""

    value: Floats
    over: Floats
    under: Floats
    begins: Ints
    ends: Ints


def values(parts: Parts) -> dict[str, Measure]:
    """Every KPI of the catalogue by its name."""
    n, at, last = len(parts.receivables), parts.at, parts.at - 1
    none = np.full(n, np.nan)

    def measure(value: Floats, over: Ints, under: Ints | None, begins: int | Ints, ends: int | Ints = last) -> Measure:
        base = none if under is None else amounts(under)
        return Measure(value, amounts(over), base, np.broadcast_to(begins, n), np.broadcast_to(ends, n))

    def amount(units: Ints, days: int = 1) -> Measure:
        return measure(amounts(units), units, None, at - days)

    p, days, since = parts, parts.dso_days, at - parts.days
    best = formulas.best_possible_dso(p.current, p.dso_sales, days)
    delinquent = formulas.average_days_delinquent(p.receivables, p.current, p.dso_sales, days)
    collectable, uncollected = p.opening + p.sales, p.receivables + p.written_off
    effective = formulas.collection_effectiveness(p.opening, p.sales, uncollected, p.current)
    unpaid = formulas.at_risk_rate(p.risk_unpaid, p.risk_billed)
    lost = formulas.bad_debt_rate(p.written_off, p.sales)
    rolls = formulas.roll_rate(p.rolled, p.held)
    return {
        "receivables": amount(p.receivables),
        "not_due": amount(p.current),
        "overdue": amount(p.open.sum(axis=1) - p.current),
        "unallocated": amount(p.unallocated),
        "sales": amount(p.sales, p.days),
        "collected": amount(p.collected, p.days),
        "written_off": amount(p.written_off, p.days),
        "dso": measure(formulas.dso(p.receivables, p.dso_sales, days), p.receivables, p.dso_sales, at - days),
        "bpdso": measure(best, p.current, p.dso_sales, at - days),
        "add": measure(delinquent, p.receivables - p.current, p.dso_sales, at - days),
        "count_back_dso": measure(
            formulas.count_back_dso(p.receivables, p.block_sales, BLOCK), p.receivables, None, NO_DAY
        ),
        "cei": measure(effective, collectable - uncollected, collectable - p.current, since),
        "payment_delay": measure(
            formulas.payment_delay(p.delay_days, p.delay_amount), p.delay_days, p.delay_amount, since
        ),
        "at_risk": measure(unpaid, p.risk_unpaid, p.risk_billed, p.risk_from, p.risk_to),
        "bad_debt": measure(lost, p.written_off, p.sales, since),
        **{
            name: measure(rolls[:, step], p.rolled[:, step], p.held[:, step], at - LAG)
            for step, name in enumerate(ROLLS)
        },
    }
