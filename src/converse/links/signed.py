"""Signatures of webhooks: a time and HMAC-SHA256 over it and the body, by one key or, while keys change, several."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from ...errors import PaybenchError

HEADER = "Paybench-Signature"
TOLERANCE = 300
"""Seconds by which the signed time may be off, either way."""
_PAIR = re.compile("(t)=([0-9]{1,12})|(v1)=([0-9a-f]{64})")
_MOST = 10


def signature(body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """The header's value: ``t=seconds,v1=...``, with one ``v1`` for each secret."""
    stamp = str(int(now.timestamp()))
    return ",".join([f"t={stamp}", *(f"v1={_digest(stamp, body, secret)}" for secret in secrets)])


def check_signature(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """See that a body is signed by one of the secrets, within five minutes of now.

    Raises
    ------
    PaybenchError
        If not; the sentence does not say what is wrong.
    """
    found = [value for name, value in headers.items() if name.lower() == HEADER.lower()]
    pairs = [_PAIR.fullmatch(part) for part in found[0].split(",")[: _MOST + 1]] if len(found) == 1 else []
    stamps = [pair[2] for pair in pairs if pair and pair[1]]
    given = [pair[4] for pair in pairs if pair and pair[3]]
    good = len(stamps) == 1 and abs(now.timestamp() - int(stamps[0])) <= TOLERANCE
    stamp = stamps[0] if stamps else "0"
    same = [hmac.compare_digest(one, _digest(stamp, body, secret)) for one in given for secret in secrets]
    if not (good and any(same)):
        raise PaybenchError(
            "The report of a payment is not signed as it should be, or too old; nothing was taken from it."
        )


def _digest(stamp: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
