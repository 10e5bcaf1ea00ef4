"""What came of each decision point, and from when on that can be known.

Maturity, not settlement, decides what trains: a row counts once its question is answered for *every* invoice due that
day, paid or not. Training on what happens to be settled already would keep the quick payers only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..ledger import Ledger
from ..ledger.schema import NO_DAY, to_dates
from .kernel.block import blocks
from .kernel.book import Book
from .kernel.streams import Flags, Floats, Ints, active
from .points import number_of

THRESHOLDS = (30, 60, 90)
"""Days late of the targets beside "late"; grace plays no part in them."""


def labels(ledger: Ledger, rows: pd.DataFrame, as_of_date: object, horizon: int = 60) -> pd.DataFrame:
    """Labels of decision rows as they are known at a cut-off.

    Parameters
    ----------
    ledger : the whole book; what was not known at ``as_of_date`` does not touch a label.
    rows : decision rows, or a feature table, whose index holds them.
    as_of_date : the cut-off; what is dated on it or later is not known.
    horizon : H in days after the due date, beyond which days late are not told apart.

    Returns
    -------
    DataFrame in the order of ``rows`` and with the index of the table given:

    - due_on, settled_on (NaT if not settled), days_late, days_to_pay (NaN likewise), written_off, cancelled;
    - status: settled, written_off, cancelled (more than half credited, however it went on), or open, which for the
      days late means censored; missing for an invoice that was not known;
    - reopened: whether it once counted as settled or written off, and later did not;
    - late: 1 if later than due_on + grace or written off, else 0; NaN before ``late_matures_on`` = due_on + grace + 1;
    - late_30, late_60, late_90: 1 if more than so many days late or written off, without grace; NaN before
      ``late_30_matures_on`` = due_on + 31, and so on;
    - days_late_capped: days late, H + 1 for anything beyond H (unpaid and written off included); NaN before
      ``days_mature_on`` = due_on + H + 1.

    Cancelled invoices have no label.
    """
    at = number_of(as_of_date)
    names = rows["invoice_id"] if "invoice_id" in rows else rows.index.get_level_values("invoice_id").to_series()
    facts = _Facts(Book(ledger), pd.DataFrame({"invoice_id": names.to_numpy()}).astype("str"), at)
    days_late = facts.since(facts.due)
    table = pd.DataFrame(
        {
            "due_on": to_dates(facts.due),
            "settled_on": to_dates(facts.settled),
            "days_late": days_late,
            "days_to_pay": facts.since(facts.issued),
            "written_off": facts.lost != NO_DAY,
            "cancelled": facts.cancelled,
            "status": facts.status(),
            "reopened": facts.reopened,
        },
        index=rows.index,
    )
    targets = {"late": ledger.grace_days} | {f"late_{k}": k for k in THRESHOLDS}
    for name, days in targets.items():
        table[name], table[f"{name}_matures_on"] = facts.matured(np.where(days_late <= days, 0.0, 1.0), days, at)
    capped = np.where(days_late <= horizon, days_late, horizon + 1.0)
    table["days_late_capped"], table["days_mature_on"] = facts.matured(capped, horizon, at)
    return table


class _Facts:
    """State of each row's invoice as it was known at a day; NO_DAY where it was not."""

    def __init__(self, book: Book, rows: pd.DataFrame, at: int) -> None:
        n = len(rows)
        self.due, self.issued, self.settled, self.lost = (np.full(n, NO_DAY, dtype=np.int64) for _ in range(4))
        self.known, self.cancelled, self.reopened = (np.zeros(n, dtype=bool) for _ in range(3))
        invoice = book.invoice_numbers(rows)
        there = np.flatnonzero(invoice >= 0)
        there = there[np.argsort(book.owner[invoice[there]], kind="stable")]
        for block, places in blocks(book, book.owner[invoice[there]]):
            mine, s = there[places], block.states
            own = block.number(invoice[mine])
            place = active(s.invoice, s.start, s.end, own, np.full(len(own), at))
            mine, place = mine[place >= 0], place[place >= 0]
            self.known[mine] = True
            self.due[mine], self.issued[mine] = s.due[place], s.issued[place]
            self.settled[mine], self.lost[mine] = s.settled[place], s.lost[place]
            self.cancelled[mine] = s.cancelled[place]
            again = np.flatnonzero(s.open[1:] & ~s.open[:-1] & (s.invoice[1:] == s.invoice[:-1]) & (s.start[1:] < at))
            self.reopened[mine] = np.isin(s.invoice[place], s.invoice[again + 1])

    def since(self, day: Ints) -> Floats:
        """Days from a day to the settlement; NaN where not settled."""
        return np.where(self.settled == NO_DAY, np.nan, self.settled - day)

    def status(self) -> pd.api.extensions.ExtensionArray:
        """How the invoice stands."""
        kinds = [~self.known, self.cancelled, self.settled != NO_DAY, self.lost != NO_DAY]
        words = np.select(kinds, ["", "cancelled", "settled", "written_off"], "open").astype(object)
        words[~self.known] = None
        return pd.array(words, dtype="str")

    def matured(self, values: Floats, days: int, at: int) -> tuple[Floats, np.ndarray]:
        """Values where they can be known, and from which day on they can."""
        on: Ints = np.where(self.known, self.due + days + 1, NO_DAY)
        answered: Flags = self.known & ~self.cancelled & (on <= at)
        return np.where(answered, values, np.nan), to_dates(on)
