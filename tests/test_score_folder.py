"""Scores from folder to file: the bytes of the table in memory, however the book is cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger, dealt, read_ledger, write_ledger
from paybench.ledger.piles import rows_in
from paybench.models.learn.bundle import Bundle, read_bundle
from paybench.score import folder, rows, score, score_folder, write, write_scores
from paybench.score.order import in_order, places
from tests.trained import AS_OF, Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@pytest.fixture(scope="module")
def ledger(trained: Trained) -> Ledger:
    return read_ledger(trained.ledger)


@pytest.fixture(scope="module")
def forest(trained: Trained) -> Bundle:
    return read_bundle(trained.store / "champion")


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small parts, chunks and row groups."""
    monkeypatch.setattr(folder, "PART", 150)
    monkeypatch.setattr(rows, "CHUNK", 13)
    monkeypatch.setattr(write, "GROUP", 10)
    monkeypatch.setattr(folder, "GROUP", 10)


@pytest.mark.usefixtures("in_parts")
@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_parts_give_the_same_bytes(
    trained: Trained, ledger: Ledger, forest: Bundle, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(ledger.invoices) > 4 * folder.PART
    found = score_folder(trained.ledger, AS_OF, tmp_path / f"parts{ending}", forest)
    monkeypatch.setattr(folder, "PART", 10**9)
    score_folder(trained.ledger, AS_OF, tmp_path / f"one{ending}", forest)
    table = score(ledger, AS_OF, forest)
    write_scores(table, tmp_path / f"memory{ending}")
    # In parts, as a whole, and by way of a table in memory; and what is said of them is what is in them.
    written = (tmp_path / f"memory{ending}").read_bytes()
    assert (tmp_path / f"parts{ending}").read_bytes() == written
    assert (tmp_path / f"one{ending}").read_bytes() == written
    assert found.rows == len(table) > 3 * write.GROUP
    assert found.risk == table["risk"].value_counts().to_dict()
    assert found.model_version == table["model_version"].iloc[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{k}{ending}" for k in ("memory", "one", "parts")
    )
    if ending == ".parquet":
        assert pq.read_metadata(tmp_path / "parts.parquet").num_row_groups == -(-len(table) // write.GROUP)


@pytest.mark.usefixtures("in_parts")
def test_what_customers_share_is_scored_as_in_one_book(
    ledger: Ledger, forest: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dealt, "BATCH", 100)
    monkeypatch.setattr(dealt, "PILE", 70)
    payments, invoices = ledger.payments, ledger.invoices
    back = payments.iloc[::9].assign(payment_id=lambda t: "back-" + t["payment_id"], amount=lambda t: -t["amount"])
    note = payments.iloc[::11].assign(payment_id=lambda t: "note-" + t["payment_id"], kind="credit_note", amount=5.0)
    rebooked = payments.iloc[::7].assign(recorded_on=lambda t: t["paid_on"] + pd.Timedelta(3, "D"))
    for column in ("customer_id", "invoice_id"):
        rebooked[column] = rebooked[column].to_numpy()[::-1]
    payments = pd.concat([payments, back, note, rebooked], ignore_index=True)
    who = payments["customer_id"].to_numpy().copy()
    who[::5] = who[::5][::-1]
    moved = invoices.iloc[::97].assign(recorded_on=lambda t: t["issued_on"] + pd.Timedelta(9, "D"))
    moved["customer_id"] = moved["customer_id"].to_numpy()[::-1]
    tables = {
        "payments": payments.assign(customer_id=who).sample(frac=1.0, random_state=3),
        "invoices": pd.concat([invoices, moved]).sample(frac=1.0, random_state=3),
    }
    write_ledger(ledger.with_tables(tables), tmp_path / "book")
    score_folder(tmp_path / "book", AS_OF, tmp_path / "parts.csv", forest)
    monkeypatch.setattr(folder, "PART", 10**9)
    score_folder(tmp_path / "book", AS_OF, tmp_path / "one.csv", forest)
    # Payments, reversals and credit notes for invoices of others, payments that a later version books to another
    # customer, and invoices that go from one customer to another.
    assert (tmp_path / "parts.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()


@pytest.mark.usefixtures("in_parts")
def test_a_part_without_open_invoices_is_no_gap(
    trained: Trained, ledger: Ledger, forest: Bundle, tmp_path: Path
) -> None:
    table = score(ledger, AS_OF, forest)
    one = ledger.customers["customer_id"] == table["customer_id"].iloc[0]
    others = set(ledger.customers["customer_id"][~one])
    paid = ledger.invoices[ledger.invoices["customer_id"].isin(others)]
    settled = pd.DataFrame(
        {
            "payment_id": "all-" + paid["invoice_id"],
            "customer_id": paid["customer_id"],
            "invoice_id": paid["invoice_id"],
            "paid_on": paid["issued_on"],
            "amount": paid["amount"],
            "currency": paid["currency"],
            "kind": "payment",
        }
    )
    payments = ledger.payments[~ledger.payments["customer_id"].isin(others)]
    closed = ledger.with_tables({"payments": pd.concat([payments, settled], ignore_index=True)})
    write_ledger(closed, tmp_path / "book")
    # One customer's invoices are open, in one part of many.
    score_folder(tmp_path / "book", AS_OF, tmp_path / "s.parquet", forest)
    write_scores(score(closed, AS_OF, forest), tmp_path / "expected.parquet")
    assert (tmp_path / "s.parquet").read_bytes() == (tmp_path / "expected.parquet").read_bytes()
    assert set(pd.read_parquet(tmp_path / "s.parquet")["customer_id"]) == {table["customer_id"].iloc[0]}


@pytest.mark.usefixtures("in_parts")
def test_a_book_in_which_all_is_paid_gives_a_table_without_rows(ledger: Ledger, forest: Bundle, tmp_path: Path) -> None:
    write_ledger(ledger, tmp_path / "book")
    far = "2060-01-01"
    last = read_ledger(tmp_path / "book")
    paid = last.invoices
    settled = pd.DataFrame(
        {
            "payment_id": "all-" + paid["invoice_id"],
            "customer_id": paid["customer_id"],
            "invoice_id": paid["invoice_id"],
            "paid_on": paid["due_on"],
            "amount": paid["amount"],
            "currency": paid["currency"],
            "kind": "payment",
        }
    )
    write_ledger(last.with_tables({"payments": settled}), tmp_path / "book")
    found = score_folder(tmp_path / "book", far, tmp_path / "s.parquet", forest)
    assert (found.rows, found.risk, found.model_version) == (0, {}, "")
    empty = pd.read_parquet(tmp_path / "s.parquet")
    assert empty.empty
    assert list(empty.columns) == rows.COLUMNS


def test_what_is_wrong_leaves_what_was_there(trained: Trained, forest: Bundle, tmp_path: Path) -> None:
    out = tmp_path / "s.parquet"
    out.write_bytes(b"old")
    other = replace(forest, about=forest.about | {"book_name": "another"})
    later = replace(forest, about=forest.about | {"as_of": "2090-01-01"})
    early = replace(forest, about=forest.about | {"as_of": "1980-01-01"})
    for given, date, said in (
        (later, AS_OF, "trained on what was known at 2090-01-01"),
        (other, AS_OF, "trained on the book 'another'"),
        (other, "1990-01-01", "Nothing was known at 1990-01-01"),
        (early, "1990-01-01", "Nothing was known at 1990-01-01"),
    ):
        with pytest.raises(PaybenchError, match=said):
            score_folder(trained.ledger, date, out, given)
    with pytest.raises(PaybenchError, match="There is no ledger"):
        score_folder(tmp_path / "nowhere", AS_OF, out, forest)
    with pytest.raises(PaybenchError, match=r"written as \.parquet or \.csv"):
        score_folder(trained.ledger, AS_OF, tmp_path / "s.xlsx", forest)
    # Nothing half-written, nothing beside it.
    assert [path.name for path in tmp_path.iterdir()] == ["s.parquet"]
    assert out.read_bytes() == b"old"


@pytest.mark.usefixtures("in_parts")
def test_a_row_that_gets_lost_is_noticed(
    trained: Trained, forest: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(parts: list[object]) -> object:
        yield from (table.slice(1) for table in merged(parts))

    merged = folder._merged
    monkeypatch.setattr(folder, "_merged", losing)
    with pytest.raises(PaybenchError, match=r"invoices are open but \d+ were scored; nothing was written"):
        score_folder(trained.ledger, AS_OF, tmp_path / "s.parquet", forest)
    assert list(tmp_path.iterdir()) == []


def test_rows_are_merged_in_ranges_of_about_as_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "GROUP", 3_000)
    random, parts = np.random.default_rng(5), []
    for k, customers in enumerate((4_000, 1, 900, 0, 2_500)):
        names = [f"C{k}{i:04}" for i in random.permutation(customers)]
        who = np.sort(
            np.repeat(np.array(names, dtype=object), random.integers(1, 6, customers) if customers > 1 else 5_000)
        )
        table = pd.DataFrame({"customer_id": who, "invoice_id": np.arange(len(who)).astype(str), "risk": "low"})
        table = table.astype("str").assign(customer_id=lambda t: t["customer_id"].str.slice(2) + t["customer_id"])
        parts.append(folder._Sorted.write(in_order(table), tmp_path / f"{k}", True, len(table)))
    whole = pa.concat_tables([rows_in(part.file) for part in parts])
    pieces = list(folder._merged(parts))
    # Each customer is in one piece, all in one order, and no piece but a large customer's is much larger than a group.
    assert pa.concat_tables(pieces).equals(whole.take(places(whole)))
    sizes = [len(piece) for piece in pieces if len(set(piece["customer_id"].to_pylist())) > 1]
    assert len(sizes) > 5
    assert max(sizes) <= 6_000
    assert list(tmp_path.glob("range-*")) == []


def test_groups_have_the_same_rows_however_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "GROUP", 4)
    whole = pa.table({"a": list(range(11))})
    for pieces in (
        [whole],
        [whole.slice(0, 3), whole.slice(3, 0), whole.slice(3)],
        [whole.slice(i, 1) for i in range(11)],
    ):
        found = list(write.groups(iter(pieces)))
        assert [len(table) for table in found] == [4, 4, 3]
        assert pa.concat_tables(found).equals(whole)
    # No empty group after a full one, and one where there is nothing.
    assert [len(table) for table in write.groups(iter([whole.slice(0, 8), whole.slice(8, 0)]))] == [4, 4]
    assert [len(table) for table in write.groups(iter([whole.slice(0, 0)]))] == [0]
