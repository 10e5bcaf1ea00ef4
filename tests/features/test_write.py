"""Feature tables of ledgers of any size."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.features import at_issue, landmarks, open_on, write
from paybench.features.write import write_features
from paybench.ledger import Ledger, read_ledger, write_ledger
from paybench.ledger.schema import TABLES
from paybench.ledger.split import split_ledger
from tests.laws.messy import messy_book


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("book") / "ledger"
    write_ledger(_with_shared_invoices(messy_book(customers=50, months=15, seed=8)), place)
    return place


def _with_shared_invoices(book: Ledger) -> Ledger:
    """Some invoices of one customer that a later version gives to another."""
    moved = book.invoices.drop_duplicates("invoice_id").iloc[::97].copy()
    moved["customer_id"] = moved["customer_id"].to_numpy()[::-1]
    moved["recorded_on"] = moved["issued_on"] + pd.Timedelta(days=9)
    return book.with_tables({"invoices": pd.concat([book.invoices, moved], ignore_index=True)})


def by_row(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["invoice_id", "customer_id", "as_of"], ignore_index=True)


@pytest.mark.parametrize("parts", [1, 7])
@pytest.mark.parametrize("at", ["issue", "landmarks", "open"])
def test_parts_give_the_same_rows(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int, at: str
) -> None:
    ledger = read_ledger(folder)
    monkeypatch.setattr(write, "WHOLE", 10 if parts > 1 else 10**9)
    monkeypatch.setattr(write, "PART", -(-len(ledger.invoices) // parts))
    build = {"issue": at_issue, "landmarks": landmarks, "open": lambda book: open_on(book, "2025-01-15")}[at]
    rows = write_features(folder, tmp_path / "x.parquet", at, "2025-01-15" if at == "open" else None)
    written = pd.read_parquet(tmp_path / "x.parquet")
    # Whether a book is taken as a whole or in parts, every row is there once, and equal to the last bit.
    assert rows == len(written)
    expected = build(ledger).reset_index()
    pd.testing.assert_frame_equal(by_row(written), by_row(expected), check_exact=True, check_dtype=False)
    # Nothing else is left behind.
    assert [p.name for p in tmp_path.iterdir()] == ["x.parquet"]


def test_every_row_of_a_customer_is_in_its_part(folder: Path, tmp_path: Path) -> None:
    whole = read_ledger(folder)
    seen = {name: [] for name in TABLES}  # type: ignore[var-annotated]
    for part in split_ledger(folder, tmp_path, 5):
        ledger = read_ledger(part)
        for name in TABLES:
            seen[name].append(ledger.table(name))
        # A part is whole: all versions of its invoices are in it, with everything that names them or their customers.
        ids, who = set(ledger.invoices["invoice_id"]), set(ledger.invoices["customer_id"])
        for name in ("invoices", "payments", "disputes", "promises", "contacts"):
            assert len(whole.table(name)[whole.table(name)["invoice_id"].isin(ids)]) == len(
                ledger.table(name)[ledger.table(name)["invoice_id"].isin(ids)]
            )
        assert len(whole.messages[whole.messages["customer_id"].isin(who)]) == len(ledger.messages)
    # Invoices and messages are in one part each, and all of them are.
    for name in ("invoices", "messages"):
        assert sum(map(len, seen[name])) == len(whole.table(name))
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PaybenchError, match="Nothing was known at 2020-01-01, so there are no features"):
        write_features(folder, tmp_path / "x.parquet", "open", "2020-01-01")
    with pytest.raises(PaybenchError, match="There is no ledger at"):
        write_features(tmp_path / "no", tmp_path / "x.parquet", "issue")
    with pytest.raises(PaybenchError, match="There is no feature 'nothing'"):
        write_features(folder, tmp_path / "x.parquet", "issue", names=["nothing"])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_other_types_is_read_as_the_ledger_is(tmp_path: Path) -> None:
    write_ledger(messy_book(customers=12, months=6, seed=3), tmp_path / "book")
    write_ledger(read_ledger(tmp_path / "book"), tmp_path / "zoned")
    settings = tmp_path / "zoned" / "ledger.json"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"UTC"', '"Europe/Berlin"'), encoding="utf-8")
    payments = pd.read_parquet(tmp_path / "zoned" / "payments.parquet")
    late = pd.to_datetime(payments["paid_on"]) + pd.Timedelta(hours=23, minutes=30)
    payments.assign(paid_on=late.dt.tz_localize("UTC")).to_parquet(tmp_path / "zoned" / "payments.parquet")
    direct, whole = at_issue(tmp_path / "zoned"), at_issue(read_ledger(tmp_path / "zoned"))
    # Instants that another tool wrote are days in the ledger's time zone, straight from the folder as well.
    pd.testing.assert_frame_equal(direct, whole, check_exact=True)
    assert not direct.equals(at_issue(tmp_path / "book"))


def test_a_folder_without_invoices_is_refused(folder: Path, tmp_path: Path) -> None:
    write_ledger(read_ledger(folder), tmp_path / "book")
    (tmp_path / "book" / "invoices.parquet").unlink()
    with pytest.raises(PaybenchError, match="holds no invoices.parquet; a ledger needs at least"):
        at_issue(tmp_path / "book")
