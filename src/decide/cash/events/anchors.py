"""Promises and disputes move the day on which an open invoice is paid, by what came of them in the past of the book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from ....errors import PaybenchError
from ....ledger import TABLES, Ledger, day
from ....ledger.cut import known_on
from ....ledger.schema import days, units
from ..items import Floats, Ints, OpenItems
from .contested import contested, past_disputes
from .lags import Lags
from .promised import past_promises, pending

FEW = 5
"""Ended disputes below which a book says nothing about them."""
HOLD = 14
"""Days by which an open dispute then holds what it is about: an assumption, that somebody needs two weeks to look into
it. In simulated books one in ten invoices with an open dispute was paid within two weeks."""
TRUST = 20
"""Ended disputes at which half of the share credited in the past is expected of an open one."""


@dataclass(frozen=True)
class Anchors:
    """What came of the promises and disputes of a book, as known at a date.

    Attributes
    ----------
    promises : by days from the promised day. disputes : by days from the day of opening.
    credited : share of a disputed amount that is credited instead of paid, drawn to 0 where few disputes have ended.
    """

    promises: Lags
    disputes: Lags
    credited: float


def learn_anchors(cut: Ledger, at: object) -> Anchors:
    """What came of the promises and disputes that are known.

    A promise is kept on the day on which what was paid or credited after it reaches the promised amount, or all of the
    invoice. One that has not been kept, and a dispute whose invoice is open, count as unpaid until as_of, and not
    beyond. What was written off is never paid.

    Parameters
    ----------
    cut : the ledger as known at ``at`` (:func:`paybench.ledger.as_of`). at : as_of.

    Raises
    ------
    PaybenchError
        If the ledger holds anything dated ``at`` or later.
    """
    check_cut(cut, at)
    today = int(days(pd.Series([day(at)]))[0])
    disputes, credited = past_disputes(cut, today)
    return Anchors(past_promises(cut, today), disputes, credited * disputes.n / (disputes.n + TRUST))


def anchored(items: OpenItems, cut: Ledger, learned: Anchors | None = None) -> OpenItems:
    """Open invoices whose pending promises and open disputes have moved their distributions.

    A promise counts if it is the latest made on its invoice and its day has not passed; one without an invoice is
    shared out among the customer's invoices of that time, the oldest due first. A dispute counts while it is open. How
    far they move what the model says: :class:`~.lags.Lags`; but where fewer than :data:`FEW` disputes have ended, what
    is disputed and expected within :data:`HOLD` days comes so many days later.

    Only the promised or disputed amount moves. An invoice has one distribution, so it is mixed by amount: expected cash
    is exact, and a payment in two parts is called a chance of one. What is disputed is not promised. The share of a
    disputed amount that is credited never comes.

    Parameters
    ----------
    items : n open invoices, all of the book: what the model says is averaged over them.
    cut : the ledger as known at ``items.at``. learned : of the same ledger; None = learn now.

    Returns
    -------
    OpenItems, in the same order; an invoice without promise and dispute is unchanged.

    Raises
    ------
    PaybenchError
        If the ledger holds anything dated ``items.at`` or later.
    """
    check_cut(cut, items.at)
    past = learn_anchors(cut, items.at) if learned is None else learned
    today = int(days(pd.Series([items.at]))[0])
    open_ = units(items.amount)
    opened, disputed = contested(items, cut)
    promised_on, owed = pending(items, cut)
    on_day, later = items.on_day.copy(), items.later.copy()

    def move(amount: Ints, moved: Moved, since: Ints) -> None:
        rows = np.flatnonzero(amount > 0)
        days_, later_ = moved(items.on_day[rows], items.later[rows], today - since[rows])
        share = amount[rows] / open_[rows]
        on_day[rows] += share[:, None] * (days_ - items.on_day[rows])
        later[rows] += share * (later_ - items.later[rows])

    move(disputed, partial(_disputed, past), opened)
    move(np.minimum(owed, open_ - disputed), past.promises.moved, promised_on)
    return replace(items, on_day=np.maximum(on_day, 0.0), later=np.maximum(later, 0.0))


Moved = Callable[[Floats, Floats, Ints], tuple[Floats, Floats]]


def check_cut(cut: Ledger, at: object) -> None:
    """See that a ledger holds nothing dated on a day or later.

    Raises
    ------
    PaybenchError
        If it does.
    """
    for name, spec in TABLES.items():
        latest = known_on(spec, cut.table(name)).max()
        if latest >= day(at):
            raise PaybenchError(
                f"Table '{name}' has a row of {latest:%Y-%m-%d}, which is not known on {day(at):%Y-%m-%d}; "
                f"give the ledger as known then, as_of(ledger, '{day(at):%Y-%m-%d}')."
            )


def _disputed(past: Anchors, model: Floats, later: Floats, lag: Ints) -> tuple[Floats, Floats]:
    moved, behind = past.disputes.moved(model, later, lag) if past.disputes.n >= FEW else _held(model, later)
    return (1.0 - past.credited) * moved, (1.0 - past.credited) * behind


def _held(model: Floats, later: Floats) -> tuple[Floats, Floats]:
    """The mass of the first days, so many days later."""
    hold = min(HOLD, model.shape[1])
    moved = model.copy()
    moved[:, :hold] = 0.0
    behind = moved[:, hold : 2 * hold]
    behind += model[:, : behind.shape[1]]
    return moved, later + model[:, behind.shape[1] : hold].sum(axis=1)
