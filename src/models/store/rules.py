"""What a store asks of those who change who serves: ``require_signature`` in its ``settings.yaml``."""

from __future__ import annotations

from ...errors import PaybenchError
from .settings import read_settings
from .store import Store

UNSIGNED = "a signature is required here: paybench promote --signed-by NAME"
_LONGEST = 100


def signature_required(store: Store) -> bool:
    """Whether ``settings.yaml`` says ``require_signature: true``; without such a file not.

    Raises
    ------
    PaybenchError
        If the file is not readable, or says something that there is no setting of.
    """
    return read_settings(store.folder).require_signature


def signature(store: Store, name: str) -> str:
    """The name of who signs, without spaces around it; empty if nobody does and nobody has to.

    Raises
    ------
    PaybenchError
        If a signature is required and missing, or the name is too long or holds what cannot be printed.
    """
    plain = name.strip()
    if (name and not plain) or len(plain) > _LONGEST or not plain.isprintable():
        raise PaybenchError(
            f"The signature {name[:_LONGEST]!r} is no name; give one of 1 to {_LONGEST} characters that can be printed."
        )
    if not plain and signature_required(store):
        raise PaybenchError(f"In the store at {store.folder} {UNSIGNED}.")
    return plain
