"""What a policy would have said on past days, as known then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger, conform, day
from ...ledger.schema import to_dates
from .policy import Policy
from .situation import Situation, situation_of
from .steps import STATES, Decided, decide, one_per_customer, planned
from .told import sentences


def replay(
    policy: Policy,
    ledger: Ledger,
    dates: Sequence[object] | None = None,
    start: object = None,
    end: object = None,
    instead: bool = False,
) -> pd.DataFrame:
    """What a policy would have sent on past days: on each day to each customer one usual action, on its largest amount.

    Parameters
    ----------
    ledger : the whole book; what was sent, promised or paid on a day or later has no influence on it.
    dates : the days; or ``start`` and ``end``, both included.
    instead : whether the policy's own contacts take the place of those that the book holds, so that each step comes
        once. What customers did stays as it was: they answered other contacts. Without it every day stands for itself:
        what was not sent is due again on the next day.

    Returns
    -------
    DataFrame, one row per contact: date, customer_id, invoice_id, currency, amount_open, days_overdue, step (from 1),
    channel, tone, options (what else the policy allows, text).

    Raises
    ------
    PaybenchError
        If there are no days, or ``end`` lies before ``start``.
    """
    found: list[pd.DataFrame] = []
    for date in _dates(dates, start, end):
        book = ledger if not instead else ledger.with_tables({"contacts": _contacts(found)})
        situation = situation_of(book, date, policy)
        found.append(_sent(policy, situation, decide(policy, situation)))
    return pd.concat(found, ignore_index=True)


def states_on(policy: Policy, ledger: Ledger, date: object, **known: Any) -> pd.DataFrame:
    """How each open invoice stood under a policy on a past day, as known then.

    Parameters
    ----------
    ledger : the whole book. date : as_of. known : further arguments of :func:`~.situation.situation_of`.

    Returns
    -------
    DataFrame, sorted by customer and invoice: customer_id, invoice_id, currency, amount_open, due_on, days_overdue,
    state, why (a sentence), until (NaT = open), next_step (from 1; NA if none is left), next_action (what is usual at
    it, by what is known today), next_on (NaT = not by itself).
    """
    situation = situation_of(ledger, date, policy, **known)
    return states_table(policy, situation, decide(policy, situation))


def states_table(policy: Policy, situation: Situation, decided: Decided) -> pd.DataFrame:
    """The table of :func:`states_on` from what was decided already."""
    s, d = situation, decided
    left = d.step >= 0
    return pd.DataFrame(
        {
            "customer_id": pd.Series(s.customer_id, dtype="str"),
            "invoice_id": pd.Series(s.invoice_id, dtype="str"),
            "currency": pd.Series(s.currency, dtype="str"),
            "amount_open": s.amount_open,
            "due_on": to_dates(s.due),
            "days_overdue": s.today - s.due,
            "state": pd.Series(d.state, dtype="str"),
            "why": pd.Series(sentences(policy, s, d), dtype="str"),
            "until": to_dates(d.until),
            "next_step": pd.Series(d.step + 1, dtype="Int64").where(pd.Series(left)),
            "next_action": pd.Series([planned(policy, d, row) for row in range(len(d))], dtype="str"),
            "next_on": to_dates(d.next_on),
        }
    )


def state_counts(
    policy: Policy,
    ledger: Ledger,
    dates: Sequence[object] | None = None,
    start: object = None,
    end: object = None,
) -> pd.DataFrame:
    """How many open invoices were in each state on past days, as known then: a row per day, a column per state."""
    days, rows = _dates(dates, start, end), []
    for date in days:
        state = decide(policy, situation_of(ledger, date, policy)).state
        rows.append([int((state == name).sum()) for name in STATES])
    return pd.DataFrame(rows, index=pd.DatetimeIndex(days, name="date"), columns=pd.Index(STATES, name="state"))


def _sent(policy: Policy, s: Situation, d: Decided) -> pd.DataFrame:
    ripe = np.flatnonzero(d.ripe)
    rows = one_per_customer(s, ripe, s.amount_open[ripe])
    names = np.array(policy.options)
    usual = [str(name).split(":") for name in names[d.usual[rows]]]
    others = [" ".join(names[d.permitted[row] & (names != names[d.usual[row]])]) for row in rows]
    columns: Mapping[str, Any] = {
        "date": to_dates(np.full(len(rows), s.today)),
        "customer_id": pd.Series(s.customer_id[rows], dtype="str"),
        "invoice_id": pd.Series(s.invoice_id[rows], dtype="str"),
        "currency": pd.Series(s.currency[rows], dtype="str"),
        "amount_open": s.amount_open[rows],
        "days_overdue": s.today - s.due[rows],
        "step": d.step[rows] + 1,
        "channel": pd.Series([channel for channel, _ in usual], dtype="str"),
        "tone": pd.Series([tone for _, tone in usual], dtype="str"),
        "options": pd.Series(others, dtype="str"),
    }
    return pd.DataFrame(columns)


def _contacts(found: list[pd.DataFrame]) -> pd.DataFrame:
    """What was sent so far as a table of contacts."""
    if not found:
        return conform("contacts")
    sent = pd.concat(found, ignore_index=True).rename(columns={"date": "sent_on"})
    sent = sent[["customer_id", "invoice_id", "sent_on", "channel", "tone", "step"]]
    return conform("contacts", sent.assign(contact_id=[f"replay-{k}" for k in range(len(sent))]))


def _dates(dates: Iterable[object] | None, start: object, end: object) -> list[pd.Timestamp]:
    if dates is not None:
        found = sorted({day(date) for date in dates})
    elif start is not None and end is not None:
        found = list(pd.date_range(day(start), day(end), freq="D"))
    else:
        found = []
    if not found:
        raise PaybenchError(f"There is no day from {start} to {end} to replay; give dates, or a start and a later end.")
    return found
