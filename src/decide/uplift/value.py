"""What a contact is worth in money, term by term."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ..dunning.policy import Money

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Valued:
    """Expected values of n rows and k actions against sending nothing, each (n, k), in the currency of the row.

    Attributes
    ----------
    actions : by name. interest : capital cost of the days saved. loss : loss avoided.
    contact, strain : what the contact costs, and costs of the relationship (both above 0, and taken off).
    """

    actions: tuple[str, ...]
    interest: Floats
    loss: Floats
    contact: Floats
    strain: Floats

    @property
    def total(self) -> Floats:
        """(n, k) interest + loss - contact - strain."""
        return self.interest + self.loss - self.contact - self.strain

    def table(self, row: int) -> pd.DataFrame:
        """One row for people: a line per action, the best first, with the terms and their sum."""
        found = pd.DataFrame(
            {
                "interest": self.interest[row],
                "loss_avoided": self.loss[row],
                "contact_cost": -self.contact[row],
                "strain": -self.strain[row],
                "value": self.total[row],
            },
            index=pd.Index(self.actions, name="action"),
        )
        return found.sort_values("value", ascending=False, kind="stable")


def expected_value(
    days_saved: object,
    loss_avoided_prob: object,
    amount: object,
    money: Money,
    actions: tuple[str, ...],
    currency: object = None,
) -> Valued:
    """Days saved x amount x cost of capital + loss avoided - contact cost - strain on the relationship.

    Parameters
    ----------
    days_saved : (n, k) days by which payment comes earlier. loss_avoided_prob : (n, k) by how much the chance of losing
        the invoice falls.
    amount : (n,) open amount, in the currency of the row. money : of the policy.
    actions : k names "channel:tone".
    currency : (n,) codes, by which ``money.units`` says what a unit of cost is; without it a unit of cost is one of
        the row's currency.

    Raises
    ------
    PaybenchError
        If shapes differ, or ``money`` has no cost for a channel or tone.
    """
    days, chance = np.asarray(days_saved, dtype=np.float64), np.asarray(loss_avoided_prob, dtype=np.float64)
    owed = np.asarray(amount, dtype=np.float64)
    if not days.shape == chance.shape == (len(owed), len(actions)):
        raise PaybenchError(
            f"Days saved have the shape {days.shape} and chances of loss {chance.shape}; both have to be "
            f"{(len(owed), len(actions))}, one row per amount and one column per action."
        )
    channels, tones = zip(*(parts(a) for a in actions), strict=True) if actions else ((), ())
    unit = np.ones(len(owed))
    if currency is not None:
        unit = np.array([money.unit(str(code)) for code in np.asarray(currency)], dtype=np.float64)
        if unit.shape != owed.shape:
            raise PaybenchError(f"There are {len(unit)} currencies and {len(owed)} amounts; give one of each per row.")
    contact = np.array([_cost(money.contact_cost, c, "contact_cost", "channel") for c in channels])
    strain = np.array([_cost(money.strain, t, "strain", "tone") for t in tones])
    return Valued(
        tuple(actions),
        days * owed[:, None] * money.cost_of_capital / 365.0,
        chance * owed[:, None] * money.loss_share,
        unit[:, None] * contact,
        unit[:, None] * strain,
    )


def parts(action: str) -> tuple[str, str]:
    """Channel and tone of an action.

    Raises
    ------
    PaybenchError
        If it is not "channel:tone".
    """
    channel, colon, tone = action.partition(":")
    if not (channel and colon and tone):
        raise PaybenchError(f"There is no action '{action}'; write channel and tone, like 'email:friendly'.")
    return channel, tone


def _cost(costs: Mapping[str, float], name: str, field_: str, what: str) -> float:
    if name not in costs:
        raise PaybenchError(
            f"The policy's money has no {field_} for the {what} '{name}', only for {', '.join(costs)}; add it."
        )
    return float(costs[name])
