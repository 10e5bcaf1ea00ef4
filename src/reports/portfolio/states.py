"""What is done about each open invoice today, or why nothing is: counted by state, and as a sentence of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...decide.decided import Decisions
from ...decide.dunning import STATES
from ...decide.worklist.assigned import WHY_NOT
from ...explain.numbers import rounded_to_sum
from ...pages import Language
from .findings import Findings, currencies, name_of
from .said import money

DUE_NOW = "due_now"
WORDS = {
    "due_now": ("Something may be sent today", "Nothing holds it back; one contact a day with a customer."),
    "insolvent": (
        "Insolvency",
        "The customer has given notice of insolvency; a person decides what is claimed, and where.",
    ),
    "stopped": ("Stopped by the policy", "The policy stops it for the invoice, the customer or its segment."),
    "finished": ("All steps taken", "Every step that the policy allows has been taken; a person decides what follows."),
    "opted_out": ("Forbidden by the customer", "The customer forbids the channels by which the next step may go."),
    "plan": ("Payment plan", "It is an instalment of a payment plan, whose day has not come."),
    "disputed": ("Disputed", "What is open of it is disputed; it waits until the dispute is closed."),
    "covered": (
        "Covered by unapplied money",
        "Money of the customer that belongs to no invoice yet covers it, until somebody applies it.",
    ),
    "promised": ("Promised", "The customer has promised to pay; its day, and some days of grace, are waited for."),
    "not_due": ("Not due yet", "It is not due yet, and the day of its next step has not come."),
    "waiting": ("Waits for its next step", "Its due date has passed, and the day of its next step has not come."),
    "answer_waits": ("Waits for an answer", "The customer has written, and is to be answered first."),
    "hold_out": ("Held out", "Chance has put the customer among those to whom nothing is sent, to compare with."),
    "below_threshold": ("Too little", "What is due on the customer's account is less than the policy's threshold."),
    "gap": ("Too soon", "The last step was a few days ago only."),
    "capped": ("Contacted enough", "The customer has had as many contacts in these days as the policy allows."),
    "quiet_day": ("Closed day", "Nothing is sent on a weekend, or on a public holiday of the customer's country."),
}
"""By state: its name, and what it means."""
OUTCOMES = {
    "contact": "Today: {channel}, {tone}.",
    "drawn": "Today: {channel}, {tone}, chosen by chance, to learn from.",
    "chance": "Nothing is sent: chance has chosen so, to learn from.",
    "idle": "Nothing is sent: no contact that is permitted is worth more than it costs.",
    "no room": "Nothing is sent: others are worth more of the day's room.",
    "other": "Nothing is sent: another invoice of the customer is looked at today.",
}
"""What becomes of an invoice about which something may be sent."""
HELD = "Nothing is sent. {why}"
NEXT = "Next: step {step}, {channel}, {tone}, on {date} at the earliest."
SENT = ("contact", "drawn")
"""Outcomes in which something is sent."""


def outcomes(found: Decisions) -> pd.Series:
    """(rows of ``found.states``,) what becomes of each invoice that may be written about; empty for the others."""
    states, log = found.states, found.log.set_index("invoice_id")
    ripe = (states["state"] == DUE_NOW).to_numpy()
    own = states["invoice_id"].isin(log.index).to_numpy()
    full = states["today"].str.endswith(f": {WHY_NOT['no room']}.").to_numpy(dtype=bool)
    logged = log.reindex(states["invoice_id"])
    sent = (logged["channel"].fillna("") != "").to_numpy()
    drawn = logged["drawn"].fillna(value=False).to_numpy(dtype=bool)
    code = np.select(
        [~ripe, own & sent & drawn, own & sent, own & drawn, own, full],
        ["", "drawn", "contact", "chance", "idle", "no room"],
        "other",
    )
    return pd.Series(code, dtype="str")


def sentences(found: Decisions, t: Language) -> pd.Series:
    """(rows of ``found.states``,) a sentence about each invoice, without its number or the customer's.

    In English it is that of the decisions, but for what a policy's author wrote; elsewhere it is put together, with the
    next step and its day.
    """
    sent = found.log.set_index("invoice_id")[["channel", "tone"]]
    told = []
    for row, outcome in zip(found.states.to_dict("records"), outcomes(found), strict=True):
        if t.code == "en" and row["state"] != "stopped":
            whom = f" to {row['customer_id']} about {row['invoice_id']}:"
            told.append(row["today"].replace(whom, ":", 1).replace(f" about {row['invoice_id']}:", ":", 1))
        elif outcome:
            action = sent.loc[row["invoice_id"]] if outcome in SENT else {"channel": "", "tone": ""}
            words = {name: t(action[name]) if action[name] else "" for name in ("channel", "tone")}
            told.append(t(OUTCOMES[outcome], **words))
        else:
            told.append(" ".join([t(HELD, why=t(WORDS[row["state"]][1])), *_next(row, t)]))
    return pd.Series(told, dtype="str")


def _next(row: dict[Any, Any], t: Language) -> list[str]:
    if pd.isna(row["next_on"]) or not row["next_action"]:
        return []
    channel, tone = str(row["next_action"]).split(":")
    return [t(NEXT, step=int(row["next_step"]), channel=t(channel), tone=t(tone), date=t.date(row["next_on"]))]


def states_told(found: Findings, decided: Decisions, shown: list[str], t: Language) -> dict[str, Any]:
    """How many open invoices, of how much, are in each state, by currency; with an example of each.

    Parameters
    ----------
    shown : the currencies, in their order.
    """
    table = decided.states.assign(said=sentences(decided, t), outcome=outcomes(decided))
    counts = table["state"].value_counts()
    order = sorted(counts.index, key=lambda state: (state != DUE_NOW, -int(counts[state]), STATES.index(state)))
    amounts = {currency: _amounts(table, currency, order) for currency in shown}
    return {
        "currencies": shown,
        "rows": [
            {
                "name": t(WORDS[state][0]),
                "meaning": t(WORDS[state][1]),
                "filter": str(STATES.index(state)),
                "example": _example(found, table[table["state"] == state], currencies(found.table)),
                "cells": [_cell(table, state, currency, amounts[currency][state], t) for currency in shown],
            }
            for state in order
        ],
        "sums": [
            {
                "invoices": t.number(int((table["currency"] == currency).sum())),
                "amount": money(t, sum(amounts[currency].values())),
            }
            for currency in shown
        ],
    }


def _amounts(table: pd.DataFrame, currency: str, order: list[str]) -> dict[str, int]:
    mine = table[table["currency"] == currency].groupby("state")["amount_open"].sum()
    exact = [float(mine.get(state, 0.0)) for state in order]
    return dict(zip(order, rounded_to_sum(exact, round(sum(exact))), strict=True))


def _cell(table: pd.DataFrame, state: str, currency: str, amount: int, t: Language) -> dict[str, str]:
    n = int(((table["state"] == state) & (table["currency"] == currency)).sum())
    return {"currency": currency, "invoices": t.number(n), "amount": money(t, amount) if n else ""}


def _example(found: Findings, rows: pd.DataFrame, order: list[str]) -> dict[str, str]:
    """The largest of the first currency that has one; of what may be sent, one that is sent if there is any."""
    place = rows["currency"].map({currency: k for k, currency in enumerate(order)}).fillna(len(order))
    first = rows.assign(place=place, quiet=~rows["outcome"].isin(SENT)).sort_values(
        ["quiet", "place", "amount_open", "invoice_id"], ascending=[True, True, False, True], kind="stable"
    )
    row = first.iloc[0]
    customer = str(row["customer_id"])
    return {
        "invoice": str(row["invoice_id"]),
        "customer": customer,
        "name": name_of(found.names, customer),
        "said": str(row["said"]),
    }
