"""What a bundle says of the open book on a day, with what promises, disputes and pay days make of it."""

from __future__ import annotations

import pandas as pd

from ...ledger import Ledger, as_of, day
from ...models.learn.bundle import Bundle
from .events.anchors import anchored, learn_anchors
from .items import WEEK, WEEKS, OpenItems, open_items
from .paydays import on_pay_days


def said_of(ledger: Ledger, date: object, bundle: Bundle, days: int = WEEK * WEEKS) -> OpenItems:
    """Open items whose distributions know of promises, disputes and pay days; arguments as :func:`.open_items`."""
    at: pd.Timestamp = day(date)
    cut = as_of(ledger, at)
    items = open_items(cut, at, bundle, days)
    return on_pay_days(anchored(items, cut, learn_anchors(cut, at)), cut)
