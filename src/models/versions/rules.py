"""What a store asks of those who change who serves: ``settings.yaml`` in its folder, if there is one."""

from __future__ import annotations

import yaml

from ...errors import PaybenchError
from .store import Store

FILE = "settings.yaml"
UNSIGNED = "a signature is required here: paybench promote --signed-by NAME"
_LONGEST = 100


def signature_required(store: Store) -> bool:
    """Whether ``settings.yaml`` says ``require_signature: true``; without such a file not.

    Raises
    ------
    PaybenchError
        If the file is not readable, or says something else.
    """
    file = store.folder / FILE
    if not file.exists():
        return False
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        found = None
    if (
        not isinstance(found, dict)
        or set(found) != {"require_signature"}
        or type(found["require_signature"]) is not bool
    ):
        raise PaybenchError(
            f"The settings at {file} cannot be used; write 'require_signature: true', or remove the file."
        )
    return bool(found["require_signature"])


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
