"""The corpus: whole, frozen where it is a test, and apart from it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from paybench import PaybenchError
from paybench.converse.intents import DEFINITIONS, INTENTS, SAFETY, Answers, IntentModel, figures, nearest, read_corpus
from tests.converse.conftest import FROZEN, TRAIN

TESTS = (FROZEN / "test_general.jsonl", FROZEN / "test_safety.jsonl")


def test_every_intent_has_a_sentence_and_at_least_sixty_replies_to_learn_from() -> None:
    assert tuple(DEFINITIONS) == INTENTS
    assert len(INTENTS) >= 25
    assert read_corpus(TRAIN).intents.sum(axis=0).min() >= 60


def test_what_is_frozen_is_as_it_was() -> None:
    for line in (FROZEN / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((FROZEN / name.lstrip("*")).read_bytes()).hexdigest() == digest, name


def test_at_least_400_replies_of_the_test_have_a_safety_intent() -> None:
    columns = [INTENTS.index(name) for name in SAFETY]
    assert read_corpus(*TESTS).intents[:, columns].any(axis=1).sum() >= 400


def test_no_reply_of_the_test_is_in_the_training() -> None:
    near = nearest(read_corpus(*TESTS), read_corpus(TRAIN))
    assert not near["exact"].any(), near[near["exact"]].to_string()

    # Few are even near.
    assert (near["cosine"] > 0.9).mean() < 0.01
    assert near["cosine"].median() < 0.4


def test_figures_on_the_frozen_replies_stay_what_they_are(intents_model: IntentModel) -> None:
    found = figures(Answers.of(intents_model, read_corpus(*TESTS)))

    # Floors a little below what was measured (benchmarks/replies.py); the aim of .92 and .99 is not reached.
    assert found["macro_f1"] > 0.74
    assert found["safety_recall"] > 0.85
    assert found["ece"] < 0.05


def test_a_line_that_is_no_reply_is_told(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    file.write_text('{"text": "hello", "intents": ["promise"], "language": "en"}\n')
    with pytest.raises(PaybenchError, match=r"own.jsonl, line 1 is no reply"):
        read_corpus(file)
    with pytest.raises(PaybenchError, match="cannot be read"):
        read_corpus(tmp_path / "empty")
