"""Sentences for features: what finance reads instead of a feature's name and a number, and what a customer may be told.

How a feature's number is written and which features are one reason stands here; the sentences are in one catalogue
per language (:mod:`.speech`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import PaybenchError
from ..features import all_features
from ..models.learn.bundle import DAY_BY_DAY
from .speech import Speech, speech

Say = Callable[[float, float | None], str]
"""From an invoice's value and the book's mean (None if there is none) to a sentence without a full stop."""

AUDIENCES = ("finance", "customer")
"""Who is spoken to. A customer is told nothing of others, so no mean of the book, and nothing of the model's."""


@dataclass(frozen=True)
class Wording:
    """How one feature's number is written, and the theme whose features are one reason together."""

    theme: str
    form: str


AGE = "age"
"""The theme of an invoice's own days."""

_THEMES: dict[str, dict[str, str]] = {
    "record": {
        "late_share": "percent", "days_late_mean": "lateness", "days_late_by_amount": "lateness",
        "late_share_due": "percent", "days_late_mean_365": "lateness", "late_share_365": "percent",
        "days_to_pay_mean": "days",
    },
    "lately": {
        "late_share_due_10": "percent", "days_late_decayed": "lateness", "days_late_last": "lateness",
        "days_late_mean_3": "lateness", "days_late_mean_5": "lateness", "days_late_mean_10": "lateness",
        "days_late_median_10": "lateness", "days_late_max_10": "lateness", "late_share_10": "percent",
        "days_late_mean_90": "lateness", "days_late_mean_180": "lateness", "late_share_90": "percent",
    },
    "trend": {"days_late_trend": "change", "days_late_trend_90": "change"},
    "spread": {"days_to_pay_sd": "days", "days_late_sd": "days"},
    "acquaintance": {
        "n_issued": "count", "n_settled": "count", "n_settled_90": "count", "n_settled_365": "count",
        "cold_start": "yes",
    },
    "rhythm": {
        "days_since_payment": "days", "pay_weekday": "weekday", "pay_weekday_share": "percent",
        "pay_month_day": "number",
    },
    "parts": {"part_share": "percent", "paid_share": "percent"},
    "losses": {"lost_count": "count"},
    "disputes": {"disputed_share": "percent", "disputed": "yes", "disputes_open": "count"},
    "exposure": {
        "open_count": "count", "open_amount": "money", "credit_used": "percent", "unapplied_amount": "money",
    },
    "overdue": {"overdue_count": "count", "overdue_amount": "money", "oldest_overdue": "days"},
    "amount": {"amount": "money", "amount_to_usual": "times"},
    "terms": {"terms_days": "days", "instalment": "yes"},
    AGE: {"age_days": "days alone", "days_to_due": "ahead", "workdays_to_due": "count"},
    "calendar": {
        "due_weekday": "weekday", "due_to_month_end": "days alone", "due_to_quarter_end": "days alone",
        "due_to_workday": "days if any",
    },
    "contacts": {"contacts_invoice": "count", "contacts_90": "count", "days_since_contact": "days"},
    "messages": {"messages_90": "count", "days_since_message": "days"},
    "conversations": {
        "days_since_ask": "days", "asks_90": "count", "short_of_money_180": "count", "contested_90": "count",
        "said_paid_30": "count", "at_odds_365": "count",
    },
    "promises": {
        "promise_open": "yes", "promises_kept": "count", "promises_broken": "count", "promise_kept_share": "percent",
    },
    "habits": {DAY_BY_DAY: "percent"},
}  # fmt: skip

WORDS = {name: Wording(theme, form) for theme, forms in _THEMES.items() for name, form in forms.items()}
"""Wording by feature name; one without is a theme of its own and said by its sentence in the catalogue."""

INTERNAL = frozenset({"country", "lost_count", "at_odds_365"})
"""Features that a customer is not told: where someone lives is no reason to give, that an invoice was written off could
be read as waiving it, and that words were taken for hostile would be one more quarrel. Features that no catalogue of
sentences knows (of a notebook's own) are not told either."""


_FORMS: dict[str, Callable[[Speech], Callable[[float], str]]] = {
    "lateness": lambda s: s.lateness,
    "percent": lambda s: s.percent,
    "days": lambda s: s.days,
    "count": lambda s: lambda v: f"{int(np.rint(v))}",
    "money": lambda s: s.language.number,
    "days alone": lambda s: s.days,
    "number": lambda s: lambda v: f"{v:.0f}",
    "times": lambda s: s.times,
    "weekday": lambda s: s.weekday,
}
"""How a number is written."""

_COMPARED = ("lateness", "percent", "days", "count", "money")
"""Forms that finance reads beside the book's mean."""


def sayer(name: str, code: str = "en", audience: str = "finance") -> Say:
    """How one feature's number is said.

    Parameters
    ----------
    name : of a feature, or ``DAY_BY_DAY``. code : of the language. audience : one of :data:`AUDIENCES`.

    Raises
    ------
    PaybenchError
        If the language has no sentence for it, or a customer is not told of it.
    """
    spoken = speech(code)
    if name not in WORDS:
        return _unworded(name, code, audience)
    said = _sentence(name, code, audience)
    form = WORDS[name].form
    if form == "yes":
        return lambda v, m: said["yes" if v else "no"]
    if form == "change":
        return lambda v, m: _cased(said, int(np.rint(v)), ("earlier", "same", "later"), spoken)
    if form == "ahead":
        return lambda v, m: said["ahead" if v >= 0 else "past"].format(value=spoken.days(abs(v)))
    if form == "days if any":
        return lambda v, m: said["yes" if v else "no"].format(value=spoken.days(v))
    write = _FORMS[form](spoken)
    before, _, after = said.partition("{value}")
    if "{value}" not in said:
        return lambda v, m: before
    if form not in _COMPARED or audience != "finance":
        return lambda v, m: f"{before}{write(v)}{after}"
    book = _remembered(lambda m: str(spoken.forms["book"]).format(value=write(m)))
    return lambda v, m: f"{before}{write(v)}{after}{'' if m is None else book(m)}"


def missing(name: str, code: str = "en", audience: str = "finance") -> str:
    """What is said of a feature's missing value, without a full stop.

    Raises
    ------
    PaybenchError
        As :func:`sayer` does.
    """
    spoken = speech(code)
    why = next((f.missing for f in all_features() if f.name == name), "")
    if audience == "customer":
        return str(_told(spoken.missing.get(why, {}), name, code, audience))
    if code == "en" or not why:
        return why[:1].upper() + why[1:] if why else str(spoken.sentences["unknown"]).format(name=name)
    return str(_told(spoken.missing.get(why, {}), name, code, audience))


def label(name: str, code: str = "en") -> str:
    """A feature's sentence of the catalogue, without a full stop.

    Raises
    ------
    PaybenchError
        If the language has none.
    """
    if code != "en":
        own = speech(code).features.get(name, {})
        if "label" not in own:
            raise _no_sentence(name, code)
        return str(own["label"])
    if name == DAY_BY_DAY:
        return "How the customer usually pays, day by day: probability of being late by that alone"
    return next((f.sentence.rstrip(".") for f in all_features() if f.name == name), name)


def may_be_told(name: str) -> bool:
    """Whether a customer may be told of a feature."""
    return name not in INTERNAL and "tell" in speech("en").features.get(name, {})


def _sentence(name: str, code: str, audience: str) -> Any:
    return _told(speech(code).features.get(name, {}), name, code, audience)


def _told(own: dict[str, Any], name: str, code: str, audience: str) -> Any:
    key = "say" if audience == "finance" else "tell"
    if audience == "customer" and name in INTERNAL:
        raise PaybenchError(f"A customer is not told of '{name}'; speak of another reason.")
    if key not in own:
        raise _no_sentence(name, code)
    return own[key]


def _no_sentence(name: str, code: str) -> PaybenchError:
    return PaybenchError(f"There is no sentence in '{code}' for the feature '{name}'; add one to words_{code}.yaml.")


def _unworded(name: str, code: str, audience: str) -> Say:
    """A category by its sentence and its name; a feature of a notebook's own by its sentence and its number."""
    own = speech(code).features.get(name, {})
    if audience != "finance" or (code != "en" and "label" not in own):
        _told({}, name, code, audience)
    said = label(name, code)
    return lambda v, m: f"{said}: {v:g}"


def named(name: str, code: str = "en", audience: str = "finance") -> Callable[[str], str]:
    """How a category's name is said.

    Raises
    ------
    PaybenchError
        As :func:`sayer` does.
    """
    if name not in speech("en").features:
        said = label(name, code) + ": {value}"
    else:
        said = str(_sentence(name, code, audience))
    before, _, after = said.partition("{value}")
    return lambda value: f"{before}{value}{after}"


def _cased(said: dict[str, str], whole: int, cases: tuple[str, str, str], spoken: Speech) -> str:
    case = cases[1 + (whole > 0) - (whole < 0)]
    return said[case].format(value=spoken.days(abs(whole)))


def _remembered(write: Callable[[float], str]) -> Callable[[float], str]:
    """The book's mean is the same for all invoices, so its text is made once."""
    kept: dict[float, str] = {}

    def text(value: float) -> str:
        if value not in kept:
            kept[value] = write(value)
        return kept[value]

    return text


def lateness(days: float) -> str:
    """'14 days late', '3 days early' or 'on the due date', in English."""
    return speech("en").lateness(days)


def percent(share: float) -> str:
    """'38 %'."""
    return speech("en").percent(share)
