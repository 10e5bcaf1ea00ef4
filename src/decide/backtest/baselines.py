"""What finance expects of the open book without a model: five plain forecasts of cash, and their bands.

Four speak of the open items, day by day: ``baseline(balances, items)`` gives (currencies, days) expected amounts in
currency units, rows as ``items.currencies``, columns the days from as_of on. Together they never expect more than is
open. One speaks of the weekly series of what came from earlier books (:meth:`~.balances.Balances.came`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...ledger.schema import MONEY_UNITS, units
from ..cash.items import WEEK, OpenItems
from .balances import Balances, Held

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DUE, MEAN_DELAY = "due date", "due date + customer's mean delay"
ROLL_RATES, COHORTS, NAIVE = "ageing roll rates", "billing-cohort curves", "seasonal naive"

ROLL_WEEKS, COHORT_WEEKS = 26, 52
"""Past weeks that roll rates (half a year) and collection curves (a year of billing) are estimated on."""
BUCKETS = (-WEEK, 0, 7, 14, 30, 60, 90)
"""Last days overdue, at the start of a week, of the ageing buckets: due later, due this week, 1-7 days overdue, ..."""
OLDEST = 52
"""Weeks since billing from which on cohorts are taken together."""
SEASON, MONTH = 52, 4
"""Weeks after which a season begins anew, and those of a month, for a book that is not as old."""
FEW = 8
"""Past errors below which a forecast has no band: of eight the widest make one of about 78 %."""
_THIN = 0.25  # of the usual expectation; an error relative to less says nothing


def due_date(balances: Balances, items: OpenItems) -> Floats:
    """Everything is paid on its due date; what is overdue comes evenly over the first week, the rule of practice."""
    balances.rows(items)
    return _on_days(items, -items.days_overdue)


def mean_delay(balances: Balances, items: OpenItems) -> Floats:
    """Everything is paid as late as its customer has paid on average.

    The mean is of the days late of the customer's settled invoices, cancelled ones left out, to the nearest day. A
    customer without any gets the median of the book's; a book without any, none. Whoever should have paid by then comes
    evenly over the first week.
    """
    known = ~np.isnan(balances.late)
    owner, late = balances.customer[known], balances.late[known]
    n = int(balances.customer.max(initial=-1)) + 1
    count, total = np.bincount(owner, minlength=n), np.bincount(owner, late, minlength=n)
    usual = float(np.median(late)) if len(late) else 0.0
    delay = np.rint(np.where(count > 0, total / np.maximum(count, 1), usual)).astype(np.int64)
    return _on_days(items, delay[balances.customer[balances.rows(items)]] - items.days_overdue)


def roll_rates(balances: Balances, items: OpenItems) -> Floats:
    """Each ageing bucket pays the share that it paid in a week of the last half year, and rolls on by a week.

    The shares are those of amounts, per currency, over the last :data:`ROLL_WEEKS` weeks together. What is not due yet
    reaches the next bucket by its due date. A week's cash is spread evenly over its days.
    """

    def bucket(start: Ints | int, issued: Ints, due: Ints) -> Ints:
        return np.searchsorted(BUCKETS, start - due, side="left")

    return _rolled(balances, items, ROLL_WEEKS, len(BUCKETS) + 1, bucket)


def cohort_curves(balances: Balances, items: OpenItems) -> Floats:
    """Each week's billing is collected by its age as earlier weeks' billing was.

    The curve is the chain ladder of the run-off triangle (Mack 1993): by weeks since billing, the share of what was
    still open of all cohorts that came within the next week, over the last :data:`COHORT_WEEKS` weeks, so that young
    cohorts tell what they can; per currency. It is applied to the open rest of each cohort. A week's cash is spread
    evenly over its days.
    """

    def age(start: Ints | int, issued: Ints, due: Ints) -> Ints:
        return np.minimum((start - issued - 1) // WEEK, OLDEST)

    return _rolled(balances, items, COHORT_WEEKS, OLDEST + 1, age)


BASELINES: dict[str, Callable[[Balances, OpenItems], Floats]] = {
    DUE: due_date,
    MEAN_DELAY: mean_delay,
    ROLL_RATES: roll_rates,
    COHORTS: cohort_curves,
}
"""Those of the open items, by name."""


def seasonal_naive(came: Floats, season: int = SEASON) -> Floats:
    """What came at the same distance from the book of a season ago; else of as few months ago as are over.

    Parameters
    ----------
    came : (..., weeks, steps) as :meth:`~.balances.Balances.came`: the earliest week first, the last one a week before
        as_of. What was not over by as_of is not looked at, whatever stands there.
    season : weeks; where nothing is known of that week, the first of 4, 8, 12, ... weeks ago of which it is.

    Returns
    -------
    (..., steps) expected amounts of the first week from as_of on, the second, ...; NaN where neither is known.

    Raises
    ------
    PaybenchError
        If ``season`` is no whole number above zero.
    """
    if not isinstance(season, int | np.integer) or season < 1:
        raise PaybenchError(f"season is {season!r}; give a whole number of weeks above zero.")
    weeks, steps = came.shape[-2:]
    found = np.full((*came.shape[:-2], steps), np.nan)
    for step in range(steps):
        for back in (season, *range(MONTH, weeks + 1, MONTH)):
            if step < back <= weeks:
                found[..., step] = np.where(np.isnan(found[..., step]), came[..., weeks - back, step], found[..., step])
    return found


def dressed(expected: float, past_expected: Floats, past_actual: Floats) -> Floats:
    """A point forecast with the errors that it made before, as equally likely draws.

    Parameters
    ----------
    expected : the forecast.
    past_expected, past_actual : (m,) what it said at past origins of the same horizon, and what came; only what was
        known by as_of, else NaN.

    Returns
    -------
    (S,) draws, one per known past error, none below zero; the forecast alone where there are fewer than :data:`FEW`.
    Errors are relative, but additive where this forecast or one of the past is small beside what is usual, since an
    error relative to next to nothing says nothing.

    Raises
    ------
    PaybenchError
        If the two histories differ in length.
    """
    if np.shape(past_expected) != np.shape(past_actual):
        raise PaybenchError(
            f"past_expected has {np.size(past_expected)} values, past_actual {np.size(past_actual)}; "
            "give what came beside each forecast."
        )
    known = ~(np.isnan(past_expected) | np.isnan(past_actual))
    said, came = past_expected[known], past_actual[known]
    if len(said) < FEW:
        return np.array([expected], dtype=np.float64)
    usual = float(np.median(said))
    if usual > 0 and min(expected, float(said.min())) >= _THIN * usual:
        draws = expected * (came / said)
    else:
        draws = expected + (came - said)
    return np.maximum(draws, 0.0)


def _on_days(items: OpenItems, after: Ints) -> Floats:
    """Whole amounts on the day ``after`` as_of; those that should have come already evenly over the first week."""
    place, amount, shape = _place(items), units(items.amount), (len(items.currencies), items.days)
    ahead = (after >= 0) & (after < items.days)
    cash = np.zeros(shape, dtype=np.int64)
    np.add.at(cash, (place[ahead], after[ahead]), amount[ahead])
    overdue = np.zeros(shape[0], dtype=np.int64)
    np.add.at(overdue, place[after < 0], amount[after < 0])
    each, rest = np.divmod(overdue[:, None], WEEK)
    cash[:, :WEEK] += (each + (np.arange(WEEK) < rest))[:, : items.days]
    return cash / MONEY_UNITS


def _rolled(
    balances: Balances, items: OpenItems, weeks: int, classes: int, of: Callable[[Ints | int, Ints, Ints], Ints]
) -> Floats:
    """Let each item pass through its classes, week by week, as others did in the last weeks.

    Parameters
    ----------
    weeks : past ones to learn from. classes : how many.
    of : the class of invoices at the start of a week, from its day number and theirs of issue and due date.
    """
    row, held = balances.rows(items), balances.held(weeks)
    group = of(held.start, balances.issued[held.invoice], balances.due[held.invoice])
    paid, gone = _shares(held, balances.currency[held.invoice], group, (len(balances.currencies), classes))
    issued, due, currency = balances.issued[row], balances.due[row], balances.currency[row]
    still, cash = items.amount.astype(np.float64), np.zeros((len(items.currencies), items.days))
    place = _place(items)
    for start in range(0, items.days, WEEK):
        now = of(balances.number + start, issued, due)
        week = np.bincount(place, still * paid[currency, now], minlength=len(cash))
        cash[:, start : start + WEEK] = week[:, None] / WEEK
        still = still * (1.0 - gone[currency, now])
    return cash


def _shares(held: Held, currency: Ints, group: Ints, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """(currencies, classes) shares of what was open that came as cash in a week, and that came or went otherwise.

    A class in which a currency had nothing open takes the share of invoices of the whole book that were closed in it.
    """
    cell, size = currency * shape[1] + group, shape[0] * shape[1]
    total, left, cash = (
        np.bincount(cell, amount, minlength=size).reshape(shape) for amount in (held.open, held.left, held.cash)
    )
    count, closed = (np.bincount(group, one, minlength=shape[1]) for one in (held.open > 0, held.left == 0))
    there, usual, total = total > 0, closed / np.maximum(count, 1), np.maximum(total, 1)
    gone = np.clip(np.where(there, 1.0 - left / total, usual), 0.0, 1.0)
    return np.clip(np.where(there, cash / total, usual), 0.0, gone), gone


def _place(items: OpenItems) -> Ints:
    """(n,) the row of each item's currency."""
    names = items.currencies
    order = np.argsort(names)
    found: Ints = order[np.searchsorted(np.array(names)[order], items.currency)] if names else np.zeros(0, np.int64)
    return found.astype(np.int64)
