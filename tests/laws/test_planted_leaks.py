"""Leaks planted into the real kernel: the law's own test has to catch every one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from paybench.features import features_at, issue_rows, labels
from paybench.features import moment as kernel
from paybench.features.streams import History, Ints, Stream
from paybench.ledger import Ledger, as_of
from paybench.ledger import settle as true_settle
from paybench.simulate import Settings, simulate

Values = dict[str, Ints]


@pytest.fixture(scope="module")
def book() -> Ledger:
    # Disputes are rare, and this many are needed for some to be opened between a row and the end of the book.
    settings = replace(Settings(), disputing=8.0)
    return simulate(customers=40, months=18, seed=5, settings=settings).ledger


def breaks_the_law(book: Ledger) -> bool:
    """Whether features or labels at a date differ once everything from that date on is gone."""
    date = pd.Timestamp("2025-02-03")
    rows = issue_rows(as_of(book, date))
    past = as_of(book, date)
    if not features_at(book, rows).equals(features_at(past, rows)):
        return True
    return not labels(book, rows, date).equals(labels(past, rows, date))


def history_by_issue_date(patch: pytest.MonkeyPatch) -> None:
    class ByIssue(History):
        def __init__(self, stream: Stream, values: Values, group: Ints, before: Ints, own: Ints | None = None) -> None:
            super().__init__(stream, values, group, before + 30, own)  # known 30 days before it was paid

    patch.setattr(kernel, "History", ByIssue)


def customer_means_over_all_rows(patch: pytest.MonkeyPatch) -> None:
    class OverAll(History):
        def __init__(self, stream: Stream, values: Values, group: Ints, before: Ints, own: Ints | None = None) -> None:
            super().__init__(stream, values, group, np.full_like(before, 100_000), own)

    patch.setattr(kernel, "History", OverAll)


def disputes_without_their_date(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(kernel, "known_on", lambda spec, table: pd.Series(pd.Timestamp("2000-01-01"), index=table.index))


def labels_of_the_whole_book(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(import_module("paybench.features.labels"), "as_of", lambda ledger, date: ledger)


def open_amounts_of_today(patch: pytest.MonkeyPatch) -> None:
    def closed_already(ledger: Ledger) -> pd.DataFrame:
        facts = true_settle(ledger)
        facts["settled_on"] = facts["settled_on"].where(facts["settled_on"].isna(), facts["issued_on"])
        return facts

    patch.setattr(kernel, "settle", closed_already)


def test_the_kernel_keeps_the_law(book: Ledger) -> None:
    # Without a leak nothing changes, so that what follows says something.
    assert not breaks_the_law(book)


@pytest.mark.parametrize(
    "leak",
    [
        history_by_issue_date,
        customer_means_over_all_rows,
        disputes_without_their_date,
        labels_of_the_whole_book,
        open_amounts_of_today,
    ],
)
def test_a_planted_leak_is_caught(book: Ledger, leak: Callable[[pytest.MonkeyPatch], None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        leak(patch)
        # Every planted leak makes the past depend on the future.
        assert breaks_the_law(book)
