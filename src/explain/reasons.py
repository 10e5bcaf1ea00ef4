"""Three reasons in words for each invoice, from exact attributions.

What is said follows the attributions and nothing else: no band in which near ties are reordered, because each band has
edges of its own to fall over (tried: it moved more reasons, not fewer). Exact ties keep the catalogue's order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..features import all_features
from ..models.learn.bundle import DAY_BY_DAY
from .speech import speech
from .words import AGE, WORDS, may_be_told, missing, named, sayer

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COUNT = 3
"""Reasons per invoice."""

LEAST = 0.0005
"""Change of P(late) below which there is no reason to speak of."""

OVERDUE = "days_overdue"
"""What the reason speaks of that is put first where an invoice is late already; no feature."""


@dataclass(frozen=True)
class Reason:
    """One reason of one invoice, with what a page shows beside the sentence.

    Attributes
    ----------
    feature : whose value is quoted; its events are those of :func:`paybench.features.explain`. Or :data:`OVERDUE`.
    value, average : the invoice's, and the training book's mean (None where missing, or a name).
    change : of P(late) by the whole theme, in probability; NaN where it decides by itself (:data:`OVERDUE`).
    theme : whose features are this one reason. family : of the feature in the catalogue, empty of what is no feature.
    text : the sentence for finance. told : the sentence for the customer, without full stop, book and points; empty
        where the reason is for finance only.
    """

    feature: str
    value: float | str | None
    average: float | None
    change: float
    theme: str
    family: str
    text: str
    told: str


def reasons(
    X: pd.DataFrame,
    attributions: pd.DataFrame,
    averages: dict[str, float],
    late: np.ndarray | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """The strongest reasons of each row.

    Features of one theme (how late a customer has paid so far, say, measured in three ways) are one reason, so that
    it is not split: its weight is the sum of their attributions, and the feature that says most in that direction is
    quoted.

    Parameters
    ----------
    X : (n, features) feature table. attributions : SHAP values of P(late), same rows, a column per feature.
    averages : the training book's mean per feature, to compare with.
    late : (n,) which invoices are late already: that they are old needs no words beside that (:func:`with_overdue`).
    language : of the sentences, "en" or "de".

    Returns
    -------
    DataFrame reason_1 .. reason_3, the weightiest first, empty text where there is no further one.

    Raises
    ------
    PaybenchError
        If the language has no sentence for a feature.
    """
    names, row, place, feature, change = _strongest(attributions, late)
    said = np.full((len(X), COUNT), "", dtype=object)
    points = speech(language).points
    for j in np.unique(feature).tolist():
        mine = np.flatnonzero(feature == j)
        code, different = pd.factorize(X[names[j]].iloc[row[mine]], use_na_sentinel=False)
        say = _sentence(names[j], averages.get(names[j]), language)
        words = [say(value) for value in different]
        pairs = zip(code.tolist(), change[mine].tolist(), strict=True)
        said[row[mine], place[mine]] = [f"{words[k]}: {points(moved)}." for k, moved in pairs]
    return pd.DataFrame(said, index=X.index, columns=[f"reason_{k + 1}" for k in range(COUNT)], dtype="str")


def reasons_detailed(
    X: pd.DataFrame,
    attributions: pd.DataFrame,
    averages: dict[str, float],
    late: np.ndarray | None = None,
    language: str = "en",
) -> list[tuple[Reason, ...]]:
    """The same reasons as :func:`reasons`, of each row a tuple, with what is behind each sentence.

    Parameters
    ----------
    X, attributions, averages, late, language : as in :func:`reasons`.

    Raises
    ------
    PaybenchError
        As :func:`reasons`.
    """
    names, row, place, feature, change = _strongest(attributions, late)
    families = {f.name: f.family for f in all_features()}
    found: list[list[Reason]] = [[] for _ in range(len(X))]
    for k in np.lexsort((place, row)).tolist():
        name, moved = names[feature[k]], float(change[k])
        value, average = X[name].iloc[row[k]], averages.get(name)
        text = f"{sentence(name, value, average, language)}: {speech(language).points(moved)}."
        known = name != DAY_BY_DAY or "n_settled" not in X or X["n_settled"].iloc[row[k]] > 0  # else no habit is
        told = sentence(name, value, None, language, "customer") if known and may_be_told(name) else ""
        plain = None if _missing(value) else value if isinstance(value, str) else float(value)
        theme = WORDS[name].theme if name in WORDS else name
        found[row[k]].append(Reason(name, plain, average, moved, theme, families.get(name, ""), text, told))
    return [tuple(some) for some in found]


def _strongest(attributions: pd.DataFrame, late: np.ndarray | None) -> tuple[list[str], Ints, Ints, Ints, Floats]:
    """Names of the features; of each reason its row, its place, the feature quoted, and the change of P(late)."""
    names = [name for name in [*(f.name for f in all_features()), DAY_BY_DAY] if name in attributions.columns]
    themes = [WORDS[name].theme if name in WORDS else name for name in names]
    order = list(dict.fromkeys(themes))
    values = attributions[names].to_numpy()
    member = np.array([[theme == t for t in order] for theme in themes], dtype=np.float64)
    weight = values @ member
    if late is not None and AGE in order:
        weight[late, order.index(AGE)] = 0.0
    ranked = np.argsort(-np.abs(weight), axis=1, kind="stable")[:, :COUNT]
    told = weight[np.arange(len(values))[:, None], ranked]
    row, place = np.nonzero(np.abs(told) >= LEAST)
    change = told[row, place]
    return names, row, place, _quoted(values, themes, order)(row, ranked[row, place], change > 0), change


def _quoted(values: Floats, themes: list[str], order: list[str]) -> Callable[[Ints, Ints, NDArray[np.bool_]], Ints]:
    """Tells of rows, themes and directions which feature of the theme says most in that direction."""
    most = np.empty((2, len(values), len(order)), dtype=np.int64)
    for t, theme in enumerate(order):
        inside = np.flatnonzero([own == theme for own in themes])
        own = values[:, inside]
        most[0, :, t], most[1, :, t] = inside[own.argmin(axis=1)], inside[own.argmax(axis=1)]
    return lambda row, theme, up: most[up.astype(np.intp), row, theme]


def baseline_reasons(X: pd.DataFrame, late_share: float | None, language: str = "en") -> pd.DataFrame:
    """Reasons where the Baseline serves: the customer's own past, and nothing else."""
    said = [reason.text for reason in baseline_detailed(X, late_share, language)]
    table = pd.DataFrame({"reason_1": said, "reason_2": "", "reason_3": ""}, index=X.index)
    return table.astype("str")


def baseline_detailed(X: pd.DataFrame, late_share: float | None, language: str = "en") -> list[Reason]:
    """The same, one :class:`Reason` per row, whose change of P(late) is not known (NaN)."""
    spoken = speech(language)
    say = spoken.sentences
    book = "" if late_share is None else spoken.forms["book"].format(value=spoken.percent(late_share))
    found = []
    for n, share in zip(X["n_settled"].tolist(), X["late_share"].tolist(), strict=True):
        kind = "baseline" if n > 0 else "baseline_new"
        parts = {"late": round(share * n), "n": int(n)} if n > 0 else {}
        text, told = say[kind].format(book=book, **parts), say[f"{kind}_told"].format(**parts).rstrip(".")
        value = float(share) if n > 0 else None
        found.append(Reason("late_share", value, late_share, np.nan, "record", "history", text, told))
    return found


def with_overdue(table: pd.DataFrame, days_overdue: np.ndarray, grace_days: int, language: str = "en") -> pd.DataFrame:
    """Say first, where an invoice is late already, that it is: that decides P(late), whatever was expected at issue."""
    late = days_overdue > grace_days
    said = table.to_numpy(dtype=object)
    said[late, 1:] = said[late, :-1]
    said[late, 0] = [speech(language).overdue(d) for d in days_overdue[late].tolist()]
    return pd.DataFrame(said, index=table.index, columns=table.columns, dtype="str")


def with_overdue_detailed(
    found: Sequence[tuple[Reason, ...]], days_overdue: np.ndarray, grace_days: int, language: str = "en"
) -> list[tuple[Reason, ...]]:
    """The same of detailed reasons."""
    spoken = speech(language)

    def first(days: int) -> Reason:
        told = spoken.overdue(days, "customer").rstrip(".")
        return Reason(OVERDUE, float(days), None, np.nan, OVERDUE, "", spoken.overdue(days), told)

    pairs = zip(found, days_overdue.tolist(), strict=True)
    return [(first(days), *some)[:COUNT] if days > grace_days else some for some, days in pairs]


def sentence(name: str, value: object, average: float | None, language: str = "en", audience: str = "finance") -> str:
    """One feature's value in words, without a full stop.

    Raises
    ------
    PaybenchError
        If the language has no sentence for it, or the audience is a customer who is not told of it.
    """
    return _sentence(name, average, language, audience)(value)


def _sentence(name: str, average: float | None, language: str, audience: str = "finance") -> Callable[[object], str]:
    """Says values of one feature."""
    say: list[Callable[[float, float | None], str]] = []  # made once, and only if a number is there to be said

    def said(value: object) -> str:
        if _missing(value):
            return missing(name, language, audience)
        if isinstance(value, str):
            return named(name, language, audience)(value)
        if not say:
            say.append(sayer(name, language, audience))
        return say[0](float(value), average)  # type: ignore[arg-type]

    return said


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value != value
