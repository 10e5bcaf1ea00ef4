"""What the customer owes otherwise at as_of, in the currency of the invoice."""

from __future__ import annotations

from .catalogue import feature
from .moment import Moment, money
from .streams import Floats, Ints, ratio


@feature("invoices", "exposure")
def open_count(at: Moment) -> Ints:
    """Number of the customer's other open invoices."""
    return at.open_count


@feature("currency units", "exposure")
def open_amount(at: Moment) -> Floats:
    """Amount open on the customer's other invoices."""
    return money(at.open_amount)


@feature("invoices", "exposure")
def overdue_count(at: Moment) -> Ints:
    """Number of the customer's other invoices that are overdue."""
    return at.overdue_count


@feature("ratio", "exposure", "the customer has no other invoice yet")
def amount_to_usual(at: Moment) -> Floats:
    """Amount of the invoice against the mean of the customer's other invoices."""
    return ratio(at.own.amount, at.usual_amount)
