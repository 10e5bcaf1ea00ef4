"""Why nothing is trained, or why what was trained does not serve, and how many invoices it would take."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from ..learn.folds import Rows

LEAST_ROWS = 100
"""Matured rows to learn from, and to judge by, below which nothing is trained."""
GATE_SHARE = 0.25
"""The latest part of the matured rows, which judges."""


@dataclass(frozen=True)
class Declined:
    """Why nothing was trained, in words, and about how many matured invoices it takes (None: no number helps)."""

    reason: str
    needed: int | None = None


def too_little(known: Rows, fit: Rows | None = None, judge: Rows | None = None) -> Declined | None:
    """Why there is not enough to learn from, or None.

    Parameters
    ----------
    known : all matured rows. fit, judge : those known before the latest part, and the latest part, once it is set
        aside.
    """
    needed = round(LEAST_ROWS / GATE_SHARE)
    if len(known) < LEAST_ROWS or (judge is not None and len(judge) < LEAST_ROWS):
        return Declined(
            f"too few labels: the outcome of {len(known)} invoices is known, and about {needed} are needed, "
            f"the latest quarter of them to judge by",
            needed,
        )
    if fit is not None and len(fit) < LEAST_ROWS:
        return Declined(
            f"too few labels: of {len(known)} invoices whose outcome is known, the latest judge, and only {len(fit)} "
            f"had an outcome before those were issued; {LEAST_ROWS} are needed to learn from",
            len(known) + LEAST_ROWS - len(fit),
        )
    for rows, what in ((known, "whose outcome is known"), (fit, "to learn from"), (judge, "to judge by")):
        if rows is not None and rows.late.mean() in (0.0, 1.0):
            share = "all" if rows.late.all() else "none"
            return Declined(
                f"one class only: {share} of the {len(rows)} invoices {what} were late, so there is nothing to tell "
                "apart"
            )
    return None


def invoices_needed(rows: int, gain: float, low: float) -> int | None:
    """About how many rows it takes until the interval of a gain of this size lies above 0; None if it is not above 0.

    The interval's lower half shrinks with the square root of the number of rows, as long as the further ones belong to
    customers as many and as alike.

    Parameters
    ----------
    rows : on which the gain was measured. gain : for example a skill. low : lower end of its interval.
    """
    if gain <= 0:
        return None
    return ceil(rows * ((gain - low) / gain) ** 2)


def in_doubt(rows: int, gain: float, low: float) -> str:
    """What it would take to be sure of a gain whose interval is not above 0."""
    needed = invoices_needed(rows, gain, low)
    if needed is None:
        return "no number of invoices helps: the gain is not above 0"
    return f"a gain of this size may be chance; it would be sure with about {rounded(needed):,} instead of {rows:,}"


def rounded(number: int) -> int:
    """Upwards to two digits, because an estimate is no more exact than that."""
    step = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // step) * step
