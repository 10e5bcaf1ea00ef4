"""What a store has kept in English, said in the language of the page: the gate's answers, limits, names of parts.

No figure is computed again: the kept sentence is recognised, and its own figures are put into the other language's.
"""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

from ...explain.numbers import MINUS, SPACE
from ...models.judge.compare import (
    BASE,
    DIRECT_DAYS,
    DIRECT_LATE,
    DUE,
    DUE_MEAN,
    EMPIRICAL,
    FOREST,
    LOGISTIC,
    MODEL,
    RATIO,
)
from ...models.judge.parts import COUNTRY, CURRENCY, LENGTH, NEW, OTHERS, SIZE, USUAL
from ...models.judge.slices import HISTORY, THIRDS
from ...models.training.candidate import UNTUNED
from ...models.training.card import LOSSES, USE
from ...pages import Language

ANSWERS = (
    "{rows} later invoices of {customers} customers ({least} of {few} are needed)",
    "the rows are of {since} and later; the champion was judged on what was known at {known}",
    "features do not change with the future",
    "features change with the future: a leak",
    "whether features change with the future was not tried; train again",
    "calibration error {error} (at most {most} is allowed, and {noise} for chance): the share that was late is {off} "
    "points off what was said, on average",
    "calibration error {error} (at most {most} is allowed, and {noise} for chance)",
    "80 % intervals cover {share} ({low} to {high} is allowed): the dates are given as surer than they are",
    "80 % intervals cover {share} ({low} to {high} is allowed): the dates are given as less sure than they are",
    "80 % intervals cover {share} ({low} to {high} is allowed)",
    "no slice has {least} later invoices of {few} customers",
    "on the one slice of at least {least} later invoices of {few} customers the calibration error is at most {error}, "
    "and 80 % intervals cover {low} to {high}",
    "on all {n} slices of at least {least} later invoices of {few} customers the calibration error is at most {error}, "
    "and 80 % intervals cover {low} to {high}",
    "{failed} of {n} large slices fail: {which}",
    "log loss {ours}, against {theirs} of the {best} and {logistic} of the {plain}: what needs no such model is as "
    "good",
    "log loss {ours}, against {theirs} of the {best} and {logistic} of the {plain}",
    "CRPS {gain} against the champion (95 % interval {low} to {high}; {needed}), with {size} instead of {other}: "
    "{doubt}",
    "CRPS {gain} against the champion (95 % interval {low} to {high}; {needed}), with {size} instead of {other}",
    "CRPS {gain} against the champion (95 % interval {low} to {high}; {needed}): {doubt}",
    "CRPS {gain} against the champion (95 % interval {low} to {high}; {needed})",
    "above {least} is needed of a simpler model",
    "above 0 is needed",
    "{leaves} leaves and {features} features",
    "no number of invoices helps: the gain is not above 0",
    "a gain of this size may be chance; it would be sure with about {needed} instead of {rows}",
    "the first champion of a store is the Baseline",
    "too few labels: the outcome of {known} invoices is known, and about {needed} are needed, the latest quarter of "
    "them to judge by",
    "too few labels: of {known} invoices whose outcome is known, the latest judge, and only {fit} had an outcome "
    "before those were issued; {least} are needed to learn from",
    "one class only: all of the {n} invoices {what} were late, so there is nothing to tell apart",
    "one class only: none of the {n} invoices {what} were late, so there is nothing to tell apart",
    "whose outcome is known",
    "to learn from",
    "to judge by",
    "Beyond {days} days after due, payment is one pooled curve, the same for everybody.",
    "P(more than {days} days late) rests on {n} invoices; such scores bear the flag thin_tail.",
    "On {loss} no gain over the customer's own distribution is proven: {doubt}.",
    "Customers with fewer than three settled invoices are flagged cold_start.",
)
"""Sentences of the gate, of declined trainings and of the card, the longer of two that begin alike first."""

NAMES = (
    *("enough labels", "enough later rows", "nobody has seen these rows", "no leak", "calibrated", "80 % intervals"),
    *("large slices", "beats the baselines", "beats the champion"),
    *(MODEL, UNTUNED, DIRECT_LATE, DIRECT_DAYS, FOREST, BASE, DUE, DUE_MEAN, RATIO, LOGISTIC, EMPIRICAL),
    *(SIZE, LENGTH, NEW, USUAL, COUNTRY, CURRENCY, "amount in its currency", "customer's record"),
    *("customer's other invoices", "customer in the 90 days before", "days of terms"),
    *(*HISTORY, *THIRDS, OTHERS, "new", "known", "no usual amount yet", "not known", "nothing settled yet"),
    *("never late so far", "up to half late so far", "more than half late so far"),
    *("some overdue", "none overdue", "contacted", "not contacted"),
    *LOSSES.values(),
    *USE,
)
"""Names and sentences without figures that a store keeps."""


def told(text: str, t: Language) -> str:
    """A kept sentence in the language of a page; one that is not known, or a name of the data's, as it is.

    Examples
    --------
    >>> from paybench.pages import language
    >>> told("features do not change with the future", language("en"))
    'features do not change with the future'
    """
    if text in NAMES:
        return t(text)
    for sentence, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return t(sentence, **{name: _value(value, t) for name, value in found.groupdict().items()})
    return text


def known(text: str) -> bool:
    """Whether a text is one that :func:`told` can say in every language."""
    return text in NAMES or any(pattern.fullmatch(text) for _, pattern in _patterns())


_NUMBER = re.compile(r"([+-]?)([\d,]*\.?\d+)(%?)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    def of(sentence: str) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", sentence)
        return re.compile("".join(f"(?P<{p}>.+?)" if k % 2 else re.escape(p) for k, p in enumerate(parts)), re.DOTALL)

    return tuple((sentence, of(sentence)) for sentence in ANSWERS)


def _value(text: str, t: Language) -> str:
    number = _NUMBER.fullmatch(text)
    if number:
        sign, digits, percent = number.groups()
        places = len(digits.partition(".")[2])
        said = t.number(float(digits.replace(",", "")), places)
        return f"{MINUS if sign == '-' else sign}{said}{SPACE + '%' if percent else ''}"
    if _DAY.fullmatch(text):
        return t.date(pd.Timestamp(text))
    return told(text, t)
