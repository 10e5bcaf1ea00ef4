"""One simulated book and one candidate, trained once for all tests of the models."""

from __future__ import annotations

import pytest

from paybench.ledger import Ledger
from paybench.models.learn.folds import Book, Rows
from paybench.models.training.candidate import Candidate
from paybench.models.training.train import train
from paybench.simulate import World, simulate

DATE = "2025-06-01"
"""The last month of the book lies after it."""


@pytest.fixture(scope="session")
def world() -> World:
    return simulate(customers=60, months=18, seed=1)


@pytest.fixture(scope="session")
def ledger(world: World) -> Ledger:
    return world.ledger


@pytest.fixture(scope="session")
def book(ledger: Ledger) -> Book:
    return Book(ledger, DATE)


@pytest.fixture(scope="session")
def rows(book: Book) -> Rows:
    return book.known_at(book.at)


@pytest.fixture(scope="session")
def candidate(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return train(ledger, DATE, tmp_path_factory.mktemp("trained") / "candidate", trials=2)
