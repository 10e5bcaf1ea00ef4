"""Versions in a store: rules first, then what the gate lets pass, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paybench import PaybenchError
from paybench.converse.intents import (
    INTENTS,
    RULES,
    Answers,
    IntentModel,
    champion_intents,
    held_out,
    judge_intents,
    register_intents,
    rollback_intents,
)
from paybench.converse.intents.store import champion_twin
from paybench.models.store.store import Store

TRUTH = np.random.default_rng(0).random((80, len(INTENTS))) < 0.2
GOOD = Answers(TRUTH, TRUTH, TRUTH.astype(float), np.zeros(80, dtype=bool))
NONE = Answers(TRUTH, np.zeros_like(TRUTH), np.zeros(TRUTH.shape), np.ones(80, dtype=bool))


def test_from_the_rules_to_a_second_champion_and_back(intents_model: IntentModel, tmp_path: Path) -> None:
    # Where nothing was trained, the rules serve.
    assert champion_intents(tmp_path) is RULES

    passed = judge_intents(GOOD, NONE)
    first = register_intents(intents_model, tmp_path, passed, intents_model)
    assert first.promoted
    assert champion_intents(tmp_path).about["version"] == f"reply-intents v{first.number}"

    # What the gate refuses is registered, and does not serve.
    refused = register_intents(intents_model, tmp_path, judge_intents(NONE, GOOD), intents_model)
    assert (refused.number, refused.promoted) == (first.number + 1, False)
    assert champion_intents(tmp_path).about["run_id"] == first.run_id

    # The next that passes serves, and its twin is what a later one is judged against.
    changed = replace(intents_model, about=dict(intents_model.about) | {"seed": 1})
    second = register_intents(changed, tmp_path, passed, changed)
    served = champion_intents(tmp_path)
    assert served.about["run_id"] == second.run_id
    assert champion_twin(Store.at(tmp_path)).about["seed"] == 1
    text = "Can we pay in three instalments?"
    assert served.meaning(text) == intents_model.meaning(text)

    # Back to the first.
    assert rollback_intents(tmp_path) == first.number
    assert champion_intents(tmp_path).about["run_id"] == first.run_id


def test_a_store_without_a_previous_one_says_so(tmp_path: Path) -> None:
    with pytest.raises(PaybenchError, match="no previous model of replies"):
        rollback_intents(tmp_path)


def test_the_gate_judges_by_the_same_replies_in_whatever_order() -> None:
    texts = [f"reply number {number}" for number in range(500)]
    kept = held_out(texts)
    assert 0.1 < kept.mean() < 0.3
    assert (held_out(texts[::-1])[::-1] == kept).all()

    # Case and accents make no other reply of it.
    assert (held_out([text.upper() for text in texts]) == kept).all()
