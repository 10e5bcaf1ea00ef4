"""Payment links: what they are, a provider without money, and a payment as rows of the ledger."""

from .fake import STATES, FakeProvider, Webhook
from .link import Link, Paid, PaymentProvider
from .rows import is_recorded, payment_rows, still_open

__all__ = [
    "STATES",
    "FakeProvider",
    "Link",
    "Paid",
    "PaymentProvider",
    "Webhook",
    "is_recorded",
    "payment_rows",
    "still_open",
]
