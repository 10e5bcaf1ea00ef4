"""Features that know the future, planted into small books, and what the leak test of training says of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from paybench.features import feature, forget
from paybench.features.kernel.moment import Moment
from paybench.ledger.schema import NO_DAY
from paybench.models.learn.folds import Book
from paybench.models.training.aside import leak_free, set_aside
from paybench.simulate import simulate

Ints = NDArray[np.int64]


def planted_leaks(books: int = 8) -> Iterator[bool]:
    """What the leak test of training says of each kind of leaking feature on small books: whether it is clean."""
    for seed in range(books):
        ledger = simulate(20, 8, seed=seed).ledger
        for leak in (outcome, late_or_not, mean_of_all, ever_issued, weekday_of_settlement):
            feature("days")(leak)
            try:
                book, start = set_aside(Book(ledger, "2024-08-15", 30))
                yield leak_free(book.cut, book.issued_in(start))
            finally:
                forget(leak.__name__)


def _final(at: Moment) -> Ints:
    """(invoices,) day on which each is settled, whenever that is."""
    final = np.full(at.block.invoices, NO_DAY)
    final[at.states.invoice] = at.states.settled
    return final


def outcome(at: Moment) -> Ints:
    """Days late of the invoice itself."""
    return _final(at)[at.invoice] - at.own.due


def late_or_not(at: Moment) -> Ints:
    """Whether the invoice itself is late."""
    return (outcome(at) > 0).astype(np.int64)


def mean_of_all(at: Moment) -> NDArray[np.float64]:
    """Mean days late of all of the customer's invoices, those to come too."""
    s = at.states
    over = np.minimum(_final(at)[s.invoice] - s.due, 90)
    sums = np.bincount(s.customer, over, minlength=at.block.customers)
    return (sums / np.maximum(np.bincount(s.customer, minlength=at.block.customers), 1))[at.customer]


def ever_issued(at: Moment) -> Ints:
    """Number of invoices that the customer will ever have had."""
    s = at.states
    return np.bincount(s.customer, minlength=at.block.customers)[at.customer]


def weekday_of_settlement(at: Moment) -> Ints:
    """Weekday on which the invoice itself is settled."""
    return (_final(at)[at.invoice] + 3) % 7
