"""What was decided, invoice by invoice: as sentences, as the worklist takes it, and by group of customers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...ledger import Ledger
from ..dunning import Policy, Situation
from ..dunning.steps import Decided
from ..worklist import served
from ..worklist.assigned import WHY_NOT
from ..worklist.line import TERMS
from .today import Today

Ints = NDArray[np.int64]

_POINTS = r": [-+\u2212]?[\d.,]+ \w+\.?$"
"""By how much a reason moves the chance, at its end."""
PAUSED = ("insolvent", "stopped", "plan", "disputed", "covered", "promised")
"""States in which an invoice is not asked for, even where the customer is written to about another one."""


def said_today(policy: Policy, situation: Situation, decided: Decided, today: Today, states: pd.DataFrame) -> pd.Series:
    """What is done about each invoice, or why nothing is, in a sentence."""
    said = states["why"].to_numpy(dtype=object).copy()
    chosen = {str(situation.customer_id[row]): k for k, row in enumerate(today.rows)}
    for row in np.flatnonzero(decided.ripe):
        k = chosen[str(situation.customer_id[row])]
        own = str(situation.invoice_id[today.rows[k]])
        invoice = str(situation.invoice_id[row])
        if own != invoice:
            said[row] = (
                f"Nothing is sent about {invoice}: it is {own} that is looked at today, the largest of the customer."
            )
        elif today.action[k] >= 0:
            channel, tone = policy.options[today.action[k]].split(":")
            by = " (chosen by chance, to learn from)" if today.drawn[k] else ""
            said[row] = f"Today: {channel}, {tone}{by}."
        else:
            said[row] = f"Nothing is sent about {invoice}: {WHY_NOT.get(str(today.state[k]), 'nothing was chosen')}."
    return pd.Series(said, dtype="str")


def worklist_frame(
    policy: Policy,
    situation: Situation,
    decided: Decided,
    today: Today,
    table: pd.DataFrame,
    waited: Ints,
    cut: Ledger | None,
) -> pd.DataFrame:
    """All open invoices as :func:`~..worklist.lines` takes them.

    Parameters
    ----------
    table : the score table. waited : (n invoices,) of :func:`~.today.waiting`. cut : for names; None = without.
    """
    n = len(situation)
    claim = np.where(np.isin(decided.state, PAUSED), 0.0, today.claim)
    numbers = pd.DataFrame(np.nan, index=range(n), columns=["value", "days_saved", *TERMS])
    action, collector = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    first = np.zeros(n, dtype=bool)
    done = np.flatnonzero(today.action >= 0)
    rows, option = today.rows[done], today.action[done]
    action[rows] = np.array(policy.options, dtype=object)[option]
    collector[rows] = today.collector[done]
    first[rows] = today.first[done]
    terms = {name: getattr(today.valued, name)[done, option] for name in TERMS}
    terms["value"] = today.valued.total[done, option]
    # What it costs is known without any effect; it is told with what it brings only.
    for name, values in terms.items():
        numbers.loc[rows, name] = np.where(today.known[done], values, np.nan)
    owed = today.claim[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        numbers.loc[rows, "days_saved"] = numbers.loc[rows, "interest"] / (owed * policy.money.cost_of_capital / 365.0)
    scored = table.set_index("invoice_id")[["reason_1", "reason_2"]].reindex(pd.Index(situation.invoice_id)).fillna("")
    # That it is overdue, the first reason of what is, the worklist says by itself.
    reason = scored["reason_1"].where(situation.today <= situation.due, scored["reason_2"])
    reason = reason.str.replace(_POINTS, "", regex=True)
    names = pd.Series(dtype="str")
    if cut is not None:
        names = cut.customers.drop_duplicates("customer_id", keep="last").set_index("customer_id")["name"]
    return pd.DataFrame(
        {
            "invoice_id": situation.invoice_id.astype(str),
            "customer_id": situation.customer_id.astype(str),
            "name": names.reindex(pd.Index(situation.customer_id)).fillna("").to_numpy(dtype=object),
            "country": situation.country.astype(str),
            "currency": situation.currency.astype(str),
            "amount_open": situation.amount_open,
            "claim": claim,
            "due_on": situation.due.astype("datetime64[D]").astype("datetime64[s]"),
            "action": action,
            "collector": collector,
            "step": decided.step,
            "contacts": situation.contacts,
            "first": first,
            "waited": waited,
            "reasons": reason.to_numpy(dtype=object),
            **{name: numbers[name].to_numpy() for name in numbers},
        }
    )


def who_is_served(today: Today) -> pd.DataFrame:
    """Which share of each group is contacted, by :func:`~..worklist.served`."""
    return served(today.planned, today.accounts, ("currency", "country", "segment"))
