"""A feature of one's own, as it would stand in a file of one's own: registered by one decorator line."""

from __future__ import annotations

from .kernel.moment import Moment
from .kernel.streams import Floats


def days_late_jump(at: Moment) -> Floats:
    """Days late of the invoice that the customer settled last, less the median of the last ten.

    days_late_last - days_late_median_10
    """
    return at.settled.latest("days_late") - at.settled.median("days_late")
