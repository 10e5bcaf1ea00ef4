"""A payment link, what was paid by it, and who provides it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True)
class Link:
    """A page on which some invoices can be paid.

    Attributes
    ----------
    id : at random, 128 bits, safe in an address; it tells nothing, and who has it can open the page.
    url : the page; it holds the id and no name, number or amount.
    invoices : numbers and open amounts when the link was made, in the order in which they are paid.
    amount : what the page asks for, at most their sum. currency : of all of it. expires_on : last day on which it can
        be paid.
    """

    id: str
    url: str
    invoices: tuple[tuple[str, Decimal], ...]
    amount: Decimal
    currency: str
    expires_on: date


@dataclass(frozen=True)
class Paid:
    """A payment that a provider has reported.

    Attributes
    ----------
    event_id : of the report; however often it comes, it is one. link_id : by which link. payment_id : the provider's
        number of the payment. amount, currency : what came, which need not be what the link asks for.
    paid_on : calendar day in the ledger's zone.
    """

    event_id: str
    link_id: str
    payment_id: str
    amount: Decimal
    currency: str
    paid_on: date


class PaymentProvider(Protocol):
    """Who hosts the pages: card numbers are typed there and nowhere else (PCI DSS, SAQ A)."""

    def create(
        self,
        invoices: Mapping[str, Decimal],
        amount: Decimal,
        currency: str,
        expires_on: date,
        *,
        now: datetime,
        key: str,
    ) -> Link:
        """Make a link.

        Parameters
        ----------
        invoices : open amount by number, in the order in which they are to be paid. amount : above zero, at most their
            sum. expires_on : last day on which it can be paid. now : with a zone. key : what the link is made for; the
            same key gives the same link.

        Raises
        ------
        PaybenchError
            If there is nothing to pay, more than is open, or no time for it.
        """
        ...

    def link(self, link_id: str) -> Link | None:
        """A link by its id; None where there is none."""
        ...

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime, seen: Container[str] = ()
    ) -> Paid | None:
        """The payment that a request reports.

        Parameters
        ----------
        headers, body : of the request as it came. now : with a zone. seen : numbers of reports that were recorded
            before. What only was read does not count: it comes again until it is recorded.

        Returns
        -------
        None where it is about something else, or was seen.

        Raises
        ------
        PaybenchError
            If the provider has not signed it, or long ago.
        """
        ...
