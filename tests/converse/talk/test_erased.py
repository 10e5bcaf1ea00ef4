"""Who is erased from a book is gone from the record of its conversations, too."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from paybench.converse.talk.record import FILE, Event, Record
from paybench.erase import erase
from paybench.ledger import Ledger, write_ledger


def test_no_byte_of_an_erased_customer_is_left_in_the_record(tmp_path: Path) -> None:
    invoices = pd.DataFrame(
        {
            "invoice_id": ["INV-00001", "INV-00002"], "customer_id": ["C00001", "C00002"],
            "issued_on": ["2026-01-01"] * 2, "due_on": ["2026-01-31"] * 2, "amount": [100.0, 7.0], "currency": "EUR",
        }
    )  # fmt: skip
    write_ledger(Ledger.of("book", invoices=invoices), tmp_path / "book")
    record, now = Record(tmp_path / "store" / FILE), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    for k in range(30):
        record.add(Event("C00001", now, "received", "email", {"text": f"an unmistakable sentence {k}"}))
    record.add(Event("C00002", now, "received", "email", {"text": "what C00001 says is none of our business"}))

    # What would be done is told, and nothing is done.
    told = erase(tmp_path / "book", ["C00001"], tmp_path / "store", dry_run=True)
    assert [(f["done"], f["count"]) for f in told.files if f["file"].endswith(FILE)] == [
        ("rows removed", 30), ("mentions replaced", 1),
    ]  # fmt: skip
    assert len(record.of("C00001")) == 30

    erase(tmp_path / "book", ["C00001"], tmp_path / "store")
    content = record.file.read_bytes()
    assert b"unmistakable" not in content
    assert b"C00001" not in content
    # Of the others nothing is lost but the name.
    assert [event.body["text"] for event in record.of("C00002")] == ["what [erased] says is none of our business"]
