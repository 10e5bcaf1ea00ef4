"""What a change of parameters does is judged like a candidate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger, read_ledger
from paybench.models.learn.space import SPACE
from paybench.models.training.candidate import Candidate
from paybench.models.training.change import LIMITS, parsed, try_change
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


@pytest.mark.parametrize("change", ["late__leafs: 7", "late__leaves", "leaves: 7", "a: [", "7"])
def test_a_change_that_cannot_be_tried_is_one_sentence(change: str) -> None:
    with pytest.raises(
        PaybenchError, match=r"^The change '.*' cannot be tried; write NAME: NUMBER with NAME one of late"
    ):
        parsed(change)


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ("late__leaves: -3", "a whole number from 2 to 1,024"),
        ("late__leaves: 1", "a whole number from 2 to 1,024"),
        ("late__leaves: 2.5", "a whole number from 2 to 1,024"),
        ("late__leaves: .nan", "a whole number from 2 to 1,024"),
        ("late__leaves: .inf", "a whole number from 2 to 1,024"),
        ("late__leaves: many", "a whole number from 2 to 1,024"),
        ("late__leaves: true", "a whole number from 2 to 1,024"),
        ("late__leaves: [7]", "a whole number from 2 to 1,024"),
        ("hazard__leaves: 999999999", "a whole number from 2 to 1,024"),
        ("late__rounds: 0", "a whole number from 1 to 5,000"),
        ("hazard__min_leaf: 0", "a whole number from 1 to 100,000"),
        ("late__ridge: -1", "a number from 0 to 1,000,000,000"),
        ("late__ridge: 1e10", "a number from 0 to 1,000,000,000"),
        ("late__feature_share: 7", "a number from 0.01 to 1"),
        ("hazard__feature_share: 0", "a number from 0.01 to 1"),
        ("late__extra: 3", "true or false"),
        ("hazard__landmarks: maybe", "true or false"),
    ],
)
def test_a_value_that_a_parameter_cannot_have_is_one_sentence(change: str, allowed: str) -> None:
    name = change.partition(":")[0]
    # What was given, and what is allowed.
    with pytest.raises(PaybenchError, match=rf"^The change '{name}: .*' cannot be tried; {name} is {allowed}\.$"):
        parsed(change)


def test_numbers_are_read_however_they_are_written() -> None:
    # With an exponent YAML takes some for text.
    said = parsed("late__ridge: 1e9, hazard__ridge: 1.5e+1, late__rounds: 1e2, hazard__leaves: 15.0")
    assert said == {"late__ridge": 1e9, "hazard__ridge": 15.0, "late__rounds": 100, "hazard__leaves": 15}
    assert parsed({"late__leaves": np.int64(7)}) == {"late__leaves": 7}
    # Whole numbers are whole.
    assert [type(value) for value in said.values()] == [float, float, int, int]


@pytest.mark.parametrize("at", [0, 1])
def test_the_ends_of_what_is_allowed_can_be_tried(judged: Candidate, book: Ledger, at: int) -> None:
    ends = {name: limits[at] for name, limits in LIMITS.items() if name != "rounds"}
    change = {f"{part}__{name}": value for part in SPACE for name, value in (ends | {"rounds": 3}).items()}
    found = try_change(book, judged, change)
    assert found is not None
    assert np.isfinite(found.skill.to_numpy()).all()


def test_another_ledger_is_refused(judged: Candidate, ledger: Ledger) -> None:
    with pytest.raises(PaybenchError, match="was trained on other data than"):
        try_change(ledger, judged, "late__leaves: 7")
