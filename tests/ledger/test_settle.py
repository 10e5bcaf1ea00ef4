"""When an invoice counts as paid: by hand, and against a loop over its days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from paybench.ledger import Ledger, settle
from tests.strategies import ledgers

Move = tuple[str, float, str]
PAID, CREDITED, LOST = "payment", "credit_note", "write_off"


def book(*moves: Move, amount: float = 100.0, tolerance: float = 0.005) -> Ledger:
    """One invoice, due on 2024-01-31, and what happened to it: (day, amount, kind)."""
    invoice = {"invoice_id": "1", "customer_id": "C", "issued_on": "2024-01-01", "due_on": "2024-01-31"}
    rows = [
        {"payment_id": str(n), "customer_id": "C", "invoice_id": "1", "paid_on": on, "amount": paid, "kind": kind}
        for n, (on, paid, kind) in enumerate(moves)
    ]
    tables = {"invoices": pd.DataFrame([invoice | {"amount": amount, "currency": "EUR"}])}
    if rows:
        tables["payments"] = pd.DataFrame(rows).assign(currency="EUR")
    return Ledger.of(tolerance=tolerance, **tables)


@pytest.mark.parametrize(
    ("moves", "settled", "written_off", "left"),
    [
        pytest.param([], None, None, 100.0, id="nothing"),
        pytest.param([("2024-02-05", 100.0, PAID)], "2024-02-05", None, 0.0, id="whole"),
        pytest.param([("2024-02-05", 40.0, PAID)], None, None, 60.0, id="part"),
        pytest.param(
            [("2024-02-09", 60.0, PAID), ("2024-02-05", 40.0, PAID)], "2024-02-09", None, 0.0, id="the-last-part-counts"
        ),
        pytest.param([("2024-02-05", 130.0, PAID)], "2024-02-05", None, 0.0, id="overpaid"),
        pytest.param(
            [("2024-02-05", 100.0, PAID), ("2024-02-08", -100.0, PAID)], None, None, 100.0, id="reversed-is-open-again"
        ),
        pytest.param(
            [("2024-02-05", 100.0, PAID), ("2024-02-08", -100.0, PAID), ("2024-03-01", 100.0, PAID)],
            "2024-03-01", None, 0.0, id="reversed-and-paid-again",
        ),
        pytest.param(
            [("2024-02-05", 150.0, PAID), ("2024-02-08", -50.0, PAID)], "2024-02-05", None, 0.0, id="excess-paid-back"
        ),
        pytest.param(
            [("2024-02-05", -100.0, PAID), ("2024-02-05", 100.0, PAID)], None, None, 100.0, id="reversed-the-same-day"
        ),
        pytest.param(
            [("2024-02-01", 100.0, PAID), ("2024-02-05", -100.0, PAID), ("2024-02-05", 100.0, PAID)],
            "2024-02-01", None, 0.0, id="reversed-and-paid-the-same-day",
        ),
        pytest.param(
            [("2024-01-20", 30.0, CREDITED), ("2024-02-05", 70.0, PAID)], "2024-02-05", None, 0.0, id="rest-credited"
        ),
        pytest.param([("2024-06-01", 100.0, LOST)], None, "2024-06-01", 0.0, id="written-off-is-not-paid"),
        pytest.param(
            [("2024-02-05", 40.0, PAID), ("2024-06-01", 60.0, LOST)], None, "2024-06-01", 0.0, id="rest-written-off"
        ),
        pytest.param([("2024-06-01", 60.0, LOST)], None, None, 40.0, id="partly-written-off-is-open"),
        pytest.param(
            [("2024-06-01", 100.0, LOST), ("2024-07-01", -100.0, LOST)], None, None, 100.0, id="write-off-taken-back"
        ),
        pytest.param(
            [("2024-06-01", 100.0, LOST), ("2024-07-01", 100.0, PAID)], "2024-07-01", None, 0.0, id="paid-after-all"
        ),
    ],
)  # fmt: skip
def test_by_hand(moves: list[Move], settled: str | None, written_off: str | None, left: float) -> None:
    (row,) = settle(book(*moves)).itertuples(index=False)
    assert (_iso(row.settled_on), _iso(row.written_off_on), row.amount_open) == (settled, written_off, left)


def test_what_is_missing_may_be_the_tolerance_and_no_more() -> None:
    paid = [book(("2024-02-05", 99.99, PAID), tolerance=t) for t in (0.01, 0.0099)]
    assert [_iso(settle(ledger)["settled_on"][0]) for ledger in paid] == ["2024-02-05", None]
    # 0.1 + 0.2 pays 0.3: sums are made in integers.
    exact = book(("2024-02-05", 0.1, PAID), ("2024-02-05", 0.2, PAID), amount=0.3, tolerance=0.0)
    assert _iso(settle(exact)["settled_on"][0]) == "2024-02-05"


@pytest.mark.parametrize(("credit", "cancelled"), [(50.0, False), (50.01, True), (100.0, True)])
def test_more_than_half_credited_is_cancelled(credit: float, cancelled: bool) -> None:
    assert settle(book(("2024-01-10", credit, CREDITED)))["cancelled"].tolist() == [cancelled]


def test_early_is_negative() -> None:
    facts = settle(book(("2024-01-03", 100.0, PAID)))
    # 28 days before the due date, 2 after issue; never floored at zero.
    assert (facts["days_late"][0], facts["days_to_pay"][0]) == (-28, 2)
    # Even a prepayment counts as what it is.
    assert settle(book(("2023-12-30", 100.0, PAID)))["days_to_pay"][0] == -2


@given(ledgers(corrections=False))
def test_a_loop_over_the_days_of_each_invoice_says_the_same(ledger: Ledger) -> None:
    facts = settle(ledger)
    slow = pd.DataFrame(
        [_slowly(ledger, invoice) for _, invoice in ledger.invoices.iterrows()],
        columns=["settled_on", "written_off_on", "amount_open", "cancelled"],
    )
    assert facts["invoice_id"].tolist() == ledger.invoices["invoice_id"].tolist()
    for name in slow:
        assert [_plain(v) for v in facts[name]] == [_plain(v) for v in slow[name]], name


@given(ledgers(corrections=False))
def test_the_columns_of_one_invoice_agree(ledger: Ledger) -> None:
    facts = settle(ledger)
    paid, lost = facts["settled_on"].notna(), facts["written_off_on"].notna()

    # Paid, or lost, or neither; and only what is neither is open.
    assert not (paid & lost).any()
    assert (facts.loc[paid | lost, "amount_open"] == 0).all()
    assert (facts["amount_open"] >= 0).all()

    # Settled on a day on which something was paid, and not before the first payment.
    events = ledger.payments.groupby("invoice_id")["paid_on"].agg(["min", "max"]).reindex(facts["invoice_id"])
    first, last = events["min"].reset_index(drop=True), events["max"].reset_index(drop=True)
    assert facts["settled_on"][paid].between(first[paid], last[paid]).all()

    # Days late are calendar days from due to settled, known exactly where it is settled.
    assert facts["days_late"].notna().equals(paid)
    pd.testing.assert_series_equal(
        (facts["settled_on"] - facts["due_on"]).dt.days, facts["days_late"], check_names=False, check_dtype=False
    )


@given(ledgers(corrections=False))
def test_the_order_of_rows_does_not_matter(ledger: Ledger) -> None:
    turned = ledger.with_tables({name: ledger.table(name).iloc[::-1] for name in ("invoices", "payments")})
    pd.testing.assert_frame_equal(settle(turned).iloc[::-1].reset_index(drop=True), settle(ledger))


def _slowly(ledger: Ledger, invoice: pd.Series) -> tuple[object, object, float, bool]:
    """Walk through an invoice's days from the first; amounts in hundredths of a cent."""
    mine = ledger.payments[ledger.payments["invoice_id"] == invoice["invoice_id"]].sort_values("paid_on")
    amount, slack = round(invoice["amount"] * 10_000), round(ledger.tolerance * 10_000)
    paid = lost = credit = 0
    settled = closed = None
    for on, moves in mine.groupby("paid_on"):
        for kind, move in zip(moves["kind"], moves["amount"], strict=True):
            units = round(move * 10_000)
            lost += units if kind == LOST else 0
            paid += units if kind != LOST else 0
            credit += units if kind == CREDITED else 0
        settled = None if paid < amount - slack else settled or on
        closed = None if paid + lost < amount - slack else closed or on
    left = 0 if closed else max(amount - paid - lost, 0)
    return settled, None if settled else closed, left / 10_000, 2 * credit > amount


def _iso(date: object) -> str | None:
    return None if date is pd.NaT else f"{date:%Y-%m-%d}"


def _plain(value: object) -> object:
    if value is None or value is pd.NaT:
        return None
    return value.item() if isinstance(value, np.generic) else value
