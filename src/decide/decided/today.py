"""What is done today: of what policy allows the most valuable, within the day's room, a share of it left to chance."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger.schema import MONEY_UNITS, NO_DAY, to_dates
from ..dunning import Policy, Situation, held_out, one_per_customer
from ..dunning.account import account_of
from ..dunning.calendar import month_end
from ..dunning.policy import DUE, LAST, NOTHING, USUAL
from ..dunning.steps import Decided
from ..uplift import choose
from ..uplift.value import Valued
from ..worklist import Assigned, assign
from ..worklist.accounts import MOST
from ..worklist.assign import NOT_DRAWN
from ..worklist.assigned import CONTACTED, WHY_NOT

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MOST = MOST * 0.99
"""What is worth more comes first all the same."""
NO_ROOM = "no room"
STATES = (CONTACTED, *WHY_NOT, "other invoice")
"""What can become of an invoice about which something may be sent; the last: another one of the customer is chosen."""


@dataclass(frozen=True)
class Today:
    """What is chosen for the n customers about whom something may be sent today.

    Attributes
    ----------
    rows : (n,) positions in the situation: of each customer the invoice that it is about.
    action : (n,) position in ``policy.options``, -1 = nothing. propensity : (n,) chance with which it was chosen; NaN
        where nothing was decided for want of room. drawn : (n,) whether chance chose.
    state : (n,) of :data:`STATES`. held : (n,) whether the customer is held out. known : (n,) whether an effect is.
    valued : (n, options) what each is worth, term by term.
    collector : (n,) who does it; '' = nobody in particular. first : (n,) whether it was served as it had waited.
    planned : the plan before chance: its value, and what more room would bring.
    accounts : the n customers as the plan took them, of :func:`accounts_of`.
    claim : (invoices,) what of each open invoice is not disputed, of :func:`asked`.
    """

    rows: Ints
    action: Ints
    propensity: Floats
    drawn: Flags
    state: NDArray[np.str_]
    held: NDArray[np.bool_]
    known: NDArray[np.bool_]
    valued: Valued = field(repr=False)
    collector: NDArray[np.str_] = field(repr=False)
    first: NDArray[np.bool_] = field(repr=False)
    planned: Assigned = field(repr=False)
    accounts: pd.DataFrame = field(repr=False)
    claim: Floats = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def table(self, policy: Policy, situation: Situation, decided: Decided) -> pd.DataFrame:
        """The decisions as they are logged, one row per customer; nothing that waits for room is among them.

        Returns
        -------
        DataFrame: decision_id, customer_id, invoice_id, decided_on, channel, tone (both empty = nothing is sent), step
        (from 1), propensity, policy, drawn, held_out.
        """
        made = np.flatnonzero(~np.isnan(self.propensity))
        rows, action = self.rows[made], self.action[made]
        names = np.array([*policy.options, f"{NOTHING}:"], dtype=object)
        parts = [str(name).split(":") for name in names[action]]
        day = f"{np.datetime64(situation.today, 'D')}"
        invoice = [str(name) for name in situation.invoice_id[rows]]
        return pd.DataFrame(
            {
                "decision_id": pd.Series([f"DEC-{day}-{name}" for name in invoice], dtype="str"),
                "customer_id": pd.Series([str(name) for name in situation.customer_id[rows]], dtype="str"),
                "invoice_id": pd.Series(invoice, dtype="str"),
                "decided_on": to_dates(np.full(len(made), situation.today)),
                "channel": pd.Series(["" if c == NOTHING else c for c, _ in parts], dtype="str"),
                "tone": pd.Series([t for _, t in parts], dtype="str"),
                "step": (decided.step[rows] + 1).astype(np.float64),
                "propensity": self.propensity[made],
                "policy": pd.Series([policy.name] * len(made), dtype="str"),
                "drawn": self.drawn[made],
                "held_out": self.held[made],
            }
        )


def plan_today(
    policy: Policy,
    situation: Situation,
    decided: Decided,
    valued: Valued,
    wait: Floats,
    waited: Ints | None = None,
) -> Today:
    """Choose for each customer.

    The plan is made without chance first. Then a share ``policy.explore`` of the customers who have a place in it gets
    something else, uniform over what is permitted and nothing; the others keep what was planned for them. So the chance
    of what is done is known: explore / options, and 1 - explore more where it is what was planned. Where the room of
    the day is taken by what chance chose, the least valuable of the plan wait for tomorrow, undecided.

    Parameters
    ----------
    situation, decided : of all open invoices.
    valued : (k, options) of the invoices :func:`asked` names, in that order.
    wait : (n invoices,) days that each is expected to stay unpaid; ranks contacts where no effect is known.
    waited : (n invoices,) days for which each has been ripe without a contact.
    """
    rows, claim = asked(policy, situation, decided)
    permitted, usual = decided.permitted[rows], decided.usual[rows]
    values = valued.total
    known: Flags = np.asarray((~np.isnan(values) & permitted).any(axis=1))
    held = held_out(situation.customer_id[rows], policy.hold_out, policy.seed)
    own = np.arange(len(rows)), np.maximum(usual, 0)
    # Where no effect is known the step's own action is taken, and what is large and waits for long comes first.
    stake = np.maximum(claim[rows] * wait[rows] * policy.money.cost_of_capital / 365.0, 0.01)
    worth = np.where(known[:, None], values, np.nan)
    worth[own] = np.where(known, worth[own], stake)
    worth = np.clip(worth, -_MOST, _MOST)
    may = permitted & ~np.isnan(worth)
    channel = [option.split(":")[0] for option in policy.options]
    ripe_for = np.zeros(len(situation), dtype=np.int64) if waited is None else waited
    accounts = accounts_of(situation, rows, claim, ripe_for)
    room = {k: v for k, v in policy.capacity.items() if k not in {c for one in policy.collectors for c in one.capacity}}
    fixed = np.where(held & (usual >= 0) & (policy.hold_out_gets == USUAL), usual, NOT_DRAWN)
    planned = assign(np.where(may, worth, 0.0), may, channel, room, policy.collectors, accounts, drawn=fixed)
    place = planned.state != NO_ROOM
    uniform = chances(situation.customer_id[rows], situation.today, policy.seed)
    found = choose(None, permitted, planned.action, policy.explore, uniform=uniform)
    drawn: Flags = np.asarray(found.explored & place & ~held)
    target = np.where(drawn, found.action, NOT_DRAWN)
    target = np.where(fixed != NOT_DRAWN, fixed, target)
    kept = np.zeros_like(may)
    some = np.flatnonzero((planned.action >= 0) & (target == NOT_DRAWN))
    kept[some, planned.action[some]] = True
    drawn_cells = np.flatnonzero(target >= 0)
    kept[drawn_cells, target[drawn_cells]] = True
    final = assign(
        np.where(kept, np.where(may, worth, 0.0), 0.0), kept, channel, room, policy.collectors, accounts, drawn=target
    )
    propensity = np.where(held, 1.0, found.propensities[np.arange(len(rows)), final.action])
    wanted = np.where(target == NOT_DRAWN, planned.action, target)
    undecided = ~place | (final.action != wanted)
    state = np.where(
        final.action >= 0, CONTACTED, np.where(drawn, "chance", np.where(undecided, NO_ROOM, planned.state))
    )
    return Today(
        rows, final.action, np.where(undecided, np.nan, propensity), drawn, state.astype(np.str_), held, known, valued,
        final.collector, planned.first & (final.action >= 0), planned, accounts, claim,
    )  # fmt: skip


def asked(policy: Policy, situation: Situation, decided: Decided) -> tuple[Ints, Floats]:
    """Rows about which it is asked what to send, one per customer; and (n,) what of each invoice is not disputed."""
    claim = account_of(policy, situation).rest / MONEY_UNITS
    ripe = np.flatnonzero(decided.ripe)
    return one_per_customer(situation, ripe, claim[ripe]), claim


def accounts_of(situation: Situation, rows: Ints, amount: Floats, waited: Ints) -> pd.DataFrame:
    """Some rows of a situation as :func:`~..worklist.assign` takes accounts, and their segments.

    Parameters
    ----------
    amount, waited : (n invoices,) what is asked for, and days for which each has been ripe without a contact.
    """
    texts = {
        name: getattr(situation, name)[rows].astype(str) for name in ("customer_id", "currency", "country", "segment")
    }
    return pd.DataFrame(
        texts | {"amount": amount[rows], "age": situation.today - situation.due[rows], "waited": waited[rows]}
    )


def waiting(policy: Policy, situation: Situation, decided: Decided) -> Ints:
    """(n,) days for which the next step of each invoice could have been taken by its rule; 0 where it is not ripe."""
    last = np.where(situation.step_on == NO_DAY, situation.due, situation.step_on)
    began = np.full(len(situation), situation.today)
    for row in np.flatnonzero(decided.ripe):
        step = policy.ladders[decided.ladder[row]][decided.step[row]]
        start = {LAST: last[row], DUE: situation.due[row]}.get(step.since)
        first = month_end(situation.due[row : row + 1])[0] if start is None else start
        began[row] = max(first + step.days, last[row] + policy.caps.gap if situation.step[row] else first)
    return np.maximum(situation.today - began, 0).astype(np.int64)


def chances(customer_id: NDArray[np.generic], today: int, seed: int) -> Floats:
    """(n, 2) numbers in [0, 1) of each customer for a day: the same whoever else is there, and on every run."""
    found = np.empty((len(customer_id), 2))
    for k, name in enumerate(customer_id):
        digest = hashlib.blake2b(f"{seed}:{today}:{name}".encode(), digest_size=16).digest()
        found[k] = int.from_bytes(digest[:8], "big") / 2.0**64, int.from_bytes(digest[8:], "big") / 2.0**64
    return np.minimum(found, 1 - 2.0**-53)


__all__ = ["STATES", "Today", "accounts_of", "asked", "chances", "plan_today", "waiting"]
