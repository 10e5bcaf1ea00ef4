"""How the customer paid so far: invoices settled before as_of, by settlement day, cancelled ones left out."""

from __future__ import annotations

import numpy as np

from ..ledger.schema import NO_DAY
from .catalogue import feature
from .moment import Moment
from .streams import Floats, ratio

_NONE = "the customer has no settled invoice yet"
_NOT_DUE = "no other invoice of the customer has fallen due yet"


@feature("invoices", "history")
def n_settled(at: Moment) -> Floats:
    """Number of invoices that the customer settled."""
    return at.settled.count()


@feature("share", "history", _NONE)
def late_share(at: Moment) -> Floats:
    """Share of the customer's settled invoices that were late."""
    return at.settled.mean("late")


@feature("days", "history", _NONE)
def days_late_mean(at: Moment) -> Floats:
    """Mean days late of the customer's settled invoices."""
    return at.settled.mean("days_late")


@feature("days", "history", "the customer has fewer than two settled invoices")
def days_late_sd(at: Moment) -> Floats:
    """Standard deviation of the days late of the customer's settled invoices."""
    return at.settled.sd("days_late")


@feature("days", "history", _NONE)
def days_late_last(at: Moment) -> Floats:
    """Days late of the invoice that the customer settled last."""
    return at.settled.latest("days_late")


@feature("share", "history", _NOT_DUE)
def late_share_due(at: Moment) -> Floats:
    """Share late among the customer's other invoices that have fallen due, those still unpaid included."""
    return at.fallen_due.mean("late")


@feature("share", "history", _NOT_DUE)
def late_share_due_10(at: Moment) -> Floats:
    """Share late among the ten of the customer's other invoices that fell due last, those still unpaid included."""
    return at.fallen_due.mean("late", last=10)


@feature("days", "history", _NONE)
def days_late_decayed(at: Moment) -> Floats:
    """Mean days late of the customer's settled invoices, half the weight every 90 days back."""
    return at.settled.decayed_mean("days_late", "day", half_life=90.0)


@feature("days", "history", "the customer has not paid anything yet")
def days_since_payment(at: Moment) -> Floats:
    """Days since the customer last paid for anything but this invoice."""
    return np.where(at.last_payment == NO_DAY, np.nan, at.at - at.last_payment)


@feature("0 = Monday", "history", _NONE)
def pay_weekday(at: Moment) -> Floats:
    """Weekday on which the customer settles most often."""
    return at.settled.mode("weekday", 7)


@feature("share", "history", "the customer has no other invoice yet")
def disputed_share(at: Moment) -> Floats:
    """Share of the customer's other invoices that are known to have been disputed."""
    return ratio(at.others_disputed, at.others)
