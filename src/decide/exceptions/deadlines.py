"""Days until which something has to be seen to, counted in business days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...features.families.calendar import workdays
from ...ledger.schema import days, to_dates

_ROOM = 40  # calendar days beyond two per business day; no country rests longer


def deadlines(at: pd.Timestamp, business_days: np.ndarray, country: str = "") -> np.ndarray:
    """(n,) dates (``datetime64[s]``) so many business days after a day; 0 = that day, or the next business day.

    Parameters
    ----------
    business_days : (n,) whole numbers, 0 or more. country : whose public holidays are no business days; empty =
        weekends only.
    """
    first = int(days(pd.Series([at]))[0])
    most = int(business_days.max(initial=0))
    open_days = first + np.flatnonzero(workdays(country, first, first + 2 * most + _ROOM))
    later = open_days[open_days > first]
    return to_dates(np.where(business_days == 0, open_days[0], later[np.maximum(business_days, 1) - 1]))
