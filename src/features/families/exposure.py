"""What the customer owes otherwise at as_of, in the currency of the invoice."""

from __future__ import annotations

import numpy as np

from ...ledger.schema import NO_DAY
from ..catalogue import feature
from ..kernel.moment import Moment, money
from ..kernel.streams import Floats, Ints, ratio


@feature("invoices", "exposure")
def open_count(at: Moment) -> Ints:
    """Number of the customer's other open invoices."""
    return at.open.count() - at.own_among_others


@feature("currency units", "exposure")
def open_amount(at: Moment) -> Floats:
    """Amount open on the customer's other invoices."""
    return money(_open_units(at))


@feature("invoices", "exposure")
def overdue_count(at: Moment) -> Ints:
    """Number of the customer's other invoices that are overdue."""
    return at.overdue.count() - at.own_overdue


@feature("currency units", "exposure")
def overdue_amount(at: Moment) -> Floats:
    """Amount open on the customer's other invoices that are overdue."""
    return money(at.overdue.total("still") - at.own_overdue * at.own_fact(at.states.still))


@feature("days", "exposure", "no other invoice of the customer is overdue")
def oldest_overdue(at: Moment) -> Floats:
    """Days by which the longest overdue of the customer's other invoices is overdue.

    as_of - the earliest due_on among them
    """
    return np.where(at.oldest_due == NO_DAY, np.nan, at.at - at.oldest_due)


@feature("ratio", "exposure", "the customer has no other invoice in this currency yet")
def amount_to_usual(at: Moment) -> Floats:
    """Amount of the invoice against the mean of the customer's other invoices.

    amount / mean(amount of the others)
    """
    total = at.issued.total("amount") - at.own_among_others * at.own_fact(at.states.amount)
    return ratio(at.own.amount, ratio(total, at.issued.count() - at.own_among_others))


@feature("ratio", "exposure", "the customer was billed nothing else in this currency for a year")
def credit_used(at: Moment) -> Floats:
    """Amount open on the customer's other invoices against what it was otherwise billed in the last 365 days.

    open amount / sum(amount of the others issued in the last 365 days)
    """
    recent = at.own_fact(at.states.issued) >= at.at - 365
    billed = at.issued.sum("amount", within=365) - recent * at.own_among_others * at.own_fact(at.states.amount)
    return ratio(_open_units(at), billed)


@feature("currency units", "exposure")
def unapplied_amount(at: Moment) -> Floats:
    """Money that came from the customer, or was credited, without naming an invoice."""
    return money(at.unapplied.total("amount"))


def _open_units(at: Moment) -> Ints:
    return at.open.total("still") - at.own_among_others * at.own_fact(at.states.still)
