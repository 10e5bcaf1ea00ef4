"""Who has to see to what, and by when: the queue of exceptions by owner and by kind."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...decide.exceptions import KINDS, ROLES, Queue
from ...pages import Language
from .said import count, money


def owners(queue: Queue, order: list[str], t: Language) -> list[dict[str, Any]]:
    """One row for each who has something to see to, the first deadline on top."""
    rows = []
    for owner, mine in queue.to_do.groupby("owner"):
        kinds = mine["kind"].value_counts()
        told = sorted(map(str, kinds.index), key=lambda kind: (-int(kinds[kind]), list(KINDS).index(kind)))
        rows.append(
            {
                "owner": owner_said(str(owner), t),
                "number": t.number(len(mine)),
                "first": mine["deadline"].min(),
                "deadline": t.date(mine["deadline"].min()),
                "late": _late(mine, queue.at, t),
                "kinds": ", ".join(f"{t(KINDS[kind].title)}\N{NO-BREAK SPACE}{kinds[kind]}" for kind in told),
                "sums": sums(mine, order, t),
            }
        )
    return sorted(rows, key=lambda row: (row["first"], row["owner"]))


def of_kind(queue: Queue | None, kind: str, t: Language) -> dict[str, str]:
    """Who sees to a kind of exception, and by when the first; empty where nobody is asked to."""
    if queue is None:
        return {}
    mine = queue.to_do[queue.to_do["kind"] == kind]
    if mine.empty:
        return {}
    who = [owner_said(owner, t) for owner in mine["owner"].drop_duplicates()]
    return {
        "owner": ", ".join(who),
        "by": t("by {date}", date=t.date(mine["deadline"].min())),
        "late": _late(mine, queue.at, t),
    }


def owner_said(owner: str, t: Language) -> str:
    """A role in the words of the page; a name as it is."""
    return t(owner) if owner in ROLES else owner


def sums(rows: pd.DataFrame, order: list[str], t: Language) -> str:
    """'EUR 1,200, GBP 30'; what has no amount is left out."""
    by = rows[rows["currency"] != ""].groupby("currency")["amount"].sum()
    known = [c for c in order if c in by.index] + sorted(set(map(str, by.index)) - set(order))
    return ", ".join(f"{c}\N{NO-BREAK SPACE}{money(t, by[c])}" for c in known)


def _late(rows: pd.DataFrame, at: pd.Timestamp, t: Language) -> str:
    late = int((rows["deadline"] < at).sum())
    return t("{n} past the deadline", n=count(t, late, "exception")) if late else ""
