"""What a change of parameters does is judged like a candidate."""

from __future__ import annotations

from pathlib import Path

import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger, read_ledger
from paybench.models.versions.candidate import Candidate
from paybench.models.versions.change import parsed, try_change
from tests.trained import Trained


@pytest.fixture(scope="module")
def judged(trained: Trained) -> Candidate:
    return Candidate(trained.store / "candidate")


@pytest.fixture(scope="module")
def book(trained: Trained) -> Ledger:
    return read_ledger(trained.ledger)


def test_a_change_to_what_is_there_changes_nothing(judged: Candidate, book: Ledger, tmp_path: Path) -> None:
    same = {"late__leaves": judged.about["parameters"]["late__leaves"]}
    found = try_change(book, judged, same, tmp_path / "store")
    assert found is not None
    # The same twin is grown again: against itself it gains nothing to the last bit,
    assert (found.skill["unchanged"] == 0).all()
    # and against the Baseline what the candidate gains, interval and all.
    assert found.champion == "the Baseline"
    for loss, row in found.skill.iterrows():
        assert [row["skill"], row["low"], row["high"]] == pytest.approx(judged.about["skill"][loss], abs=1e-4)
    assert not (tmp_path / "store").exists()


def test_a_change_is_judged_beside_the_champion(judged: Candidate, book: Ledger, trained: Trained) -> None:
    found = try_change(book, judged, "late__rounds: 1, late__leaves: 2", trained.store)
    assert found is not None
    # The candidate is the champion here, so both comparisons are one.
    assert found.champion == "the champion, payment-timing v2"
    assert found.skill["skill"].to_numpy() == pytest.approx(found.skill["unchanged"].to_numpy())
    # One tree of two leaves knows less than many.
    assert found.skill["skill"]["log_loss"] < 0
    assert str(found).startswith("With late__rounds = 1, late__leaves = 2, against the champion, payment-timing v2")


def test_nothing_to_change_is_nothing(judged: Candidate, book: Ledger) -> None:
    assert try_change(book, judged, "  ") is None
    assert try_change(book, judged, {}) is None


def test_a_change_is_read() -> None:
    said = parsed("late__leaves: 7, late__extra: true, hazard__ridge: 0.5")
    assert said == {"late__leaves": 7, "late__extra": True, "hazard__ridge": 0.5}


@pytest.mark.parametrize("change", ["late__leafs: 7", "late__leaves", "late__leaves: many", "leaves: 7", "a: [", "7"])
def test_a_change_that_cannot_be_tried_is_one_sentence(change: str) -> None:
    with pytest.raises(
        PaybenchError, match=r"^The change '.*' cannot be tried; write NAME: NUMBER with NAME one of late"
    ):
        parsed(change)


def test_another_ledger_is_refused(judged: Candidate, ledger: Ledger) -> None:
    with pytest.raises(PaybenchError, match="was trained on other data than"):
        try_change(ledger, judged, "late__leaves: 7")
