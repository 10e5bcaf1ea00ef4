"""What the tests of conversations share: the model of intents, trained once for all workers and runs."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from paybench.converse.intents import IntentModel, read_corpus, read_intents, train_intents, write_intents
from paybench.converse.intents.bundle import MANIFEST
from paybench.files import locked_file

ROOT = Path(__file__).parents[2]
TRAIN, FROZEN = ROOT / "data" / "replies" / "train", ROOT / "data" / "replies" / "frozen"


@pytest.fixture(scope="session")
def intents_model() -> IntentModel:
    """The model as it is trained on the whole corpus; made anew where the corpus or the code of the room changed."""
    digest = hashlib.sha256()
    code = ROOT / "src" / "converse"
    for file in sorted([*TRAIN.glob("*.jsonl"), code / "text.py", *(code / "intents").glob("*.*")]):
        digest.update(file.name.encode() + file.read_bytes())
    cache = ROOT / ".pytest_cache" / "replies"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / digest.hexdigest()[:16]
    with locked_file(cache / ".lock"):
        if not (folder / MANIFEST).is_file():
            write_intents(train_intents(read_corpus(TRAIN)), folder)
    return read_intents(folder)
