"""The books worked out by hand, and the two ways to the features that have to give the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from paybench.features import features_at
from paybench.ledger.book import Ledger
from tests.oracle import sqlite as oracle
from tests.oracle.golden import busy_book, dealings_book, golden_book, points

At = Callable[..., list[Any]]


@pytest.fixture(params=[oracle.features, features_at], ids=["oracle", "kernel"])
def at(request: pytest.FixtureRequest) -> At:
    """Some features of one decision point, a missing one as None."""

    def values(ledger: Ledger, invoice: str, number: int, *names: str) -> list[Any]:
        row = request.param(ledger, points((invoice, number))).iloc[0]
        return [None if pd.isna(row[name]) else row[name] for name in names]

    return values


@pytest.fixture(scope="module")
def book() -> Ledger:
    return golden_book()


@pytest.fixture(scope="module")
def busy() -> Ledger:
    return busy_book()


@pytest.fixture(scope="module")
def dealings() -> Ledger:
    return dealings_book()
