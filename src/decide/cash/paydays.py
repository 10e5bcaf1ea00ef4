"""Money comes when banks work and on the days of customers' pay runs: mass on other days moves there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...features.families.calendar import workdays
from ...ledger import Ledger, settle
from ...ledger.schema import days
from .events.anchors import check_cut
from .items import WEEK, Floats, Ints, OpenItems

Flags = NDArray[np.bool_]

ENOUGH = 200
"""Settlements from which on a book tells on which days money does not come."""
HARDLY = 0.1
"""Closed days do not count as pay days if they see less than this share of what other weekdays see."""
RUNS_FROM, RUNS = 10, 0.8
"""Settled invoices of a customer, and the share of them on one weekday, from which on it pays in runs."""
_MARGIN = 40  # days behind the grid among which the next pay day is looked for; no country rests longer


@dataclass(frozen=True)
class PayDays:
    """On which days a book is paid, as known at a date.

    Attributes
    ----------
    weekends, holidays : settlements there, as a share of all; NaN where they count like other days, or where too
        little is known.
    countries : country by customer_id; empty text where it is not known.
    """

    weekends: float
    holidays: float
    countries: pd.Series


def learn_pay_days(cut: Ledger, at: object) -> PayDays:
    """Whether money comes on weekends and on the public holidays of the customers' countries.

    Both are asked separately, against the settlements of a usual weekday: banks that share a payment system work on
    many a country's holiday.

    Parameters
    ----------
    cut : the ledger as known at ``at`` (:func:`paybench.ledger.as_of`). at : as_of.

    Raises
    ------
    PaybenchError
        If the ledger holds anything dated ``at`` or later.
    """
    check_cut(cut, at)
    masters = cut.customers
    countries = pd.Series(masters["country"].fillna("").to_numpy(), index=masters["customer_id"])
    state = settle(cut)
    state = state[state["settled_on"].notna()]
    if len(state) < ENOUGH:
        return PayDays(np.nan, np.nan, countries)
    paid = days(state["settled_on"])
    country = state["customer_id"].map(countries).fillna("").to_numpy(dtype=str)
    first, last = int(paid.min()), int(paid.max())
    weekday = (np.arange(first, last + 1) + 3) % WEEK < 5
    at_weekend = int((~weekday[paid - first]).sum())
    on_holiday, usual_holiday = 0, 0.0
    for name in np.unique(country):
        own = paid[country == name] - first
        closed = weekday & ~workdays(name, first, last)
        seen = int(closed[own].sum())
        on_holiday += seen
        usual_holiday += (weekday[own].sum() - seen) * closed.sum() / max(int((weekday & ~closed).sum()), 1)
    usual_weekend = (len(paid) - at_weekend) * (~weekday).sum() / max(int(weekday.sum()), 1)
    return PayDays(
        at_weekend / len(paid) if at_weekend + 1 < HARDLY * usual_weekend else np.nan,
        on_holiday / len(paid) if on_holiday + 1 < HARDLY * usual_holiday else np.nan,
        countries,
    )


def on_pay_days(items: OpenItems, cut: Ledger, learned: PayDays | None = None) -> OpenItems:
    """Open invoices whose mass lies on the days on which money comes.

    Where a book is hardly ever paid on weekends (or public holidays), mass on them moves to the next open day. Where a
    customer has settled most of its invoices on one weekday, mass on others moves to the nearest such day, or to the
    next open day after it where banks rest. What moves is only as much as it takes for as much to be left on the other
    days as was seen there. What would come behind the last day is added to ``later``.

    Parameters
    ----------
    items : n open invoices. cut : the ledger as known at ``items.at``. learned : of the same ledger; None = learn now.

    Returns
    -------
    OpenItems, in the same order; what is paid on any day is unchanged. To do it twice is to do it once.

    Raises
    ------
    PaybenchError
        If the ledger holds anything dated ``items.at`` or later.
    """
    check_cut(cut, items.at)
    past = learn_pay_days(cut, items.at) if learned is None else learned
    first = int(days(pd.Series([items.at]))[0])
    axis = np.arange(first, first + items.days + _MARGIN)
    country = past.countries.reindex(items.customer_id).fillna("").to_numpy(dtype=str)
    run, regular = runs(items.weekday)
    on_day = items.on_day.copy()
    rest = np.nansum([past.weekends, past.holidays])
    for name in np.unique(country):
        works = _open(past, name, axis)
        rows = np.flatnonzero(country == name)
        if not works.all():
            on_day[rows] = _moved(on_day[rows], works, nearest=False, share=np.full(len(rows), 1.0 - rest))
        for day in np.unique(run[rows][run[rows] >= 0]):
            some = rows[run[rows] == day]
            on_day[some] = _moved(on_day[some], _run_days(works, axis, day), nearest=True, share=regular[some])
    dropped = items.on_day.sum(axis=1) - on_day.sum(axis=1)
    return replace(items, on_day=on_day, later=items.later + np.maximum(dropped, 0.0))


def runs(weekday: NDArray[np.float32]) -> tuple[Ints, Floats]:
    """Customers' pay runs, from their settled invoices by weekday (n, 7).

    Returns
    -------
    run : (n,) weekday, Monday = 0; -1 where there is none. share : (n,) that pays then, drawn a little to 0.
    """
    total, most = weekday.sum(axis=1), weekday.max(axis=1)
    regular = (total >= RUNS_FROM) & (most >= RUNS * total)
    share = most / (total + 1.0)
    return np.where(regular, weekday.argmax(axis=1), -1), share.astype(np.float64)


def _open(past: PayDays, country: str, axis: Ints) -> Flags:
    weekday = (axis + 3) % WEEK < 5  # 1970-01-01 was a Thursday
    works = workdays(country, int(axis[0]), int(axis[-1]))
    open_ = np.ones(len(axis), dtype=bool)
    if not np.isnan(past.weekends):
        open_ &= weekday
    if not np.isnan(past.holidays):
        open_ &= works | ~weekday
    return open_


def _run_days(works: Flags, axis: Ints, day: int) -> Flags:
    """The days of a run on a weekday, each moved to the next day that is open."""
    pay = np.zeros(len(axis), dtype=bool)
    at = np.flatnonzero(works)
    run = np.searchsorted(at, np.flatnonzero((axis + 3) % WEEK == day))
    pay[at[run[run < len(at)]]] = True
    return pay


def _moved(on_day: Floats, pay: Flags, nearest: bool, share: Floats) -> Floats:
    """Mass moved to the next (or nearest) pay day, until ``share`` of it lies on pay days.

    ``pay`` begins with the first day and goes on behind the last.
    """
    n = on_day.shape[1]
    at = np.flatnonzero(pay)
    k = np.arange(n)
    following = np.searchsorted(at, k)
    target = at[following]
    if nearest:
        before = at[np.maximum(following - 1, 0)]
        target = np.where((following > 0) & (k - before < target - k), before, target)
    stays = target < n
    total = on_day[:, stays].sum(axis=1)
    there = on_day[:, stays & pay[:n]].sum(axis=1)
    off = total - there
    part = np.divide(share * total - there, off, out=np.zeros(len(on_day)), where=off > 1e-12).clip(0.0, 1.0)
    going = np.where(pay[:n], 0.0, on_day * part[:, None])
    moved = on_day - going
    starts = np.flatnonzero(np.r_[True, target[1:] != target[:-1]])
    sums = np.add.reduceat(going, starts, axis=1)
    kept = target[starts] < n
    moved[:, target[starts][kept]] += sums[:, kept]
    return moved
