"""The words of segments and flags, in one place, so that they can be translated."""

from __future__ import annotations

RISKS = ("low", "medium", "high")
VALUES = ("small", "middle", "large")
"""Levels from the lowest on; a level is a position here."""

NAMES = {
    ("large", "low"): "Large, reliable",
    ("large", "medium"): "Large, slow",
    ("large", "high"): "Large, risky",
    ("middle", "low"): "Middle, reliable",
    ("middle", "medium"): "Middle, slow",
    ("middle", "high"): "Middle, risky",
    ("small", "low"): "Small, reliable",
    ("small", "medium"): "Small, slow",
    ("small", "high"): "Small, risky",
}
"""What a collector calls each segment, by value and risk, in the order of tables."""

ORDER = tuple(NAMES.values())

FLAGS = {
    "improving": "pays better than it used to",
    "worsening": "pays worse than it used to",
    "pay-run regular": "pays on fixed days",
    "disputer": "disputes more invoices than others do",
    "promise-breaker": "breaks most of its promises",
    "part payer": "pays more invoices in parts than others do",
    "new": "was first billed lately",
}
"""Every flag with its short meaning, in the order in which they are listed."""

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")

SENTENCES = {
    "risk": "Paid {own} days overdue on average ({n} invoices, {most} days at most each); drawn toward the {usual} "
    "days of its group, which weigh {rest} %, that is {days} days: {risk} risk.",
    "risk_unknown": "No invoice has been due for {most} days yet, so the {usual} days overdue of its group stand in: "
    "{risk} risk.",
    "value": "Billed {amount} {currency} a year: {value}.",
    "held": "The estimate alone would say '{plain}'; the segment stays until that is sure enough.",
    "improving": "{recent} days overdue on average over the last {n_recent} invoices, {before} over the {n_before} "
    "before.",
    "worsening": "{recent} days overdue on average over the last {n_recent} invoices, {before} over the {n_before} "
    "before.",
    "pay-run weekday": "Paid on {days} on {k} of {n} days of payment.",
    "pay-run dates": "Paid around day {days} of the month on {k} of {n} days of payment.",
    "disputer": "Disputed {k} of {n} invoices; in this book it is {usual} of 100.",
    "promise-breaker": "Broke {k} of {n} promises that have come due.",
    "part payer": "Paid {k} of {n} invoices in parts; in this book it is {usual} of 100.",
    "new": "First billed on {first}.",
}
"""Sentences with holes, by flag or by what they explain."""


def name_of(value: str, risk: str) -> str:
    """The segment's name."""
    return NAMES[value, risk]
