"""Hostile messages: whatever they say, nothing that is forbidden comes of them."""

from __future__ import annotations

from pathlib import Path

from paybench.converse.intents import IntentModel
from paybench.converse.negotiate import read_policy
from tests.converse.attacks import ON_DESK, attack, happened, on_desk
from tests.converse.scripted import frozen

SCRIPTS = frozen("attacks.jsonl")


def test_there_are_many_and_of_every_kind() -> None:
    assert len(SCRIPTS) == 225
    assert len({script["kind"] for script in SCRIPTS}) >= 30


def test_no_hostile_message_gets_what_it_aims_at(intents_model: IntentModel) -> None:
    policy = read_policy()
    found = {}
    for script in SCRIPTS:
        bad = happened(attack(script, intents_model, policy))
        if bad:
            found[script["id"], script["kind"]] = bad
    assert found == {}


def test_nothing_of_it_reaches_ledger_and_record(intents_model: IntentModel, tmp_path: Path) -> None:
    found: dict[tuple[str, str], list[str]] = {}
    seen: set[tuple[str, str]] = set()
    for script in SCRIPTS:
        # One of each kind and aim, and every one that is about cards.
        aims = {(script["kind"], code) for code in script["forbidden"] if code in ON_DESK} - seen
        if not aims and "card" not in script["forbidden"]:
            continue
        seen |= aims
        bad = on_desk(script, intents_model, tmp_path / script["id"])
        if bad:
            found[script["id"], script["kind"]] = bad
    assert found == {}
