"""From one day's queue to the next: an exception goes on while its cause stays, and ends in sight of everybody.

An exception is the same as yesterday's if it is of the same kind and subject. It keeps its number, its first day, its
currency, its owner and its state, whatever becomes of the amount. What a person has marked as done stays done as long
as nothing is added to it: a later cause of the same subject is a new exception, and a larger amount opens it again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...ledger.schema import units

OPEN, DONE, RESOLVED = "open", "done", "resolved"
STATES = (OPEN, "in_progress", "waiting", DONE, RESOLVED)
"""open, in_progress and waiting are to be seen to; done: a person is through with it; resolved: its cause is gone."""

_KEY = ["kind", "subject"]
_KEPT = ["exception_id", "since", "state", "owner", "entered_on", "deadline", "note", "history"]


@dataclass(frozen=True)
class Carried:
    """The next queue's rows, and where each comes from.

    Attributes
    ----------
    rows : all columns of the queue. came : of each row: ``new``, ``back`` (it was resolved or done), ``kept``,
        ``resolved`` (now), ``before`` (resolved earlier).
    """

    rows: pd.DataFrame
    came: np.ndarray


def identity(kind: str, subject: str, since: pd.Timestamp) -> str:
    """The number of an exception: the same for the same kind, subject and first day.

    >>> identity("disputed", "INV-1", pd.Timestamp("2025-03-01"))
    'EX-764b21cc01'
    """
    text = "\0".join((kind, subject, f"{since:%Y-%m-%d}"))
    return f"EX-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def carried(found: pd.DataFrame, previous: pd.DataFrame, at: pd.Timestamp, looked: set[str], slack: int) -> Carried:
    """Today's exceptions together with all of the previous queue.

    Parameters
    ----------
    found : today's, with every column of a queue as if they were new, unique by kind and subject.
    previous : the earlier queue. at : today.
    looked : kinds that were looked for with all that they need; of others nothing ends.
    slack : units by which an amount may grow without opening what is done.
    """
    ended = previous["state"] == RESOLVED
    before, old = previous[ended], previous[~ended].set_index(_KEY, drop=False)
    today = found.set_index(_KEY, drop=False)
    mine = old.reindex(today.index)
    there = mine["exception_id"].notna().to_numpy()
    was_done = there & (mine["state"] == DONE).to_numpy()
    later = was_done & (today["since"] > mine["since"]).to_numpy()
    goes_on = there & ~later
    rows = found.copy()
    # It keeps its currency, too, so that what came and went adds up in each; what it is about may be paid by now.
    currency = pd.Series(mine["currency"].to_numpy(), index=found.index)
    rows["amount"] = found["amount"].mask(goes_on & (currency == ""), np.nan)
    rows["amount"] = rows["amount"].mask(goes_on & (currency != "") & (currency != found["currency"]), 0.0)
    rows["currency"] = found["currency"].mask(goes_on, currency)
    more = was_done & goes_on & (_units(rows["amount"]) > _units(mine["amount"]) + slack)

    for name in _KEPT:
        rows[name] = found[name].mask(goes_on, pd.Series(mine[name].to_numpy(), index=found.index))
    came = np.where(goes_on, "kept", "new").astype(object)
    _open_again(rows, found, more, at, "opened again, the amount has grown")
    came[more] = "back"

    known = before.drop_duplicates("exception_id", keep="last").set_index("exception_id")
    again = ~goes_on & rows["exception_id"].isin(known.index).to_numpy()
    for name in ("owner", "note", "history"):
        rows.loc[again, name] = known[name].reindex(rows.loc[again, "exception_id"]).to_numpy()
    _open_again(rows, found, again, at, "came back")
    came[again] = "back"

    ends = ~old.index.isin(today.index[goes_on])
    watched = old["kind"].isin(looked).to_numpy()
    gone = old[ends & watched].reset_index(drop=True)
    taken = gone.set_index(_KEY).index.isin(today.index[later])
    said = [
        _line(at, f"resolved (was {state}), {'a later one took its place' if new else 'the cause is gone'}")
        for state, new in zip(gone["state"], taken, strict=True)
    ]
    gone = gone.assign(state=RESOLVED, resolved_on=at, history=_appended(gone["history"], said))
    unseen = old[ends & ~watched].reset_index(drop=True)
    before = before[~before["exception_id"].isin(rows["exception_id"])]
    parts = [rows, unseen, gone, before]
    labels = [came, ["kept"] * len(unseen), ["resolved"] * len(gone), ["before"] * len(before)]
    some = [part for part in parts if len(part)] or [rows]
    return Carried(
        pd.concat(some, ignore_index=True)[list(found.columns)], np.concatenate([np.asarray(x, object) for x in labels])
    )


def _open_again(rows: pd.DataFrame, found: pd.DataFrame, which: np.ndarray, at: pd.Timestamp, why: str) -> None:
    for name in ("entered_on", "deadline"):
        rows.loc[which, name] = found.loc[which, name]
    rows.loc[which, "state"] = OPEN
    rows.loc[which, "history"] = _appended(rows.loc[which, "history"], [_line(at, why)] * int(which.sum()))


def _line(at: pd.Timestamp, what: str) -> str:
    return f"{at:%Y-%m-%d} {what}"


def _appended(history: pd.Series, lines: list[str]) -> list[str]:
    return [f"{old}; {line}" if old else line for old, line in zip(history, lines, strict=True)]


def _units(amounts: pd.Series) -> np.ndarray:
    return units(amounts.astype("float64").fillna(0.0))
