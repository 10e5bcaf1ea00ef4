"""The sheet of one customer: what was known of it then, and nothing of others."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paybench.decide.exceptions import context_sheet, queue
from paybench.decide.kpi import ageing
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of
from paybench.simulate import simulate
from tests.decide.exceptions.known import book, scores, with_words
from tests.strategies import cut_offs, futures, ledgers

AT = "2024-08-05"


@pytest.fixture(scope="module")
def world() -> Ledger:
    return simulate(60, 9, seed=3, truth="none").ledger


@settings(max_examples=max(10, settings().max_examples // 3))  # each of them is many small tables
@given(st.data())
def test_the_future_and_other_customers_change_nothing(data: st.DataObject) -> None:
    ledger = data.draw(ledgers().flatmap(with_words))
    date = data.draw(cut_offs(ledger))
    known = as_of(ledger, date).invoices["customer_id"]
    if not len(known):
        return
    customer = str(known.iloc[0])
    sheet = context_sheet(ledger, date, customer).as_dict()
    assert context_sheet(data.draw(futures(ledger, date)), date, customer).as_dict() == sheet
    # What is open adds up to the ledger.
    ages = ageing(ledger, date, group="customer")
    mine = ages[ages["group"] == customer].drop(columns="group").to_dict("records")
    assert sheet["open"] == mine


def test_it_tells_what_a_person_needs(world: Ledger) -> None:
    table = scores(world, AT)
    today = queue(world, AT, table)
    counts = today.to_do["customer_id"].value_counts()
    customer = str(counts.index[0])
    sheet = context_sheet(world, AT, customer, table, queue=today, policy="Nothing is sent before 12 Aug.")
    data = sheet.as_dict()
    mine = today.to_do[today.to_do["customer_id"] == customer]
    assert [row["exception_id"] for row in data["exceptions"]] == mine["exception_id"].tolist()
    assert data["next_step"] == mine["next_step"].iloc[0]
    assert [row["reasons"] for row in data["invoices"]] == [["It is what it is."]] * len(data["invoices"])
    assert json.loads(json.dumps(data)) == data
    for row in (str(context_sheet(world, AT, name, table, queue=today)) for name in counts.index[:8]):
        assert max(map(len, row.splitlines())) <= 80
    text = str(sheet)
    for title in (
        "Proposed: ",
        "Policy: ",
        "Open by days overdue",
        "Last payments",
        "Promises: ",
        "Disputes",
        "Last c",
    ):
        assert title in text


def test_promises_are_kept_by_their_day() -> None:
    invoices = [(name, "A", "2024-01-01", "2024-01-31", 100.0) for name in ("A1", "A2", "A3", "A4")]
    promised = [
        ("A", name, "2024-02-01", "2024-02-10", amount) for name, amount in (("A1", None), ("A2", 40.0), ("A3", None))
    ]
    ledger = book(
        invoices,
        [("A", "A1", "2024-02-10", 100.0), ("A", "A2", "2024-02-10", 40.0), ("A", "A3", "2024-02-11", 100.0)],
        promises=[
            *promised,
            ("A", "A4", "2024-02-01", "2024-03-01", None),
            ("A", None, "2024-02-01", "2024-02-03", 1.0),
        ],
    )
    said = context_sheet(ledger, "2024-03-01", "A").as_dict()["promises"]
    assert {name: said[name] for name in ("kept", "broken", "open", "unclear")} == {
        "kept": 2, "broken": 1, "open": 1, "unclear": 1,
    }  # fmt: skip


def test_without_a_queue_the_customers_own_rows_speak(world: Ledger) -> None:
    today = queue(world, AT)
    own = today.to_do[~today.to_do["kind"].isin(["key_account", "uncertain"])]
    for customer in own["customer_id"].unique()[:5]:
        mine = context_sheet(world, AT, str(customer)).as_dict()["exceptions"]
        assert sorted(row["reason"] for row in mine) == sorted(own.loc[own["customer_id"] == customer, "reason"])


def test_misuse_is_said(world: Ledger) -> None:
    with pytest.raises(PaybenchError, match="Nothing of a customer 'C9' was known on 2024-08-05"):
        context_sheet(world, AT, "C9")
    with pytest.raises(PaybenchError, match="The queue is of 2024-08-04 and the sheet of 2024-08-05"):
        context_sheet(world, AT, "C00001", queue=queue(world, "2024-08-04"))
    assert context_sheet(replace(world, name="x"), AT, "C00001").as_dict()["book"] == "x"
    assert isinstance(pd.Timestamp(AT), pd.Timestamp)
