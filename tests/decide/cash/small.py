"""A small simulated book, and forecasts of it that are quick to make: by the Baseline, with nothing learned."""

from __future__ import annotations

from functools import cache

from paybench.decide.cash.forecast import Forecast, forecast
from paybench.decide.cash.learned import Learned
from paybench.decide.cash.scenarios import Scenario
from paybench.ledger import Ledger
from paybench.models.learn.bundle import Bundle
from paybench.models.learn.fit import fit_baseline
from paybench.models.learn.folds import Book
from paybench.simulate import simulate

AT = "2025-01-31"
"""A Friday, so that a month and a quarter begin in the middle of the first week."""
WEEKS = 10


@cache
def book() -> Ledger:
    return simulate(50, 15, seed=5).ledger


@cache
def bundle(date: str = AT) -> Bundle:
    return fit_baseline(Book(book(), date))


@cache
def small_forecast(scenario: str = "") -> Forecast:
    what_if = Scenario.of([scenario] if scenario else [])
    return forecast(book(), AT, [bundle()], what_if, paths=100, weeks=WEEKS, seed=3, learned=Learned(kept=0.97))
