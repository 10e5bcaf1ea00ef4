"""Bodies of requests, once their signature is proven: read without trust in their form."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from ...errors import PaybenchError

LONGEST = 1_000_000
"""Bytes of a body."""
_FIELDS = 500


def malformed(provider: str) -> PaybenchError:
    """What is said of a body that is not what the provider sends; nothing of it is repeated."""
    return PaybenchError(f"The request is not one that {provider} sends; nothing was taken from it.")


def form(body: bytes, provider: str) -> list[tuple[str, str]]:
    """Fields of a form, blank ones included.

    Raises
    ------
    PaybenchError
        If it is none in UTF-8, or too long.
    """
    try:
        if len(body) > LONGEST:
            raise ValueError
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except ValueError:
        raise malformed(provider) from None


def json_object(body: bytes | str, provider: str) -> dict[str, Any]:
    """A JSON object.

    Raises
    ------
    PaybenchError
        If it is none, or too long or too deep.
    """
    try:
        if len(body) > LONGEST:
            raise ValueError
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise malformed(provider) from None
    if not isinstance(found, dict):
        raise malformed(provider)
    return found


def at(value: Any, *path: str) -> Any:
    """What stands in an object under one name after the other; None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *path: str) -> str:
    """The text that stands there; '' where there is none."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def objects_at(value: Any, *path: str) -> list[dict[str, Any]]:
    """The objects of the list that stands there."""
    found = at(value, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def instant(seconds: Any, now: datetime) -> datetime:
    """Seconds since 1970, given as a number or text, in UTC; now where they are none or lie ahead."""
    try:
        found = datetime.fromtimestamp(float(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return now
    return min(found, now)
