"""Parts of a ledger hold everything about their customers, in its order, in whatever portions it was dealt out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger, dealt, write_ledger
from paybench.ledger.checksum import checksums
from paybench.ledger.schema import TABLES, conform
from paybench.ledger.split import split_ledger

CUSTOMERS, INVOICES, ROWS = 40, 150, 300


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """Rows that name whomever: strangers, each other's invoices, invoices that there are not, or none; some twice."""
    random = np.random.default_rng(4)

    def some(prefix: str, number: int, rows: int) -> np.ndarray:
        return np.char.add(prefix, random.integers(0, number, rows).astype(str))

    def names(rows: int) -> dict[str, object]:
        invoice = pd.Series(some("INV-", INVOICES + 20, rows), dtype="str").where(random.random(rows) < 0.8)
        return {"customer_id": some("C", CUSTOMERS + 10, rows), "invoice_id": invoice}

    day, number = pd.Timestamp("2025-03-01"), random.permutation(np.r_[np.arange(ROWS - 30), np.arange(30)]).astype(str)
    owner = pd.Series(np.arange(INVOICES) % CUSTOMERS)
    owner = pd.concat([owner, owner.where(random.random(INVOICES) < 0.9, (owner + 7) % CUSTOMERS)], ignore_index=True)
    invoices = {
        "invoice_id": "INV-" + pd.Series(np.r_[np.arange(INVOICES), np.arange(INVOICES)]).astype("str"),
        "customer_id": "C" + owner.astype("str"),
        "issued_on": day, "due_on": day, "amount": 1.0, "currency": "EUR",
    }  # fmt: skip
    payments = {"payment_id": number, **names(ROWS), "paid_on": day, "amount": 1.0, "currency": "EUR"}
    disputes = {"dispute_id": number, "invoice_id": some("INV-", INVOICES + 20, ROWS), "opened_on": day}
    promises = {"promise_id": number, **names(ROWS), "made_on": day, "promised_on": day}
    messages = {"message_id": number, "customer_id": some("C", CUSTOMERS + 10, ROWS), "received_on": day}
    return {
        "invoices": conform("invoices", pd.DataFrame(invoices).sample(frac=1.0, random_state=1)),
        "payments": conform("payments", pd.DataFrame(payments | {"kind": "payment"})),
        "disputes": conform("disputes", pd.DataFrame(disputes)),
        "promises": conform("promises", pd.DataFrame(promises)),
        "messages": conform("messages", pd.DataFrame(messages | {"channel": "email", "text": "?"})),
    }


@pytest.fixture
def folder(tables: dict[str, pd.DataFrame], tmp_path: Path) -> Path:
    """The same on disk, each row with its number."""
    write_ledger(Ledger.of(**{name: table.assign(row=np.arange(len(table))) for name, table in tables.items()}),
                 tmp_path / "whole")  # fmt: skip
    return tmp_path / "whole"


def connected(invoices: pd.DataFrame) -> dict[str, str]:
    """Of each customer the first of those whom it shares invoices with, directly or through others."""
    first = {who: who for who in invoices["customer_id"]}
    for _ in first:
        for _, owners in invoices.groupby("invoice_id")["customer_id"]:
            lowest = min(first[who] for who in owners)
            first |= dict.fromkeys(owners, lowest)
    return first


@pytest.mark.parametrize(
    ("batch", "pile", "groups"), [(10**6, 10**6, 1_000), (20, 10**6, 5), (10**6, 9, 1_000), (20, 9, 5), (7, 90, 1_000)]
)
def test_every_row_is_with_its_customer_and_with_its_invoice(
    folder: Path, tables: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    batch: int, pile: int, groups: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(dealt, "BATCH", batch)
    monkeypatch.setattr(dealt, "PILE", pile)
    for file in folder.glob("*.parquet"):
        pq.write_table(pq.read_table(file), file, row_group_size=groups)
    (tmp_path / "parts").mkdir()
    owner = tables["invoices"].groupby("invoice_id")["customer_id"].first()
    first = connected(tables["invoices"])
    home: dict[str, int] = {}
    rows: dict[str, list[np.ndarray]] = {name: [] for name in tables}
    for number, part in enumerate(split_ledger(folder, tmp_path / "parts", 6)):
        for name, found in rows.items():
            found.append(pd.read_parquet(part / f"{name}.parquet")["row"].to_numpy())
        assert pq.read_schema(part / "payments.parquet").equals(pq.read_schema(folder / "payments.parquet"))
        home |= dict.fromkeys(pd.read_parquet(part / "invoices.parquet")["customer_id"].map(first), number)
    assert len(set(home.values())) > 3
    for name, table in tables.items():
        customer = table.get("customer_id", pd.Series(index=table.index, dtype="str")).map(first).map(home)
        invoice = table.get("invoice_id", pd.Series(index=table.index, dtype="str")).map(owner).map(first).map(home)
        strange = customer.isna().groupby(table[TABLES[name].key[0]]).transform("any").to_numpy()
        for number, places in enumerate(rows[name]):
            own = (customer == number) | (invoice == number)
            expected = own.groupby(table[TABLES[name].key[0]]).transform("any").to_numpy()
            # Everything that names a customer or an invoice of the part, with all its versions, in the order of the
            # whole, once; beside it only what names a stranger, of whom nothing is asked.
            assert (np.diff(places) > 0).all()
            there = np.isin(np.arange(len(table)), places)
            assert (there >= expected).all()
            assert (there == expected)[~strange | ("customer_id" not in table)].all()
    assert list((tmp_path / "parts").iterdir()) == []


def test_identifiers_of_one_checksum_do_no_harm(
    folder: Path, tables: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dealt, "checksums", lambda values: checksums(values) % np.uint64(97))
    owner = tables["invoices"].groupby("invoice_id")["customer_id"].agg(set)
    (tmp_path / "parts").mkdir()
    seen = 0
    for part in split_ledger(folder, tmp_path / "parts", 6):
        invoices = pd.read_parquet(part / "invoices.parquet")
        who, what = set(invoices["customer_id"]), set(invoices["invoice_id"])
        seen += len(invoices)
        # All versions of the part's invoices are there, and all invoices of its customers.
        assert all(owner[invoice] <= who for invoice in what)
        assert who.isdisjoint(set().union(*owner[~owner.index.isin(what)]))
        for name in ("payments", "disputes", "promises", "messages"):
            table = tables[name]
            own = pd.Series(data=False, index=table.index)
            for column, known in (("customer_id", who), ("invoice_id", what)):
                own |= table[column].isin(known) if column in table else False
            own = own.groupby(table[TABLES[name].key[0]]).transform("any")
            found = pd.read_parquet(part / f"{name}.parquet")["row"].to_numpy()
            assert set(np.flatnonzero(own)) <= set(found)
            assert (np.diff(found) > 0).all()
    assert seen == len(tables["invoices"])


def test_what_misses_an_identifier_is_seen_by_who_reads_a_part(folder: Path, tmp_path: Path) -> None:
    disputes = pd.read_parquet(folder / "disputes.parquet")
    disputes.loc[5, "invoice_id"] = None
    disputes.to_parquet(folder / "disputes.parquet")
    (tmp_path / "parts").mkdir()
    first = next(split_ledger(folder, tmp_path / "parts", 6))
    assert pd.read_parquet(first / "disputes.parquet")["invoice_id"].isna().sum() == 1


def test_other_types_and_missing_columns_stay_as_they_are(folder: Path, tmp_path: Path) -> None:
    coded = pq.read_table(folder / "invoices.parquet")
    for name in ("customer_id", "currency"):
        coded = coded.set_column(coded.column_names.index(name), name, coded[name].dictionary_encode())
    pq.write_table(coded, folder / "invoices.parquet", row_group_size=7)
    payments = pq.read_table(folder / "payments.parquet").drop_columns(["invoice_id", "recorded_on"])
    pq.write_table(payments.set_column(0, "payment_id", pa.array(range(len(payments)))), folder / "payments.parquet")
    (folder / "promises.parquet").unlink()
    (tmp_path / "parts").mkdir()
    rows = 0
    for part in split_ledger(folder, tmp_path / "parts", 3):
        assert pq.read_schema(part / "invoices.parquet").equals(pq.read_schema(folder / "invoices.parquet"))
        assert pq.read_schema(part / "payments.parquet").equals(pq.read_schema(folder / "payments.parquet"))
        assert not (part / "promises.parquet").exists()
        rows += pq.read_metadata(part / "payments.parquet").num_rows
    assert rows == len(payments)


def test_a_table_that_cannot_be_read_is_named_in_one_sentence(folder: Path, tmp_path: Path) -> None:
    (folder / "payments.parquet").write_bytes(b"PAR1 and nothing else")
    (tmp_path / "parts").mkdir()
    with pytest.raises(PaybenchError, match="cannot be read"):
        next(split_ledger(folder, tmp_path / "parts", 3))
