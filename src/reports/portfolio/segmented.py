"""Which customers belong together: the map of risk and value, and what is remarkable about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...decide.segments import Segments
from ...decide.segments.words import FLAGS, RISKS, VALUES
from ...explain.numbers import rounded_to_sum
from ...pages import Language
from .findings import Findings
from .said import count, money, short

SHADES = 4
"""Shades of the map, the palest for nothing."""
WORDS = {"large": "Large", "middle": "Middle", "small": "Small", "low": "Reliable", "medium": "Slow", "high": "Risky"}
"""Levels of value and of risk."""


def segmented(found: Findings, segments: Segments, currency: str, t: Language) -> dict[str, Any]:
    """The map of one currency: how many accounts are in each cell, what they owe, and what they are billed a year."""
    table = _owing(found, segments)
    mine = table[table["currency"] == currency]
    keys = [(value, risk) for value in reversed(VALUES) for risk in RISKS]
    parts = [mine[(mine["value"] == value) & (mine["risk"] == risk)] for value, risk in keys]
    owes = [float(part["owes"].sum()) for part in parts]
    shown = rounded_to_sum(owes, round(sum(owes)))
    whole, most = sum(owes) or 1.0, max(*owes, 1e-9)
    cells = [
        {
            "accounts": count(t, len(part), "account"),
            "some": len(part) > 0,
            "open": money(t, amount),
            "share": t.percent(exact / whole),
            "a_year": short(t, float(part["billed_a_year"].sum())),
            "shade": int(np.ceil((SHADES - 1) * exact / most - 1e-9)),
        }
        for part, exact, amount in zip(parts, owes, shown, strict=True)
    ]
    across = len(RISKS)
    return {
        "accounts": count(t, len(mine), "account"),
        "open": money(t, sum(shown)),
        "rows": [
            {"name": t(WORDS[value]), "cells": cells[k * across : (k + 1) * across]}
            for k, value in enumerate(reversed(VALUES))
        ],
    }


def borders(segments: Segments, t: Language) -> dict[str, str]:
    """Where one level ends and the next begins."""
    s = segments.settings
    return {
        "slow": f"{s.slow:g}",
        "risky": f"{s.risky:g}",
        "most": f"{s.most_days}",
        "large": t.percent(s.large),
        "middle": t.percent(s.middle),
    }


def flags(found: Findings, segments: Segments, order: list[str], t: Language) -> list[dict[str, str]]:
    """Each flag that occurs: what it means, how many customers bear it, and what they owe, by currency."""
    owed = found.table.groupby(["customer_id", "currency"])["amount_open"].sum().reset_index()
    rows = []
    for flag, number in segments.flagged.items():
        bear = segments.flags.loc[segments.flags["flag"] == flag, "customer_id"]
        sums = owed[owed["customer_id"].isin(bear)].groupby("currency")["amount_open"].sum()
        rows.append(
            {
                "name": t(flag),
                "meaning": t(FLAGS[flag]),
                "customers": t.number(number),
                "sums": ", ".join(f"{c}\N{NO-BREAK SPACE}{money(t, sums[c])}" for c in order if c in sums.index),
            }
        )
    return rows


def _owing(found: Findings, segments: Segments) -> pd.DataFrame:
    """The accounts with what each owes."""
    owed = found.table.groupby(["customer_id", "currency"])["amount_open"].sum().rename("owes").reset_index()
    table = segments.table.merge(owed, on=["customer_id", "currency"], how="left")
    return table.assign(owes=table["owes"].fillna(0.0))
