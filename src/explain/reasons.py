"""Three reasons in words for each invoice, from exact attributions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..features import all_features
from ..models.learn.bundle import DAY_BY_DAY
from .words import AGE, WORDS, Wording, percent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COUNT = 3
"""Reasons per invoice."""

LEAST = 0.0005
"""Change of P(late) below which there is no reason to speak of."""


def reasons(
    X: pd.DataFrame, attributions: pd.DataFrame, averages: dict[str, float], late: np.ndarray | None = None
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

    Returns
    -------
    DataFrame reason_1 .. reason_3, the weightiest first, empty text where there is no further one.
    """
    names = [name for name in [*(f.name for f in all_features()), DAY_BY_DAY] if name in attributions.columns]
    themes = [_wording(name).theme for name in names]
    order = list(dict.fromkeys(themes))
    values = attributions[names].to_numpy()
    member = np.array([[theme == t for t in order] for theme in themes], dtype=np.float64)
    weight = values @ member
    if late is not None and AGE in order:
        weight[late, order.index(AGE)] = 0.0
    ranked = np.argsort(-np.abs(weight), axis=1, kind="stable")[:, :COUNT]
    rows = np.arange(len(X))[:, None]
    told = weight[rows, ranked]
    row, place = np.nonzero(np.abs(told) >= LEAST)
    change, feature = told[row, place], _quoted(values, themes, order)(row, ranked[row, place], told[row, place] > 0)
    said = np.full((len(X), COUNT), "", dtype=object)
    for j in np.unique(feature).tolist():
        mine = np.flatnonzero(feature == j)
        code, different = pd.factorize(X[names[j]].iloc[row[mine]], use_na_sentinel=False)
        words = [sentence(names[j], value, averages.get(names[j])) for value in different]
        pairs = zip(code.tolist(), change[mine].tolist(), strict=True)
        said[row[mine], place[mine]] = [f"{words[k]}: {points(moved)}." for k, moved in pairs]
    return pd.DataFrame(said, index=X.index, columns=[f"reason_{k + 1}" for k in range(COUNT)], dtype="str")


def _quoted(values: Floats, themes: list[str], order: list[str]) -> Callable[[Ints, Ints, NDArray[np.bool_]], Ints]:
    """Tells of rows, themes and directions which feature of the theme says most in that direction."""
    most = np.empty((2, len(values), len(order)), dtype=np.int64)
    for t, theme in enumerate(order):
        inside = np.flatnonzero([own == theme for own in themes])
        own = values[:, inside]
        most[0, :, t], most[1, :, t] = inside[own.argmin(axis=1)], inside[own.argmax(axis=1)]
    return lambda row, theme, up: most[up.astype(np.intp), row, theme]


def baseline_reasons(X: pd.DataFrame, late_share: float | None) -> pd.DataFrame:
    """Reasons where the Baseline serves: the customer's own past, and nothing else."""
    base = "" if late_share is None else f" (book: {percent(late_share)})"
    said = [
        f"Paid late in {round(share * n)} of its {int(n)} settled invoices{base}."
        if n > 0
        else f"This customer has settled nothing yet, so the book's late share counts{base}."
        for n, share in zip(X["n_settled"], X["late_share"], strict=True)
    ]
    table = pd.DataFrame({"reason_1": said, "reason_2": "", "reason_3": ""}, index=X.index)
    return table.astype("str")


def with_overdue(table: pd.DataFrame, days_overdue: np.ndarray, grace_days: int) -> pd.DataFrame:
    """Say first, where an invoice is late already, that it is: that decides P(late), whatever was expected at issue."""
    late = days_overdue > grace_days
    said = table.to_numpy(dtype=object)
    said[late, 1:] = said[late, :-1]
    said[late, 0] = [f"Unpaid {d} day{'' if d == 1 else 's'} after its due date." for d in days_overdue[late].tolist()]
    return pd.DataFrame(said, index=table.index, columns=table.columns, dtype="str")


def sentence(name: str, value: object, average: float | None) -> str:
    """One feature's value in words, without a full stop."""
    if value is None or value != value or value is pd.NA:
        missing = next((f.missing for f in all_features() if f.name == name), "")
        return missing[:1].upper() + missing[1:] if missing else f"{name} is unknown"
    if isinstance(value, str):
        return f"{_sentence_of(name).rstrip('.')}: {value}"
    return _wording(name).say(float(value), average)  # type: ignore[arg-type]


def points(change: float) -> str:
    """'+18 points'."""
    whole = change * 100
    text = f"{whole:+.0f}" if abs(whole) >= 1 else f"{whole:+.1f}"
    return f"{text} point{'' if text in ('+1', '-1') else 's'}"


def _wording(name: str) -> Wording:
    return WORDS.get(name) or Wording(name, lambda v, m: f"{_sentence_of(name).rstrip('.')}: {v:g}")


def _sentence_of(name: str) -> str:
    return next((f.sentence for f in all_features() if f.name == name), name)
