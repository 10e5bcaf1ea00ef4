"""One small trained book for all tests of explanations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paybench.ledger import Ledger
from paybench.models.learn.bundle import Bundle, write_bundle
from paybench.models.training.candidate import Candidate
from paybench.models.training.train import baseline_candidate, train
from paybench.simulate import simulate

AS_OF = "2025-06-01"


@pytest.fixture(scope="session")
def book() -> Ledger:
    """60 customers over 18 months."""
    return simulate(60, 18, 3).ledger


@pytest.fixture(scope="session")
def candidate(book: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """A forest, trained with two parameter sets."""
    return train(book, AS_OF, tmp_path_factory.mktemp("store") / "candidate", trials=2)


@pytest.fixture(scope="session")
def forest(candidate: Candidate) -> Bundle:
    """What the candidate would serve."""
    assert not candidate.declined
    return candidate.bundle


@pytest.fixture(scope="session")
def store(candidate: Candidate, forest: Bundle) -> Path:
    """A store whose champion is the forest."""
    folder = candidate.folder.parent
    write_bundle(replace(forest, about=forest.about | {"version": "payment-timing v2"}), folder / "champion")
    return folder


@pytest.fixture(scope="session")
def baseline_store(book: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose champion is the Baseline; nothing was trained in it."""
    folder = tmp_path_factory.mktemp("baseline")
    baseline = baseline_candidate(book, AS_OF, folder / "first").bundle
    write_bundle(replace(baseline, about=baseline.about | {"version": "payment-timing v1"}), folder / "champion")
    return folder
