"""A feature of one's own, as it would stand in a file of one's own: registered by one decorator line."""

from __future__ import annotations

from .kernel.moment import Moment
from .kernel.streams import Floats


def late_share_3(at: Moment) -> Floats:
    """Share late among the three invoices that the customer settled last.

    number with days_late > grace / 3, or fewer if there are fewer
    """
    return at.settled.mean("late", last=3)
