"""What stands behind a number, in the words of the ledger."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from ...ledger.schema import MONEY_UNITS, TABLES, to_dates
from .block import Block
from .streams import Ints, Spans


def events(block: Block, stream: Spans, places: Ints) -> pd.DataFrame:
    """Some items of a stream: states of invoices, or rows of a table.

    Parameters
    ----------
    block : the customers' facts. stream : whose column ``state`` or ``row`` says what its items are.
    places : of the items.
    """
    book = block.book
    if "state" not in stream.values:
        rows = stream.values["row"][places]
        return book.ledger.table(stream.table)[TABLES[stream.table].names].iloc[rows].reset_index(drop=True)
    x = block.states.take(stream.values["state"][places])
    names = book.invoice_ids.take(pa.array(book.invoice_place[x.invoice + block.first_invoice]))
    frame = pd.DataFrame(
        {
            "invoice_id": names.to_pandas(),
            "issued_on": to_dates(x.issued),
            "due_on": to_dates(x.due),
            "amount": x.amount / MONEY_UNITS,
            "currency": book.currencies.take(pa.array(x.currency)).to_pandas(),
            "settled_on": to_dates(x.settled),
            "written_off_on": to_dates(x.lost),
            "still_due": x.still / MONEY_UNITS,
        }
    )
    frame["days_late"] = (frame["settled_on"] - frame["due_on"]).dt.days
    return frame.dropna(axis="columns", how="all")
