"""Where in its life the invoice is at as_of."""

from __future__ import annotations

from ..catalogue import feature
from ..kernel.moment import Moment
from ..kernel.streams import Floats, Ints, ratio


@feature("days", "age")
def age_days(at: Moment) -> Ints:
    """Days since the invoice was issued.

    as_of - issued_on
    """
    return at.at - at.own.issued


@feature("days", "age")
def days_to_due(at: Moment) -> Ints:
    """Days until the invoice is due, negative when overdue.

    due_on - as_of
    """
    return at.own.due - at.at


@feature("share", "age")
def paid_share(at: Moment) -> Floats:
    """Share of the invoice that has been paid or credited so far.

    1 - still due / amount
    """
    return 1.0 - ratio(at.own_fact(at.states.still, 1), at.own_fact(at.states.amount, 1))
