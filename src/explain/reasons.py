"""Three reasons in words for each invoice, from exact attributions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..features import all_features
from ..models.learn.bundle import DAY_BY_DAY
from .words import AGE, WORDS, Wording, percent

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
    shown = X[names].to_numpy(dtype=object)
    rows = []
    for i, themes_of_row in enumerate(ranked):
        said = []
        for t in themes_of_row:
            if abs(weight[i, t]) < LEAST:
                continue
            inside = np.flatnonzero(member[:, t])
            j = inside[np.argmax(values[i, inside] * np.sign(weight[i, t]))]
            said.append(f"{sentence(names[j], shown[i, j], averages.get(names[j]))}: {points(weight[i, t])}.")
        rows.append(said + [""] * (COUNT - len(said)))
    return pd.DataFrame(rows, index=X.index, columns=[f"reason_{k + 1}" for k in range(COUNT)], dtype="str")


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
    first = pd.Series(
        [f"Unpaid {d} day{'' if d == 1 else 's'} after its due date." for d in days_overdue], index=table.index
    )
    shifted = table.copy()
    shifted.loc[late, "reason_3"] = table.loc[late, "reason_2"]
    shifted.loc[late, "reason_2"] = table.loc[late, "reason_1"]
    shifted.loc[late, "reason_1"] = first[late].astype("str")
    return shifted


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
