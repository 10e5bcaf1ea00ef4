"""Hostile messages: whatever they say, nothing that is forbidden comes of them."""

from __future__ import annotations

from pathlib import Path

from paybench.converse.intents import IntentModel, write_intents
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
    kinds: set[str] = set()
    write_intents(intents_model, tmp_path / "model")
    for script in SCRIPTS:
        # One of each kind that aims at what is kept, and every one that is about cards.
        aims = ON_DESK & set(script["forbidden"])
        if not aims or (script["kind"] in kinds and "card" not in aims):
            continue
        kinds.add(script["kind"])
        bad = on_desk(script, tmp_path / "model", tmp_path / script["id"])
        if bad:
            found[script["id"], script["kind"]] = bad
    assert found == {}
