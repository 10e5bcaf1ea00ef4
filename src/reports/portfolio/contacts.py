"""What is sent today, and to whom first: the worklist of each currency."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...decide.decided import Decisions
from ...decide.worklist.line import DASH, TERMS, Line
from ...explain.numbers import SPACE
from ...pages import Language
from .findings import Findings, name_of
from .rows import tied
from .said import count, money, when

NAMED = 8
"""Contacts that are named of each currency."""
SIGNS = {"interest": 1, "loss": 1, "contact": -1, "strain": -1}
TERM = {
    "interest": "capital cost saved",
    "loss": "loss avoided",
    "contact": "cost of the contact",
    "strain": "strain on the relationship",
}
"""What an expected value is made of: its sign, and its name."""


def worklist(found: Findings, decided: Decisions, currency: str, t: Language) -> dict[str, Any]:
    """The first contacts of one currency."""
    lines = sorted((x for x in decided.worklist.lines if x.currency == currency), key=lambda x: (x.order, x.collector))
    drawn = set(decided.log.loc[decided.log["drawn"], "invoice_id"])
    valued = any(np.isfinite(line.value) for line in lines)
    return {
        "rows": [_line(line, line.invoice_id in drawn, found, t) for line in lines[:NAMED]],
        "left": max(len(lines) - NAMED, 0),
        "of": t.number(len(lines)),
        "contacts": count(t, len(lines), "contact"),
        "asked": money(t, sum(line.amount for line in lines)),
        "valued": valued,
        "value": money(t, sum(line.value for line in lines if np.isfinite(line.value)), 2),
    }


def _line(line: Line, drawn: bool, found: Findings, t: Language) -> dict[str, Any]:
    return {
        "customer": line.customer_id,
        "name": name_of(found.names, line.customer_id),
        "amount": money(t, line.amount, 2),
        "invoices": count(t, len(line.items), "invoice"),
        "when": when(t, line.days_overdue),
        "first": line.items[0].invoice_id if len(line.items) == 1 else "",
        "action": f"{t(line.channel)}, {t(line.tone)}",
        "step": t("step {n}", n=line.step) if line.step else "",
        "drawn": drawn,
        "hours": f"{line.start}{DASH}{line.end}",
        "why": tied(line.reason),
        "value": money(t, line.value, 2) if np.isfinite(line.value) else DASH,
        "terms": _terms(line, t),
    }


def _terms(line: Line, t: Language) -> list[str]:
    if not all(np.isfinite(line.terms[name]) for name in TERMS):
        return []
    signed = {name: SIGNS[name] * line.terms[name] for name in TERMS if round(line.terms[name], 2)}
    return [f"{_signed(t, amount)}{SPACE}{t(TERM[name])}" for name, amount in signed.items()]


def _signed(t: Language, amount: float) -> str:
    return ("+" if amount > 0 else "\N{MINUS SIGN}") + t.number(abs(amount), 2)


def channels(decided: Decisions, t: Language) -> str:
    """'18 by email, 2 by letter'."""
    by = pd.Series([line.channel for line in decided.worklist.lines], dtype="str").value_counts()
    order = sorted(by.index, key=lambda channel: (-int(by[channel]), channel))
    return ", ".join(t("{n} by {channel}", n=t.number(int(by[c])), channel=t(c)) for c in order)


def asked(decided: Decisions, order: list[str], t: Language) -> list[str]:
    """What today's contacts ask for, by currency."""
    sums: dict[str, float] = {}
    for line in decided.worklist.lines:
        sums[line.currency] = sums.get(line.currency, 0.0) + line.amount
    return [f"{c}\N{NO-BREAK SPACE}{money(t, sums[c])}" for c in order if c in sums]


def chance(decided: Decisions, t: Language) -> str:
    """What chance chose, and what the policy leaves to it."""
    policy, log = decided.policy, decided.log
    drawn = log[log["drawn"]]
    quiet = int((drawn["channel"] == "").sum())
    n, cases, nothing = t.number(len(drawn)), t.number(len(log)), t.number(quiet)
    if policy.explore:
        said = [t("The policy leaves {share} of the choices to chance.", share=t.percent(policy.explore))]
        if quiet:
            said.append(t("Today chance chose in {n} of {all} cases, and in {quiet} of them to send nothing.",
                          n=n, all=cases, quiet=nothing))  # fmt: skip
        elif len(log):
            said.append(t("Today chance chose in {n} of {all} cases.", n=n, all=cases))
    else:
        said = [t("The policy leaves nothing to chance.")]
    if policy.hold_out:
        out = t.percent(policy.hold_out)
        said.append(t("{share} of the customers are held out of the choice, to compare with.", share=out))
    else:
        said.append(t("No customer is held out for good."))
    return " ".join(said)
