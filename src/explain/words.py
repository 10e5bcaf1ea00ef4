"""Sentences for features: what finance reads instead of a feature's name and a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..models.learn.bundle import DAY_BY_DAY

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


def _yes(yes: str, no: str) -> Say:
    return lambda v, m: yes if v else no


def _change(what: str) -> Say:
    def say(value: float, _: float | None) -> str:
        whole = int(np.rint(value))
        if whole == 0:
            return f"{what} no later than before"
        return f"{what} {_days(abs(whole))} {'later' if whole > 0 else 'earlier'} than before"

    return say


AGE = "age"
"""The theme of an invoice's own days."""

WORDS: dict[str, Wording] = {
    "late_share": Wording("record", _plain("Share of its invoices paid late so far:", percent)),
    "days_late_mean": Wording("record", _lateness("Paid on average")),
    "days_late_by_amount": Wording("record", _lateness("Paid on average, large invoices counting more,")),
    "late_share_due": Wording("record", _plain("Share of its invoices paid late, or still unpaid after due:", percent)),
    "late_share_due_10": Wording("lately", _plain("Late among the last ten that fell due:", percent)),
    "days_late_decayed": Wording("lately", _lateness("Paid lately on average")),
    "days_late_last": Wording("lately", _lateness("Paid its last invoice")),
    "days_late_mean_3": Wording("lately", _lateness("Paid its last three invoices on average")),
    "days_late_mean_5": Wording("lately", _lateness("Paid its last five invoices on average")),
    "days_late_mean_10": Wording("lately", _lateness("Paid its last ten invoices on average")),
    "days_late_median_10": Wording("lately", _lateness("Paid the middle one of its last ten invoices")),
    "days_late_max_10": Wording("lately", _lateness("Paid the latest of its last ten invoices")),
    "late_share_10": Wording("lately", _plain("Late among the last ten that it paid:", percent)),
    "days_late_mean_90": Wording("lately", _lateness("Paid in the last 90 days on average")),
    "days_late_mean_180": Wording("lately", _lateness("Paid in the last 180 days on average")),
    "days_late_mean_365": Wording("record", _lateness("Paid in the last year on average")),
    "late_share_90": Wording("lately", _plain("Late among those paid in the last 90 days:", percent)),
    "late_share_365": Wording("record", _plain("Late among those paid in the last year:", percent)),
    "days_late_trend": Wording("trend", _change("Paid its last three invoices")),
    "days_late_trend_90": Wording("trend", _change("Paid in the last 90 days")),
    "days_to_pay_mean": Wording("record", _plain("It takes on average to pay, from issue:", _days)),
    "days_to_pay_sd": Wording("spread", _plain("Its days to pay scatter by", _days)),
    "days_late_sd": Wording("spread", _plain("Its payment dates scatter by", _days)),
    "n_issued": Wording("acquaintance", _plain("Other invoices it has had so far:", _count)),
    "n_settled": Wording("acquaintance", _plain("Invoices it has settled so far:", _count)),
    "n_settled_90": Wording("acquaintance", _plain("Invoices it settled in the last 90 days:", _count)),
    "n_settled_365": Wording("acquaintance", _plain("Invoices it settled in the last year:", _count)),
    "cold_start": Wording("acquaintance", _yes("It has settled fewer than three invoices", "It is known from before")),
    "days_since_payment": Wording("rhythm", _plain("Time since its last payment:", _days)),
    "pay_weekday": Wording("rhythm", lambda v, m: f"It usually pays on a {_weekday(v)}"),
    "pay_weekday_share": Wording("rhythm", _plain("Share paid on its usual weekday:", percent)),
    "pay_month_day": Wording("rhythm", lambda v, m: f"It usually pays on day {v:.0f} of the month"),
    "part_share": Wording("parts", _plain("Share of its invoices paid in parts:", percent)),
    "lost_count": Wording("losses", _plain("Its invoices that were written off:", _count)),
    "disputed_share": Wording("disputes", _plain("Share of its invoices that were disputed:", percent)),
    "disputed": Wording("disputes", _yes("The invoice is in dispute", "The invoice is not in dispute")),
    "disputes_open": Wording("disputes", _plain("Open disputes on its other invoices:", _count)),
    "open_count": Wording("exposure", _plain("Its other open invoices:", _count)),
    "open_amount": Wording("exposure", _plain("Open on its other invoices:", money)),
    "credit_used": Wording("exposure", _plain("Open of what it was billed in the last year:", percent)),
    "unapplied_amount": Wording("exposure", _plain("Paid without naming an invoice:", money)),
    "overdue_count": Wording("overdue", _plain("Its other overdue invoices:", _count)),
    "overdue_amount": Wording("overdue", _plain("Overdue on its other invoices:", money)),
    "oldest_overdue": Wording("overdue", _plain("Its oldest overdue invoice is overdue for", _days)),
    "amount": Wording("amount", _plain("Amount of the invoice:", money)),
    "amount_to_usual": Wording("amount", lambda v, m: f"The amount is {v:.1f} times this customer's usual"),
    "terms_days": Wording("terms", _plain("Days until due, from issue:", _days)),
    "instalment": Wording("terms", _yes("It is an instalment", "It is no instalment")),
    "age_days": Wording(AGE, lambda v, m: f"It was issued {_days(v)} ago"),
    "days_to_due": Wording(AGE, lambda v, m: f"It is due in {_days(v)}" if v >= 0 else f"{_days(-v)} overdue"),
    "paid_share": Wording("parts", _plain("Share of it paid so far:", percent)),
    "due_weekday": Wording("calendar", lambda v, m: f"It is due on a {_weekday(v)}"),
    "due_to_month_end": Wording("calendar", lambda v, m: f"It is due {_days(v)} before the end of the month"),
    "due_to_quarter_end": Wording("calendar", lambda v, m: f"It is due {_days(v)} before the end of the quarter"),
    "due_to_workday": Wording(
        "calendar", lambda v, m: f"Banks open {_days(v)} after its due date" if v else "Banks are open on its due date"
    ),
    "workdays_to_due": Wording(AGE, _plain("Working days until it is due:", _count)),
    "contacts_invoice": Wording("contacts", _plain("Reminders sent about it:", _count)),
    "contacts_90": Wording("contacts", _plain("Contacts with the customer in the last 90 days:", _count)),
    "days_since_contact": Wording("contacts", _plain("Time since it was last contacted:", _days)),
    "messages_90": Wording("messages", _plain("Messages from it in the last 90 days:", _count)),
    "days_since_message": Wording("messages", _plain("Time since it last wrote:", _days)),
    "promise_open": Wording("promises", _yes("Payment is promised for a coming day", "No payment is promised")),
    "promises_kept": Wording("promises", _plain("Promises it kept:", _count)),
    "promises_broken": Wording("promises", _plain("Promises it broke:", _count)),
    DAY_BY_DAY: Wording("habits", _plain("How it usually pays, day by day, makes it late with", percent)),
    "promise_kept_share": Wording("promises", _plain("Share of its promises that it kept:", percent)),
}
"""Wording by feature name; a feature without one is said by its sentence in the catalogue."""
