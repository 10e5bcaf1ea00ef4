"""A ledger on disk: nothing is lost, nothing is left half, and what cannot be read is said in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.errors import PaybenchError
from paybench.ledger import TABLES, Ledger, data_hash, read_ledger, write_ledger
from paybench.simulate import simulate
from tests.strategies import ledgers


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(6, 8, 1).ledger


@pytest.fixture
def folder(book: Ledger, tmp_path: Path) -> Path:
    write_ledger(book, tmp_path / "book")
    return tmp_path / "book"


@given(ledger=ledgers())
def test_what_is_written_comes_back(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("ledger")
    write_ledger(ledger, place)
    same(read_ledger(place), ledger)


def test_settings_names_and_the_users_own_columns_come_back(book: Ledger, tmp_path: Path) -> None:
    odd = book.invoices.assign(invoice_id="NA", customer_id="Żółć 日本", region="south", renumbered=True)
    ledger = replace(book, name="Müller & Söhne", time_zone="Europe/Berlin", grace_days=5, tolerance=0.02, invoices=odd)
    write_ledger(ledger, tmp_path / "büch")
    same(read_ledger(tmp_path / "büch"), ledger)


def test_amounts_are_exact_decimals(tmp_path: Path) -> None:
    amounts = [0.1 + 0.2, 1e-4, -0.29, 1234567890.1234, 99_999_999_999.99]
    rows = {
        "payment_id": list("abcde"),
        "customer_id": "C",
        "paid_on": "2024-01-01",
        "currency": "EUR",
        "kind": "payment",
    }
    write_ledger(Ledger.of(payments=pd.DataFrame(rows | {"amount": amounts})), tmp_path)
    column = pq.read_table(tmp_path / "payments.parquet")["amount"]
    assert column.type == pa.decimal128(18, 4)
    written = ["0.3000", "0.0001", "-0.2900", "1234567890.1234", "99999999999.9900"]
    assert [str(value) for value in column.to_pylist()] == written
    assert read_ledger(tmp_path).payments["amount"].tolist() == [float(text) for text in written]


def test_any_tool_reads_days_as_days(folder: Path, book: Ledger) -> None:
    table = pq.read_table(folder / "invoices.parquet")
    assert table.schema.field("due_on").type == pa.date32()
    assert table["due_on"][0].as_py() == book.invoices["due_on"][0].date()


def test_what_was_there_is_replaced_as_a_whole(folder: Path, book: Ledger) -> None:
    write_ledger(book, folder, extras={"rejected.csv": b"a\n"})
    write_ledger(Ledger(name="other"), folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(["ledger.json", *(f"{t}.parquet" for t in TABLES)])
    same(read_ledger(folder), Ledger(name="other"))


def test_a_write_that_fails_leaves_the_old_ledger_and_nothing_else(folder: Path, book: Ledger) -> None:
    before = contents(folder.parent)
    too_much = book.with_tables({"payments": book.payments.assign(amount=1e17)})
    with pytest.raises(PaybenchError, match="An amount of table 'payments' is not below"):
        write_ledger(too_much, folder)
    assert contents(folder.parent) == before


def test_a_folder_that_holds_something_else_is_left_alone(book: Ledger, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(PaybenchError, match="exists and is no ledger folder; give another name"):
        write_ledger(book, tmp_path)
    assert contents(tmp_path) == {Path("thesis.txt"): b"years of work"}


def _drop(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _overwrite(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def _halve(name: str) -> Callable[[Path], None]:
    def halve(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    return halve


def _rename(old: str, new: str) -> Callable[[Path], None]:
    def rename(folder: Path) -> None:
        file = folder / "invoices.parquet"
        table = pq.read_table(file)
        pq.write_table(table.rename_columns([new if name == old else name for name in table.column_names]), file)

    return rename


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_drop("ledger.json"), "holds no ledger.json, so it is no ledger folder"),
        (_drop("invoices.parquet"), "holds no invoices.parquet"),
        (_overwrite("invoices.parquet", b""), "cannot be read"),
        (_overwrite("invoices.parquet", b"PAR1 and nonsense"), "cannot be read"),
        (_halve("payments.parquet"), "cannot be read"),
        (_overwrite("ledger.json", b""), "cannot be read"),
        (_overwrite("ledger.json", b"{"), "cannot be read"),
        (_overwrite("ledger.json", b"\xff\xfe{}"), "cannot be read"),
        (_overwrite("ledger.json", b"[1]"), "cannot be read"),
        (_overwrite("ledger.json", b'{"nome": "x"}'), "cannot be read"),
        (_overwrite("ledger.json", b'{"grace_days": "five"}'), "grace_days is .*; give "),
        (_overwrite("ledger.json", b'{"tolerance": null}'), "tolerance is .*; give "),
        (_overwrite("ledger.json", b'{"grace_days": -1}'), "grace_days is .*; give "),
        (_rename("due_on", "due"), "Table 'invoices' has no column 'due_on'"),
    ],
)
def test_a_damaged_ledger_is_one_sentence(folder: Path, damage: Callable[[Path], object], sentence: str) -> None:
    damage(folder)
    with pytest.raises(PaybenchError, match=sentence) as raised:
        read_ledger(folder)
    assert "\n" not in str(raised.value)


def test_no_folder_is_one_sentence(tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path / "a file"):
        (tmp_path / "a file").touch()
        with pytest.raises(PaybenchError, match="There is no ledger at .*; make one with 'paybench ledger import'"):
            read_ledger(place)


@given(ledger=ledgers(), data=st.data())
def test_the_hash_changes_with_any_value_and_not_with_the_order_of_rows(ledger: Ledger, data: st.DataObject) -> None:
    before = data_hash(ledger)
    assert data_hash(ledger.with_tables({name: ledger.table(name).iloc[::-1] for name in TABLES})) == before

    filled = [name for name in TABLES if len(ledger.table(name))]
    if filled:
        name = data.draw(st.sampled_from(filled))
        table = ledger.table(name).copy()
        row, column = data.draw(st.integers(0, len(table) - 1)), data.draw(st.sampled_from(TABLES[name].columns))
        other = {"date": pd.Timestamp("1999-09-09"), "amount": 0.0001, "number": 77.0}.get(column.kind, "another")
        table.loc[row, column.name] = other
        assert data_hash(ledger.with_tables({name: table})) != before


@pytest.mark.parametrize("change", [{"name": "b"}, {"time_zone": "Asia/Tokyo"}, {"grace_days": 3}, {"tolerance": 1.0}])
def test_the_hash_changes_with_the_settings(book: Ledger, change: dict[str, str]) -> None:
    assert data_hash(replace(book, **change)) != data_hash(book)  # type: ignore[arg-type]


def test_the_hash_survives_the_disk(folder: Path, book: Ledger) -> None:
    assert data_hash(read_ledger(folder)) == data_hash(book)


def same(one: Ledger, other: Ledger) -> None:
    assert json.dumps(one.settings) == json.dumps(other.settings)
    for name in TABLES:
        pd.testing.assert_frame_equal(one.table(name), other.table(name))


def contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
