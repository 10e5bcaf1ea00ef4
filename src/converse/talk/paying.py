"""Payment links of a desk: made for what is in question, and what is paid by them as rows of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ...errors import PaybenchError
from ...ledger import Ledger
from ..links import Link, Paid, PaymentProvider, is_recorded, payment_rows, still_open
from ..messages.draft import in_question
from ..negotiate import Decision, Facts
from ..understand import Understood
from .record import Event, Record
from .rows import Rows

LINKS, PAYMENTS = "links", "payments"
"""Sources of events: a link by its id, and a payment by the provider's number of the report."""
DAYS = 30
"""For which a link stays open after the last day that it is about."""
_REMINDER = Decision("answer", "how_to_pay")
_PAYABLE = ("accept", "counter", "answer")
"""Actions whose answers may bear a link."""


class Paying:
    """Links and payments.

    Parameters
    ----------
    provider : who makes them; None = there are none. record : where they are kept.
    """

    def __init__(self, provider: PaymentProvider | None, record: Record) -> None:
        self._provider = provider
        self._record = record

    def url(self, facts: Facts, decision: Decision | None, said: Understood | None, now: datetime) -> str:
        """Where what is in question can be paid; empty where that is nothing, or of several currencies.

        Of instalments it is the first one. A link that asks for the same is used again, as long as it is open.

        Parameters
        ----------
        decision : None = a reminder, of what is overdue. said : the message that was decided about, if there is one.
        """
        if self._provider is None or (decision is not None and decision.action not in _PAYABLE):
            return ""
        some = in_question(decision or _REMINDER, said, facts)
        currencies = {bill.currency for bill in some}
        if len(currencies) != 1:
            return ""
        owed = {bill.invoice_id: bill.amount for bill in some}
        amount, last = sum(owed.values(), Decimal(0)), max(facts.today, now.date())
        made = decision.proposal if decision is not None else None
        if made is not None and made.kind != "waiver":
            last = max(last, *(day for day, _ in made.instalments))
            amount = min(made.instalments[0][1], amount)
        events = self._record.of(facts.customer_id)
        paid = {event.body["link"] for event in events if event.what == "paid"}
        for event in reversed(events):
            if event.what == "link" and event.body["id"] not in paid:
                link = _link(event.body)
                same = dict(link.invoices) == owed and link.amount == amount and link.expires_on >= last
                if same and self._provider.link(link.id) is not None:
                    return link.url
        expires, key = last + timedelta(days=DAYS), f"{facts.customer_id}/{sorted(owed.items())}/{amount}/{last}"
        link = self._provider.create(owed, amount, currencies.pop(), expires, now=now, key=key)
        self._record.add(Event(facts.customer_id, now, "link", "", _plain(link), LINKS, link.id))
        return link.url

    def paid(self, headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[Paid, str, Link] | None:
        """A payment that the provider reports, whose it is, and by which link; None = it is no news.

        Raises
        ------
        PaybenchError
            If there is no provider, it has not signed the report, or the link was not made here.
        """
        if self._provider is None:
            raise PaybenchError("This desk has no payment provider; start it with one.")
        paid = self._provider.read_webhook(headers, body, now=now)
        if paid is None:
            return None
        made = self._record.seen(LINKS, paid.link_id)
        if made is None:
            raise PaybenchError("The payment names a link that was not made here; look it up in the provider's list.")
        return paid, made.customer_id, _link(made.body)

    def before(self, paid: Paid, customer_id: str, ledger: Ledger) -> bool:
        """Whether a payment was recorded before: by this report, or by another one about it."""
        known = (event.body.get("payment") for event in self._record.of(customer_id) if event.what == "paid")
        again = self._record.seen(PAYMENTS, paid.event_id) is not None
        return again or paid.payment_id in known or is_recorded(ledger.payments, paid)


def rows_of_payment(paid: Paid, link: Link, customer_id: str, ledger: Ledger, today: date) -> Rows:
    """Rows of ``payments``: at most what is open of each invoice now; what is left over belongs to none.

    Parameters
    ----------
    ledger : the whole book, not cut: what was paid by the link an hour ago counts. today : of the report; a payment of
        an earlier day is known from it on, and not before.
    """
    owed = still_open(ledger.invoices, ledger.payments, link)
    rows = payment_rows(paid, link, customer_id, owed)
    return {
        "payments": [
            {
                "payment_id": row["payment_id"],
                "customer_id": customer_id,
                "invoice_id": row["invoice_id"] if isinstance(row["invoice_id"], str) else None,
                "paid_on": paid.paid_on.isoformat(),
                "amount": f"{Decimal(str(row['amount'])):.4f}",
                "currency": row["currency"],
                "kind": row["kind"],
                **({"recorded_on": today.isoformat()} if paid.paid_on < today else {}),
            }
            for row in rows.to_dict("records")
        ]
    }


def _plain(link: Link) -> dict[str, Any]:
    return {
        "id": link.id,
        "url": link.url,
        "invoices": [[name, str(owed)] for name, owed in link.invoices],
        "amount": str(link.amount),
        "currency": link.currency,
        "expires_on": link.expires_on.isoformat(),
    }


def _link(said: Mapping[str, Any]) -> Link:
    invoices = tuple((name, Decimal(owed)) for name, owed in said["invoices"])
    expires = date.fromisoformat(said["expires_on"])
    return Link(said["id"], said["url"], invoices, Decimal(said["amount"]), said["currency"], expires)
