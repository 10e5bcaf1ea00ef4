"""What the invoice itself says."""

from __future__ import annotations

import pyarrow as pa

from ..catalogue import feature
from ..kernel.moment import Moment, money
from ..kernel.streams import Floats, Ints


@feature("currency units", "terms")
def amount(at: Moment) -> Floats:
    """Amount of the invoice."""
    return money(at.own.amount)


@feature("days", "terms")
def terms_days(at: Moment) -> Ints:
    """Days from issue to due date.

    due_on - issued_on
    """
    return at.own.due - at.own.issued


@feature("0 or 1", "terms")
def instalment(at: Moment) -> Ints:
    """Whether the invoice is an instalment of another one."""
    return at.own.part


@feature("code", "terms", category=True)
def currency(at: Moment) -> pa.Array:
    """Currency of the invoice."""
    return at.names(at.own.currency, at.book.currencies)


@feature("code", "terms", missing="the ledger has no country for the customer", category=True)
def country(at: Moment) -> pa.Array:
    """Country of the customer."""
    return at.names(at.country, at.book.countries)
