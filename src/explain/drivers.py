"""What drives lateness: over many invoices, and in one worked example whose numbers add up as displayed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..features import all_features
from ..models.learn.bundle import DAY_BY_DAY
from ..pages import language as spoken
from .numbers import rounded_to_sum
from .reasons import sentence
from .words import label

FAMILIES = {
    "history": "how the customer paid before",
    "terms": "the invoice itself",
    "exposure": "what else the customer owes",
    "calendar": "weekday, month end and holidays around the due date",
    "age": "how far along the invoice is",
    "contacts": "contacts, messages, promises and disputes",
    "conversations": "what its messages say",
}
"""Feature families in words; a page's language translates them."""


def importance(attributions: pd.DataFrame, language: str = "en") -> pd.DataFrame:
    """Mean absolute attribution of each feature.

    Parameters
    ----------
    attributions : (n, features) SHAP values of P(late); a column ``base`` is left out. language : of the labels.

    Returns
    -------
    DataFrame sorted from the strongest: name, label (the catalogue's sentence), family, effect (mean |SHAP|, in
    probability).

    Raises
    ------
    PaybenchError
        If the language has no sentence for a feature.
    """
    known = {f.name: f for f in all_features()}
    effect = attributions.drop(columns="base", errors="ignore").abs().mean()
    table = pd.DataFrame(
        {
            "name": effect.index,
            "label": [label(str(n), language) for n in effect.index],
            "family": [known[n].family if n in known else _OTHERS.get(str(n), "other") for n in effect.index],
            "effect": effect.to_numpy(),
        }
    )
    return table.sort_values(["effect", "name"], ascending=[False, True], ignore_index=True)


_OTHERS = {DAY_BY_DAY: "history"}
"""Families of what is no feature and has effects, too."""


@dataclass(frozen=True)
class Step:
    """One line of the worked example, in tenths of a percentage point: a change, or a total reached."""

    label: str
    value: int
    total: bool


@dataclass(frozen=True)
class Example:
    """How one invoice's P(late) comes about: totals, and the changes between them."""

    invoice_id: str
    customer_id: str
    steps: tuple[Step, ...]

    @property
    def result(self) -> int:
        """P(late) today, in tenths of a percentage point."""
        return self.steps[-1].value


def worked_example(
    X: pd.DataFrame,
    attributions: pd.DataFrame,
    averages: dict[str, float],
    today: float,
    shown: int = 6,
    language: str = "en",
) -> Example:
    """From the average invoice to one invoice's P(late) today.

    Parameters
    ----------
    X : its feature row. attributions : its SHAP values and ``base``. averages : of the training book's features.
    today : P(late), given that it is unpaid.
    shown : contributions that get a line of their own. language : of the labels.

    Returns
    -------
    Example. Base and contributions add up to the model's P(late), which is that of today unless the days of grace are
    over; exactly, in the tenths that are displayed.
    """
    row = attributions.drop(columns="base").iloc[0]
    row = row.iloc[np.argsort(-row.abs().to_numpy(), kind="stable")]
    said, rest = row.iloc[:shown], row.iloc[shown:]
    labels = [sentence(str(n), X[n].iloc[0], averages.get(str(n)), language) for n in said.index]
    t = spoken(language)
    values = [float(attributions["base"].iloc[0]), *said, *([rest.sum()] if len(rest) else [])]
    model, now = (int(np.rint(1000 * p)) for p in (sum(values), today))
    base, *changes = rounded_to_sum([1000 * v for v in values], model)
    steps = [Step(t("The average invoice of the training book"), base, True)]
    if len(rest):
        labels.append(t("The other {n} characteristics together", n=len(rest)))
    steps += [Step(label, change, False) for label, change in zip(labels, changes, strict=True)]
    if now != model:
        steps.append(Step(t("What the model says of an invoice that is in time"), model, True))
        steps.append(Step(t("It is late already: its days of grace are over"), now - model, False))
    steps.append(Step(t("P(late) today"), now, True))
    return Example(str(X.index[0][0]), str(X.index[0][1]), tuple(steps))
