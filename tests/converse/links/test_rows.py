"""A payment in the ledger: spread to the last unit, once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.links import FakeProvider, Link, Paid, Webhook, is_recorded, payment_rows, still_open
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, read_ledger, write_ledger
from paybench.ledger.add import add_rows
from paybench.ledger.schema import MONEY_UNITS, units

AMOUNTS = st.integers(1, 10**9).map(lambda unit: Decimal(unit) / 10_000)
DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def link(*owed: Decimal) -> Link:
    parts = tuple((f"A{number}", amount) for number, amount in enumerate(owed))
    return Link("l" * 22, "https://pay.example.com/pay/" + "l" * 22, parts, sum(owed, Decimal(0)), "EUR", DAY)


def paid(amount: Decimal, currency: str = "EUR", number: str = "pay_1") -> Paid:
    return Paid("evt_1", "l" * 22, number, amount, currency, DAY)


@given(st.lists(AMOUNTS, min_size=1, max_size=6), AMOUNTS)
def test_a_payment_is_spread_exactly(owed: list[Decimal], amount: Decimal) -> None:
    by = link(*owed)
    rows = payment_rows(paid(amount), by, "C1")
    # Together the rows are the payment, to the last unit.
    assert units(rows["amount"]).sum() == int(amount * MONEY_UNITS)
    # No invoice gets more than was open of it, and none gets anything before those ahead of it are paid.
    got = dict(zip(rows["invoice_id"].fillna(""), units(rows["amount"]), strict=True))
    left = int(amount * MONEY_UNITS)
    for number, part in by.invoices:
        assert got.pop(number, 0) == min(left, int(part * MONEY_UNITS))
        left = max(0, left - int(part * MONEY_UNITS))
    # What is left over belongs to no invoice.
    assert got == ({"": left} if left else {})
    assert rows["payment_id"].is_unique
    assert set(rows["kind"]) == {"payment"}


def test_one_row_keeps_the_number_and_several_count_on() -> None:
    by = link(Decimal(10), Decimal(5))
    assert payment_rows(paid(Decimal(7)), by, "C1")["payment_id"].tolist() == ["pay_1"]
    rows = payment_rows(paid(Decimal(20)), by, "C1")
    assert rows["payment_id"].tolist() == ["pay_1/1", "pay_1/2", "pay_1/3"]
    assert rows["amount"].tolist() == [10.0, 5.0, 5.0]
    assert rows["invoice_id"].isna().tolist() == [False, False, True]


def test_another_currency_is_unapplied() -> None:
    # It is money, and it came; currencies are never set off against each other.
    (row,) = payment_rows(paid(Decimal(7), "USD"), link(Decimal(10)), "C1").to_dict("records")
    assert (row["currency"], row["amount"], pd.isna(row["invoice_id"])) == ("USD", 7.0, True)


def test_a_payment_belongs_to_its_link() -> None:
    with pytest.raises(PaybenchError, match="by another link"):
        payment_rows(Paid("e", "other", "p", Decimal(1), "EUR", DAY), link(Decimal(1)), "C1")


def test_a_payment_is_in_the_ledger_once_however_often_it_is_reported(tmp_path: Path) -> None:
    invoices = pd.DataFrame(
        {
            "invoice_id": ["A0", "A1"], "customer_id": "C1", "issued_on": "2026-01-02", "due_on": "2026-02-01",
            "amount": [100.10, 50.05], "currency": "EUR",
        }
    )  # fmt: skip
    write_ledger(Ledger.of("book", invoices=invoices), tmp_path)
    by = FakeProvider("not-a-secret", "https://pay.example.com")
    made = by.create({"A0": Decimal("100.10"), "A1": Decimal("50.05")}, Decimal("150.15"), "EUR", DAY, now=NOW)

    def deliver(*hooks: Webhook) -> None:
        for hook in hooks:
            told = by.read_webhook(hook.headers, hook.body, now=NOW)
            book = read_ledger(tmp_path)
            if not is_recorded(book.payments, told):
                owed = still_open(book.invoices, book.payments, made)
                add_rows(tmp_path, {"payments": payment_rows(told, made, "C1", owed)})

    first, second = by.pay(made.id, NOW, Decimal("60.10")), by.pay(made.id, NOW, Decimal("100.00"))
    deliver(first, first, second, first, second)
    book = read_ledger(tmp_path)
    by_invoice = book.payments.fillna({"invoice_id": ""}).groupby("invoice_id")["amount"].sum()
    # Two payments of one day: the second goes on where the first ended, and 9.95 too much is unapplied.
    assert by_invoice.round(4).to_dict() == {"": 9.95, "A0": 100.10, "A1": 50.05}
    assert len(book.payments) == 4
    assert still_open(book.invoices, book.payments, made) == {"A0": Decimal(0), "A1": Decimal(0)}
    # Paid in the meantime by other means, an invoice gets nothing more.
    third = payment_rows(paid_by(made), made, "C1", still_open(book.invoices, book.payments, made))
    assert third["invoice_id"].isna().all()


def paid_by(made: Link) -> Paid:
    return Paid("evt_3", made.id, "pay_3", Decimal(1), "EUR", DAY)


def test_the_latest_version_of_a_row_counts() -> None:
    invoices = pd.DataFrame(
        {"invoice_id": ["A0", "A0"], "amount": [10.0, 8.0], "currency": "EUR",
         "recorded_on": pd.to_datetime([None, "2026-02-01"])}
    )  # fmt: skip
    payments = pd.DataFrame(
        {"payment_id": ["p", "p", "q"], "invoice_id": ["A0", "A0", "A0"], "amount": [3.0, 1.0, 9.0],
         "currency": ["EUR", "EUR", "USD"], "recorded_on": pd.to_datetime([None, "2026-02-01", None])}
    )  # fmt: skip
    assert still_open(invoices, payments, link(Decimal(10))) == {"A0": Decimal(7)}


def test_a_number_that_begins_like_another_is_another() -> None:
    payments = pd.DataFrame({"payment_id": ["pay_10", "pay_2/1"]})
    assert not is_recorded(payments, paid(Decimal(1)))
    assert is_recorded(payments, paid(Decimal(1), number="pay_2"))
