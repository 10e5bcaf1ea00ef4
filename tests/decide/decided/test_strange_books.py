"""Decisions about books in which something is odd: one odd row never stops the others."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from paybench.decide.decided import Decisions, make_decisions
from paybench.decide.decided.log import COLUMNS, read_log
from paybench.decide.decided.made import decision_files, decisions_of
from paybench.decide.dunning import Policy
from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from paybench.ledger.schema import TABLES, units
from paybench.models.learn.bundle import write_bundle
from tests.decide.cash.small import book, bundle

AT = "2025-06-02"
POLICY = """
steps:
  - {after_due: 1, by: email, tone: friendly}
  - {after_last: 1, by: phone, tone: reminder}
caps: {in_7_days: none, in_30_days: none, gap: 1}
explore: 0
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose Baseline serves every book that is called 'book'."""
    place, made = tmp_path_factory.mktemp("store"), bundle()
    about = made.about | {"as_of": "2000-01-01", "book_name": "book", "grace_days": Ledger.of().grace_days}
    write_bundle(replace(made, about=about), place / "champion")
    return place


def bills(*amounts: float, currency: str = "EUR") -> pd.DataFrame:
    """An invoice for each amount, each of a customer of its own."""
    n = len(amounts)
    return pd.DataFrame(
        {
            "invoice_id": [f"I{k}" for k in range(n)],
            "customer_id": [f"C{k}" for k in range(n)],
            "issued_on": "2025-03-01",
            "due_on": "2025-04-01",
            "amount": amounts,
            "currency": currency,
        }
    )


def decided(store: Path, ledger: Ledger, policy: str = POLICY, **more: Any) -> Decisions:
    return decisions_of(ledger, AT, Policy.of(policy), store, **more)


def dispute(amount: float) -> pd.DataFrame:
    return pd.DataFrame([{"dispute_id": "D", "invoice_id": "I0", "opened_on": "2025-04-03", "amount": amount}])


def test_what_rounds_to_nothing_is_not_asked_for(store: Path) -> None:
    found = decided(store, Ledger.of(invoices=bills(100.0, 100.0), disputes=dispute(99.998)))
    assert [line.customer_id for line in found.worklist.lines] == ["C1"]
    assert found.states["state"].tolist() == ["disputed", "due_now"]


def test_the_largest_amounts_are_asked_for_like_others(store: Path) -> None:
    amounts = (0.01, 1e12, 9e13)
    found = decided(store, Ledger.of(invoices=bills(*amounts)))
    assert sorted(line.amount for line in found.worklist.lines) == list(amounts)
    # Every amount stands in the states to the cent.
    assert units(found.states["amount_open"]).sum() == units(pd.Series(amounts)).sum()


def test_an_invoice_below_zero_is_a_credit_that_someone_has_to_see(store: Path) -> None:
    found = decided(store, Ledger.of(invoices=bills(-50.0, 100.0)))
    overpaid = found.queue.table[found.queue.table["kind"] == "overpaid"]
    assert overpaid["since"].tolist() == [pd.Timestamp("2025-03-01")]
    assert [line.customer_id for line in found.worklist.lines] == ["C1"]


def test_the_json_is_json(store: Path) -> None:
    def none(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    # Of a contact without a known effect the value is null.
    files = decision_files(decided(store, Ledger.of(invoices=bills(100.0))))
    said = json.loads(files["decisions.json"], parse_constant=none)
    assert said["worklist"][0]["value"] is None
    json.loads(files["queue.json"], parse_constant=none)


def test_a_number_of_a_customer_breaks_no_line_of_the_terminal(store: Path) -> None:
    ledger = Ledger.of(invoices=bills(100.0).assign(customer_id="C\n6\u202e"))
    said = str(decided(store, ledger))
    assert "  C 6            email" in said


@pytest.mark.parametrize(
    "override",
    ["customers: {C9: {stop: true}}", "invoices: {I9: {stop: true}}", "segments: {Large risky: {stop: true}}"],
)
def test_a_stop_for_whom_there_is_not_is_an_error(store: Path, override: str) -> None:
    # A misspelt stop would stop nothing.
    with pytest.raises(PaybenchError, match=r"policy, line 7: the book 'book' has no (customer|invoice|segment)"):
        decided(store, Ledger.of(invoices=bills(100.0)), POLICY + override + "\n")


def test_the_messages_of_a_queue_do_not_follow_the_order_of_the_ledger(store: Path) -> None:
    wrote = pd.DataFrame(
        {
            "message_id": ["M2", "M1", "M3"],
            "customer_id": "C0",
            "received_on": ["2025-05-29", "2025-05-30", "2025-05-29"],
            "channel": "email",
            "text": "hello",
        }
    )
    one, other = (
        decision_files(decided(store, Ledger.of(invoices=bills(100.0), messages=table)))["queue.json"]
        for table in (wrote, wrote.iloc[::-1])
    )
    assert one == other


LOGGED = pd.DataFrame(
    [("d1", "C0", "I0", pd.Timestamp("2025-05-01"), 1.0, 0.5, "p"), ("d2", "C1", "I1", "2025-05-01", 1.0, 0.5, "p")],
    columns=COLUMNS,
).astype({"decided_on": "datetime64[s]"})


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("decided_on", "bogus", "is no log of decisions"),
        ("decided_on", None, "lacks its number, customer, invoice or day"),
        ("step", "first", "is no log of decisions"),
        ("propensity", 0.0, "has a propensity that is no chance"),
        ("propensity", 1.5, "has a propensity that is no chance"),
        ("decision_id", "d1", "'d1' in row 2 is there twice"),
    ],
)
def test_a_damaged_log_is_one_sentence(tmp_path: Path, column: str, value: object, said: str) -> None:
    LOGGED.assign(**{column: value}).to_parquet(tmp_path / "log.parquet")
    with pytest.raises(PaybenchError, match=said):
        read_log(tmp_path / "log.parquet")


def test_the_log_of_another_book_is_not_gone_on_with(store: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.parquet"
    LOGGED.assign(invoice_id="other").to_parquet(log)
    before = log.read_bytes()
    with pytest.raises(PaybenchError, match="is about no invoice of the book 'book'"):
        make_decisions(Ledger.of(invoices=bills(100.0)), AT, tmp_path / "out", store, log=log)
    assert log.read_bytes() == before
    assert not (tmp_path / "out").exists()


def test_folder_and_log_are_written_both_or_neither(store: Path, tmp_path: Path) -> None:
    ledger, a_file = Ledger.of(invoices=bills(100.0)), tmp_path / "file"
    a_file.write_text("a file")
    with pytest.raises(PaybenchError, match="Nothing can be written at"):
        make_decisions(ledger, AT, tmp_path / "out", store, log=a_file / "log.parquet")
    assert not (tmp_path / "out").exists()
    if os.geteuid():
        (locked := tmp_path / "locked").mkdir(mode=0o500)
        with pytest.raises(PaybenchError, match="Nothing can be written at"):
            make_decisions(ledger, AT, locked / "out", store, log=tmp_path / "log.parquet")
        assert not (tmp_path / "log.parquet").exists()


def test_the_order_of_the_ledgers_rows_changes_no_byte(store: Path) -> None:
    ledger = replace(book(), name="book", grace_days=Ledger.of().grace_days)
    rng = np.random.default_rng(0)
    tables = {name: ledger.table(name) for name in TABLES}
    mixed = {name: table.iloc[rng.permutation(len(table))].reset_index(drop=True) for name, table in tables.items()}
    one, other = (
        decisions_of(each, "2025-02-04", Policy.of(POLICY), store, sheets=20)
        for each in (ledger, ledger.with_tables(mixed))
    )
    assert len(one.worklist.lines) > 5
    # The hash of the data is that of the rows as they stand.
    files = (decision_files(replace(found, about=found.about | {"data_hash": ""})) for found in (one, other))
    for (name, data), again in zip(next(files).items(), next(files).values(), strict=True):
        assert data == again, name
