"""Dialogues decided right end to end: `python benchmarks/dialogues.py [--store DIR | --model DIR]`.

A dialogue is right where every turn's action, reason, day or instalments, invoices and queue are what the policy asks
for (`docs/conversation.md`). The frozen dialogues were written apart, from the rules in words; those of the development
set were looked at while the code was written, and flatter it. Without a store the model is trained
anew (about a minute).
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from paybench.command import answered
from paybench.converse.intents import champion_intents, read_corpus, read_intents, train_intents
from paybench.converse.negotiate import read_policy

ROOT = Path(__file__).resolve().parents[1]
REPLIES = ROOT / "data" / "replies"
LANGUAGES = ("en", "de", "fr", "es")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, metavar="DIR", help="whose champion understands")
    parser.add_argument("--model", type=Path, metavar="DIR", help="folder of a model of intents")
    options = parser.parse_args()
    return answered("dialogues", lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    if options.model:
        model = read_intents(options.model)
    else:
        model = champion_intents(options.store) if options.store else train_intents(read_corpus(REPLIES / "train"))
    policy, scripted = read_policy(), _scripted()
    for part in ("frozen", "dev"):
        scripts = {script["id"]: script for script in scripted.scripts(part, "dialogues.jsonl")}
        turns = [turn for script in scripts.values() for turn in scripted.play(script, model, policy)]
        right = {name for name in scripts if not any(turn.wrong for turn in turns if turn.script == name)}
        good = [turn for turn in turns if not turn.wrong]
        print(f"{part}: dialogues right {len(right)} of {len(scripts)}, turns right {len(good)} of {len(turns)}")
        print(_table("language", [(scripts[name]["customer"]["language"], name in right) for name in scripts]))
        print(_table("action", [(turn.expected["action"], not turn.wrong) for turn in turns]))
        wrong = Counter(
            (f"{turn.expected['action']}/{turn.expected['reason']}", f"{turn.decision.action}/{turn.decision.reason}")
            for turn in turns
            if turn.wrong
        )
        frame = pd.DataFrame(
            [(count, *pair) for pair, count in wrong.most_common(15)], columns=["turns", "asked", "got"]
        )
        print(frame.to_string(index=False))


def _table(what: str, rows: list[tuple[str, bool]]) -> str:
    table = pd.DataFrame(rows, columns=[what, "right"]).groupby(what)["right"].agg(["sum", "count", "mean"])
    return table.rename(columns={"sum": "right", "count": "of", "mean": "share"}).round(3).to_string()


def _scripted() -> ModuleType:
    """What plays scripts in the tests: one way of scoring, not two."""
    spec = importlib.util.spec_from_file_location("scripted", ROOT / "tests" / "converse" / "scripted.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
