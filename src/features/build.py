"""Features at decision points: an invoice, and the day on which something is decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import PaybenchError
from ..ledger import Ledger
from . import families  # noqa: F401  (importing it fills the catalogue)
from .catalogue import Feature, chosen
from .kernel.block import blocks
from .kernel.book import Book
from .kernel.moment import Moment
from .kernel.streams import Ints
from .points import LANDMARKS, Points, at_landmarks, at_opening, named, number_of, when_open

KEYS = ["invoice_id", "customer_id", "as_of"]
"""The index of a feature table."""


def at_issue(ledger: Ledger | str | Path, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Features of every invoice as of its own issue date (see :func:`features_at`)."""
    book = Book(ledger)
    return feature_table(book, at_opening(book), names)


def open_on(ledger: Ledger | str | Path, date: object, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Features of every invoice that is open at a date (see :func:`features_at`)."""
    book = Book(ledger)
    return feature_table(book, when_open(book, number_of(date)), names)


def landmarks(
    ledger: Ledger | str | Path,
    after_due: Iterable[int] = LANDMARKS,
    names: Iterable[str] | None = None,
    until: object = None,
) -> pd.DataFrame:
    """Features of every invoice at its issue, and at landmarks during its life while it is open.

    Parameters
    ----------
    after_due : landmarks in days after the due date, negative = before; one that lies before the issue is left out.
    until : the last as_of of a row; any, if not given.
    """
    book = Book(ledger)
    return feature_table(book, at_landmarks(book, after_due, until), names)


def features_at(ledger: Ledger | str | Path, rows: pd.DataFrame, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Point-in-time features, for any number of decision rows at once.

    Parameters
    ----------
    ledger : the whole book; what was not known before a row's as_of has no influence on that row.
    rows : invoice_id, customer_id, as_of. A row brings the terms of its own invoice; nothing else dated on its
        as_of or later is known. A decision point lies between an invoice's issue and its settlement.
    names : of the features wanted; all, if none are named.

    Returns
    -------
    DataFrame in the order of ``rows``, indexed by invoice_id, customer_id, as_of; columns and units by
    :func:`~.catalogue.catalogue`. A missing value is NaN, never 0.

    Raises
    ------
    PaybenchError
        If a row names an invoice that the ledger does not have, or another customer's, or lies after its invoice was
        closed.
    """
    book = Book(ledger, rows)
    return feature_table(book, named(book, rows), names)


def moments(book: Book, points: Points) -> Iterator[tuple[Moment, Ints]]:
    """What was known at each point, in blocks of customers, each with the places of its points.

    Raises
    ------
    PaybenchError
        If a point lies after its invoice was closed.
    """
    order = points.order
    for block, places in blocks(book, points.customer[order]):
        rows = order[places]
        invoice = points.invoice[rows]
        at = Moment(
            block, block.number(invoice), points.customer[rows] - block.begin, points.day[rows], book.first[invoice]
        )
        if at.own_closed.any():
            row = rows[int(np.flatnonzero(at.own_closed)[0])]
            date = np.datetime64(int(points.day[row]), "D")
            raise PaybenchError(
                f"Invoice '{book.invoice_name(points.invoice[row])}' was closed before {date}; "
                "a decision point lies between an invoice's issue and its settlement."
            )
        yield at, rows


def compute(at: Moment, features: list[Feature]) -> tuple[np.ndarray, list[pa.Array]]:
    """Numeric features (features, n) and categories (one Arrow array each) of a moment's rows."""
    numbers = np.empty((sum(not f.category for f in features), len(at.at)))
    texts, k = [], 0
    for f in features:
        values: Any = f.compute(at)
        if f.category:
            texts.append(pa.array(values, pa.large_string(), from_pandas=True))
        else:
            numbers[k] = values
            k += 1
    return numbers, texts


def tables(book: Book, points: Points, names: Iterable[str] | None) -> Iterator[pa.Table]:
    """The same as Arrow tables of some of the rows each, in the order in which they are made."""
    features = chosen(names)
    for at, rows in moments(book, points):
        numbers, texts = compute(at, features)
        number, text = iter(numbers), iter(texts)
        columns = dict(zip(KEYS, points.keys(book, rows), strict=True))
        for f in features:
            columns[f.name] = next(text) if f.category else pa.array(next(number), from_pandas=True)
        yield pa.table(columns)


def feature_table(book: Book, points: Points, names: Iterable[str] | None) -> pd.DataFrame:
    """The features of points, in their order."""
    features = chosen(names)
    numeric = [f.name for f in features if not f.category]
    numbers = np.empty((len(points), len(numeric)))
    texts: list[list[pa.Array]] = []
    for at, rows in moments(book, points):
        block, named_values = compute(at, features)
        numbers[rows] = np.ascontiguousarray(block.T)  # whole rows are written, not single numbers
        texts.append(named_values)
    table = pd.DataFrame(numbers, columns=numeric, index=points.index(book, KEYS), copy=False)
    back = np.empty(len(points), dtype=np.int64)
    back[points.order] = np.arange(len(points))
    category = [f.name for f in features if f.category]
    for k, name in enumerate(category):
        parts = [block[k] for block in texts]
        values = pa.concat_arrays(parts).take(pa.array(back)) if parts else pa.array([], pa.large_string())
        place = [f.name for f in features].index(name)
        table.insert(place, name, pd.array(values, dtype="str"))
    return table
