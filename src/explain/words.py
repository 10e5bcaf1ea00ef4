"""Sentences for features: what finance reads instead of a feature's name and a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Say = Callable[[float, float | None], str]
"""From an invoice's value and the book's mean (None if there is none) to a sentence without a full stop."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Wording:
    """How one feature is said, and the theme whose features are one reason together."""

    theme: str
    say: Say


def _book(average: float | None, text: Callable[[float], str]) -> str:
    return "" if average is None else f" (book: {text(average)})"


def _lateness(what: str) -> Say:
    return lambda v, m: f"{what} {lateness(v)}{_book(m, lateness)}"


def _plain(what: str, text: Callable[[float], str]) -> Say:
    return lambda v, m: f"{what} {text(v)}{_book(m, text)}"


def lateness(days: float) -> str:
    """'14 days late', '3 days early' or 'on the due date'."""
    whole = int(np.rint(days))
    if whole == 0:
        return "on the due date"
    return f"{abs(whole)} day{'' if abs(whole) == 1 else 's'} {'late' if whole > 0 else 'early'}"


def percent(share: float) -> str:
    """'38 %'."""
    return f"{share * 100:.0f} %"


def money(amount: float) -> str:
    """'12,300': whole units, thousands apart."""
    return f"{amount:,.0f}"


def _days(days: float) -> str:
    whole = int(np.rint(days))
    return f"{whole} day{'' if whole == 1 else 's'}"


def _count(number: float) -> str:
    return f"{int(np.rint(number))}"


def _weekday(number: float) -> str:
    return WEEKDAYS[int(number) % 7]


WORDS: dict[str, Wording] = {
    "late_share": Wording("record", _plain("Share of its invoices paid late so far:", percent)),
    "days_late_mean": Wording("record", _lateness("Paid on average")),
    "late_share_due": Wording("record", _plain("Share of its invoices paid late, or still unpaid after due:", percent)),
    "late_share_due_10": Wording("lately", _plain("Late among the last ten that fell due:", percent)),
    "days_late_decayed": Wording("lately", _lateness("Paid lately on average")),
    "days_late_last": Wording("lately", _lateness("Paid its last invoice")),
    "days_late_sd": Wording("spread", _plain("Its payment dates scatter by", _days)),
    "n_settled": Wording("acquaintance", _plain("Invoices it has settled so far:", _count)),
    "days_since_payment": Wording("rhythm", _plain("Time since its last payment:", _days)),
    "pay_weekday": Wording("rhythm", lambda v, m: f"It usually pays on a {_weekday(v)}"),
    "disputed_share": Wording("disputes", _plain("Share of its invoices that were disputed:", percent)),
    "open_count": Wording("exposure", _plain("Its other open invoices:", _count)),
    "open_amount": Wording("exposure", _plain("Open on its other invoices:", money)),
    "overdue_count": Wording("overdue", _plain("Its other overdue invoices:", _count)),
    "amount": Wording("amount", _plain("Amount of the invoice:", money)),
    "amount_to_usual": Wording("amount", lambda v, m: f"The amount is {v:.1f} times this customer's usual"),
    "terms_days": Wording("terms", _plain("Days until due, from issue:", _days)),
    "due_weekday": Wording("calendar", lambda v, m: f"It is due on a {_weekday(v)}"),
    "due_to_month_end": Wording("calendar", lambda v, m: f"It is due {_days(v)} before the end of the month"),
}
"""Wording by feature name; a feature without one is said by its sentence in the catalogue."""
