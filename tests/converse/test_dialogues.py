"""Scripted dialogues: understood, decided and carried on as the policy asks for, turn by turn."""

from __future__ import annotations

import pytest

from paybench.converse.intents import IntentModel
from paybench.converse.negotiate import read_policy
from tests.converse.scripted import play, scripts


@pytest.mark.parametrize(("part", "dialogues", "turns"), [("frozen", 250, 330), ("dev", 148, 222)])
def test_no_fewer_dialogues_are_right_than_were(
    part: str, dialogues: int, turns: int, intents_model: IntentModel
) -> None:
    policy = read_policy()
    played = [play(script, intents_model, policy) for script in scripts(part, "dialogues.jsonl")]
    # What `python benchmarks/dialogues.py` prints, less a few that another training of the model may lose.
    assert sum(not any(turn.wrong for turn in script) for script in played) >= dialogues
    assert sum(not turn.wrong for script in played for turn in script) >= turns


def test_every_reason_is_asked_for_by_a_frozen_dialogue() -> None:
    asked = {turn["expect"]["reason"] for script in scripts("frozen", "dialogues.jsonl") for turn in script["turns"]}
    assert len(asked) >= 35
