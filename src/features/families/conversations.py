"""What customers said before as_of, where their messages were read.

A message says it from the day after it came. What is counted is what was read: of a customer of whom nothing was read
all of this is missing, whatever of others was.
"""

from __future__ import annotations

import numpy as np

from ..catalogue import feature
from ..kernel.moment import Moment
from ..kernel.streams import Floats

ASKS = ("need_more_time", "instalment_plan")
"""Intents of who asks to pay later, or bit by bit."""

SHORT = ("hardship", "insolvency")
"""Of who says that money is short, or gone."""

CONTESTS = ("dispute", "amount_disagreement")
"""Of who contests the goods, the service or the figure."""

PAID = ("already_paid", "remittance_advice")
"""Of who says that the money is on its way or there."""

AT_ODDS = ("hostile", "legal")
"""Of who insults, or speaks of courts and lawyers."""

INTENTS = (*ASKS, *SHORT, *CONTESTS, *PAID, *AT_ODDS)
"""Intents that features look for; the others say nothing of how somebody pays, or other tables say it."""

UNREAD = "nothing that the customer wrote has been read"


@feature("days", "conversations", "the customer is not known to have asked for more time")
def days_since_ask(at: Moment) -> Floats:
    """Days since the customer last asked for more time or for instalments.

    as_of - the latest received_on of such a message
    """
    if at.dealings.read is None:
        return _missing(at)
    return at.at - at.dealings.said("messages that ask for time", ASKS).latest("day")


@feature("messages", "conversations", UNREAD)
def asks_90(at: Moment) -> Floats:
    """Number of the customer's messages of the last 90 days that ask for more time or for instalments."""
    return _number(at, "messages that ask for time", ASKS, 90)


@feature("messages", "conversations", UNREAD)
def short_of_money_180(at: Moment) -> Floats:
    """Number of the customer's messages of the last 180 days that say that money is short."""
    return _number(at, "messages that say that money is short", SHORT, 180)


@feature("messages", "conversations", UNREAD)
def contested_90(at: Moment) -> Floats:
    """Number of the customer's messages of the last 90 days that contest the goods, the service or the figure."""
    return _number(at, "messages that contest", CONTESTS, 90)


@feature("messages", "conversations", UNREAD)
def said_paid_30(at: Moment) -> Floats:
    """Number of the customer's messages of the last 30 days that say that it has paid."""
    return _number(at, "messages that say paid", PAID, 30)


@feature("messages", "conversations", UNREAD)
def at_odds_365(at: Moment) -> Floats:
    """Number of the customer's messages of the last 365 days that are hostile or speak of legal steps."""
    return _number(at, "messages at odds", AT_ODDS, 365)


def _number(at: Moment, what: str, intents: tuple[str, ...], within: int) -> Floats:
    read = at.dealings.read
    if read is None:
        return _missing(at)
    return np.where(read, at.dealings.said(what, intents).number(within), np.nan)


def _missing(at: Moment) -> Floats:
    return np.full(len(at.at), np.nan)
