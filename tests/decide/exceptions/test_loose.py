"""No money is dropped: what belongs to no invoice is in one place, and adds up to the ledger."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from paybench.decide.exceptions import exceptions
from paybench.decide.kpi import ageing
from paybench.ledger import Ledger, as_of
from paybench.ledger.schema import MONEY_UNITS, units
from tests.decide.exceptions.known import book
from tests.strategies import cut_offs, ledgers

AT = pd.Timestamp("2024-06-01")
MONEY = ("unapplied", "credit", "stray", "overpaid")


def found(ledger: Ledger, at: pd.Timestamp = AT, **more: object) -> dict[str, pd.DataFrame]:
    kinds = [*MONEY, "misapplied"]
    return {one.kind: one.rows for one in exceptions(as_of(ledger, at), at, kinds=kinds, **more)}


@settings(max_examples=max(8, settings().max_examples // 3))  # each of them is many small tables
@given(st.data())
def test_all_of_it_is_what_the_ageing_shows_as_unallocated(data: st.DataObject) -> None:
    ledger = replace(data.draw(ledgers()), tolerance=0.0)
    at = data.draw(cut_offs(ledger))
    rows = pd.concat([found(ledger, at)[kind] for kind in MONEY])
    total = rows.assign(units=units(rows["amount"])).groupby("currency")["units"].sum()
    for line in ageing(ledger, at).to_dict("records"):
        assert total.get(line["currency"], 0) == -round(line["unallocated"] * MONEY_UNITS)


@settings(max_examples=max(8, settings().max_examples // 3))  # each of them is many small tables
@given(st.data())
def test_every_entry_without_its_invoice_is_in_exactly_one_row(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    cut = as_of(ledger, at)
    currency = dict(zip(cut.invoices["invoice_id"], cut.invoices["currency"], strict=True))
    places: dict[tuple[str, ...], int] = {}
    for row in cut.payments.to_dict("records"):
        name, amount = row["invoice_id"], round(row["amount"] * MONEY_UNITS)
        if pd.isna(name):
            key = (row["kind"], row["customer_id"], row["currency"])
        elif currency.get(name) != row["currency"]:
            key = (row["customer_id"], name, row["currency"])
        else:
            continue
        places[key] = places.get(key, 0) + amount
    expected = {"|".join(key): amount for key, amount in places.items() if abs(amount) > ledger.tolerance * MONEY_UNITS}
    mine: dict[str, int] = {}
    for kind, name in (("unapplied", "payment|"), ("credit", "credit_note|"), ("stray", "")):
        rows = found(ledger, at)[kind]
        mine |= dict(zip(name + rows["subject"], units(rows["amount"]).tolist(), strict=True))
    assert mine == expected


def test_each_way_to_pay_too_much_is_told() -> None:
    ledger = book(
        [("A1", "A", "2024-01-01", "2024-01-31", 100.0), ("A2", "A", "2024-01-01", "2024-01-31", 100.0)],
        [("A", "A1", "2024-01-30", 100.0), ("A", "A1", "2024-02-02", 100.0), ("A", "A2", "2024-02-02", 130.0)],
    )
    rows = found(ledger)["overpaid"].set_index("invoice_id")
    assert rows["amount"].to_dict() == {"A1": 100.0, "A2": 30.0}
    assert rows["detail"].to_dict() == {"A1": "the whole amount was paid twice", "A2": ""}
    assert rows.loc["A1", "since"] == pd.Timestamp("2024-02-02")


def test_payments_that_do_not_look_right() -> None:
    ledger = book(
        [("A1", "A", "2024-03-01", "2024-03-31", 100.0), ("A2", "A", "2024-01-01", "2024-01-31", 100.0)],
        [("A", "A1", "2024-02-20", 40.0), ("B", "A2", "2024-02-01", 100.0), ("A", "X9", "2024-02-01", 7.0)],
    )
    rows = found(ledger)["misapplied"].set_index("invoice_id")["detail"].to_dict()
    assert rows == {
        "A1": "came before the invoice that it names was issued (1 Mar 2024)",
        "A2": "is by customer B for an invoice of A",
    }
    # What is closed and older than the beginning of the queue is taken as seen; what is open is not.
    assert found(ledger, since=pd.Timestamp("2024-05-01"))["misapplied"]["invoice_id"].tolist() == ["A1"]
    # Money that names an unknown invoice is told whenever it came.
    assert found(ledger, since=pd.Timestamp("2024-05-01"))["stray"]["detail"].tolist() == [
        "names invoice X9, which the ledger does not have"
    ]
