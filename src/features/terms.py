"""What the invoice itself says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .catalogue import feature
from .moment import Moment, money, weekday
from .streams import Floats, Ints


@feature("currency units", "terms")
def amount(at: Moment) -> Floats:
    """Amount of the invoice."""
    return money(at.own.amount)


@feature("days", "terms")
def terms_days(at: Moment) -> Ints:
    """Days from issue to due date."""
    return at.own.due - at.own.issued


@feature("0 = Monday", "terms")
def due_weekday(at: Moment) -> Ints:
    """Weekday of the due date."""
    return weekday(at.own.due)


@feature("days", "terms")
def due_to_month_end(at: Moment) -> Ints:
    """Days from the due date to the end of its month."""
    due = at.own.due.astype("datetime64[D]")
    next_month = (due.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]")
    left: Ints = (next_month - due).astype(np.int64) - 1
    return left


@feature("code", "terms", missing="the ledger has no country for the customer", category=True)
def country(at: Moment) -> pd.Series:
    """Country of the customer."""
    return at.country
