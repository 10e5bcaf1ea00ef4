"""Figures of the report in the language of the page."""

from __future__ import annotations

import math

import pandas as pd

from ...errors import PaybenchError
from ...explain.drivers import FAMILIES as WORDS
from ...explain.numbers import MINUS, SPACE
from ...explain.words import label
from ...features import all_features
from ...models.learn.bundle import DAY_BY_DAY
from ...pages import Language


def share(t: Language, value: float, places: int = 1) -> str:
    """'84.8 %'; empty if there is none."""
    return "" if math.isnan(value) else f"{t.number(100 * value, places)}{SPACE}%"


def signed(t: Language, value: float, places: int = 1) -> str:
    """'+5.1 %' of a share."""
    return "" if math.isnan(value) else f"{plus(t, 100 * value, places)}{SPACE}%"


def plus(t: Language, value: float, places: int = 1) -> str:
    """'+5.1'; minus is a real minus, and what rounds to nothing has no sign."""
    text = t.number(abs(value), places)
    zero = not text.strip("0.,")
    return text if zero else f"{MINUS if value < 0 else '+'}{text}"


def number(t: Language, value: float, places: int) -> str:
    """'0.537'; empty if there is none."""
    return "" if math.isnan(value) else t.number(value, places)


def tick(t: Language, value: float) -> str:
    """A number at an axis, as short as it is."""
    if abs(value) >= 10_000:
        return f"{_short(t, value / 1000)}k"
    return _short(t, value)


def _short(t: Language, value: float) -> str:
    places = next(k for k in range(5) if k == 4 or abs(round(value, k) - value) < 1e-9)
    return f"{MINUS if value < 0 else ''}{t.number(abs(value), places)}"


def date(t: Language, day: str) -> str:
    """A day of ISO 8601 as the language writes it."""
    return t.date(pd.Timestamp(day[:10]))


def feature_label(name: str, t: Language) -> str:
    """What a feature is; one of a notebook's own, which no language knows, by its own sentence."""
    try:
        return label(name, t.code)
    except PaybenchError:
        return next((f.sentence.rstrip(".") for f in all_features() if f.name == name), name)


UNITS = {
    "currency units": "currency units", "days": "days", "0 or 1": "0 = no, 1 = yes", "code": "",
    "0 = Monday": "0 = Monday", "working days": "working days", "share": "share", "invoices": "invoices",
    "day of month": "day of the month", "ratio": "times", "contacts": "contacts", "messages": "messages",
    "promises": "promises", "disputes": "disputes",
}  # fmt: skip
"""Units of the catalogue of features, as axes name them."""


def feature_unit(name: str, t: Language) -> str:
    """The unit at a feature's axis; empty of names."""
    unit = "share" if name == DAY_BY_DAY else next((f.unit for f in all_features() if f.name == name), "")
    if unit not in UNITS:
        return unit
    return t(UNITS[unit]) if UNITS[unit] else ""


FAMILIES = WORDS | {
    "hazard": "the hazard's step: how the customer usually pays, day by day",
    "own": "features of your own",
}
"""Feature families in words; the hazard is one of its own."""
