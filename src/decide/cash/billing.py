"""Cash of invoices that are not issued yet: a line of its own, beside the open book and never mixed into it.

A future draws for each coming week a week of the past year, and what came of that week's invoices day by day after it:
so billing, terms, habits and large invoices come as they did, without a model of each. Four weeks that followed each
other are drawn together, because billing has the rhythm of months. What was not seen yet of a young week follows the
collection curve of the book.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger
from ...ledger.schema import MONEY_UNITS, days, units
from .items import WEEK
from .paths import Paths

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YEAR = 52
"""Weeks of billing that are drawn from."""
RUN = 4
"""Weeks that are drawn together."""
LATELY = 26
"""Weeks whose mean billing is what is expected of the next ones."""


@dataclass(frozen=True)
class Billing:
    """What was billed in one currency in past weeks, and what came of it.

    Attributes
    ----------
    billed : (weeks,) currency units, the latest week last; it ended the day before as_of.
    came : (weeks, days) cash of a week's invoices by day from the week's first day on.
    """

    billed: Floats
    came: Floats


def learn_billing(cut: Ledger, at: pd.Timestamp, currency: str, reach: int) -> Billing:
    """Learn it from the ledger as known at ``at``; ``reach`` is how many days each week is looked at."""
    now = int(days(pd.Series([at]))[0])
    mine = cut.invoices[(cut.invoices["currency"] == currency).to_numpy()]
    issued, amount = days(mine["issued_on"]), mine["amount"].to_numpy(dtype=np.float64)
    weeks = int(np.clip((now - issued.min(initial=now)) // WEEK, 1, YEAR))
    week = weeks - 1 - (now - 1 - issued) // WEEK
    there = (week >= 0) & (issued < now)
    billed = np.bincount(week[there], amount[there], minlength=weeks)[:weeks].astype(np.float64)
    paid = cut.payments[(cut.payments["kind"] == "payment").to_numpy()]
    row = pd.Index(mine["invoice_id"]).get_indexer(pd.Index(paid["invoice_id"]))
    row, on, units_ = row[row >= 0], days(paid["paid_on"])[row >= 0], units(paid["amount"])[row >= 0]
    of = week[row]
    since = on - (now - WEEK * (weeks - of))  # days from the first of the week in which it was billed
    counted = there[row] & (since >= 0) & (since < reach)
    came = np.zeros((weeks, reach))
    np.add.at(came, (of[counted], since[counted]), units_[counted] / MONEY_UNITS)
    return Billing(billed, _filled(billed, came))


def draw_billing(billing: Billing, paths: int, rng: np.random.Generator, later: int = 0) -> Floats:
    """(paths, days) cash of what will be billed from as_of on, ``later`` days later than it used to come.

    With a negative ``later`` so many days fewer are told.
    """
    came = _moved(billing.came, later)
    reach = came.shape[1]
    weeks = reach // WEEK
    there = len(billing.billed)
    starts = rng.integers(0, max(there - RUN + 1, 1), size=(paths, -(-weeks // RUN)))
    taken = np.minimum(starts[:, :, None] + np.arange(RUN), there - 1).reshape(paths, -1)[:, :weeks]
    usual, lately = billing.billed.mean(), billing.billed[-LATELY:].mean()
    came = came * (lately / usual if usual > 0 else 0.0)
    cash = np.zeros((paths, reach))
    for week in range(weeks):
        cash[:, WEEK * week :] += came[taken[:, week], : reach - WEEK * week]
    return cash


def new_billing(
    cut: Ledger, at: pd.Timestamp, currencies: tuple[str, ...], paths: int, count_days: int, seed: int, later: int = 0
) -> Paths:
    """Futures of the cash of what will be billed, by currency.

    Parameters
    ----------
    cut : the ledger as known at ``at``. count_days : to look ahead. seed : of the draw.
    later : days by which terms are longer than they were.
    """
    rng = np.random.default_rng([seed, 2])
    reach = count_days + max(-later, 0)  # with shorter terms what was behind comes into sight
    parts = [draw_billing(learn_billing(cut, at, c, reach), paths, rng, later) for c in currencies]
    return Paths(at, currencies, np.stack(parts) if parts else np.zeros((0, paths, count_days)))


def _filled(billed: Floats, came: Floats) -> Floats:
    """What came, and behind what was seen of each week the book's share of what was billed that comes on such a day."""
    weeks, reach = came.shape
    seen = np.arange(reach) < WEEK * np.arange(weeks, 0, -1)[:, None]
    whole = (billed[:, None] * seen).sum(axis=0)
    share = np.divide((came * seen).sum(axis=0), whole, out=np.zeros(reach), where=whole > 0)
    return np.where(seen, came, billed[:, None] * share)


def _moved(came: Floats, later: int) -> Floats:
    """Cash so many days later; if earlier, what would come before the first day comes on it, and the end is gone."""
    if later >= 0:
        stays = max(came.shape[1] - later, 0)
        return np.pad(came[:, :stays], ((0, 0), (came.shape[1] - stays, 0)))
    first = came[:, : 1 - later].sum(axis=1, keepdims=True)
    return np.concatenate([first, came[:, 1 - later :]], axis=1)
