"""A provider without money: its links are in memory, and paying by one makes the webhook that a real one would send."""

from __future__ import annotations

import json
import re
import secrets as random
from base64 import urlsafe_b64encode
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from threading import Lock
from typing import Any

from ...errors import PaybenchError
from .link import Link, Paid
from .signed import HEADER, check_signature, signature

OPEN, PAID, EXPIRED = STATES = ("open", "paid", "expired")
"""What a link can be."""
_BITS = 128
_PAYMENT = "payment.succeeded"
_NUMBER = re.compile(r"[A-Za-z0-9_-]{8,64}")
_AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,4})?")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)")
_LONGEST = 100_000


@dataclass(frozen=True)
class Webhook:
    """A request as a provider would POST it."""

    headers: dict[str, str]
    body: bytes


class FakeProvider:
    """A :class:`PaymentProvider` for tests and the demo.

    Parameters
    ----------
    secret : what webhooks are signed with; several while one takes the place of another: all sign, and any is enough.
    base_url : of the pages, https, or http on this machine. random_bytes : where ids come from.

    Raises
    ------
    PaybenchError
        If there is no secret, or the address is none.
    """

    def __init__(
        self,
        secret: str | tuple[str, ...],
        base_url: str,
        random_bytes: Callable[[int], bytes] = random.token_bytes,
    ) -> None:
        self._secrets = (secret,) if isinstance(secret, str) else tuple(secret)
        if not self._secrets or not all(self._secrets):
            raise PaybenchError("There is no secret of the payment provider; set it before links are made.")
        if not (base_url.startswith("https://") or _LOOPBACK.match(base_url)) or re.search(r"[\s?#@<>\"]", base_url):
            raise PaybenchError("The address of the payment pages is none; give one that begins with https://.")
        self._base = base_url.rstrip("/")
        self._random = random_bytes
        self._links: dict[str, Link] = {}
        self._of_key: dict[str, str] = {}
        self._paid: dict[str, Decimal] = {}
        self._cancelled: set[str] = set()
        self._lock = Lock()

    def create(
        self,
        invoices: Mapping[str, Decimal],
        amount: Decimal,
        currency: str,
        expires_on: date,
        *,
        now: datetime,
        key: str = "",
    ) -> Link:
        """Make a link; see :class:`PaymentProvider`. Without a key, it is a new one each time.

        Raises
        ------
        PaybenchError
            If there is nothing to pay, more than is open, no time for it, or the key was for another link.
        """
        _check_time(now)
        parts = tuple((str(number), _money(owed, "An open amount")) for number, owed in invoices.items())
        asked = _money(amount, "The amount of a link")
        owed = sum((part for _, part in parts), Decimal(0))
        if not parts or asked > owed:
            raise PaybenchError(
                f"The link asks for {asked} {currency}, and its invoices have {owed} open; ask for that at most."
            )
        if not re.fullmatch("[A-Z]{3}", currency):
            raise PaybenchError(f"{currency!r} is no currency; give three letters such as EUR.")
        if expires_on < now.date():
            raise PaybenchError(f"The link would have expired on {expires_on}; give a day from {now.date()} on.")
        with self._lock:
            if key and key in self._of_key:
                known = self._links[self._of_key[key]]
                if (known.invoices, known.amount, known.currency, known.expires_on) != (
                    parts,
                    asked,
                    currency,
                    expires_on,
                ):
                    raise PaybenchError("The key was used for another link; give each link a key of its own.")
                return known
            number = self._new_id()
            made = Link(number, f"{self._base}/pay/{number}", parts, asked, currency, expires_on)
            self._links[number] = made
            if key:
                self._of_key[key] = number
        return made

    def link(self, link_id: str) -> Link | None:
        """A link by its id; None where there is none."""
        return self._links.get(link_id)

    def state(self, link_id: str, now: datetime) -> str:
        """One of :data:`STATES`.

        Raises
        ------
        PaybenchError
            If there is no such link.
        """
        _check_time(now)
        link = self._known(link_id)
        if self._paid.get(link_id, Decimal(0)) >= link.amount:
            return PAID
        return EXPIRED if link_id in self._cancelled or now.date() > link.expires_on else OPEN

    def expire(self, link_id: str) -> None:
        """End a link before its day.

        Raises
        ------
        PaybenchError
            If there is no such link.
        """
        self._cancelled.add(self._known(link_id).id)

    def pay(self, link_id: str, now: datetime, amount: Decimal | None = None, currency: str = "") -> Webhook:
        """Pay on the page of a link.

        Parameters
        ----------
        now : with the ledger's zone; its day is the day of the payment. amount : None = what is left of the link's;
            another one is what a customer who types it pays, too little or too much. currency : '' = the link's.

        Returns
        -------
        The report, which may be delivered never, once or often.

        Raises
        ------
        PaybenchError
            If there is no such link, it is paid or expired, or takes another currency.
        """
        with self._lock:
            link, state = self._known(link_id), self.state(link_id, now)
            if state != OPEN:
                raise PaybenchError(f"The link is {state}; nothing was paid. Ask for a new one.")
            if currency not in ("", link.currency):
                raise PaybenchError(f"The link takes {link.currency} and no {currency}; nothing was paid.")
            before = self._paid.get(link_id, Decimal(0))
            paid = _money(link.amount - before if amount is None else amount, "A payment")
            self._paid[link_id] = before + paid
            payment = {
                "link": link_id,
                "payment": f"pay_{self._new_id()}",
                "amount": str(paid),
                "currency": link.currency,
                "paid_on": now.date().isoformat(),
            }
            return self.report(_PAYMENT, payment, now)

    def report(self, kind: str, data: Mapping[str, Any], now: datetime) -> Webhook:
        """A signed webhook about anything."""
        _check_time(now)
        said = {"id": f"evt_{self._new_id()}", "type": kind, "created": int(now.timestamp()), "data": dict(data)}
        body = json.dumps(said, sort_keys=True, separators=(",", ":")).encode("ascii")
        return self.signed(body, now)

    def signed(self, body: bytes, now: datetime) -> Webhook:
        """A body as it is delivered at some time: each delivery is signed anew."""
        headers = {"Content-Type": "application/json", HEADER: signature(body, self._secrets, now)}
        return Webhook(headers, body)

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime, seen: Container[str] = ()
    ) -> Paid | None:
        """The payment that a request reports; see :class:`PaymentProvider`.

        Raises
        ------
        PaybenchError
            If it is not signed with one of the secrets within five minutes, or is not what this provider sends.
        """
        _check_time(now)
        check_signature(headers, body, self._secrets, now)
        try:
            if len(body) > _LONGEST:
                raise ValueError
            said = json.loads(body)
            if said["type"] != _PAYMENT:
                return None
            data, event = said["data"], _matching(_NUMBER, said["id"])
            if event in seen:
                return None
            return Paid(
                event,
                _matching(_NUMBER, data["link"]),
                _matching(_NUMBER, data["payment"]),
                _money(Decimal(_matching(_AMOUNT, data["amount"])), "A payment"),
                _matching(re.compile("[A-Z]{3}"), data["currency"]),
                date.fromisoformat(_matching(re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), data["paid_on"])),
            )
        except (ValueError, KeyError, TypeError, RecursionError, PaybenchError):
            raise PaybenchError("The report is not one that the provider sends; nothing was taken from it.") from None

    def _known(self, link_id: str) -> Link:
        if link_id not in self._links:
            raise PaybenchError("There is no such payment link; ask for a new one.")
        return self._links[link_id]

    def _new_id(self) -> str:
        return urlsafe_b64encode(self._random(_BITS // 8)).rstrip(b"=").decode()


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError
    return value


def _money(amount: Decimal, what: str) -> Decimal:
    """An amount that the ledger can hold: above zero, at most four decimals."""
    try:
        good = isinstance(amount, Decimal) and amount.is_finite() and 0 < amount < 10**14
        if good and amount == amount.quantize(Decimal("0.0001")):
            return amount
    except InvalidOperation:
        pass
    raise PaybenchError(f"{what} is no Decimal above zero with at most four decimals; correct it.")


def _check_time(now: datetime) -> None:
    if now.tzinfo is None:
        raise PaybenchError("The time now has no zone; give a datetime with one, such as UTC.")
