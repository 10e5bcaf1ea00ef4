"""At what hour a customer usually writes, where its messages bear an instant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...decide.dunning.zones import MAIN, zone
from ...ledger import Ledger

AT = "received_at"
"""Column of ``messages`` that a ledger may have: the instant, with its zone."""
FIRST, LAST = 8, 20
"""Hours at which anybody may be written to."""
_WEIGHT = 8.0
"""Messages that the book's hours are worth beside a customer's own."""


def usual_hours(cut: Ledger, who: Sequence[str]) -> list[int | None]:
    """The hour (of the customer's country, else of the book) at which each customer writes most often.

    Its own hours are drawn toward the book's; None where no message of a customer bears an instant.

    Parameters
    ----------
    cut : the ledger as it was known at as_of.
    """
    if AT not in cut.messages or cut.messages.empty:
        return [None] * len(who)
    messages = cut.messages[cut.messages[AT].notna().to_numpy()]
    if messages.empty:
        return [None] * len(who)
    instants = pd.to_datetime(messages[AT], utc=True)
    country = dict(zip(cut.customers["customer_id"], cut.customers["country"].fillna(""), strict=True))
    owner = messages["customer_id"].tolist()
    zones = [zone(MAIN.get(str(country.get(name, "")), cut.time_zone)) for name in owner]
    hours = np.array([moment.tz_convert(where or "UTC").hour for moment, where in zip(instants, zones, strict=True)])
    usual = np.bincount(hours, minlength=24) / len(hours)
    found: list[int | None] = []
    for name in who:
        mine = hours[[one == name for one in owner]]
        if not len(mine):
            found.append(None)
            continue
        weight = np.bincount(mine, minlength=24) + _WEIGHT * usual
        found.append(FIRST + int(weight[FIRST : LAST + 1].argmax()))
    return found
