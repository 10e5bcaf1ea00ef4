"""A hold-out in a simulated world: what the trial says, and what is true."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import wrap

import numpy as np
import pandas as pd

from ..decide.evaluate import Gain, gain, held_out
from ..ledger.schema import NO_DAY, days
from ..simulate import Actions, View, World, simulate
from .arms import Effects, FixedLadder, Valuing
from .contest import Case, policies

CAP = 90
"""Days after issue at which waiting for a payment is no longer counted."""
SALT = "what dunning is worth"


@dataclass(frozen=True)
class HoldOut:
    """A hold-out in a simulated world, where it is known what those held out would have done, too.

    Attributes
    ----------
    found : days by which payment comes earlier where uplift chooses; every customer counts alike.
    true : the same of all customers, each compared with itself under the other arm.
    table : indexed by customer_id: held, days (mean over the invoices of the trial), other (the same under the other
        arm), before (mean of the invoices before the trial; NaN = none).
    """

    found: Gain
    true: float
    table: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        """In a sentence or two, 79 columns wide."""
        said = (
            f"Trial: {-self.found.treated:.1f} days to payment where contacts are chosen "
            f"({self.found.customers[0]} customers), {-self.found.held:.1f} where the fixed ladder stays "
            f"({self.found.customers[1]} held out). With the customers' own past taken into account "
            f"payment comes {self.found.value:+.2f} days sooner (95 %: {self.found.low:+.2f} to "
            f"{self.found.high:+.2f})."
        )
        return "\n".join([*wrap(said, 79), f"Truth: {self.true:+.2f} days sooner."])


@dataclass
class _FromThen(Valuing):
    """The fixed ladder until a day, chosen contacts from then on; one memory for both."""

    ladder: FixedLadder | None = None
    start: int = 0

    def __call__(self, view: View) -> Actions | None:
        if view.today >= self.start or self.ladder is None:
            return super().__call__(view)
        self.ladder.memory = self.memory
        return self.ladder(view)


def hold_out(
    case: Case,
    effects: Effects,
    customers: int = 150,
    seed: int = 1,
    months: int = 12,
    share: float = 0.5,
    before: int = 4,
) -> HoldOut:
    """Choose by effects for some customers, and leave a share of them, drawn by a coin, to the fixed ladder.

    Customers of a world know nothing of each other, so that those held out are those of the ladder's world, and the
    others those of the chooser's.

    Parameters
    ----------
    effects : learned elsewhere. share : held out. before : months before the trial, with the ladder for everybody.
    """
    ladder, choice = (case.priced(policy) for policy in policies())
    begin = pd.Timestamp("2024-01-01") + pd.DateOffset(months=before)
    start = (begin - pd.Timestamp(0)).days
    ways = (FixedLadder(ladder), _FromThen(choice, effects=effects, ladder=FixedLadder(ladder), start=start))
    one, two = (
        waited(simulate(customers, months, seed, policy=arm, settings=case.settings, truth="none")) for arm in ways
    )
    past = one[one["issued"] < start - CAP // 2].groupby("customer_id")["days"].mean()
    both = one.merge(two, on=["invoice_id", "customer_id", "issued"], suffixes=("_ladder", "_uplift"))
    means = both[both["issued"] >= start].groupby("customer_id")[["days_ladder", "days_uplift"]].mean()
    aside = held_out(means.index, share, f"{SALT} {seed}")
    by_ladder, by_uplift = means["days_ladder"].to_numpy(), means["days_uplift"].to_numpy()
    table = pd.DataFrame(
        {
            "held": aside,
            "days": np.where(aside, by_ladder, by_uplift),
            "other": np.where(aside, by_uplift, by_ladder),
            "before": past.reindex(means.index),
        },
        index=means.index,
    )
    found = gain(-table["days"], aside, table.index, table["before"])
    return HoldOut(found, float((by_ladder - by_uplift).mean()), table)


def waited(world: World) -> pd.DataFrame:
    """Every invoice of a world: invoice_id, customer_id, issued (day), days (to payment, :data:`CAP` at most)."""
    invoices = world.ledger.invoices
    issued, settled = days(invoices["issued_on"]), days(world.truth["settled_on"])
    took = np.where(settled == NO_DAY, CAP, np.clip(settled - issued, 0, CAP))
    found = invoices[["invoice_id", "customer_id"]].assign(issued=issued, days=took.astype(np.float64))
    return found.reset_index(drop=True)
