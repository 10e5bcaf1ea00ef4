"""What is found in a message. Offsets refer to the text that was given: ``text[start:end] == quote``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class DateSlot:
    """A day, or a range of days, of payment.

    Attributes
    ----------
    first, last : equal where it is one day; None where no day can be known.
    ask : whether to ask back: the words are ambiguous (03/04) or open ("as soon as possible").
    """

    quote: str
    start: int
    end: int
    first: date | None
    last: date | None
    ask: bool = False


@dataclass(frozen=True)
class AmountSlot:
    """A sum of money; ``currency`` (ISO 4217) is empty where none is said and none follows from the open invoices."""

    quote: str
    start: int
    end: int
    amount: Decimal
    currency: str = ""


@dataclass(frozen=True)
class InvoiceSlot:
    """One of the customer's own invoices; ``open`` as of the day of the message."""

    quote: str
    start: int
    end: int
    invoice_id: str
    open: bool


@dataclass(frozen=True)
class NameSlot:
    """Somebody to turn to; each of ``name``, ``email``, ``phone`` is empty where it is not said."""

    quote: str
    start: int
    end: int
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class PlanSlot:
    """A wish to pay in parts.

    Attributes
    ----------
    number : of instalments. every : "", "weekly", "fortnightly", "monthly", or a number of days. amount : of each.
    """

    quote: str
    number: int | None = None
    every: str = ""
    amount: Decimal | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Slots:
    """All that is found in a message, each kind in the order of the text.

    Attributes
    ----------
    firmness : of a promise to pay: "firm", "soft" (should, probably) or "aspirational" (hope, try, when we are paid);
        empty where nothing of the kind is said.
    waiver : whether it wishes to be spared interest or fees.
    channels_off : channels by which it wants no more contact ("email", "letter", "phone", "sms", "chat"), ("all",)
        where it wants none at all; empty where it names none: "stop" then means the channel of the message.
    """

    dates: tuple[DateSlot, ...] = ()
    amounts: tuple[AmountSlot, ...] = ()
    invoices: tuple[InvoiceSlot, ...] = ()
    names: tuple[NameSlot, ...] = ()
    plan: PlanSlot | None = None
    firmness: str = ""
    waiver: bool = False
    channels_off: tuple[str, ...] = ()
