"""The measures of receivables as arithmetic, apart from any ledger.

Amounts are of one currency, days are calendar days. Every argument may be a number or an array; arrays broadcast. A
measure whose base is zero or below (a period in which more was credited than billed, say) is NaN, never infinite.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def share(part: ArrayLike, base: ArrayLike) -> Any:
    """Part / base, and NaN where the base is not above zero.

    >>> float(share(3, 4)), float(share(3, 0))
    (0.75, nan)
    """
    over, under = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(base, np.float64))
    return np.divide(over, under, out=np.full(over.shape, np.nan), where=under > 0)[()]


def dso(receivables: ArrayLike, sales: ArrayLike, days: ArrayLike) -> Any:
    """Days sales outstanding: receivables at the end of a period / credit sales of the period * its days.

    >>> float(dso(15_000, 10_000, 30))
    45.0
    """
    return share(receivables, sales) * days


def best_possible_dso(current: ArrayLike, sales: ArrayLike, days: ArrayLike) -> Any:
    """What DSO would be if nothing were overdue: receivables that are not due yet / credit sales * days.

    >>> float(best_possible_dso(4_000, 10_000, 30))
    12.0
    """
    return dso(current, sales, days)


def average_days_delinquent(receivables: ArrayLike, current: ArrayLike, sales: ArrayLike, days: ArrayLike) -> Any:
    """DSO - best possible DSO, in days.

    ADD also names the average payment delay elsewhere; that is :func:`payment_delay`.

    >>> float(average_days_delinquent(15_000, 4_000, 10_000, 30))
    33.0
    """
    return dso(receivables, sales, days) - best_possible_dso(current, sales, days)


def collection_effectiveness(
    opening: ArrayLike, sales: ArrayLike, closing: ArrayLike, current: ArrayLike, months: ArrayLike = 1
) -> Any:
    """CEI in percent: of what could have been collected in a period, what was.

    Parameters
    ----------
    opening, closing : receivables at the beginning and at the end. sales : credit sales of the period.
    current : what of ``closing`` is not due yet.
    months : 1 takes the sales undivided, which is the form for one period, whatever its length; the number of months in
        the period gives the other form in use, with the sales of an average month.

    >>> round(float(collection_effectiveness(400e3, 1.2e6, 350e3, 280e3)), 1)
    94.7
    >>> round(float(collection_effectiveness(400e3, 1.2e6, 350e3, 280e3, months=3)), 1)
    86.5
    """
    began, sold, n, ended, not_due = (
        np.asarray(x, dtype=np.float64) for x in (opening, sales, months, closing, current)
    )
    owed = began + sold / n
    return 100 * share(owed - ended, owed - not_due)


def count_back_dso(receivables: ArrayLike, sales: ArrayLike, days: float = 30) -> Any:
    """Days of the latest sales that the receivables are worth: whole periods back from now, and a part of the last one.

    Parameters
    ----------
    receivables : (...) at the end.
    sales : (..., k) credit sales of k periods (one or more), the latest first. days : in each period.

    Returns
    -------
    (...) days; 0 where nothing is owed, NaN where all the sales given are less than the receivables.

    >>> round(float(count_back_dso(212e3, [100e3, 80e3, 70e3])), 1)
    73.7
    """
    owed, sold = np.asarray(receivables, np.float64), np.asarray(sales, np.float64)
    reached = np.cumsum(sold, axis=-1)
    enough = reached >= owed[..., None]
    last = np.argmax(enough, axis=-1)
    of_last = np.take_along_axis(sold, last[..., None], -1)[..., 0]
    before = np.take_along_axis(reached, last[..., None], -1)[..., 0] - of_last
    found = np.where(enough.any(axis=-1), days * (last + share(owed - before, of_last)), np.nan)
    return np.where(owed <= 0, 0.0, found)[()]


def payment_delay(amount_days: ArrayLike, amount: ArrayLike) -> Any:
    """Average days between due date and payment, each weighted by its amount; below 0 is early.

    Parameters
    ----------
    amount_days : sum of amount * (day paid - day due), with today for what is not paid. amount : sum of the amounts.

    >>> float(payment_delay(100 * 10 + 300 * -2, 400))  # 100 ten days late, 300 two days early
    1.0
    """
    return share(amount_days, amount)


def roll_rate(later: ArrayLike, earlier: ArrayLike) -> Any:
    """Balance in an age class now / balance in the class before it, one class width earlier.

    >>> float(roll_rate(20_000, 80_000))
    0.25
    """
    return share(later, earlier)


def at_risk_rate(unpaid: ArrayLike, billed: ArrayLike) -> Any:
    """Share of a month's billing that is unpaid so many days after its due date.

    >>> float(at_risk_rate(5_000, 100_000))
    0.05
    """
    return share(unpaid, billed)


def bad_debt_rate(written_off: ArrayLike, sales: ArrayLike) -> Any:
    """Written off in a period / credit sales of the same period.

    It compares losses with the sales of another time than those that were lost; it can be told at once, whereas a
    month's own losses are known only years later.

    >>> float(bad_debt_rate(1_000, 50_000))
    0.02
    """
    return share(written_off, sales)
