"""Who moved from which segment to which, month by month, and what had happened before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger, as_of
from .events import EVENTS, find_events
from .segment import Segments
from .words import ORDER

WITHIN = 92
"""Days before a move in which an event explains it: an invoice takes a month to count, and patience some more."""


@dataclass(frozen=True)
class Migration:
    """The moves of some months.

    Attributes
    ----------
    counts : DataFrame (9, 9) of accounts that were in a segment (rows) one month and in which the next (columns), all
        months together; those that stay are on the diagonal, those that were not billed before are not counted.
    moves : DataFrame, one row per move: customer_id, currency, month (day on which the new segment was told), from,
        to, events (of the days before it, separated by commas; empty text = none).
    months : DataFrame by month: accounts (that were there the month before), moved, without_event.
    """

    counts: pd.DataFrame
    moves: pd.DataFrame
    months: pd.DataFrame

    @property
    def shares(self) -> pd.DataFrame:
        """The matrix with each row adding up to 1, or NaN where nobody was."""
        totals = self.counts.sum(axis=1)
        return self.counts.div(totals.where(totals > 0), axis=0)

    @property
    def moved(self) -> float:
        """Share of accounts that moved per month."""
        return _over(self.months["moved"], self.months["accounts"])

    @property
    def moved_without_event(self) -> float:
        """Share of accounts that moved per month though nothing had happened."""
        return _over(self.months["without_event"], self.months["accounts"])

    def __str__(self) -> str:
        lines = [f"moves from month to month ({len(self.months)} months), in % of each line"]
        lines.append(f"{'':<16}" + "".join(f"{_initials(name):>7}" for name in ORDER))
        for label, (_, row) in zip(ORDER, self.shares.iterrows(), strict=True):
            cells = ["" if np.isnan(x) else f"{100 * x:.1f}" if x else "." for x in row]
            lines.append(f"{label:<16}" + "".join(f"{cell:>7}" for cell in cells))
        lines.append(
            f"{self.moved:.1%} of accounts moved a month, {self.moved_without_event:.1%} without an event in the "
            f"{WITHIN} days before"
        )
        return "\n".join(lines)


def migration(segments: Segments, ledger: Ledger, months: int = 12) -> Migration:
    """The moves of the last months.

    Parameters
    ----------
    segments : of a day. ledger : the book that they were made of; nothing dated on that day or later is looked at.
    months : steps back from as_of.

    Raises
    ------
    PaybenchError
        If ``months`` is not a whole number above zero.
    """
    if not isinstance(months, int | np.integer) or months < 1:
        raise PaybenchError(f"months is {months!r}; give a whole number above zero.")
    keys = ["customer_id", "currency"]
    told = segments.history.pivot(index=keys, columns="month", values="segment").iloc[:, -(months + 1) :]
    events = find_events(as_of(ledger, segments.at), segments.facts, segments.settings)
    number = pd.MultiIndex.from_frame(segments.facts.accounts).get_indexer(told.index)
    pairs, moves = [], []
    for before, after in zip(told.columns[:-1], told.columns[1:], strict=True):
        both = told[[before, after]].notna().all(axis=1).to_numpy()
        pair = pd.DataFrame({"account": number, "from": told[before], "to": told[after]})[both]
        pairs.append(pair.assign(month=after))
        moves.append(_with_events(pair[pair["from"] != pair["to"]].assign(month=after), events))
    columns = ["account", "from", "to", "month"]
    every = pd.concat(pairs) if pairs else pd.DataFrame(columns=columns)
    moved = pd.concat(moves) if moves else pd.DataFrame(columns=[*columns, "events"])
    counts = pd.crosstab(every["from"], every["to"]).reindex(index=list(ORDER), columns=list(ORDER), fill_value=0)
    by_month = every.groupby("month").size().rename("accounts").to_frame()
    by_month["moved"] = moved.groupby("month").size()
    by_month["without_event"] = moved[moved["events"] == ""].groupby("month").size()
    by_month = by_month.fillna(0).astype("int64").reset_index()
    table = moved.reset_index()[[*keys, "month", "from", "to", "events"]] if len(moved) else _no_moves()
    return Migration(counts.astype("int64"), table, by_month)


def _with_events(moves: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Moves of one month with the events of the days before."""
    if moves.empty:
        return moves.assign(events=pd.Series(dtype="str"))
    at = moves["month"].iloc[0]
    near = events[(events["on"] < at) & (events["on"] >= at - pd.Timedelta(days=WITHIN))]
    near = near[near["account"].isin(moves["account"])].drop_duplicates(["account", "event"])
    place = near["event"].map({name: k for k, name in enumerate(EVENTS)})
    near = near.loc[place.sort_values(kind="stable").index]
    said = {account: ", ".join(rows) for account, rows in near.groupby("account")["event"]}
    return moves.assign(events=pd.Series([said.get(a, "") for a in moves["account"]], moves.index, dtype="str"))


def _no_moves() -> pd.DataFrame:
    return pd.DataFrame(columns=["customer_id", "currency", "month", "from", "to", "events"], dtype="str")


def _initials(name: str) -> str:
    value, risk = name.split(", ")
    return f"{value[0]} {risk[:4]}"


def _over(above: pd.Series, below: pd.Series) -> float:
    total = int(below.sum())
    return float(above.sum() / total) if total else 0.0
