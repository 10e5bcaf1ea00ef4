"""One morning of a simulated book: what every permitted contact is thought to be worth, what it is, and the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..decide.decided.today import accounts_of
from ..decide.dunning import Policy, Situation
from ..decide.dunning.steps import Decided
from ..decide.uplift.value import Valued, expected_value
from ..decide.worklist import Assigned, assign
from ..decide.worklist.line import TERMS
from ..errors import PaybenchError
from ..simulate import View, simulate
from .arms import Effects, Valuing
from .contest import Case, policies
from .situations import situation

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Morning:
    """The n customers about whom something may be sent on a morning, each about its largest ripe invoice.

    Attributes
    ----------
    policy : whose options are meant. situation : of all open invoices. rows : (n,) positions in it.
    permitted : (n, options). valued : what is believed of each option. true : what the world knows of it, NaN where it
        is not permitted.
    """

    policy: Policy
    situation: Situation = field(repr=False)
    rows: Ints = field(repr=False)
    permitted: Flags = field(repr=False)
    valued: Valued = field(repr=False)
    true: Valued = field(repr=False)

    def plan(self, capacity: Mapping[str, int], knowing: bool = False) -> Assigned:
        """The plan of greatest value.

        Parameters
        ----------
        capacity : contacts by channel; a channel that is not named has no limit. knowing : by the truth, not by what is
            believed.
        """
        s = self.situation
        accounts = accounts_of(s, self.rows, s.amount_open, np.zeros(len(s), dtype=np.int64))
        values = (self.true if knowing else self.valued).total
        may = self.permitted & ~np.isnan(values)
        channel = [option.split(":")[0] for option in self.policy.options]
        return assign(np.where(may, values, 0.0), may, channel, capacity, accounts=accounts)

    def table(self, planned: Assigned, knowing: bool = False) -> pd.DataFrame:
        """The contacts of a plan, the most valuable first, with the terms of their value.

        Parameters
        ----------
        planned : of :meth:`plan`. knowing : whether the terms are the true ones, not those that are believed.

        Returns
        -------
        DataFrame indexed by customer_id: invoice_id, amount_open, days_overdue, action, interest, loss_avoided,
        contact_cost, strain (the last two below 0), value (their sum), believed, true_value. Amounts in the world's
        currency.
        """
        done = np.flatnonzero(planned.action >= 0)
        rows, option = self.rows[done], planned.action[done]
        s = self.situation
        terms = self.true if knowing else self.valued
        interest, loss, contact, strain = (getattr(terms, name)[done, option] for name in TERMS)
        found = pd.DataFrame(
            {
                "invoice_id": s.invoice_id[rows].astype(str),
                "amount_open": s.amount_open[rows],
                "days_overdue": s.today - s.due[rows],
                "action": np.array(self.policy.options, dtype=object)[option],
                "interest": interest,
                "loss_avoided": loss,
                "contact_cost": -contact,
                "strain": -strain,
                "value": terms.total[done, option],
                "believed": self.valued.total[done, option],
                "true_value": self.true.total[done, option],
            },
            index=pd.Index(s.customer_id[rows].astype(str), name="customer_id"),
        )
        return found.sort_values("value", ascending=False, kind="stable")


@dataclass
class _Watching(Valuing):
    """Chooses as it believes, and keeps the first morning from ``start`` on with so many decisions."""

    start: int = 0
    least: int = 1
    seen: Morning | None = None

    def wanted(self, view: View, rows: Ints, decided: Decided) -> tuple[Ints, Floats, Floats]:
        if self.seen is None and view.today >= self.start and rows.size >= self.least:
            permitted = decided.permitted[rows]
            days, chance = self._known(view, rows, permitted)
            amount = view.cents_open[rows] / 100.0
            self.seen = Morning(
                self.policy, situation(view, self.memory), rows, permitted, self.values(view, rows, permitted),
                expected_value(days, chance, amount, self.policy.money, self.policy.options),
            )  # fmt: skip
        return super().wanted(view, rows, decided)


def morning(case: Case, effects: Effects, customers: int = 150, seed: int = 1, date: str = "2024-05-13") -> Morning:
    """The first morning from a day on on which there is something to choose for a twentieth of the customers.

    Parameters
    ----------
    effects : learned elsewhere, by which contacts were chosen until then. date : in the first half of 2024.

    Raises
    ------
    PaybenchError
        If there is no such morning.
    """
    _, choice = policies()
    start = (pd.Timestamp(date) - pd.Timestamp(0)).days
    arm = _Watching(case.priced(choice), effects=effects, sees_effects=True, start=start, least=max(customers // 20, 1))
    simulate(customers, 6, seed, policy=arm, settings=case.settings, truth="none")
    if arm.seen is None:
        raise PaybenchError(f"No morning from {date} on has enough to choose; give an earlier day or more customers.")
    return arm.seen
