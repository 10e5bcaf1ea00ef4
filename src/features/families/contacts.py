"""What was said about money before as_of: contacts, messages, promises, disputes."""

from __future__ import annotations

import numpy as np

from ..catalogue import feature
from ..kernel.moment import Moment
from ..kernel.past import Past
from ..kernel.streams import Floats, Ints, ratio


@feature("contacts", "contacts")
def contacts_invoice(at: Moment) -> Ints:
    """Number of contacts about this invoice."""
    return at.dealings.own_contacts.count()


@feature("contacts", "contacts")
def contacts_90(at: Moment) -> Ints:
    """Number of contacts with the customer in the last 90 days."""
    return at.dealings.contacts.number(within=90)


@feature("days", "contacts", "the customer was never contacted")
def days_since_contact(at: Moment) -> Floats:
    """Days since the customer was last contacted.

    as_of - the latest sent_on
    """
    return _since(at, at.dealings.contacts)


@feature("messages", "contacts")
def messages_90(at: Moment) -> Ints:
    """Number of messages from the customer in the last 90 days."""
    return at.dealings.messages.number(within=90)


@feature("days", "contacts", "the customer never wrote")
def days_since_message(at: Moment) -> Floats:
    """Days since the customer last wrote.

    as_of - the latest received_on
    """
    return _since(at, at.dealings.messages)


@feature("0 or 1", "contacts")
def promise_open(at: Moment) -> Ints:
    """Whether payment of this invoice is promised for a day that has not passed."""
    return np.minimum(at.dealings.own_promises.count(), 1)


@feature("promises", "contacts")
def promises_kept(at: Moment) -> Ints:
    """Number of the customer's promises whose invoice was settled by the promised day."""
    return at.dealings.kept.count()


@feature("promises", "contacts")
def promises_broken(at: Moment) -> Ints:
    """Number of the customer's promises whose day passed without their invoice being settled by then."""
    return at.dealings.broken.count()


@feature("share", "contacts", "no promise of the customer has been kept or broken yet")
def promise_kept_share(at: Moment) -> Floats:
    """Share of the customer's promises that were kept.

    kept / (kept + broken)
    """
    kept = at.dealings.kept.count()
    return ratio(kept, kept + at.dealings.broken.count())


@feature("0 or 1", "contacts")
def disputed(at: Moment) -> Ints:
    """Whether the invoice is in dispute."""
    return np.minimum(at.dealings.own_open_disputes.count(), 1)


@feature("disputes", "contacts")
def disputes_open(at: Moment) -> Ints:
    """Number of open disputes of the customer's other invoices."""
    return at.dealings.open_disputes.count() - at.own_among_others * at.dealings.own_open_disputes.count()


def _since(at: Moment, past: Past) -> Floats:
    return at.at - past.latest("day")
