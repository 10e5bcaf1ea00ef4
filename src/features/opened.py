"""The invoices that are open on a day, with everything that scoring asks about them, from one walk through a book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ..ledger import Ledger
from ..ledger.schema import NO_DAY, to_dates
from .build import KEYS, compute, feature_table, moments
from .catalogue import all_features
from .kernel.book import Book
from .kernel.moment import Moment, money
from .kernel.source import Source
from .kernel.streams import Floats, Ints
from .outcomes import Habits, habits_at, joined
from .points import Points, number_of, when_open


@dataclass(frozen=True)
class Opened:
    """Some of the open invoices, those of one customer following each other.

    Attributes
    ----------
    X : (n, features) their feature table, indexed by :data:`~.build.KEYS`. habits : of their customers.
    due_on, currency, amount_open : (n,) what is known of each; ``amount_open`` in currency units.
    """

    X: pd.DataFrame
    habits: Habits
    due_on: pd.Series
    currency: pd.Series
    amount_open: Floats

    def __len__(self) -> int:
        return len(self.X)

    def rows(self, some: slice) -> Opened:
        """Some of them."""
        return Opened(
            self.X.iloc[some],
            self.habits.take(some),
            self.due_on.iloc[some],
            self.currency.iloc[some],
            self.amount_open[some],
        )


def anything_known(folder: Path, date: object) -> bool:
    """Whether any invoice of a ledger folder was known at a date, without building a book."""
    table = Source(folder).table("invoices")
    issued, recorded = table.days("issued_on"), table.days("recorded_on")
    return bool((np.maximum(issued, np.where(recorded == NO_DAY, issued, recorded)) < number_of(date)).any())


class OpenBook:
    """A book on a day.

    Parameters
    ----------
    ledger : the whole book, or its folder. date : as_of; nothing dated on it or later has an influence.

    Attributes
    ----------
    known : whether any invoice was known.
    """

    def __init__(self, ledger: Ledger | str | Path, date: object) -> None:
        self._book, at = Book(ledger), number_of(date)
        self.known = bool((self._book.invoices.known < at).any())
        self._points = when_open(self._book, at)

    def __len__(self) -> int:
        """How many invoices are open."""
        return len(self._points)

    def some(self, first: int, last: int, least: int) -> Iterator[Opened]:
        """All open invoices, at least so many at a time (but the last); whole customers.

        Parameters
        ----------
        first, last : days late on which habits are counted, as in :func:`~.outcomes.habits`.
        """
        parts: list[_Block] = []
        for at, rows in moments(self._book, self._points):
            parts.append(_block(self._book, self._points, at, rows, first, last))
            if sum(len(part.amount_open) for part in parts) >= least:
                yield _opened(parts)
                parts = []
        if parts:
            yield _opened(parts)

    def none(self, first: int, last: int) -> Opened:
        """No open invoice, in the same columns."""
        X = feature_table(self._book, Points(*(np.zeros(0, dtype=np.int64),) * 3), None)
        past = Habits(first, *(np.zeros((0, n), dtype=np.float32) for n in (last - first + 1, last - first + 1, 7, 31)))
        due_on = pd.Series(to_dates(np.zeros(0, dtype=np.int64)))
        return Opened(X, past, due_on, pd.Series([], dtype="str"), np.zeros(0))


@dataclass(frozen=True)
class _Block:
    keys: list[pa.Array]
    numbers: Floats
    texts: list[pa.Array]
    habits: Habits
    due: Ints
    currency: pa.Array
    amount_open: Floats


def _block(book: Book, points: Points, at: Moment, rows: Ints, first: int, last: int) -> _Block:
    numbers, texts = compute(at, all_features())
    keys, still = points.keys(book, rows), money(at.own_fact(at.states.still))
    currency = at.names(at.own.currency, book.currencies)
    return _Block(keys, numbers, texts, habits_at(at, first, last), at.own.due, currency, still)


def _opened(parts: list[_Block]) -> Opened:
    features, n = all_features(), sum(len(part.amount_open) for part in parts)
    keys = [_joined([part.keys[k] for part in parts]) for k in range(len(KEYS))]
    levels = [pd.array(key, dtype="str") for key in keys[:2]]
    index = pd.MultiIndex.from_arrays([*levels, pd.DatetimeIndex(keys[2].to_numpy())], names=KEYS)
    numbers = np.empty((n, sum(not f.category for f in features)))
    np.concatenate([part.numbers.T for part in parts], out=numbers)
    X = pd.DataFrame(numbers, columns=[f.name for f in features if not f.category], index=index, copy=False)
    for k, f in enumerate(f for f in features if f.category):
        values = pd.array(_joined([part.texts[k] for part in parts]), dtype="str")
        X.insert([f.name for f in features].index(f.name), f.name, values)
    return Opened(
        X,
        joined([part.habits for part in parts]),
        pd.Series(to_dates(np.concatenate([part.due for part in parts]))),
        pd.Series(_joined([part.currency for part in parts]), dtype="str"),
        np.concatenate([part.amount_open for part in parts]),
    )


def _joined(arrays: list[pa.Array]) -> pa.Array:
    return pa.concat_arrays(arrays)
