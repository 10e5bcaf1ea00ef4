"""The queue of exceptions: one row for each, with who sees to it, why, what is proposed, and by when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger, as_of, day
from ...ledger.schema import DATE, MONEY_UNITS, units
from ..messages import recognised
from .carry import DONE, OPEN, RESOLVED, STATES, carried, identity
from .deadlines import deadlines
from .detect import NEED_SCORES, WRITTEN, found_in
from .kinds import KINDS, Kind
from .routing import Routing
from .rows import told_date, told_money
from .seen import Recogniser, Seen
from .told import told

COLUMNS = [
    *["exception_id", "state", "priority", "deadline", "owner", "kind", "customer_id", "invoice_id", "currency"],
    *["amount", "since", "reason", "next_step", "note", "entered_on", "resolved_on", "history", "subject"],
]
"""Columns of a queue."""
DATES = ("deadline", "since", "entered_on", "resolved_on")

FIRST_LOOK = 30
"""Days before its own that a first queue looks back on messages and on what is odd about closed invoices."""


@dataclass(frozen=True)
class Queue:
    """What a person has to see on a day.

    Attributes
    ----------
    at : as_of. book : the ledger's name.
    since : from this day on messages and closed invoices are watched.
    table : :data:`COLUMNS`, what is to be done first on top; ``amount`` in currency units (NaN, and ``currency`` empty,
        where none can be named), ``reason`` and ``next_step`` sentences, ``history`` what became of it. Resolved ones
        stay in it, at the end.
    movement : by kind and currency, items and amount (``_amount``; currency units) ``before``, ``new``, ``back``,
        ``resolved`` and ``now``, and the ``change`` in amount of those that stayed: before + new + back - resolved
        (+ change) = now. What is done counts until it is resolved.
    messages : every message of the ledger and its one place, see :func:`.replies.messages`, without the text.
    unlooked : kinds that could not be looked for with all that they need, for want of scores: none of them ends.
    """

    at: pd.Timestamp
    book: str
    since: pd.Timestamp
    table: pd.DataFrame
    movement: pd.DataFrame
    messages: pd.DataFrame
    unlooked: tuple[str, ...] = ()

    @property
    def to_do(self) -> pd.DataFrame:
        """What is neither done nor resolved."""
        return self.table[~self.table["state"].isin([DONE, RESOLVED])].reset_index(drop=True)

    def marked(
        self, exception_id: str, state: str | None = None, owner: str | None = None, note: str | None = None
    ) -> Queue:
        """The same queue after a person changed one row; what is None stays.

        Raises
        ------
        PaybenchError
            If there is no such exception, it is resolved, or the state is none that a person may give.
        """
        at = self.table.index[self.table["exception_id"] == exception_id]
        if not len(at):
            raise PaybenchError(f"There is no exception {exception_id} in the queue of {self.at:%Y-%m-%d}.")
        if self.table.at[at[0], "state"] == RESOLVED:
            raise PaybenchError(f"Exception {exception_id} is resolved, its cause is gone; there is nothing to change.")
        if state is not None and state not in STATES[:-1]:
            raise PaybenchError(
                f"The state of {exception_id} cannot be '{state}'; give one of {', '.join(STATES[:-1])} "
                "('resolved' follows by itself when the cause is gone)."
            )
        table = self.table.copy()
        for name, value in (("state", state), ("owner", owner), ("note", note)):
            if value is not None and value != table.at[at[0], name]:
                table.at[at[0], name] = value
                if name == "state":
                    table.at[at[0], "history"] = f"{table.at[at[0], 'history']!s}; after {self.at:%Y-%m-%d} {value}"
        return replace(self, table=table)

    def as_dict(self) -> dict[str, Any]:
        """Everything but the messages, JSON-able."""
        return {
            "book": self.book,
            "as_of": f"{self.at:%Y-%m-%d}",
            "since": None if pd.isna(self.since) else f"{self.since:%Y-%m-%d}",
            "to_do": len(self.to_do),
            "exceptions": _records(self.table),
            "movement": _records(self.movement),
            "messages": {str(k): int(v) for k, v in self.messages["place"].value_counts().sort_index().items()},
            "not_looked_for": list(self.unlooked),
        }

    def __str__(self) -> str:
        return told(self)


def queue(
    ledger: Ledger,
    date: object,
    table: pd.DataFrame | None = None,
    owners: object = None,
    previous: Queue | None = None,
    *,
    since: object = None,
    recognise: Recogniser = recognised,
    country: str = "",
    texts: bool = True,
) -> Queue:
    """What a person has to see at the start of a day.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated or recorded on it or later has an influence.
    table : the score table of that day; None = without: kinds that come from scores are not looked for.
    owners : who sees to what, see :meth:`.routing.Routing.of`; it applies to new exceptions.
    previous : an earlier queue of the same book, or of the same day: what it holds goes on (:mod:`.carry`).
    since : from which day on messages, and what is odd about closed invoices, are watched; what came before is taken
        as seen. None = as in ``previous``, or :data:`FIRST_LOOK` days before ``date``. What is open is never left out.
    recognise : what a message means, in one word; None where it is not understood, which is for a person.
    country : whose public holidays are no business days. texts : False leaves out what customers wrote.

    Raises
    ------
    PaybenchError
        If the date is none, the table or ``previous`` is of another day or book, or ``owners`` cannot be understood.
    """
    at, routing = day(date), Routing.of(owners)
    begin = _begin(since, previous, ledger, at)
    seen = Seen.of(as_of(ledger, at), at, table, begin, recognise)
    kinds = [name for name, kind in KINDS.items() if kind.queued]
    parts, read = found_in(seen, kinds)
    unlooked = () if seen.scored else tuple(name for name in kinds if name in NEED_SCORES)
    found = pd.concat([one.rows.assign(kind=one.kind) for one in parts], ignore_index=True)
    fresh = _fresh(found, seen, at, routing, country, texts)
    old = previous.table if previous is not None else fresh.head(0)
    looked = set(kinds) - set(unlooked)
    after = carried(fresh, old, at, looked, round(ledger.tolerance * MONEY_UNITS))
    rows = after.rows.astype(dict.fromkeys(DATES, DATE)).astype({"priority": "int64"})
    return Queue(
        at=at,
        book=ledger.name,
        since=begin,
        table=_ordered(rows),
        movement=_movement(rows, after.came, old),
        messages=read[["message_id", "customer_id", "received_on", "meaning", "place"]].reset_index(drop=True),
        unlooked=unlooked,
    )


def _begin(since: object, previous: Queue | None, ledger: Ledger, at: pd.Timestamp) -> pd.Timestamp:
    """From which day on messages and closed invoices are watched."""
    if previous is None:
        return at - pd.Timedelta(FIRST_LOOK, "D") if since is None else day(since)
    if previous.book != ledger.name:
        raise PaybenchError(
            f"The previous queue is of the book '{previous.book}' and the ledger is '{ledger.name}'; give the queue of "
            "this book, or begin without one."
        )
    if previous.at > at:
        raise PaybenchError(
            f"The previous queue is of {previous.at:%Y-%m-%d}, after {at:%Y-%m-%d}; give the one of an earlier day."
        )
    begin = previous.since if since is None else day(since)
    if begin > previous.since:
        raise PaybenchError(
            f"since is {begin:%Y-%m-%d}, and the previous queue watches from {previous.since:%Y-%m-%d} on; give that "
            "day or an earlier one, so that nothing is dropped."
        )
    return begin


def _fresh(
    found: pd.DataFrame, seen: Seen, at: pd.Timestamp, routing: Routing, country: str, texts: bool
) -> pd.DataFrame:
    """Today's exceptions as if each were new."""
    kinds = [KINDS[name] for name in found["kind"]]
    base = np.array([kind.priority for kind in kinds], dtype=np.int64)
    return found.assign(
        exception_id=[
            identity(kind, subject, since)
            for kind, subject, since in zip(found["kind"], found["subject"], found["since"], strict=True)
        ],
        state=OPEN,
        priority=np.maximum(base - seen.is_large(found), 1),
        deadline=deadlines(at, np.array([kind.days for kind in kinds], dtype=np.int64), country),
        owner=routing.owners(found),
        reason=reasons(found, texts),
        next_step=[kind.next_step for kind in kinds],
        note="",
        entered_on=at,
        resolved_on=pd.Series(pd.NaT, index=found.index, dtype=DATE),
        history=f"{at:%Y-%m-%d} entered",
    )[COLUMNS].astype({"owner": "str", "exception_id": "str", "reason": "str", "next_step": "str"})


_CUSTOMERS_WORDS = ("disputed", *WRITTEN)


def reasons(found: pd.DataFrame, texts: bool = True) -> list[str]:
    """The sentence about each exception (the columns of its rows, and ``kind``)."""
    return [_reason(row, KINDS[row["kind"]], texts) for row in found.to_dict("records")]


def _reason(row: dict[Any, Any], kind: Kind, texts: bool) -> str:
    about = f"invoice {row['invoice_id']}" if row["invoice_id"] else "an invoice"
    detail = row["detail"] if texts or kind.name not in _CUSTOMERS_WORDS else ""
    said = kind.reason.format(
        about=about,
        money="an amount" if pd.isna(row["amount"]) else told_money(row["amount"], row["currency"]),
        since=told_date(row["since"]),
        detail=detail,
        because=f": {detail}" if detail else "",
    )
    said = said[:1].upper() + said[1:]
    return said[:-1] if said.endswith('".') else said


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """What is to be done first on top: by state, priority, deadline and kind, the larger amount of a currency first."""
    rank = rows["state"].map({RESOLVED: 2, DONE: 1}).fillna(0)
    order = rows.assign(_rank=rank, _less=-rows["amount"].fillna(0.0)).sort_values(
        ["_rank", "priority", "deadline", "kind", "currency", "_less", "exception_id"], kind="stable"
    )
    return order[COLUMNS].reset_index(drop=True)


def _movement(rows: pd.DataFrame, came: np.ndarray, old: pd.DataFrame) -> pd.DataFrame:
    """What came and went, by kind and currency; amounts are added up in integers."""
    live = old[old["state"] != RESOLVED]
    was = units(live.set_index("exception_id")["amount"].fillna(0.0))
    earlier = pd.Series(was, index=live["exception_id"]).reindex(rows["exception_id"]).fillna(0).to_numpy(np.int64)
    now = units(rows["amount"].fillna(0.0))
    back = came == "back"
    from_done = back & rows["exception_id"].isin(live["exception_id"]).to_numpy()
    keys = [rows["kind"], rows["currency"]]
    parts = {
        "before": (np.isin(came, ["kept", "resolved"]) | from_done, earlier),
        "new": (came == "new", now),
        "back": (back & ~from_done, now),
        "resolved": (came == "resolved", earlier),
        "now": (~np.isin(came, ["resolved", "before"]), now),
    }
    out = pd.DataFrame(
        {
            name: series
            for part, (which, amount) in parts.items()
            for name, series in (
                (part, pd.Series(which.astype(np.int64)).groupby(keys).sum()),
                (f"{part}_amount", pd.Series(np.where(which, amount, 0)).groupby(keys).sum()),
            )
        }
    )
    out["change_amount"] = (
        out["now_amount"] - out["before_amount"] - out["new_amount"] - out["back_amount"] + out["resolved_amount"]
    )
    for name in [column for column in map(str, out) if column.endswith("_amount")]:
        out[name] = out[name] / MONEY_UNITS
    return out.rename_axis(["kind", "currency"]).reset_index()


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.copy()
    for name in plain:
        if pd.api.types.is_datetime64_any_dtype(plain[name]):
            plain[name] = plain[name].dt.strftime("%Y-%m-%d")
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in plain.astype("object").to_dict("records")
    ]
