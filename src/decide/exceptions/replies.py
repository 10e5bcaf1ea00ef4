"""Messages of customers: each is understood, or a person sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ..messages import alarming
from .rows import ordered, quote
from .seen import Seen

UNDERWAY = 5
"""Days that money may take after a message which says that it is paid."""
RECORDED_WITHIN = 60
"""Days before a message within which a dispute counts as the one that it speaks of."""

RECOGNISED, EARLIER = "recognised", "earlier"
"""Where a message is that no person has to see: it was understood, or came before the queue began."""

_CONTRADICTED = {"paid": "said_paid", "dispute": "said_disputed"}
_TOKEN = re.compile(r"[\w#/.\-]*\d[\w#/\-]*")
_SHORTEST = 3  # letters of an invoice's number below which any number in a text could be one


def messages(seen: Seen) -> pd.DataFrame:
    """Every message of the book, and the one place where it is.

    Returns
    -------
    DataFrame in the order of the ledger's messages: message_id, customer_id, received_on, text, meaning (empty where
    none was found), about (invoices by which the ledger contradicts it, else those of the customer that it names),
    place: a kind of exception, :data:`RECOGNISED` or :data:`EARLIER`.

    Raises
    ------
    PaybenchError
        If the recogniser gives something else than a word or None.
    """
    table = seen.cut.messages[["message_id", "customer_id", "received_on", "text"]]
    alarms = _by_text(table["text"], alarming)
    meaning = _by_text(table["text"], lambda text: _word(seen, text))
    place = np.where(meaning == "", "not_understood", RECOGNISED)
    place = np.where(alarms != "", alarms, place)
    place = np.where(seen.recent(table["received_on"]).to_numpy(), place, EARLIER)
    about = _named(seen, table)
    disputes = _disputes(seen)
    for row in np.flatnonzero((place == RECOGNISED) & np.isin(meaning, list(_CONTRADICTED))):
        customer, received = table["customer_id"].iloc[row], table["received_on"].iloc[row]
        still = _open_then(seen, customer, received)
        asked = _unpaid if meaning[row] == "paid" else _undisputed
        left = asked(seen, still, disputes.get(customer), about[row], received)
        if left:
            place[row], about[row] = _CONTRADICTED[meaning[row]], left
    return table.assign(meaning=meaning, about=pd.Series(about, index=table.index, dtype="object"), place=place)


def of_kind(seen: Seen, table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The messages of one kind of exception, with the open amount that each is about, or what the customer owes.

    Parameters
    ----------
    table : of :func:`messages`.
    """
    some = table[table["place"] == kind]
    if some.empty:
        return ordered(some)
    lines = []
    for customer, about in zip(some["customer_id"], some["about"], strict=True):
        owed = seen.open_of(customer)
        named = owed[owed["invoice_id"].isin(about)]
        owed = named if len(named) else owed
        one = owed["currency"].nunique() == 1
        lines.append(
            (
                str(named["invoice_id"].iloc[0]) if len(named) == 1 else "",
                str(owed["currency"].iloc[0]) if one else "",
                float(owed["amount_open"].sum()) if one else np.nan,
            )
        )
    told = pd.DataFrame(lines, index=some.index, columns=["invoice_id", "currency", "amount"])
    rows = some[["customer_id"]].join(told)
    return ordered(
        rows.assign(since=some["received_on"], detail=some["text"].map(quote), subject=some["message_id"]),
    )


def _open_then(seen: Seen, customer: str, received: pd.Timestamp) -> pd.DataFrame:
    """Open invoices of a customer that it had when it wrote."""
    theirs = seen.open_of(customer)
    return theirs[theirs["issued_on"] <= received]


def _unpaid(
    seen: Seen, still: pd.DataFrame, disputes: pd.DataFrame | None, named: list[str], received: pd.Timestamp
) -> list[str]:
    """Invoices that are said to be paid and are open, once the money has had time to come."""
    if (seen.at - received).days <= UNDERWAY:
        return []
    some = still["invoice_id"].isin(named) if named else still["due_on"] < received
    return list(still.loc[some, "invoice_id"])


def _undisputed(
    seen: Seen, still: pd.DataFrame, disputes: pd.DataFrame | None, named: list[str], received: pd.Timestamp
) -> list[str]:
    """Invoices that are contested without a dispute of theirs; where none is named, without one of any invoice."""
    known = set() if disputes is None else set(_since(disputes, received)["invoice_id"])
    if not named:
        return [] if known else list(still["invoice_id"])
    return [name for name in still["invoice_id"] if name in named and name not in known]


def _since(disputes: pd.DataFrame, received: pd.Timestamp) -> pd.DataFrame:
    return disputes[disputes["opened_on"] >= received - pd.Timedelta(RECORDED_WITHIN, "D")]


def _disputes(seen: Seen) -> dict[Any, pd.DataFrame]:
    """Disputes by the customer of their invoice."""
    owners = seen.state[["invoice_id", "customer_id"]]
    return dict(
        tuple(seen.cut.disputes[["invoice_id", "opened_on"]].merge(owners, on="invoice_id").groupby("customer_id"))
    )


def _by_text(texts: pd.Series, meaning: Callable[[str], str | None]) -> np.ndarray:
    """A function of each text, called once for each different one; empty where it gives None."""
    known = {text: meaning(str(text)) or "" for text in texts.unique()}
    return np.array([known[text] for text in texts], dtype=object)


def _word(seen: Seen, text: str) -> str | None:
    word: object = seen.recognise(text)
    if word is None or isinstance(word, str):
        return word
    raise PaybenchError(f"The recogniser of messages gave {word!r}; it has to give a word, or None.")


def _named(seen: Seen, table: pd.DataFrame) -> list[list[str]]:
    """The invoices of the customer whose numbers stand in each message."""
    owner = dict(zip(seen.state["invoice_id"], seen.state["customer_id"], strict=True))
    return [
        [
            name
            for name in dict.fromkeys(token.rstrip("./-") for token in _TOKEN.findall(text))
            if len(name) >= _SHORTEST and owner.get(name) == customer
        ]
        for text, customer in zip(table["text"], table["customer_id"], strict=True)
    ]
