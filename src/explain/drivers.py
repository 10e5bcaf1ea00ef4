"""What drives lateness: over many invoices, and in one worked example whose numbers add up as displayed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..features import all_features
from ..models.learn.bundle import DAY_BY_DAY
from .numbers import rounded_to_sum
from .reasons import sentence

FAMILIES = {
    "history": "how the customer paid before",
    "terms": "the invoice itself",
    "exposure": "what else the customer owes",
}
"""Feature families in words."""


def importance(attributions: pd.DataFrame) -> pd.DataFrame:
    """Mean absolute attribution of each feature.

    Parameters
    ----------
    attributions : (n, features) SHAP values of P(late); a column ``base`` is left out.

    Returns
    -------
    DataFrame sorted from the strongest: name, label (the catalogue's sentence), family, effect (mean |SHAP|, in
    probability).
    """
    known = {f.name: f for f in all_features()}
    effect = attributions.drop(columns="base", errors="ignore").abs().mean()
    table = pd.DataFrame(
        {
            "name": effect.index,
            "label": [
                known[n].sentence.rstrip(".") if n in known else LABELS.get(str(n), str(n)) for n in effect.index
            ],
            "family": [known[n].family if n in known else "history" if n in LABELS else "other" for n in effect.index],
            "effect": effect.to_numpy(),
        }
    )
    return table.sort_values(["effect", "name"], ascending=[False, True], ignore_index=True)


LABELS = {DAY_BY_DAY: "How the customer usually pays, day by day: probability of being late by that alone"}
"""What is no feature and has effects, too."""


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
) -> Example:
    """From the average invoice to one invoice's P(late) today.

    Parameters
    ----------
    X : its feature row. attributions : its SHAP values and ``base``. averages : of the training book's features.
    today : P(late), given that it is unpaid.
    shown : contributions that get a line of their own.

    Returns
    -------
    Example. Base and contributions add up to the model's P(late), which is that of today unless the days of grace are
    over; exactly, in the tenths that are displayed.
    """
    row = attributions.drop(columns="base").iloc[0]
    row = row.iloc[np.argsort(-row.abs().to_numpy(), kind="stable")]
    said, rest = row.iloc[:shown], row.iloc[shown:]
    labels = [sentence(str(n), X[n].iloc[0], averages.get(str(n))) for n in said.index]
    values = [float(attributions["base"].iloc[0]), *said, *([rest.sum()] if len(rest) else [])]
    model, now = (int(np.rint(1000 * p)) for p in (sum(values), today))
    base, *changes = rounded_to_sum([1000 * v for v in values], model)
    steps = [Step("The average invoice of the training book", base, True)]
    if len(rest):
        labels.append(f"The other {len(rest)} characteristics together")
    steps += [Step(label, change, False) for label, change in zip(labels, changes, strict=True)]
    if now != model:
        steps.append(Step("What the model says of an invoice that is in time", model, True))
        steps.append(Step("It is late already: its days of grace are over", now - model, False))
    steps.append(Step("P(late) today", now, True))
    return Example(str(X.index[0][0]), str(X.index[0][1]), tuple(steps))
