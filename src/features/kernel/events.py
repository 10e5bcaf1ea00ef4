"""What stands behind a number, in the words of the ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from ...ledger.schema import MONEY_UNITS, NO_DAY, TABLES, to_dates
from .block import Block
from .streams import Ints, Spans, active


def events(block: Block, stream: Spans, places: Ints, at: int) -> pd.DataFrame:
    """Some items of a stream: invoices as they stood at a day, or rows of a table.

    Parameters
    ----------
    block : the customers' facts. stream : whose column ``state`` or ``row`` says what its items are.
    places : of the items. at : the day.
    """
    book = block.book
    if "state" not in stream.values:
        rows = stream.values["row"][places]
        return book.source.ledger.table(stream.table)[TABLES[stream.table].names].iloc[rows].reset_index(drop=True)
    s = block.states
    invoice = np.unique(s.invoice[stream.values["state"][places]])
    x = s.take(active(s.invoice, s.start, s.end, invoice, np.full(len(invoice), at)))
    names = book.invoice_ids.take(pa.array(book.invoice_place[x.invoice + block.first_invoice]))
    frame = pd.DataFrame(
        {
            "invoice_id": names.to_pandas(),
            "issued_on": to_dates(x.issued),
            "due_on": to_dates(x.due),
            "amount": x.amount / MONEY_UNITS,
            "settled_on": to_dates(x.settled),
            "days_late": pd.array(np.where(x.settled == NO_DAY, np.nan, x.settled - x.due), dtype="Int64"),
            "still_due": x.still / MONEY_UNITS,
            "written_off_on": to_dates(x.lost),
            "currency": book.currencies.take(pa.array(x.currency)).to_pandas(),
        }
    )
    return frame.dropna(axis="columns", how="all")
