"""Numbers and small sentences of the report, in the language of the page."""

from __future__ import annotations

import pandas as pd

from ...explain.numbers import DASH, MINUS, SPACE
from ...pages import Language

ONE_AND_MANY = {
    "invoice": ("1 invoice", "{n} invoices"),
    "customer": ("1 customer", "{n} customers"),
    "day": ("1 day", "{n} days"),
    "overdue": ("1 day overdue", "{n} days overdue"),
    "due in": ("due in 1 day", "due in {n} days"),
    "late": ("about 1 day late", "about {n} days late"),
    "early": ("about 1 day early", "about {n} days early"),
    "later": ("1 day late", "{n} days late"),
    "earlier": ("1 day early", "{n} days early"),
    "week": ("1 week", "{n} weeks"),
    "contact": ("1 contact", "{n} contacts"),
    "account": ("1 account", "{n} accounts"),
    "exception": ("1 exception", "{n} exceptions"),
}
"""What is counted, of one and of many."""


def count(t: Language, number: int, noun: str) -> str:
    """'1 invoice', '1,697 invoices'."""
    one, many = ONE_AND_MANY[noun]
    text = t(one) if number == 1 else t(many, n=t.number(number))
    return text.replace(" ", SPACE, 1)


def money(t: Language, amount: float, places: int = 0) -> str:
    """'12,300' or '12,300.50'."""
    return t.number(amount, places)


def band(t: Language, low: float, high: float) -> str:
    """'106,269 - 231,008', which can be broken after the dash only."""
    return f"{money(t, low)}{SPACE}{DASH} {money(t, high)}"


def short(t: Language, amount: float) -> str:
    """'2.1 m' from a million on, below in whole units."""
    return f"{t.number(amount / 1e6, 1)}{SPACE}{t('m')}" if amount >= 999_500 else t.number(amount)


def span(t: Language, first: pd.Timestamp, last: pd.Timestamp) -> str:
    """'1-7 Dec' or '29 Dec - 4 Jan'."""
    begin, end = (t.date(d, year=False) for d in (first, last))
    return f"{begin.split(SPACE)[0]}{DASH}{end}" if first.month == last.month else f"{begin} {DASH} {end}"


def when(t: Language, days_overdue: int) -> str:
    """'12 days overdue', 'due today', 'due in 3 days'."""
    if days_overdue == 0:
        return t("due today")
    return count(t, abs(days_overdue), "overdue" if days_overdue > 0 else "due in")


def delay(t: Language, days: float) -> str:
    """'about 4 days late'."""
    whole = round(days)
    return t("about on the due date") if whole == 0 else count(t, abs(whole), "late" if whole > 0 else "early")


def lateness(t: Language, days: float) -> str:
    """'14 days late', '3 days early' or 'on the due date', of what has happened."""
    whole = round(days)
    return t("on the due date") if whole == 0 else count(t, abs(whole), "later" if whole > 0 else "earlier")


def paid_between(t: Language, low: pd.Timestamp, high: pd.Timestamp) -> str:
    """The range of pay dates that holds 8 of 10; open where it reaches into "never"."""
    if pd.isna(low):
        return t("no date can be given")
    if pd.isna(high):
        return t("from {first}, open end", first=t.date(low))
    return f"{t.date(low, year=low.year != high.year)} {DASH} {t.date(high)}"


def tenths(t: Language, whole: int, signed: bool = False) -> str:
    """A number of tenths with one decimal: 123 is '12.3', signed '+12.3'; minus is a real minus."""
    sign = MINUS if whole < 0 else "+" if signed else ""
    return sign + t.number(abs(whole) / 10, 1)
