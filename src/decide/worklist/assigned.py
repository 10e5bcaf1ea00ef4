"""What an assignment says: row by row, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from .accounts import HUNDREDTHS, Flags, Floats, Ints, Slot, Texts
from .plan import Plan
from .problem import Problem
from .told import told

CONTACTED = "contacted"
WHY_NOT = {
    "not permitted": "nothing may be sent about it today",
    "not worth it": "no permitted contact is worth more than it costs",
    "other account": "the customer is contacted, or could be, about another account",
    "chance": "chance has chosen to send nothing, to learn from",
    "no room": "others are worth more of the day's room",
}
"""Why an account is not contacted."""


@dataclass(frozen=True)
class Assigned:
    """What is done about n accounts.

    Attributes
    ----------
    action : (n,) number of the action, -1 = nothing. collector : (n,) who does it; '' = nobody in particular.
    value : (n,) what it brings, in the account's currency; 0 where nothing is done.
    first : (n,) whether it was served because it had waited. state : (n,) ``contacted`` or a key of :data:`WHY_NOT`.
    parts : one row for each problem that was solved (of a currency, or of all by rates): currency, accounts, contacts,
        value, greedy (what taking the most valuable first would bring), best (no plan brings more; equal to ``value``
        but for the floor), floor (what serving first who has waited costs), proven, whole.
    prices : one row for each part and slot: currency, channel, collector, capacity, used, one_more (what one more
        contact a day would bring).
    """

    action: Ints
    collector: Texts
    value: Floats
    first: Flags
    state: Texts
    parts: pd.DataFrame = field(repr=False)
    prices: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        return told(self.parts, self.prices)


def parts_of(
    names: Texts, orders: list[Ints], given: list[Problem], plans: list[Plan], greedy: list[Plan]
) -> pd.DataFrame:
    """``parts`` of :class:`Assigned`."""
    return pd.DataFrame(
        [
            {
                "currency": str(name),
                "accounts": len(rows),
                "contacts": int((problem.cells(plan.place) >= 0).sum()),
                "value": problem.worth(plan.place) / HUNDREDTHS,
                "greedy": problem.worth(rival.place) / HUNDREDTHS,
                "best": (problem.worth(plan.place) + plan.given_up + plan.short) / HUNDREDTHS,
                "floor": plan.given_up / HUNDREDTHS,
                "proven": plan.short == 0,
                "whole": plan.whole,
            }
            for name, rows, problem, plan, rival in zip(names, orders, given, plans, greedy, strict=True)
        ],
        columns=["currency", "accounts", "contacts", "value", "greedy", "best", "floor", "proven", "whole"],
    )


def prices_of(names: Texts, slots: Sequence[Slot], given: list[Problem], plans: list[Plan]) -> pd.DataFrame:
    """``prices`` of :class:`Assigned`."""
    return pd.DataFrame(
        [
            {
                "currency": str(name),
                "channel": slot.channel,
                "collector": slot.collector,
                "capacity": int(problem.capacity[s]),
                "used": int(problem.used(plan.place)[s]),
                "one_more": int(plan.price[s]) / HUNDREDTHS,
            }
            for name, problem, plan in zip(names, given, plans, strict=True)
            for s, slot in enumerate(slots)
        ],
        columns=["currency", "channel", "collector", "capacity", "used", "one_more"],
    )
