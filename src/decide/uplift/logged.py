"""Logged decisions of a ledger: what was sent, what was withheld, with which chance, and what came of it.

A decision's outcome is what happened to its invoice from that day on, whatever was sent later. So an effect is that of
sending it now *and going on as the logging policy does*, against sending nothing now and going on likewise. Where the
policy decides again soon, that is less than what a contact does if it stays the only one: those who were left out have
their next chance. Several decisions about one invoice are several rows; they are not independent, and are counted by
customer wherever intervals are made.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...features.kernel.block import blocks
from ...features.kernel.book import Book
from ...features.points import named
from ...ledger import Ledger, as_of, day, known, read_ledger, settle
from ...ledger.schema import NO_DAY, days
from .sample import NOTHING

WITHHELD = "withheld.parquet"
"""File beside a ledger's tables: the decisions to send nothing."""

COLUMNS = ("decision_id", "invoice_id", "customer_id", "as_of", "action", "propensity", "policy", "step")


def decisions(ledger: Ledger | str | Path, withheld: pd.DataFrame | None = None, date: object = None) -> pd.DataFrame:
    """Every decision with a logged propensity, by day.

    Parameters
    ----------
    ledger : the book, or its folder, beside whose tables ``withheld.parquet`` may lie.
    withheld : decisions to send nothing: decision_id, customer_id, invoice_id, decided_on, propensity, step, policy
        (the last two may be missing); instead of the file.
    date : only decisions before that day, as they were known then.

    Returns
    -------
    DataFrame, :data:`COLUMNS`: ``as_of`` is the day decided, ``action`` "channel:tone" or "nothing". Contacts without a
    propensity, tone or invoice, or about an invoice that was not open, are no decisions.

    Raises
    ------
    PaybenchError
        If a column is missing, or a propensity is outside (0, 1].
    """
    book = ledger if isinstance(ledger, Ledger) else read_ledger(ledger)
    if withheld is None and not isinstance(ledger, Ledger) and (file := Path(ledger) / WITHHELD).exists():
        withheld = pq.read_table(file).to_pandas(date_as_object=False)
    if date is not None:
        book = known(book, date)
    contacts = book.contacts if date is None else as_of(book, date).contacts
    sent = contacts.rename(columns={"contact_id": "decision_id", "sent_on": "as_of"})
    sent = sent[sent["propensity"].notna() & sent["tone"].notna() & sent["invoice_id"].notna()]
    sent = sent.assign(action=sent["channel"].astype("str") + ":" + sent["tone"].astype("str"))
    parts = [sent.reindex(columns=list(COLUMNS))]
    if withheld is not None:
        lacks = [
            c for c in ("decision_id", "customer_id", "invoice_id", "decided_on", "propensity") if c not in withheld
        ]
        if lacks:
            raise PaybenchError(
                f"The table of withheld contacts has no column {', '.join(lacks)}; it has "
                f"{', '.join(map(str, withheld.columns))}."
            )
        none = withheld.rename(columns={"decided_on": "as_of"}).assign(action=NOTHING)
        none["as_of"] = pd.to_datetime(none["as_of"])
        parts.append(none[none["as_of"] < day(date)] if date is not None else none)
    found = pd.concat([_typed(part) for part in parts], ignore_index=True)
    wrong = ~((found["propensity"] > 0) & (found["propensity"] <= 1))
    if wrong.any():
        row = found[wrong].iloc[0]
        raise PaybenchError(
            f"Decision '{row['decision_id']}' has the propensity {row['propensity']:g}; log the chance, above 0 and up "
            "to 1, with which just this was chosen."
        )
    found = found[_open(book, found)].sort_values(["as_of", "decision_id"], kind="stable")
    return found.reset_index(drop=True)


def outcome(ledger: Ledger, rows: pd.DataFrame, date: object, horizon: int = 60) -> pd.DataFrame:
    """What came of decisions within some days, as known at a cut-off.

    Parameters
    ----------
    ledger : the whole book; what was not known at ``date`` has no influence. rows : of :func:`decisions`.
    date : the cut-off. horizon : days from the decision on that are looked at.

    Returns
    -------
    DataFrame in the order and with the index of ``rows``: ``days_unpaid`` (from the decision to the settlement, the
    horizon at most), ``settled`` (1 if within the horizon, else 0), ``lost`` (1 if written off by the cut-off, else
    0), and ``mature`` (as_of + horizon <= date). NaN where not mature: a decision counts once its answer would be known
    whether paid or not. What credit notes close counts as settled, as contacts may be what brings them about.
    """
    at = day(date)
    book = as_of(ledger, at)
    facts = settle(book)
    place = pd.Index(facts["invoice_id"]).get_indexer(pd.Index(rows["invoice_id"]))
    begun = days(rows["as_of"])
    settled, lost = days(facts["settled_on"]), facts["written_off_on"].notna().to_numpy()
    closed = np.where(place >= 0, settled[place], NO_DAY) if len(settled) else np.full(len(rows), NO_DAY)
    gone = (place >= 0) & lost[place] if len(lost) else np.zeros(len(rows), dtype=bool)
    mature = begun + horizon <= int(days(np.array([at], dtype="datetime64[s]"))[0])
    waited = np.clip(closed - begun, 0, horizon).astype(np.float64)
    return pd.DataFrame(
        {
            "days_unpaid": np.where(mature, waited, np.nan),
            "settled": np.where(mature, (closed - begun < horizon).astype(np.float64), np.nan),
            "lost": np.where(mature, gone.astype(np.float64), np.nan),
            "mature": mature,
        },
        index=rows.index,
    )


def shares(rows: pd.DataFrame, actions: tuple[str, ...]) -> NDArray[np.float64]:
    """(n, k + 1) share of each action, nothing last, among the decisions of the same policy and step.

    It says what was possible there, and how much a decision tells about an action; see ``shares`` of
    :meth:`.learners.DRLearner.fit`.
    """
    cell = rows["policy"].fillna("").astype("str") + "\t" + rows["step"].astype("str")
    code, _ = pd.factorize(cell)
    place = pd.Index([*actions, NOTHING]).get_indexer(pd.Index(rows["action"]))
    counts = np.zeros((code.max(initial=-1) + 1, len(actions) + 1))
    np.add.at(counts, (code[place >= 0], place[place >= 0]), 1.0)
    total = np.bincount(code, minlength=len(counts)).astype(np.float64)
    return np.asarray((counts / np.maximum(total, 1.0)[:, None])[code])


def _typed(part: pd.DataFrame) -> pd.DataFrame:
    found = part.reindex(columns=list(COLUMNS))
    texts = ["decision_id", "invoice_id", "customer_id", "action", "policy"]
    return found.astype({**dict.fromkeys(texts, "str"), "propensity": "float64", "step": "float64"}).assign(
        as_of=pd.to_datetime(found["as_of"]).dt.as_unit("s")
    )


def _open(ledger: Ledger, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each row's invoice was known and open on its day, and the customer's own."""
    still = np.zeros(len(rows), dtype=bool)
    owner = pd.Series(ledger.invoices["customer_id"].to_numpy(), index=ledger.invoices["invoice_id"].to_numpy())
    owner = owner[~owner.index.duplicated(keep="last")]
    mine = np.flatnonzero(rows["invoice_id"].map(owner).eq(rows["customer_id"]).to_numpy(dtype=bool))
    if not mine.size:
        return still
    keys = rows.iloc[mine][["invoice_id", "customer_id", "as_of"]].reset_index(drop=True)
    book = Book(ledger, keys)
    points = named(book, keys)
    for block, places in blocks(book, points.customer[points.order]):
        own = points.order[places]
        still[mine[own]] = block.is_open(block.number(points.invoice[own]), points.day[own])
    return still
