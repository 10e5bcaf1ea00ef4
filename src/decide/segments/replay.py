"""The months one after another: a day's segments follow from the ledger and the day alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..kpi.entries import Entries
from ..kpi.months import first_day, month_of
from .estimates import Estimates, estimate
from .facts import Facts, Floats, Ints
from .grid import Borders, Held, Levels, borders, step
from .settings import Settings


@dataclass(frozen=True)
class Month:
    """One day of the replay: what was known, what was estimated, what was said.

    Attributes
    ----------
    at : the first of a month, or the last day asked for. rows : (its accounts,) their places among those of the end.
    held : of all accounts of the end.
    """

    at: int
    rows: Ints
    found: Estimates
    borders: Borders
    held: Held


MONTHS = 240
"""Months before a day that are replayed: what a level was before has been forgotten."""


def days_of(first: int, at: int) -> Ints:
    """The first days of the months after ``first`` up to ``at``, the last :data:`MONTHS` of them, and ``at``."""
    last = int(month_of(at))
    starts = first_day(np.arange(max(int(month_of(first)) + 1, last - MONTHS), last + 1))
    return np.unique(np.append(starts, at))


def replay(entries: Entries, facts: Facts, settings: Settings) -> Iterator[Month]:
    """Every month as it was known then.

    Parameters
    ----------
    entries : of a ledger that ends before ``facts.at``. facts : of its end.
    """
    held = Held.nothing(len(facts.accounts))
    names = facts.accounts.set_index(["customer_id", "currency"]).index
    for at in days_of(int(facts.issued.min(initial=facts.at)), facts.at).tolist():
        then = facts if at == facts.at else Facts.of(entries, at)
        if not len(then):
            continue
        rows = np.asarray(names.get_indexer(then.accounts.set_index(["customer_id", "currency"]).index), dtype=np.int64)
        found = estimate(then, at, settings)
        limits = borders(then, found, settings)
        stepped, here = step(held.take(rows), found, limits, settings), rows >= 0
        # An account that a later correction took away is told of no more.
        held = held.put(rows[here], stepped.take(np.flatnonzero(here)))
        yield Month(at, rows, found, limits, held)


def replay_again(facts: Facts, settings: Settings, copies: Floats | None = None, before: Held | None = None) -> Held:
    """The levels at ``facts.at`` in the light of what is known at the end, each invoice counted ``copies`` times.

    Parameters
    ----------
    before : levels of the month before; given, only the last step is made.
    """
    days = days_of(int(facts.issued.min(initial=facts.at)), facts.at)
    held = Held.nothing(len(facts.accounts)) if before is None else before
    for at in days.tolist() if before is None else days[-1:].tolist():
        found = estimate(facts, at, settings, copies)
        held = step(held, found, borders(facts, found, settings), settings)
    return held


def cells(level: Levels) -> Ints:
    """One number for both levels, NONE where there is none."""
    return np.where(level[:, 0] < 0, -1, 3 * level[:, 1].astype(np.int64) + level[:, 0])
