"""An answer, in JSON or in words, and what every action asks of its options."""

from __future__ import annotations

import argparse
import json
from math import isfinite
from pathlib import Path
from typing import Any

from ..errors import PaybenchError

Answer = tuple[dict[str, Any], str] | None
"""What a program would read, and the same in words; None where all was said already."""


def say(options: argparse.Namespace, answer: Answer) -> None:
    """Print an answer as it was asked for."""
    if answer is not None:
        print(json.dumps(_strict(answer[0]), indent=1, allow_nan=False) if options.json else answer[1])


def _strict(value: Any) -> Any:
    """What JSON can say: numbers that are none are null."""
    if isinstance(value, dict):
        return {str(key): _strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def ledger_of(options: argparse.Namespace) -> Any:
    """The ledger that a command is about."""
    return ledger_at(options.ledger)


def ledger_at(folder: Path) -> Any:
    """The ledger in a folder."""
    from ..ledger import read_ledger

    return read_ledger(folder)


def store_of(options: argparse.Namespace) -> Any:
    """The store that a command is about, which has to be there."""
    from ..models.store.store import Store

    store = Store.at(options.store)
    if not store.exists:
        raise PaybenchError(
            f"There is no store at {store.folder}; train a model with 'paybench train', or name another --store."
        )
    return store


def shown(options: argparse.Namespace) -> bool:
    """Whether progress is shown."""
    return not (options.json or options.quiet)
