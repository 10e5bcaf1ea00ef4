"""How the customer paid so far: invoices settled before as_of, by settlement day, cancelled ones left out."""

from __future__ import annotations

import numpy as np

from ..catalogue import feature
from ..kernel.moment import Moment
from ..kernel.streams import Flags, Floats, Ints, ratio

_NONE = "the customer has no settled invoice yet"
_TWO = "the customer has fewer than two settled invoices"
_NOT_DUE = "no other invoice of the customer has fallen due yet"
_LATELY = "the customer settled no invoice in the last {} days"

COLD = 3
"""Settled invoices below which a customer counts as hardly known."""


@feature("invoices", "history")
def n_issued(at: Moment) -> Ints:
    """Number of the customer's other invoices, in any currency."""
    return at.all_issued.count() - at.own_among_others


@feature("invoices", "history")
def n_settled(at: Moment) -> Ints:
    """Number of invoices that the customer settled."""
    return at.settled.count()


@feature("0 or 1", "history")
def cold_start(at: Moment) -> Ints:
    """Whether the customer has settled fewer than three invoices."""
    return (at.settled.count() < COLD).astype(np.int64)


@feature("share", "history", _NONE)
def late_share(at: Moment) -> Floats:
    """Share of the customer's settled invoices that were late.

    number with days_late > grace / number
    """
    return at.settled.mean("late")


@feature("days", "history", _NONE)
def days_late_mean(at: Moment) -> Floats:
    """Mean days late of the customer's settled invoices.

    sum(settled_on - due_on) / number
    """
    return at.settled.mean("days_late")


@feature("days", "history", _TWO)
def days_late_sd(at: Moment) -> Floats:
    """Standard deviation of the days late of the customer's settled invoices.

    sqrt(sum((days_late - mean)^2) / (number - 1))
    """
    return at.settled.sd("days_late")


@feature("days", "history", _NONE)
def days_to_pay_mean(at: Moment) -> Floats:
    """Mean days from issue to settlement of the customer's settled invoices.

    sum(settled_on - issued_on) / number
    """
    return at.settled.mean("days_to_pay")


@feature("days", "history", _TWO)
def days_to_pay_sd(at: Moment) -> Floats:
    """Standard deviation of the days from issue to settlement of the customer's settled invoices."""
    return at.settled.sd("days_to_pay")


@feature("days", "history", "the customer has no settled invoice in this currency yet")
def days_late_by_amount(at: Moment) -> Floats:
    """Mean days late of the customer's settled invoices in this currency, weighted by amount.

    sum(amount * days_late) / sum(amount)
    """
    return ratio(at.settled_amounts.total("weighted"), at.settled_amounts.total("amount"))


@feature("days", "history", _NONE)
def days_late_last(at: Moment) -> Floats:
    """Days late of the invoice that the customer settled last."""
    return at.settled.latest("days_late")


@feature("days", "history", _NONE)
def days_late_mean_3(at: Moment) -> Floats:
    """Mean days late of the three invoices that the customer settled last."""
    return at.settled.mean("days_late", last=3)


@feature("days", "history", _NONE)
def days_late_mean_5(at: Moment) -> Floats:
    """Mean days late of the five invoices that the customer settled last."""
    return at.settled.mean("days_late", last=5)


@feature("days", "history", _NONE)
def days_late_mean_10(at: Moment) -> Floats:
    """Mean days late of the ten invoices that the customer settled last."""
    return at.settled.mean("days_late", last=10)


@feature("share", "history", _NONE)
def late_share_10(at: Moment) -> Floats:
    """Share late among the ten invoices that the customer settled last."""
    return at.settled.mean("late", last=10)


@feature("days", "history", _NONE)
def days_late_max_10(at: Moment) -> Floats:
    """Highest days late among the ten invoices that the customer settled last."""
    return at.settled.highest("days_late")


@feature("days", "history", _NONE)
def days_late_median_10(at: Moment) -> Floats:
    """Median days late of the ten invoices that the customer settled last."""
    return at.settled.median("days_late")


@feature("invoices", "history")
def n_settled_90(at: Moment) -> Ints:
    """Number of invoices that the customer settled in the last 90 days."""
    return at.settled.number(within=90)


@feature("share", "history", _LATELY.format(90))
def late_share_90(at: Moment) -> Floats:
    """Share late among the invoices that the customer settled in the last 90 days."""
    return at.settled.mean("late", within=90)


@feature("days", "history", _LATELY.format(90))
def days_late_mean_90(at: Moment) -> Floats:
    """Mean days late of the invoices that the customer settled in the last 90 days."""
    return at.settled.mean("days_late", within=90)


@feature("days", "history", _LATELY.format(180))
def days_late_mean_180(at: Moment) -> Floats:
    """Mean days late of the invoices that the customer settled in the last 180 days."""
    return at.settled.mean("days_late", within=180)


@feature("invoices", "history")
def n_settled_365(at: Moment) -> Ints:
    """Number of invoices that the customer settled in the last 365 days."""
    return at.settled.number(within=365)


@feature("share", "history", _LATELY.format(365))
def late_share_365(at: Moment) -> Floats:
    """Share late among the invoices that the customer settled in the last 365 days."""
    return at.settled.mean("late", within=365)


@feature("days", "history", _LATELY.format(365))
def days_late_mean_365(at: Moment) -> Floats:
    """Mean days late of the invoices that the customer settled in the last 365 days."""
    return at.settled.mean("days_late", within=365)


@feature("days", "history", _NONE)
def days_late_decayed(at: Moment) -> Floats:
    """Mean days late of the customer's settled invoices, half the weight every 90 days back.

    sum(w * days_late) / sum(w), w = 0.5 ^ ((as_of - settled_on) / 90)
    """
    weights, weighted = at.settled.weighted("day", "days_late", half_life=90.0)
    return np.where(at.settled.count() > 0, ratio(weighted, weights), np.nan)


@feature("days", "history", _NONE)
def days_late_trend(at: Moment) -> Floats:
    """Mean days late of the last three invoices settled, less that of all.

    days_late_mean_3 - days_late_mean
    """
    return at.settled.mean("days_late", last=3) - at.settled.mean("days_late")


@feature("days", "history", _LATELY.format(90))
def days_late_trend_90(at: Moment) -> Floats:
    """Mean days late of the last 90 days, less that of the last 365 days.

    days_late_mean_90 - days_late_mean_365
    """
    return at.settled.mean("days_late", within=90) - at.settled.mean("days_late", within=365)


@feature("share", "history", _NOT_DUE)
def late_share_due(at: Moment) -> Floats:
    """Share late among the customer's other invoices that have fallen due, those still unpaid included.

    fallen due: due_on + grace < as_of
    """
    own = at.own_fallen_due
    return ratio(at.fallen_due.total("late") - own, at.fallen_due.count() - own)


@feature("share", "history", _NOT_DUE)
def late_share_due_10(at: Moment) -> Floats:
    """Share late among the ten of the customer's other invoices that fell due last, those still unpaid included.

    of several that fell due on one day the larger come last
    """
    return at.fallen_due.mean("late", last=10)


@feature("days", "history", "the customer has not paid anything else yet")
def days_since_payment(at: Moment) -> Floats:
    """Days since the customer last paid for anything but this invoice.

    as_of - the latest paid_on
    """
    return at.at - at.payments.latest("day")


@feature("0 = Monday", "history", _NONE)
def pay_weekday(at: Moment) -> Floats:
    """Weekday on which the customer settles most often."""
    return _where(at.settled.most("weekday", 7)[0], at.settled.count() > 0)


@feature("share", "history", _NONE)
def pay_weekday_share(at: Moment) -> Floats:
    """Share of the customer's settled invoices that were settled on its usual weekday."""
    return ratio(at.settled.most("weekday", 7)[1], at.settled.count())


@feature("day of month", "history", _NONE)
def pay_month_day(at: Moment) -> Floats:
    """Day of the month on which the customer settles most often."""
    return _where(at.settled.most("month_day", 31)[0] + 1, at.settled.count() > 0)


@feature("share", "history", _NONE)
def part_share(at: Moment) -> Floats:
    """Share of the customer's settled invoices on which something was paid before the day of settlement."""
    return at.settled.mean("parted")


@feature("invoices", "history")
def lost_count(at: Moment) -> Ints:
    """Number of the customer's other invoices that were written off."""
    return at.lost.count()


@feature("share", "history", "the customer has no other invoice yet")
def disputed_share(at: Moment) -> Floats:
    """Share of the customer's other invoices that are known to have been disputed."""
    own, with_customer = at.own_among_others, at.dealings
    disputed = with_customer.disputed.count() - own * with_customer.own_disputed.count()
    return ratio(disputed, at.all_issued.count() - own)


def _where(values: Ints, there: Flags) -> Floats:
    return np.where(there, values, np.nan)
