"""What came of a policy in a world: days, money lost, contacts, strain, and what all of it cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..decide.dunning.policy import Money
from ..ledger.schema import NO_DAY, days
from ..simulate import World
from ..simulate.settings import CHANNELS, TONES
from .arms import Arm

Floats = NDArray[np.float64]

LONGEST = 240
"""Days from issue on for which an invoice that is never paid is financed; by then it is written off."""
WEEKS = 26
"""Weeks of the cash curve, from the first invoice on."""
_NONE = pd.DataFrame({"channel": [], "tone": []})
BY_HAND = ("phone",)
"""Channels that need a person."""


@dataclass(frozen=True)
class Outcome:
    """What came of all invoices of a world; amounts in its currency.

    Attributes
    ----------
    days : from issue to payment, weighted by amount (never paid: :data:`LONGEST`).
    dso : mean over month ends of receivables / sales of the 90 days before * 90.
    late_share : of the amount billed, paid after the due date or never. overdue_days : past due, weighted by amount.
    bad_debt : share of the amount billed that is never paid.
    financing, lost, contact_cost, strain_cost : money. contacts, calls : sent. automated : share of contacts that need
        no person. goodwill : of customers, mean, 1 = untouched.
    billed : amount. curve : (WEEKS,) share of the amount billed in the first week ... that has come by the end of each
        week after issue.
    """

    days: float
    dso: float
    late_share: float
    overdue_days: float
    bad_debt: float
    financing: float
    lost: float
    contact_cost: float
    strain_cost: float
    contacts: int
    calls: int
    automated: float
    goodwill: float
    billed: float
    curve: Floats

    @property
    def cost(self) -> float:
        """Everything that receivables cost: financing, what is lost, contacts and strain."""
        return self.financing + self.lost + self.contact_cost + self.strain_cost

    @property
    def without_loss(self) -> float:
        """The cost without what is lost, which a few large invoices decide."""
        return self.cost - self.lost


def outcome(world: World, arm: Arm | None, money: Money) -> Outcome:
    """Measure a world in which one currency is used.

    Parameters
    ----------
    world : as it came out under the arm. arm : None = nobody was contacted. money : what things cost.
    """
    invoices = world.ledger.invoices
    issued, due = days(invoices["issued_on"]), days(invoices["due_on"])
    amount = invoices["amount"].to_numpy(dtype=np.float64)
    settled = days(world.truth["settled_on"])
    never = settled == NO_DAY
    waited = np.where(never, LONGEST, np.minimum(settled - issued, LONGEST))
    past = np.where(never, LONGEST, np.clip(settled - due, 0, LONGEST))
    sent = pd.concat(arm.sent, ignore_index=True) if arm is not None and arm.sent else _NONE
    by_channel, by_tone = (
        np.bincount(sent[name].to_numpy(dtype=np.int64), minlength=len(names))
        for name, names in (("channel", CHANNELS), ("tone", TONES))
    )
    contacts = int(by_channel.sum())
    by_hand = int(sum(by_channel[CHANNELS.index(c)] for c in BY_HAND))
    billed = float(amount.sum())
    return Outcome(
        days=float(waited @ amount / billed),
        dso=_dso(issued, settled, amount),
        late_share=float(amount[past > 0].sum() / billed),
        overdue_days=float(past @ amount / billed),
        bad_debt=float(amount[never].sum() / billed),
        financing=float((waited * amount).sum() * money.cost_of_capital / 365.0),
        lost=float(amount[never].sum() * money.loss_share),
        contact_cost=float(by_channel @ np.array([money.contact_cost.get(c, 0.0) for c in CHANNELS])),
        strain_cost=float(by_tone @ np.array([money.strain.get(t, 0.0) for t in TONES])),
        contacts=contacts,
        calls=by_hand,
        automated=1.0 - by_hand / contacts if contacts else 1.0,
        goodwill=float(world.oracle["truth_customers.parquet"]["goodwill"].mean()),
        billed=billed,
        curve=np.array([amount[waited <= 7 * (w + 1)].sum() / billed for w in range(WEEKS)]),
    )


def _dso(issued: NDArray[np.int64], settled: NDArray[np.int64], amount: Floats) -> float:
    """Receivables / sales * days, with 90 days of sales, mean over the days 120, 150, ... of the world."""
    gone = np.minimum(settled, issued + LONGEST)
    found = []
    for at in range(int(issued.min()) + 120, int(issued.max()), 30):
        sales = amount[(issued >= at - 90) & (issued < at)].sum()
        if sales > 0:
            found.append(amount[(issued < at) & (gone >= at)].sum() / sales * 90.0)
    return float(np.mean(found)) if found else float("nan")
