"""Rows are added to a ledger folder once each, whole or not at all, whoever else adds at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of, read_ledger, write_ledger
from paybench.ledger.add import add_rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    invoices = pd.DataFrame(
        {
            "invoice_id": ["I1", "I2"], "customer_id": ["A", "B"], "issued_on": ["2026-01-01"] * 2,
            "due_on": ["2026-01-31"] * 2, "amount": [100.25, 7.0], "currency": ["EUR", "EUR"],
        }
    )  # fmt: skip
    write_ledger(Ledger.of("book", invoices=invoices), tmp_path / "book")
    return tmp_path / "book"


def promise(number: str, invoice: str = "I1", made: str = "2026-02-01") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "promise_id": [number], "customer_id": ["A"], "invoice_id": [invoice], "made_on": [made],
            "promised_on": ["2026-02-10"], "amount": [100.25],
        }
    )  # fmt: skip


def consent(allowed: bool, day: str = "2026-02-01") -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["A"], "channel": ["email"], "changed_on": [day], "allowed": [allowed]})


def test_what_is_added_is_known_from_the_next_day_on(folder: Path) -> None:
    assert add_rows(folder, {"promises": promise("P1")}) == {"promises": 1}
    ledger = read_ledger(folder)
    assert list(ledger.promises["amount"]) == [100.25]
    assert as_of(ledger, "2026-02-01").promises.empty
    assert len(as_of(ledger, "2026-02-02").promises) == 1


def test_what_comes_twice_is_recorded_once(folder: Path) -> None:
    add_rows(folder, {"promises": promise("P1")})
    before = (folder / "promises.parquet").read_bytes()
    assert add_rows(folder, {"promises": promise("P1")}) == {"promises": 0}
    assert (folder / "promises.parquet").read_bytes() == before
    # A later version of the same promise is another row.
    later = promise("P1").assign(recorded_on="2026-02-05", promised_on="2026-02-20")
    assert add_rows(folder, {"promises": later}) == {"promises": 1}
    assert as_of(read_ledger(folder), "2026-02-06").promises["promised_on"].dt.day.tolist() == [20]


def test_the_last_word_about_a_consent_counts(folder: Path) -> None:
    for allowed in (False, True, False, False):
        add_rows(folder, {"consents": consent(allowed)})
    table = read_ledger(folder).consents
    assert table["allowed"].tolist() == [False, True, False]
    assert not as_of(read_ledger(folder), "2026-02-02").consents["allowed"].any()


def test_nothing_is_written_of_what_does_not_fit(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(PaybenchError, match="names the invoice I9, which the ledger has no invoice of"):
        add_rows(folder, {"consents": consent(True), "promises": promise("P1", "I9")})
    with pytest.raises(PaybenchError, match="no table 'letters'"):
        add_rows(folder, {"letters": promise("P1")})
    with pytest.raises(PaybenchError, match="no column 'made_on'"):
        add_rows(folder, {"promises": promise("P1").drop(columns="made_on")})
    after = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != ".lock"}
    assert after == before


def test_no_row_is_lost_where_many_add_at_once(folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda k: add_rows(folder, {"promises": promise(f"P{k % 10}")}), range(20)))
    assert sorted(read_ledger(folder).promises["promise_id"]) == sorted(f"P{k}" for k in range(10))


def test_own_columns_stay(folder: Path) -> None:
    message = pd.DataFrame(
        {"message_id": ["M1"], "customer_id": ["A"], "received_on": ["2026-02-01"], "channel": ["email"],
         "text": ["ok"], "folder": ["inbox"]}
    )  # fmt: skip
    add_rows(folder, {"messages": message})
    add_rows(folder, {"messages": message.assign(message_id="M2").drop(columns="folder")})
    table = read_ledger(folder).messages
    assert table["folder"].tolist()[0] == "inbox"
    assert table["folder"].isna().tolist() == [False, True]
