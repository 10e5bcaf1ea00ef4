"""What was agreed, entered once more: in a ledger that was imported anew, and for turns that nobody came back to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...ledger import read_ledger
from ...ledger.add import add_rows
from .record import FILE, Record
from .rows import Rows, frames


def restore(record: Record, ledger: Path) -> dict[str, int]:
    """Enter every row of every conversation that a ledger lacks.

    An export of an ERP system knows nothing of promises, disputes and consents that came in conversations: who imports
    a book anew restores them before dunning is decided, or who opted out is written to.

    Parameters
    ----------
    record : of conversations. ledger : the folder. Rows about customers and invoices that it has no more are left out.

    Returns
    -------
    How many rows were added to each table.

    Raises
    ------
    PaybenchError
        If the ledger cannot be read or written.
    """
    found: Rows = {}
    for event in record.every():
        for name, some in (event.body.get("rows") or {}).items():
            found.setdefault(name, []).extend(some)
    if not found:
        return {}
    invoices = read_ledger(ledger).invoices
    bills, owners = {None, *invoices["invoice_id"]}, {None, *invoices["customer_id"]}

    def known(row: dict[str, Any]) -> bool:
        return row.get("invoice_id") in bills and row.get("customer_id") in owners

    kept = {name: [row for row in some if known(row)] for name, some in found.items()}
    tables = frames(kept)
    return add_rows(ledger, tables) if tables else {}


def restored(store: str | Path, ledger: str | Path) -> dict[str, int]:
    """The same for a store, whether or not it has a record: what has to be done before dunning is decided."""
    file = Path(store) / FILE
    return restore(Record(file), Path(ledger)) if file.exists() else {}
