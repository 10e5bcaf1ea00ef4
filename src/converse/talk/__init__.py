"""One message from the door to the ledger, and the record of all that was said and decided."""

from importlib import import_module
from typing import Any

from .record import Event, Record

__all__ = ["Addresses", "Desk", "Event", "Known", "Record", "Reply", "Senders", "answer"]

_LATER = {
    "Addresses": "addresses",
    "Desk": "desk",
    "Known": "known",
    "Reply": "turn",
    "Senders": "senders",
    "answer": "turn",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LATER[name]}", __name__), name)
