"""The aged list adds up to the ledger, as it was known at any date."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.kpi import ageing
from paybench.decide.kpi.entries import Entries
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of, settle
from paybench.ledger.schema import units
from tests.decide.kpi.books import CREDITED, LOST, PAID, Move, book, both
from tests.decide.kpi.second import AGEING, ask, by_cell, of
from tests.drawn import number_of
from tests.strategies import cut_offs, ledgers

AGES = ["not due", "1-30", "31-60", "61-90", "91+"]
PARTS = [*AGES, "rest", "unallocated"]
AT = "2024-04-01"
BILL = ("A1", "2024-01-01", "2024-03-01", 100.0)


def balances(ledger: Ledger, date: object) -> dict[str, int]:
    """What the ledger says is owed: everything billed minus everything else, whatever it names."""
    cut = as_of(ledger, date)
    owed = cut.invoices.assign(units=units(cut.invoices["amount"])).groupby("currency")["units"].sum()
    gone = cut.payments.assign(units=units(cut.payments["amount"])).groupby("currency")["units"].sum()
    return {str(name): int(left) for name, left in owed.sub(gone, fill_value=0).items()}


@given(st.data())
def test_it_adds_up_to_the_ledger(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    found = ageing(ledger, date)
    # In each currency the columns are the balance of the ledger, to the last unit.
    assert {key[0]: sum(row) for key, row in of(found, *PARTS).items()} == balances(ledger, date)
    assert of(found, "balance") == {key: (sum(row),) for key, row in of(found, *PARTS).items()}
    # What is open, or forgiven, is not below zero.
    assert (found[[*AGES, "rest"]] >= 0).all(axis=None)
    # So is what the book says of an earlier day in the light of this one.
    known = Entries(ledger).known(number_of(date))
    for day in (known.at, known.at - 20):
        owed = known.owed(day)
        billed, gone = known.invoices.issued < day, known.payments.paid < day
        left = known.invoices.amount[billed].sum() - known.payments.amount[gone].sum()
        assert sum(int(part.sum()) for part in (owed.open, owed.rest, owed.beyond, owed.loose)) == left
    # However customers are grouped, the groups add up to all.
    owners = sorted({*ledger.invoices["customer_id"], *ledger.payments["customer_id"]})
    labels = pd.Series(["odd" if int(name[1:]) % 2 else None for name in owners], index=owners, dtype="str")
    for group in ("country", labels):
        parts = ageing(ledger, date, group=group)
        for name in PARTS:
            total = parts.assign(units=units(parts[name])).groupby("currency")["units"].sum()
            assert total.tolist() == units(found[name]).tolist()


@given(st.data())
def test_a_second_way_gives_the_same(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    # Plain SQL on the ledger cut the slow way, customer by customer.
    assert of(ageing(ledger, date, group="customer"), *PARTS) == by_cell(ask(ledger, date, AGEING))


@given(st.data())
def test_open_is_what_settling_says(data: st.DataObject) -> None:
    ledger = data.draw(ledgers(corrections=False))
    date = data.draw(cut_offs(ledger))
    state = settle(as_of(ledger, date))
    still = state.assign(units=units(state["amount_open"])).groupby("currency")["units"].sum()
    found = ageing(ledger, date).set_index("currency")[AGES].sum(axis=1)
    # What is in the classes is what settling leaves open.
    assert {name: round(amount * 10_000) for name, amount in found.items() if amount} == still[still > 0].to_dict()


@pytest.mark.parametrize(
    ("moves", "column", "amount", "left"),
    [
        pytest.param([], "31-60", 100.0, 0.0, id="open"),
        pytest.param([("A1", "2024-03-05", 40.0, PAID)], "31-60", 60.0, 0.0, id="part-paid"),
        pytest.param([("A1", "2024-03-05", 40.0, CREDITED)], "31-60", 60.0, 0.0, id="part-credited"),
        pytest.param([("A1", "2024-03-05", 30.0, LOST)], "31-60", 70.0, 0.0, id="part-written-off"),
        pytest.param([("A1", "2024-03-05", 100.0, LOST)], "balance", 0.0, 0.0, id="written-off-is-gone"),
        pytest.param(
            [("A1", "2024-03-05", 100.0, PAID), ("A1", "2024-03-09", -100.0, PAID)], "31-60", 100.0, 0.0, id="reversed"
        ),
        pytest.param([("A1", "2024-03-05", 99.995, PAID)], "rest", 0.005, 0.0, id="within-the-tolerance"),
        pytest.param([("A1", "2024-03-05", 99.99, PAID)], "31-60", 0.01, 0.0, id="a-cent-is-missing"),
        pytest.param([("A1", "2024-03-05", 110.0, PAID)], "unallocated", -10.0, 0.0, id="overpaid"),
        pytest.param([(None, "2024-03-05", 30.0, PAID)], "unallocated", -30.0, 100.0, id="unapplied"),
        pytest.param([(None, "2024-03-05", 30.0, CREDITED)], "unallocated", -30.0, 100.0, id="unapplied-credit"),
        pytest.param([("nobody", "2024-03-05", 30.0, PAID)], "unallocated", -30.0, 100.0, id="names-nothing-known"),
        pytest.param([("A1", "2024-04-01", 100.0, PAID)], "31-60", 100.0, 0.0, id="paid-today-is-not-known"),
    ],
)
def test_where_each_amount_goes(moves: list[Move], column: str, amount: float, left: float) -> None:
    found = ageing(book([BILL], moves), AT).iloc[0]
    assert found[column] == amount
    # Nothing is anywhere else.
    assert found["balance"] == pytest.approx(amount + left)
    assert found[AGES].sum() == pytest.approx(left or (amount if column in AGES else 0))


def test_paid_before_it_was_billed() -> None:
    ledger = book([BILL], [("A1", "2023-12-20", 100.0, PAID)])
    # Cash for an invoice to come belongs to none until then.
    before, after = (ageing(ledger, date).iloc[0] for date in ("2024-01-01", "2024-01-02"))
    assert before["unallocated"] == before["balance"] == -100
    assert after["unallocated"] == after["balance"] == 0


def test_another_currency_is_not_set_off() -> None:
    ledger = book([BILL], [("A1", "2024-03-05", 100.0, PAID)])
    dollars = ledger.with_tables({"payments": ledger.payments.assign(currency="USD")})
    found = ageing(dollars, AT).set_index("currency")
    # Dollars do not pay euros: both stay on the list until somebody says at which rate.
    assert found.loc["EUR", "31-60"] == found.loc["EUR", "balance"] == 100
    assert found.loc["USD", "unallocated"] == found.loc["USD", "balance"] == -100


def test_a_correction_counts_from_its_day() -> None:
    ledger = book([BILL])
    lower = ledger.invoices.assign(amount=80.0, recorded_on=pd.Timestamp("2024-03-20"))
    ledger = ledger.with_tables({"invoices": pd.concat([ledger.invoices, lower], ignore_index=True)})
    found = [ageing(ledger, date)["balance"].item() for date in ("2024-03-20", "2024-03-21")]
    # The list of an earlier day is as it was then.
    assert found == [100, 80]


@pytest.mark.parametrize(
    ("date", "age"),
    [
        ("2024-03-01", "not due"), ("2024-03-02", "1-30"), ("2024-03-31", "1-30"), ("2024-04-01", "31-60"),
        ("2024-04-30", "31-60"), ("2024-05-01", "61-90"), ("2024-05-30", "61-90"), ("2024-05-31", "91+"),
    ],
)  # fmt: skip
def test_classes_meet_without_a_gap(date: str, age: str) -> None:
    # An invoice is not overdue on its due date yet.
    assert ageing(book([BILL]), date).iloc[0][age] == 100


def test_classes_are_a_parameter() -> None:
    found = ageing(book([BILL]), AT, ends=(1, 7, 31))
    assert list(found)[2:-3] == ["not due", "1", "2-7", "8-31", "32+"]
    assert found["8-31"].item() == 100


def test_a_payment_by_another_goes_with_the_invoice() -> None:
    ledger = both(book([BILL]), book([("B1", "2024-01-01", "2024-03-01", 50.0)], [("A1", "2024-03-05", 100.0, PAID)]))
    ledger = ledger.with_tables({"payments": ledger.payments.assign(customer_id="B")})
    found = ageing(ledger, AT, group="customer").set_index("group")["balance"]
    # B paid A's invoice: A owes nothing, B still the own one.
    assert found.to_dict() == {"A": 0, "B": 50}


def test_an_empty_book_has_an_empty_list() -> None:
    found = ageing(Ledger(), AT)
    assert found.empty
    assert list(found) == ["currency", "group", *PARTS, "balance"]


@pytest.mark.parametrize("ends", [(), (30, 30), (60, 30), (0, 30), (30.5,)])
def test_ends_that_do_not_rise_are_refused(ends: tuple[int, ...]) -> None:
    with pytest.raises(PaybenchError, match="give rising whole numbers of days overdue, like"):
        ageing(Ledger(), AT, ends=ends)


def test_groups_that_make_no_sense_are_refused() -> None:
    with pytest.raises(PaybenchError, match="group is 'colour'; give 'country', 'customer', None"):
        ageing(book([BILL]), AT, group="colour")
    with pytest.raises(PaybenchError, match="name customer 'A' more than once; give each customer one label."):
        ageing(book([BILL]), AT, group=pd.Series(["x", "y"], index=["A", "A"]))
