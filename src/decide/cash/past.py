"""What was said at past days of the invoices that were open then, and what has come of them since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger, as_of, day, known, settle
from ...ledger.some import without_customers
from ...models.learn.bundle import Bundle
from ...progress import track
from .items import WEEK, OpenItems
from .said import said_of

Floats = NDArray[np.float64]

ORIGINS = 52
"""Weeks back that a forecast looks at what was said and what came: a year."""
STEPS = 13
"""Weeks that each of them looked ahead: a quarter."""
MOST_OPEN = 5_000
"""Open invoices of a past day that are looked at: of a larger book some customers, drawn once, teach the same."""


@dataclass(frozen=True)
class Outcome:
    """What had come of open items by a day.

    Attributes
    ----------
    weeks : whole weeks from the items' as_of that are over; of later ones nothing is known.
    after : (n,) days from as_of to settlement; infinite where not settled by that day.
    cash : (n, days) payments on these invoices by day from as_of on, in currency units; reversals are negative.
    """

    weeks: int
    after: Floats
    cash: Floats


@dataclass(frozen=True)
class Origin:
    """A past day: its open items, and what has come of them."""

    items: OpenItems
    outcome: Outcome


class Known:
    """What is known of settlements and payments at a day.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    """

    def __init__(self, ledger: Ledger, date: object) -> None:
        self.at = day(date)
        self.cut = as_of(ledger, self.at)
        facts = settle(self.cut)
        self._settled = pd.Series(facts["settled_on"].to_numpy(), index=facts["invoice_id"])
        paid = self.cut.payments
        self._paid = paid[(paid["kind"] == "payment").to_numpy() & paid["invoice_id"].notna().to_numpy()]

    def outcome(self, items: OpenItems) -> Outcome:
        """What has come of items that were open at an earlier day."""
        settled = self._settled.reindex(items.invoice_id).to_numpy()
        after = (settled - np.datetime64(items.at, "s")) / np.timedelta64(1, "D")
        place = pd.Index(items.invoice_id).get_indexer(pd.Index(self._paid["invoice_id"]))
        days = (self._paid["paid_on"] - items.at).dt.days.to_numpy()
        counts = (place >= 0) & (days >= 0) & (days < items.days)
        cash = np.zeros((len(items), items.days))
        np.add.at(cash, (place[counts], days[counts]), self._paid["amount"].to_numpy()[counts])
        weeks = min((self.at - items.at).days, items.days) // WEEK
        return Outcome(weeks, np.where(np.isnan(after), np.inf, after), cash)


def origins(at: pd.Timestamp, since: pd.Timestamp, most: int = ORIGINS) -> list[pd.Timestamp]:
    """Days that lie whole weeks before ``at``, from ``since`` on, at most so many, the earliest first."""
    count = min((at - since).days // WEEK, most)
    return [at - pd.Timedelta(days=WEEK * k) for k in range(count, 0, -1)]


def look_back(ledger: Ledger, date: object, bundles: Sequence[Bundle], show: bool = False) -> list[Origin]:
    """What bundles said at the past weeks' days, and what had come of it by a date.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    bundles : of each past day the latest speaks that had been trained by then; before the first there are no origins.
    show : progress.

    Returns
    -------
    list of Origin, the earliest first; at most :data:`ORIGINS`.
    """
    if not bundles:
        return []
    # Every version is kept: an earlier day has to see what was known then.
    ledger = _some(known(ledger, date), date)
    now, first = Known(ledger, date), min(_trained(bundle) for bundle in bundles)
    found = []
    for origin in track(origins(now.at, first), "looking back", show):
        items = said_of(ledger, origin, speaking(bundles, origin), WEEK * STEPS)
        found.append(Origin(items, now.outcome(items)))
    return found


def speaking(bundles: Sequence[Bundle], at: pd.Timestamp) -> Bundle:
    """The latest of the bundles that had been trained by a day."""
    return max((bundle for bundle in bundles if _trained(bundle) <= at), key=_trained)


def _trained(bundle: Bundle) -> pd.Timestamp:
    return day(bundle.about["as_of"])


def _some(ledger: Ledger, date: object) -> Ledger:
    """The ledger, or where more than :data:`MOST_OPEN` invoices are open at ``date`` so many customers as have them."""
    facts = settle(as_of(ledger, date))
    open_ = facts.loc[facts["amount_open"] > 0, "customer_id"].value_counts().sort_index()
    if open_.sum() <= MOST_OPEN:
        return ledger
    drawn = open_.iloc[np.random.default_rng(0).permutation(len(open_))]
    taken = drawn.index[drawn.cumsum() <= MOST_OPEN]
    return without_customers(ledger, set(ledger.invoices["customer_id"]) - set(taken))
