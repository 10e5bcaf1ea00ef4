"""What a customer writes: understood, decided about by policy, answered, and entered in the ledger."""

from importlib import import_module
from typing import Any

_PARTS = (
    "annotate", "channels", "intents", "links", "messages", "negotiate", "promises", "slots", "talk", "text",
    "understand",
)  # fmt: skip
_MENU = {
    "Desk": "talk", "annotated": "annotate", "answer": "talk", "champion_intents": "intents", "facts_of": "negotiate",
    "read_policy": "negotiate", "train_intents": "intents",
}  # fmt: skip
"""Functions that a notebook asks for, and the part that each is in."""


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return import_module(f".{name}", __name__)
    if name not in _MENU:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MENU[name]}", __name__), name)
