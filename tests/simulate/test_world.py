"""Laws of a simulated world: it is reproducible, its customers are independent, and its books add up."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from paybench.errors import PaybenchError
from paybench.ledger import TABLES, conform, data_hash, read_ledger, settle
from paybench.ledger.schema import units
from paybench.simulate import World, read_truth, simulate, write_world


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(customers=100, months=18, seed=3)


END = pd.Timestamp("2025-07-01")


def test_the_seed_decides(world: World) -> None:
    again, other = simulate(customers=100, months=18, seed=3), simulate(customers=100, months=18, seed=4)

    # The same seed gives the same tables.
    for name in TABLES:
        assert_frame_equal(world.ledger.table(name), again.ledger.table(name))
    assert_frame_equal(world.truth, again.truth)

    # Another seed gives another book.
    assert data_hash(other.ledger) != data_hash(world.ledger)


def test_adding_a_customer_changes_no_other(world: World) -> None:
    larger = simulate(customers=101, months=18, seed=3)
    invoices = larger.ledger.invoices
    old = invoices["customer_id"] != "C00101"

    # The customer that was added has invoices of its own.
    assert (~old).any()

    # Without it, every table is what it was before.
    for name in ("invoices", "payments", "customers"):
        table = larger.ledger.table(name)
        rest = table[table["customer_id"] != "C00101"].reset_index(drop=True)
        assert_frame_equal(rest, world.ledger.table(name))
    disputes = larger.ledger.disputes
    rest = disputes[disputes["invoice_id"].isin(invoices.loc[old, "invoice_id"])].reset_index(drop=True)
    assert_frame_equal(rest, world.ledger.disputes)
    assert_frame_equal(larger.truth[old].reset_index(drop=True), world.truth)


def test_tables_are_those_of_the_contract(world: World, tmp_path: Path) -> None:
    # Conforming changes nothing.
    for name in TABLES:
        assert_frame_equal(conform(name, world.ledger.table(name)), world.ledger.table(name))

    # Each row has a key of its own.
    for name, spec in TABLES.items():
        assert not world.ledger.table(name).duplicated(list(spec.key)).any()

    # What is written is what is read.
    write_world(world, tmp_path / "book")
    read = read_ledger(tmp_path / "book")
    assert read.settings == world.ledger.settings
    for name in TABLES:
        assert_frame_equal(read.table(name), world.ledger.table(name))
    assert_frame_equal(read_truth(tmp_path / "book"), world.truth, rtol=1e-6, atol=1e-6)


def test_no_more_is_paid_than_billed(world: World) -> None:
    ledger = world.ledger
    paid = pd.Series(units(ledger.payments["amount"])).groupby(ledger.payments["invoice_id"].to_numpy()).sum()
    billed = pd.Series(units(ledger.invoices["amount"]), index=ledger.invoices["invoice_id"].to_numpy())

    # Amounts are above zero, in whole cents.
    assert (billed > 0).all()
    assert (units(ledger.payments["amount"]) > 0).all()
    assert (units(ledger.payments["amount"]) % 100 == 0).all()

    # Payments, credit notes and write-offs of an invoice never exceed it.
    assert (paid <= billed.reindex(paid.index)).all()

    # What is disputed is at most the invoice.
    of = ledger.invoices.set_index("invoice_id")["amount"].reindex(ledger.disputes["invoice_id"]).to_numpy()
    assert (ledger.disputes["amount"].fillna(0.0).to_numpy() <= of).all()


def test_rows_refer_to_each_other(world: World) -> None:
    invoices = world.ledger.invoices.set_index("invoice_id")
    payments, disputes = world.ledger.payments, world.ledger.disputes
    paid_for = invoices.loc[payments["invoice_id"]].reset_index()

    # A payment bears the customer and the currency of its invoice.
    assert (payments["customer_id"] == paid_for["customer_id"]).all()
    assert (payments["currency"] == paid_for["currency"]).all()

    # A customer has one currency, and each one with invoices is in the master data.
    assert (invoices.groupby("customer_id")["currency"].nunique() == 1).all()
    assert set(invoices["customer_id"]) <= set(world.ledger.customers["customer_id"])

    # Disputes are about invoices of the book.
    assert disputes["invoice_id"].isin(invoices.index).all()


def test_time_runs_forward_and_ends_with_the_window(world: World) -> None:
    ledger = world.ledger
    issued = ledger.invoices.set_index("invoice_id")["issued_on"]

    # Nothing but a due date lies on or after the end of the window.
    for name, spec in TABLES.items():
        for column in (c.name for c in spec.columns if c.kind == "date" and c.name not in ("due_on", "promised_on")):
            assert not (ledger.table(name)[column] >= END).any(), (name, column)

    # Nothing is paid or disputed before the day after issue.
    assert (ledger.payments["paid_on"].to_numpy() > issued[ledger.payments["invoice_id"]].to_numpy()).all()
    assert (ledger.disputes["opened_on"].to_numpy() > issued[ledger.disputes["invoice_id"]].to_numpy()).all()

    # A dispute is closed after it was opened, or is still open.
    assert not (ledger.disputes["closed_on"] < ledger.disputes["opened_on"]).any()


def test_the_ledger_settles_as_the_truth_says(world: World) -> None:
    settled = settle(world.ledger)["settled_on"]
    known = world.truth["settled_on"].where(world.truth["settled_on"] < END)

    # Up to the end of the window the derived settlement day is the one that was drawn.
    pd.testing.assert_series_equal(settled, known, check_names=False)


def test_the_book_looks_like_receivables() -> None:
    ledger = simulate(customers=300, months=24, seed=0).ledger
    state = settle(ledger)
    closed = state[state["settled_on"].notna()]
    kinds = ledger.payments.groupby("kind")["amount"].sum()
    weekend = ledger.payments["paid_on"].dt.day_of_week >= 5

    # Outside surveys: 42-50 % of B2B invoices are late, they are paid 34-48 days after issue, 1.3-2.4 % goes bad.
    assert 0.40 < (closed["days_late"] > 0).mean() < 0.52
    assert 34 < closed["days_to_pay"].mean() < 48
    assert 0.005 < kinds["write_off"] / ledger.invoices["amount"].sum() < 0.03

    # All kinds of bookings occur; part payments too; hardly anything is booked on weekends.
    assert set(kinds.index) == {"payment", "credit_note", "write_off"}
    assert ledger.payments.loc[ledger.payments["kind"] == "payment", "invoice_id"].duplicated().any()
    assert weekend.mean() < 0.02

    # Some invoices are open at the end, none is cancelled, and some customers are new in the last quarter.
    assert 0.02 < (state["amount_open"] > 0).mean() < 0.15
    assert not state["cancelled"].any()
    assert (ledger.invoices.groupby("customer_id")["issued_on"].min() >= "2025-10-01").any()

    # Sizes are heavy-tailed: a tenth of the customers make up more than half of the billing.
    billed = ledger.invoices.groupby("customer_id")["amount"].sum().sort_values(ascending=False)
    assert billed.head(30).sum() > 0.5 * billed.sum()


@pytest.mark.parametrize(("customers", "months"), [(1, 1), (2, 1), (1, 30)])
def test_small_worlds_are_worlds(customers: int, months: int) -> None:
    world = simulate(customers, months, seed=0)

    # Even without a single invoice the tables have their types.
    assert len(world.ledger.customers) == customers
    for name in TABLES:
        assert_frame_equal(conform(name, world.ledger.table(name)), world.ledger.table(name))
    assert len(settle(world.ledger)) == len(world.truth)


def test_progress_sees_every_customer() -> None:
    seen: list[int] = []

    def watch(numbers: Iterable[int]) -> Iterable[int]:
        for number in numbers:
            seen.append(number)
            yield number

    simulate(customers=4, months=1, progress=watch)

    # One step for each customer, in order.
    assert seen == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"customers": 0}, "customers is 0; it has to be 1 or more"),
        ({"months": -2}, "months is -2; it has to be 1 or more"),
        ({"seed": -1}, "seed is -1; it has to be 0 or more"),
        ({"start": "soon"}, "'soon' is not a date"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_one_sentence(given: dict[str, int], said: str) -> None:
    # The error names what was given and what is allowed.
    with pytest.raises(PaybenchError, match=said):
        simulate(**given)  # type: ignore[arg-type]


def test_only_simulated_ledgers_have_a_truth(tmp_path: Path) -> None:
    # The error says where truths come from.
    with pytest.raises(PaybenchError, match="paybench ledger simulate"):
        read_truth(tmp_path)


def test_names_are_given_or_made_of_the_seed() -> None:
    # A book is called after its seed unless a name is given.
    assert simulate(1, 1, seed=5).ledger.name == "simulated-5"
    assert simulate(1, 1, seed=5, name="mine").ledger.name == "mine"


def test_windows_start_where_they_are_told_to() -> None:
    issued = simulate(20, 2, seed=1, start="2021-02-01").ledger.invoices["issued_on"]

    # Two months from February on are February and March.
    assert np.array_equal(np.unique(issued.dt.month), [2, 3])
    assert (issued.dt.year == 2021).all()
