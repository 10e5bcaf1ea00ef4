"""Flags are tests: they find what was put in, stay silent where nothing is, and say why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.decide.segments import FLAGS, segment
from paybench.decide.segments.flags import LEAST, SURE, changes
from paybench.decide.segments.promises import promises_kept
from paybench.ledger import Ledger
from tests.decide.segments.small import Line, book, every, ledger_of, told

AT = "2025-02-01"
USUAL = [3, 8, 0, 5, 11, 2, 6]
"""Days late of an unsteady payer."""


def flags_of(ledger: Ledger, date: str = AT) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in FLAGS}
    for row in segment(ledger, date).flags.itertuples():
        found[str(row.flag)].add(str(row.customer_id))
    return found


def numbered(lines: list[Line]) -> list[Line]:
    """With numbers that differ."""
    return [(f"{name}x{n}", issued, due, paid) for n, (name, issued, due, paid) in enumerate(lines)]


def others() -> list[Line]:
    return [line for name in "KLMN" for line in every(name, "2024-01-02", 26, USUAL)]


def test_who_changes_is_found_and_who_wobbles_is_not() -> None:
    worse = [*every("A", "2024-01-02", 14, USUAL), *every("A", "2024-07-20", 10, 25)]
    better = [*every("B", "2024-01-02", 14, 25), *every("B", "2024-07-20", 10, USUAL)]
    lines = [*numbered(worse + better), *others()]
    found = flags_of(ledger_of(lines))
    assert found["worsening"] == {"A"}
    assert found["improving"] == {"B"}
    # A few late ones are no change yet.
    assert flags_of(ledger_of([*numbered(worse[:16]), *others()]))["worsening"] == set()


def test_by_chance_alone_hardly_anybody_changes() -> None:
    random = np.random.default_rng(3)
    customers = 3000
    # Mostly in time, now and then very late: as skewed as payments are.
    count = random.integers(10, 60, customers)
    who = np.repeat(np.arange(customers), count)
    late = np.where(random.random(len(who)) < 0.3, random.exponential(10.0, len(who)).clip(0, 30), 0.0)
    recent = random.random(len(who)) < 0.35
    before, lately, apart = changes(late, recent, who, customers)
    flagged = (np.abs(apart) >= SURE) & (np.abs(lately - before) >= LEAST)
    assert flagged.mean() < 0.02


def test_who_pays_on_fixed_days_is_regular() -> None:
    mondays: list[Line] = []
    fifteenths: list[Line] = []
    anyhow: list[Line] = []
    random = np.random.default_rng(1)
    for n in range(20):
        issued = pd.Timestamp("2024-01-03") + pd.Timedelta(days=17 * n)
        due = issued + pd.Timedelta(days=14)
        monday = due + pd.Timedelta(days=-due.weekday() % 7)
        fifteenth = due + pd.offsets.MonthBegin() + pd.Timedelta(days=14)
        free = due + pd.Timedelta(days=int(random.integers(0, 25)))
        for name, lines, paid in (("A", mondays, monday), ("B", fifteenths, fifteenth), ("C", anyhow, free)):
            lines.append((f"{name}{n}", f"{issued:%Y-%m-%d}", f"{due:%Y-%m-%d}", f"{paid:%Y-%m-%d}"))
    ledger = ledger_of([*mondays, *fifteenths, *anyhow])
    assert flags_of(ledger)["pay-run regular"] == {"A", "B"}
    whys = segment(ledger, AT).flags.set_index("customer_id")["why"]
    assert whys["A"].startswith("Paid on Mondays on")
    # Twenty invoices that are paid on two days are two days of payment, and no habit.
    twice: list[Line] = [
        (f"D{n}", issued, due, "2024-08-05" if n < 10 else "2025-01-06")
        for n, (_, issued, due, _) in enumerate(mondays)
    ]
    assert flags_of(ledger_of(twice))["pay-run regular"] == set()


def test_disputes_count_against_those_of_the_book() -> None:
    lines = [*every("A", "2024-01-02", 20, 3), *every("B", "2024-01-02", 20, 3), *others()]
    disputes = pd.DataFrame(
        {
            "dispute_id": [f"D{n}" for n in range(6)],
            "invoice_id": ["A1", "A2", "A3", "A5", "A5", "B7"],
            "opened_on": "2024-12-01",
        }
    )
    found = segment(ledger_of(lines, disputes=disputes), AT).flags
    mine = found[found["flag"] == "disputer"]
    # Twice the same invoice is one; a single one marks nobody.
    assert mine["customer_id"].tolist() == ["A"]
    assert mine["why"].iloc[0] == "Disputed 4 of 20 invoices; in this book it is 3.5 of 100."


def test_part_payments_count_against_those_of_the_book() -> None:
    lines = [*every("A", "2024-01-02", 20, 3), *others()]
    ledger = ledger_of(lines)
    payments, half = ledger.payments, ["A2", "A5", "A9", "A12"]
    parted = payments["invoice_id"].isin(half)
    first = payments[parted].assign(amount=40.0)
    rest = payments[parted].assign(
        amount=60.0, paid_on=payments["paid_on"] + pd.Timedelta(days=9), payment_id="R" + payments["payment_id"]
    )
    both = ledger.with_tables({"payments": pd.concat([payments[~parted], first, rest], ignore_index=True)})
    assert flags_of(both)["part payer"] == {"A"}
    # Two transfers of one day are one payment.
    same = rest.assign(paid_on=first["paid_on"])
    once = ledger.with_tables({"payments": pd.concat([payments[~parted], first, same], ignore_index=True)})
    assert flags_of(once)["part payer"] == set()


@pytest.mark.parametrize(
    ("invoice", "amount", "paid_on", "paid", "kept"),
    [
        ("A1", None, "2024-03-13", 100.0, True),  # three days of grace
        ("A1", None, "2024-03-14", 100.0, False),
        ("A1", None, "2024-03-01", 100.0, True),  # on the day it was made
        ("A1", 60.0, "2024-03-05", 60.0, True),  # what was promised
        ("A1", 60.0, "2024-03-05", 59.0, False),
        ("A1", None, "2024-03-05", 60.0, False),  # all that was open
        ("A1", 500.0, "2024-03-05", 100.0, True),  # no more than was open
        (None, 60.0, "2024-03-05", 60.0, True),
        (None, None, "2024-03-05", 1.0, True),
        (None, None, "2024-03-20", 100.0, False),
    ],
)
def test_a_promise_is_kept_if_what_it_named_was_paid_in_time(
    invoice: str | None, amount: float | None, paid_on: str, paid: float, kept: bool
) -> None:
    ledger = Ledger.of(
        invoices=pd.DataFrame(
            {"invoice_id": ["A1"], "customer_id": "A", "issued_on": "2024-01-01", "due_on": "2024-01-15",
             "amount": 100.0, "currency": "EUR"}
        ),
        payments=pd.DataFrame(
            {"payment_id": ["P1"], "customer_id": "A", "invoice_id": ["A1"], "paid_on": paid_on, "amount": paid,
             "currency": "EUR", "kind": "payment"}
        ),
        promises=pd.DataFrame(
            {"promise_id": ["Q1"], "customer_id": "A", "invoice_id": [invoice], "made_on": "2024-03-01",
             "promised_on": "2024-03-10", "amount": [amount]}
        ),
    )  # fmt: skip
    day = (pd.Timestamp("2024-03-14") - pd.Timestamp("1970-01-01")).days
    assert promises_kept(ledger, day)["kept"].tolist() == [kept]
    # As long as grace runs nothing is broken yet.
    assert promises_kept(ledger, day - 1).empty


def test_most_promises_broken_mark_their_customer() -> None:
    lines = [*every("A", "2024-01-02", 20, 20), *every("B", "2024-01-02", 20, 20)]
    made = [("A1", "2024-02-01"), ("A2", "2024-02-20"), ("A3", "2024-03-01"), ("B1", "2024-02-01")]
    promises = pd.DataFrame(
        {
            "promise_id": [f"Q{n}" for n in range(4)],
            "customer_id": [invoice[0] for invoice, _ in made],
            "invoice_id": [invoice for invoice, _ in made],
            "made_on": [day for _, day in made],
            "promised_on": [day for _, day in made],
        }
    )
    found = segment(ledger_of(lines, promises=promises), AT).flags
    mine = found[found["flag"] == "promise-breaker"]
    # One broken promise is not yet a habit.
    assert mine["customer_id"].tolist() == ["A"]
    assert mine["why"].iloc[0].startswith("Broke ")


def test_who_was_first_billed_lately_is_new() -> None:
    lines = [*every("A", "2024-01-02", 10, 3), *every("B", "2024-11-03", 2, 3), *every("C", "2024-11-02", 2, 3)]
    # 90 days before 2025-02-01 is 2024-11-03.
    assert flags_of(ledger_of(lines))["new"] == {"B"}


def test_flags_are_those_of_known_customers_in_known_words() -> None:
    assert set(told().flags["flag"]) <= set(FLAGS)
    assert set(told().flags["customer_id"]) <= set(book().customers["customer_id"])
    assert told().flags["why"].str.endswith(".").all()
    assert not told().flags["why"].str.contains("nan").any()
