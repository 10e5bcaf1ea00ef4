"""What the routes of conversations share: the desk, what the time is, and which requests are taken."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.requests import Request

from ...errors import PaybenchError
from ..limits import Limits, Refused, read_body

if TYPE_CHECKING:
    from ...converse.links import FakeProvider
    from ...converse.talk import Addresses, Desk

NO_LEDGER = "This server was given no ledger, so there are no conversations; start it with one: paybench serve DIR."
_NUMBER = re.compile(r"[A-Za-z0-9-]{8,64}")
_SMALL = 100_000
"""Bytes of an action's body."""
_REMEMBERED = 2_000


@dataclass(frozen=True)
class Chat:
    """Conversations of one book.

    Attributes
    ----------
    desk : answers. addresses : whose a sender's address is. provider : of the trial's payment pages; None = none.
    clock : the instant now, in the ledger's time zone. today : the day on which the book stands still; None = goes on.
    secrets : of webhooks, by the name of their variable in the environment.
    address : by which the server is asked for, without a slash at its end.
    done : actions by number. reports : of payments on trial pages that were not taken yet, by link.
    """

    desk: Desk
    addresses: Addresses
    provider: FakeProvider | None
    clock: Callable[[], datetime]
    today: date | None
    secrets: Mapping[str, str]
    address: str
    done: Once = field(default_factory=lambda: Once())
    reports: dict[str, bytes] = field(default_factory=dict)

    def now(self) -> datetime:
        """The instant now in the book: that of the clock, on the day on which it stands still."""
        now = self.clock()
        return now if self.today is None else datetime.combine(self.today, now.timetz())


class Once:
    """What was done under a number, so that it is done once however often it is asked for.

    What failed is not remembered and may be asked for again.
    """

    def __init__(self) -> None:
        self._done: OrderedDict[object, Future[Any]] = OrderedDict()
        self._lock = Lock()

    def do(self, key: object, work: Callable[[], Any]) -> Any:
        """The result of work; who asks at the same time waits for it."""
        with self._lock:
            known = self._done.get(key)
            future: Future[Any] = Future() if known is None else known
            if known is None:
                self._done[key] = future
                while len(self._done) > _REMEMBERED:
                    self._done.popitem(last=False)
        if known is not None:
            return known.result()
        try:
            future.set_result(work())
        except Exception as error:
            with self._lock:
                self._done.pop(key, None)
            future.set_exception(error)
        return future.result()


def check_origin(request: Request, chat: Chat) -> None:
    """See that no other site's page makes a browser ask.

    Raises
    ------
    Refused
        403, where the browser says that it does.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return
    if origin == "null" or origin.partition("://")[2].lower() not in (_host(chat.address), _host_of(request)):
        raise Refused(403, "The request comes from another site's page; nothing was done.")


async def read_action(request: Request, chat: Chat, limits: Limits) -> dict[str, str]:
    """The fields of an action: texts, among them ``id``, the number that its sender gave it.

    Raises
    ------
    Refused
        403, 408, 413 or 415, as :func:`check_origin` and :func:`.limits.read_body`. PaybenchError: if it is not that.
    """
    check_origin(request, chat)
    small = Limits(body=_SMALL, reading=limits.reading)
    body = await read_body(request, small, less="write less at a time")
    try:
        said = json.loads(body.decode("utf-8"))
        good = isinstance(said, dict) and all(isinstance(value, str) for value in said.values())
    except (ValueError, RecursionError):
        good = False
    if not good or len(said) > 10:
        raise PaybenchError("The body is no JSON object of texts; send one such as {'id': ..., 'text': ...}.")
    if not _NUMBER.fullmatch(said.get("id", "")):
        raise PaybenchError("The action has no id of 8 to 64 letters, digits and dashes; give each its own, as a UUID.")
    if any(re.search("[\ud800-\udfff]", value) for value in said.values()):
        raise PaybenchError("The text holds half a character, which cannot be written; leave it out.")
    return {str(name): value for name, value in said.items()}


def field_of(said: Mapping[str, str], name: str, most: int) -> str:
    """A field that an action needs.

    Raises
    ------
    PaybenchError
        If it is not there, empty, or too long.
    """
    value = said.get(name, "").strip()
    if not value or len(value) > most:
        raise PaybenchError(f"The action needs '{name}' of 1 to {most:,} characters; give it.")
    return value


def _host(address: str) -> str:
    return urlsplit(address).netloc.lower()


def _host_of(request: Request) -> str:
    return request.headers.get("host", "").lower()
