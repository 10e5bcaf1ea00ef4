"""What a request may be: its size, kind and patience, and how a body is read within them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import Request

from ..errors import PaybenchError


@dataclass(frozen=True)
class Limits:
    """How much a server takes.

    Attributes
    ----------
    body : bytes of a body. rows : of all its tables.
    reading : seconds within which a request's head, and then its body, has to have come. scoring : seconds within
        which an answer has to be there. at_once : requests that are scored at the same time. waiting : requests that
        wait for that, at most.
    """

    body: int = 16_000_000
    rows: int = 100_000
    reading: float = 15.0
    scoring: float = 120.0
    at_once: int = 2
    waiting: int = 32


_PASSED = 4
"""So many times longer than it may be, a body is still let pass unread: who is sending does not listen yet."""


class Refused(PaybenchError):
    """A request that gets no scores: an HTTP status, and why in one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


async def read_body(
    request: Request,
    limits: Limits,
    kind: str | None = "application/json",
    less: str = "send fewer customers at a time",
) -> bytes:
    """The body of a request that says that it is JSON, and is no longer than it may be.

    Parameters
    ----------
    kind : what it has to say that it is; None = anything. less : what to do where it is too long.

    Raises
    ------
    Refused
        415 where it is something else, 413 where it is too long, 408 where it takes too long, 400 where it breaks off.
    """
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind is not None and said != kind:
        raise Refused(415, f"The body is not sent as {kind}; set the header Content-Type to that.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Refused(415, "The body is compressed; send it as it is, without the header Content-Encoding.")
    announced = request.headers.get("content-length", "0")
    too_long = Refused(413, f"The body is longer than {limits.body:,} bytes; {less}.")
    most = _PASSED * limits.body
    if not announced.isdecimal() or int(announced[:19]) > (limits.body if "expect" in request.headers else most):
        raise too_long
    found, total, more = bytearray(), 0, True
    try:
        async with asyncio.timeout(limits.reading):
            while more and total <= most:
                message = await request.receive()
                if message["type"] != "http.request":
                    raise Refused(400, "The body broke off; send it again.")
                part, more = message.get("body", b""), message.get("more_body", False)
                total += len(part)
                if total <= limits.body:
                    found += part
    except TimeoutError:
        raise Refused(408, f"The body did not come within {limits.reading:g} seconds; send it again.") from None
    if total > limits.body:
        raise too_long
    return bytes(found)
