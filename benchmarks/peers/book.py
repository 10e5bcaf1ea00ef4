"""The ledger that all sides read: a simulated book, its largest customer with about 1 % of the rows.

Left out of it is what the peers do not follow. They count on what :func:`check` asserts: what is known of an invoice
only ever grows, so that every feature is a sum over what was before. Nothing here is for our side's good; it computes
the general case on the same rows.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from paybench.simulate import Settings, stream_world

SIZES = {"20k": (360, 9.0), "200k": (3_600, 90.0), "2m": (36_000, 900.0), "10m": (180_000, 4_500.0)}
"""Customers, and the most invoices a month that one of them gets."""

TABLES = ("customers", "invoices", "payments", "contacts", "messages", "disputes", "promises", "consents")


def book(size: str, cache: Path, raw: Path | None = None) -> Path:
    """The ledger folder of a size, made if it is not there.

    Parameters
    ----------
    cache : folder of the ledgers.
    raw : folder with simulated ledgers by size, used instead of simulating anew.
    """
    folder = cache / size
    if (folder / "ledger.json").exists():
        return folder
    customers, most = SIZES[size]
    world = raw / size if raw else cache / f"{size}-raw"
    if not (world / "ledger.json").exists():
        settings = replace(Settings(), rate_spread=1.3, most_rate=most)
        stream_world(world, customers, 24, seed=1, settings=settings)
    folder.mkdir(parents=True, exist_ok=True)
    dropped = shrinking(world)
    for table in TABLES:
        if (world / f"{table}.parquet").exists():
            keep(world / f"{table}.parquet", folder / f"{table}.parquet", dropped)
    check(folder)
    shutil.copy(world / "ledger.json", folder / "ledger.json")  # last: with it the folder counts as made
    if not raw:
        shutil.rmtree(world)
    return folder


def shrinking(world: Path) -> pa.Array:
    """Invoices of which something known is taken back: payments that were reversed, credit notes that cancel."""
    payments = pq.read_table(world / "payments.parquet", columns=["invoice_id", "amount", "kind"])
    taken_back = payments.filter(pc.less(payments["amount"], 0))["invoice_id"]
    credits = payments.filter(pc.equal(payments["kind"], "credit_note")).group_by("invoice_id")
    invoices = pq.read_table(world / "invoices.parquet", columns=["invoice_id", "amount"])
    both = credits.aggregate([("amount", "sum")]).join(invoices, "invoice_id", join_type="inner")
    cancelled = pc.greater(
        pc.multiply(pc.cast(both["amount_sum"], pa.float64()), 2.0), pc.cast(both["amount"], pa.float64())
    )
    lost = both.filter(cancelled)["invoice_id"].cast(taken_back.type)
    return pc.unique(pa.chunked_array([*taken_back.chunks, *lost.chunks], taken_back.type))


def keep(source: Path, target: Path, dropped: pa.Array) -> None:
    """Copy a table without the rows that name a dropped invoice, one row group after the other."""
    file = pq.ParquetFile(source)
    with pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as writer:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            if "invoice_id" in rows.column_names:
                rows = rows.filter(pc.invert(pc.is_in(rows["invoice_id"], dropped.cast(rows["invoice_id"].type))))
            writer.write_table(rows)


def check(folder: Path) -> None:
    """Assert what the peers count on beyond that."""
    invoices = pq.read_table(
        folder / "invoices.parquet",
        columns=["invoice_id", "customer_id", "issued_on", "due_on", "currency", "recorded_on"],
    )
    payments = pq.read_table(folder / "payments.parquet", columns=["invoice_id", "customer_id", "paid_on", "amount"])
    late = pq.read_table(folder / "payments.parquet", columns=["recorded_on"])["recorded_on"]
    assert late.null_count == len(late), "a payment came to be known late"
    assert invoices["recorded_on"].null_count == len(invoices), "an invoice came to be known late, or was corrected"
    assert len(pc.unique(invoices["invoice_id"])) == len(invoices), "an invoice has two versions"
    assert pc.all(pc.greater_equal(invoices["due_on"], invoices["issued_on"])).as_py(), "due before the issue"
    money = invoices.group_by("customer_id").aggregate([("currency", "count_distinct")])
    assert pc.max(money["currency_count_distinct"]).as_py() == 1, "a customer is billed in two currencies"
    assert pc.min(payments["amount"]).as_py() > 0, "a payment takes something back"
    own = pc.index_in(payments["invoice_id"], value_set=invoices["invoice_id"])
    assert own.null_count == 0, "a payment names no invoice"
    assert pc.all(pc.equal(invoices["customer_id"].take(own), payments["customer_id"])).as_py(), "another customer's"
    assert pc.all(pc.greater(payments["paid_on"], invoices["issued_on"].take(own))).as_py(), "paid before the issue"
