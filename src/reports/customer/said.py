"""Small sentences of the sheet, in the language of the page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...pages import Language

SPACE = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"
NONE = "\N{EN DASH}"

_COUNTED = {
    "invoice": ("1 invoice", "{n} invoices"),
    "day": ("1 day", "{n} days"),
    "overdue": ("1 day overdue", "{n} days overdue"),
    "due in": ("due in 1 day", "due in {n} days"),
    "late": ("1 day late", "{n} days late"),
    "early": ("1 day early", "{n} days early"),
    "paid later": ("paid 1 day later", "paid {n} days later"),
    "wrote later": ("wrote 1 day later", "wrote {n} days later"),
    "promised later": ("promised 1 day later", "promised {n} days later"),
}
"""What is counted, of one and of many."""


def rows(table: pd.DataFrame) -> list[Any]:
    """The rows of a table, whose columns are attributes."""
    return list(table.itertuples(index=False))


def count(t: Language, number: int, noun: str) -> str:
    """'1 invoice', '1,697 invoices'."""
    one, many = _COUNTED[noun]
    return t(one) if number == 1 else t(many, n=t.number(number))


def lateness(t: Language, days: float) -> str:
    """'14 days late', '3 days early' or 'on the due date'; a dash where it is not known."""
    if pd.isna(days):
        return NONE
    whole = round(days)
    return t("on the due date") if whole == 0 else count(t, abs(whole), "late" if whole > 0 else "early")


def when(t: Language, days_overdue: int) -> str:
    """'12 days overdue', 'due today', 'due in 3 days'."""
    if days_overdue == 0:
        return t("due today")
    return count(t, abs(days_overdue), "overdue" if days_overdue > 0 else "due in")


def money(t: Language, amount: float, currency: str) -> str:
    """'12,300.50 EUR'."""
    return f"{t.number(amount, 2)}{SPACE}{currency}"


def date(t: Language, day: Any) -> str:
    """A date, or a dash."""
    return NONE if day is None or pd.isna(day) else t.date(pd.Timestamp(day))


def month(t: Language, day: pd.Timestamp) -> str:
    """'Dec 2025'."""
    return t.date(day.replace(day=1)).split(SPACE, 1)[1]


def between(t: Language, low: Any, high: Any) -> str:
    """The range of pay dates that holds 8 of 10; open where it reaches into "never"."""
    if pd.isna(low):
        return t("no date can be given")
    if pd.isna(high):
        return t("from {first} on, open end", first=t.date(low))
    return f"{t.date(low, year=low.year != high.year)} {DASH} {t.date(high)}"


def word(t: Language, name: Any) -> str:
    """A word of the ledger's own (a channel, a tone) in the page's language where that knows it, else as it stands."""
    if name is None or pd.isna(name):
        return NONE
    plain = str(name).replace("_", " ")
    return t.sentences.get(plain, plain)
