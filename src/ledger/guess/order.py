"""Day before month or month before day, where the days of a file do not tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..formats import Amounts
from ..readers.sheet import Sheet
from .columns import Found, share_in_order
from .styles import Days

_DAY_FIRST, _MONTH_FIRST = "day before month", "month before day"


def order_of(pattern: str) -> str | None:
    """Which of the two a pattern says; None if the year comes first."""
    parts = re.findall(r"%-?([Yymd])", pattern)
    return {"d": _DAY_FIRST, "m": _MONTH_FIRST}.get(parts[0]) if parts else None


def settle_order(
    sheet: Sheet, found: Mapping[str, Found], style: Amounts, languages: Sequence[str], comma_shown: bool
) -> tuple[dict[str, Found], list[str], bool]:
    """The columns with one order of day and month, what is to be said about it, and whether it is a mere assumption.

    What tells, in this order: another column of days, dots between the numbers, that nothing is due before it is
    issued, a decimal comma, the language of the column names, a currency that is the US dollar throughout.
    """
    unclear = {ours: f for ours, f in found.items() if f.days and f.days.other}
    if not unclear:
        return dict(found), [], False
    wanted, why = _wanted(sheet, found, unclear, style, languages, comma_shown)
    fixed = {ours: replace(f, days=_with_order(f.days, wanted)) if f.days else f for ours, f in found.items()}
    names = ", ".join(f.column for f in unclear.values())
    sentence = f"every day in {names} is 12 or less, so day and month could be swapped; read as {wanted}, because {why}"
    return {**found, **{ours: fixed[ours] for ours in unclear}}, [sentence], why == _NOTHING


_NOTHING = "most systems write it so and nothing in the file tells"


def _wanted(
    sheet: Sheet,
    found: Mapping[str, Found],
    unclear: Mapping[str, Found],
    style: Amounts,
    languages: Sequence[str],
    comma_shown: bool,
) -> tuple[str, str]:
    told = Counter(
        order
        for ours, f in found.items()
        if f.days and ours not in unclear and (order := order_of(f.days.pattern)) is not None
    )
    if told:
        order = told.most_common(1)[0][0]
        column = next(
            f.column for f in found.values() if f.days and not f.days.other and order_of(f.days.pattern) == order
        )
        return order, f"{column} is written so"
    if all(f.days and "." in f.days.pattern for f in unclear.values()):
        return _DAY_FIRST, "days with dots are written so"
    if "issued_on" in unclear and "due_on" in unclear:
        shares = {
            order: share_in_order(
                sheet,
                unclear["issued_on"].column,
                _with_order(unclear["issued_on"].days, order).pattern,
                unclear["due_on"].column,
                _with_order(unclear["due_on"].days, order).pattern,
            )
            for order in (_DAY_FIRST, _MONTH_FIRST)
        }
        best = max(shares, key=lambda order: shares[order])
        if min(shares.values()) < 0.9 * shares[best]:
            return best, "otherwise many invoices would be due before they are issued"
    if comma_shown and style.decimal == ",":
        return _DAY_FIRST, "the decimal mark is a comma"
    if languages and languages[0] != "en":
        return _DAY_FIRST, f"the column names are {_LANGUAGES[languages[0]]}"
    currency = found.get("currency")
    if currency and (currency.column == "USD" or currency.reason.endswith("; USD")):
        return _MONTH_FIRST, "the amounts are in US dollars"
    return _DAY_FIRST, _NOTHING


_LANGUAGES = {"de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese"}


def _with_order(days: Days | None, wanted: str) -> Days:
    assert days is not None
    if days.other and order_of(days.pattern) != wanted:
        return replace(days, pattern=days.other, other=days.pattern)
    return days
