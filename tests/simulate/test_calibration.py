"""Figures of a ledger: counted by hand on a small book, blind to what is too young, and silent on what is not there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from paybench.ledger import Ledger, as_of, settle
from paybench.simulate import simulate
from paybench.simulate.calibration.figures import Calibration, calibration
from paybench.simulate.calibration.measures import BY_WEEKDAY, MATURED, MEASURES
from paybench.simulate.calibration.rhythm import rhythm
from paybench.simulate.calibration.spread import concentration, memory, spread_between

START = pd.Timestamp("2024-01-01")
SIZE = ("invoices", "customers", "months")


def book(
    invoices: list[tuple[str, str, int, int, float]],
    payments: tuple[tuple[str, int, float, str], ...] = (),
    **rest: object,
) -> Ledger:
    """Invoices (id, customer, day of issue, day due, amount) and payments (invoice, day, amount, kind)."""
    issued = pd.DataFrame(invoices, columns=["invoice_id", "customer_id", "issued_on", "due_on", "amount"])
    paid = pd.DataFrame(list(payments), columns=["invoice_id", "paid_on", "amount", "kind"])
    paid["payment_id"] = [f"P{i}" for i in range(len(paid))]
    paid["customer_id"] = paid["invoice_id"].map(issued.set_index("invoice_id")["customer_id"])
    for table, columns in ((issued, ("issued_on", "due_on")), (paid, ("paid_on",))):
        for column in columns:
            table[column] = START + pd.to_timedelta(table[column].astype("int64"), unit="D")
    return Ledger.of("by hand", invoices=issued.assign(currency="EUR"), payments=paid.assign(currency="EUR"), **rest)


def values(found: Calibration) -> pd.Series:
    return found.figures["value"]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return simulate(60, 18, seed=3).ledger


@pytest.fixture(scope="module")
def found(ledger: Ledger) -> Calibration:
    return calibration(ledger)


BY_HAND = book(
    [
        ("A", "c1", 0, 30, 100.0),  # paid 5 days early
        ("B", "c1", 1, 31, 300.0),  # paid 10 days late, in two parts
        ("C", "c2", 2, 32, 400.0),  # paid 40 days late
        ("D", "c2", 3, 33, 200.0),  # written off
        ("E", "c3", 4, 34, 900.0),  # more than half is credited: left out
        ("F", "c3", 380, 410, 100.0),  # not due yet
    ],
    (
        ("A", 25, 100.0, "payment"),
        ("B", 35, 100.0, "payment"),
        ("B", 41, 200.0, "payment"),
        ("C", 72, 400.0, "payment"),
        ("D", 300, 200.0, "write_off"),
        ("E", 20, 500.0, "credit_note"),
        ("E", 21, 400.0, "payment"),
        ("F", 400, 0.5, "payment"),
    ),
    disputes=pd.DataFrame({"dispute_id": ["X"], "invoice_id": ["C"], "opened_on": [START + pd.Timedelta(days=20)]}),
    contacts=pd.DataFrame(
        {
            "contact_id": ["1", "2", "3"],
            "customer_id": "c1",
            "sent_on": START + pd.Timedelta(days=40),
            "channel": "email",
        }
    ),
    promises=pd.DataFrame(
        {
            "promise_id": ["1", "2", "3", "4"],
            "customer_id": ["c1", "c2", "c2", "c3"],
            "invoice_id": ["B", "C", None, "F"],
            "made_on": START + pd.to_timedelta([34, 40, 60, 399], unit="D"),
            "promised_on": START + pd.to_timedelta([38, 60, 70, 420], unit="D"),
            "amount": [None, 400.0, 300.0, 100.0],
        }
    ),
)


def test_figures_are_those_counted_by_hand() -> None:
    found = values(calibration(BY_HAND))
    expected = {
        # Of A, B, C, D three are late; more than 30 days: C and D; D never paid.
        "late": 3 / 4, "late_amount": 900 / 1000, "late_30": 2 / 4, "late_60": 1 / 4, "late_90": 1 / 4, "early": 1 / 4,
        "never_paid": 1 / 4,
        # Of those paid (A, B, C; E is cancelled) two are late: whoever has not paid is missing.
        "late_settled": 2 / 3,
        # A 25, B 40, C 70 days after issue; the quarter that D is comes after any of them.
        "to_pay_mean": (25 + 40 + 70) / 3, "to_pay_q10": 25, "to_pay_q50": 40, "to_pay_q90": np.inf, "to_pay_60": 2 / 4,
        "late_mean": (-5 + 10 + 40) / 3, "late_q10": -5, "late_q50": 10, "late_q99": np.inf,
        # 200 written off of 2000 billed; one credit note on six invoices.
        "bad_debt": 200 / 2000, "credit_notes": 1 / 6, "credited": 500 / 2000, "part_paid": 1 / 4, "disputed": 1 / 4,
        # What is open at the end is F, but for 50 cents, and F is all that was billed in the last 90 days.
        "dso": 90 * 99.5 / 100,
        # Half of six invoices; four promises, of which one is not over: B kept, C not, 300 of c2 kept by C's payment.
        "contacts_per_invoice": 3 / 6, "promises_per_contact": 4 / 3, "promises_kept": 2 / 3,
        "invoices": 6, "customers": 3, "terms": 30, "few": 1,
    }  # fmt: skip

    # Every figure is what a person counts.
    assert_series_equal(found[list(expected)], pd.Series(expected), check_names=False)

    # With 12 days of grace B is in time; more than 30 days late is counted without grace.
    gentle = values(calibration(replace(BY_HAND, grace_days=12)))
    assert (gentle["late"], gentle["late_30"]) == (2 / 4, 2 / 4)


def test_a_payment_that_was_reversed_is_no_part() -> None:
    billed = [(name, "c", 0, 30, 100.0) for name in "ABC"]
    payments = [
        ("A", 40, 100.0, "payment"), ("A", 41, -100.0, "payment"), ("A", 50, 100.0, "payment"),
        ("B", 40, 50.0, "payment"), ("B", 45, 50.0, "payment"),
        ("C", 40, 100.0, "payment"), ("C", 300, 1.0, "payment"), ("C", 301, -1.0, "payment"),
    ]  # fmt: skip

    # B was paid in two parts; A was paid once, after a failure, and C once.
    assert values(calibration(book(billed, payments)))["part_paid"] == pytest.approx(1 / 3)


def test_what_is_too_young_counts_in_no_share(ledger: Ledger, found: Calibration) -> None:
    assert found.end is not None
    last = found.end - pd.Timedelta(days=1)
    young = ledger.invoices.tail(200).assign(issued_on=last, due_on=found.end)
    young["invoice_id"] = "young-" + young["invoice_id"]
    more = ledger.with_tables({"invoices": pd.concat([ledger.invoices, young], ignore_index=True)})
    matured = [
        n for n, m in MEASURES.items() if m.family in ("Late payment", "Days", "Habit") and n != "dso"
    ] + ["never_paid", "part_paid"]  # fmt: skip

    # Two hundred invoices of yesterday, due today and all unpaid, change no figure of lateness, days or habit.
    assert_series_equal(values(calibration(more))[matured], values(found)[matured])

    # Shares among those paid already are another matter: near the end they flatter.
    early = values(calibration(ledger, "2024-04-01"))
    assert early["late_settled"] < early["late"]


def test_only_what_was_known_counts(ledger: Ledger) -> None:
    there, cut = calibration(ledger, "2024-12-01"), calibration(as_of(ledger, "2024-12-01"), "2024-12-01")

    # A day in the past gives what the ledger cut at that day gives.
    assert_frame_equal(there.figures, cut.figures)

    # And the default is the day after the last event.
    assert calibration(BY_HAND).end == START + pd.Timedelta(days=401)


def test_what_is_not_recorded_is_missing_and_never_zero(ledger: Ledger) -> None:
    bare = Ledger.of("bare", invoices=ledger.invoices, customers=ledger.customers)
    found = values(calibration(bare))
    absent = [n for n, m in MEASURES.items() if m.family in ("Contacts", "Habit")]
    absent += ["bad_debt", "part_paid", "credit_notes", "credited", "disputed", "paid_weekend", *BY_WEEKDAY]

    # No contacts, payments or disputes: no figure of them.
    assert found[absent].isna().all()

    # Nobody paid, which is a figure.
    assert found["late"] == 1.0


@pytest.mark.parametrize("empty", [Ledger(), book([("A", "c", 0, 30, 10.0)]), simulate(1, 1, seed=0).ledger])
def test_small_ledgers_have_few_figures_and_no_accident(empty: Ledger) -> None:
    found = calibration(empty)

    # Every figure is there, in the order of the definitions, and shares are shares.
    assert list(found.figures.index) == list(MEASURES)
    shares = found.figures.loc[found.figures["unit"] == "share", "value"].dropna()
    assert found.value("invoices") == len(empty.invoices)
    assert shares.between(0, 1).all()


def test_order_of_rows_does_not_matter(ledger: Ledger, found: Calibration) -> None:
    mixed = ledger.with_tables(
        {n: ledger.table(n).sample(frac=1, random_state=1).reset_index(drop=True) for n in ("payments", "disputes")}
    )

    # The same events in another order are the same ledger.
    assert_frame_equal(calibration(mixed).figures, found.figures)


def test_curves_say_what_the_figures_say(ledger: Ledger, found: Calibration) -> None:
    late, to_pay = found.curves["days_late"], found.curves["days_to_pay"]
    state = settle(ledger)
    old = (state["due_on"] + pd.Timedelta(days=MATURED) < found.end) & ~state["cancelled"]

    # Shares paid never fall and lie between 0 and 1; at each day they are what counting gives.
    for curve, days in ((late, state["days_late"]), (to_pay, state["days_to_pay"])):
        assert (curve.diff().dropna() >= 0).all()
        assert curve.between(0, 1).all()
        for day in (0, 30):
            in_time = old & (days <= day) & (state["days_late"] <= MATURED)
            assert curve[day] == pytest.approx(in_time.sum() / old.sum())

    # The middle is where the curve passes a half.
    assert late[found.value("late_q50")] >= 0.5 > late[found.value("late_q50") - 1]

    # Weekdays add up to all payments, and the last two are the weekend.
    weekdays = found.curves["paid_weekday"]
    assert weekdays.sum() == pytest.approx(1.0)
    assert weekdays[[5, 6]].sum() == pytest.approx(found.value("paid_weekend"))
    assert list(weekdays) == list(values(found)[list(BY_WEEKDAY)])

    # The memory begins with the figure.
    assert found.curves["memory"][1] == found.value("lag1")


def test_money_of_several_currencies_is_not_added(ledger: Ledger, found: Calibration) -> None:
    other = ledger.invoices["currency"] != found.currency
    dearer = ledger.invoices.assign(amount=ledger.invoices["amount"].where(~other, ledger.invoices["amount"] * 1000))
    paid = ledger.payments
    dearer_paid = paid.assign(amount=paid["amount"].where(paid["currency"] == found.currency, paid["amount"] * 1000))
    again = calibration(ledger.with_tables({"invoices": dearer, "payments": dearer_paid}))

    # A thousand times the amounts in the rarer currencies change no sum.
    assert other.any()
    money = ["late_amount", "bad_debt", "credited", "dso", "top_10", "gini"]
    assert_series_equal(values(again)[money], values(found)[money])


def slow_memory(customer: np.ndarray, x: np.ndarray, lag: int) -> float:
    """The same by its definition, in loops."""
    product = variance = 0.0
    for c in np.unique(customer):
        own = x[customer == c]
        n = len(own)
        if n < 5:
            continue
        own = own - own.mean()
        pairs = [own[i] * own[i + lag] for i in range(n - lag)]
        product += sum(pairs) + len(pairs) * (own**2).sum() / (n * (n - 1))
        variance += len(pairs) * (own**2).mean()
    return product / variance


def test_memory_is_none_in_random_order_and_one_that_was_put_in() -> None:
    random = np.random.default_rng(0)
    customer = np.repeat(np.arange(3000), random.integers(1, 12, 3000))
    level = random.normal(0, 3, 3000)[customer]
    noise = random.normal(size=customer.size)
    kept = np.empty_like(noise)
    for i in range(noise.size):
        before = kept[i - 1] if i and customer[i] == customer[i - 1] else random.normal()
        kept[i] = 0.6 * before + 0.8 * noise[i]

    # Customers differ, but their invoices come in a random order: no memory, however few invoices each has.
    own, pairs = memory(customer, level + noise)
    assert abs(own[:6]).max() < 0.05
    assert pairs > 10_000

    # Without taking the means off, the differences between customers are all that is seen.
    raw, _ = memory(customer, level + noise, remove_mean=False)
    assert raw[1] == pytest.approx(0.9, abs=0.03)

    # A memory that was put in is found at the next invoice and fades; short histories hide a part of it.
    found, _ = memory(customer, level + kept)
    assert 0.35 < found[1] < 0.6
    assert found[1] > found[2] > found[3]

    # A second way, in loops, gives the same.
    few = customer < 40
    fast, _ = memory(customer[few], kept[few])
    for lag in (1, 2, 4):
        assert fast[lag] == pytest.approx(slow_memory(customer[few], kept[few], lag))


def test_spread_between_customers_is_the_share_that_was_put_in() -> None:
    random = np.random.default_rng(1)
    customer = np.repeat(np.arange(2000), random.integers(1, 20, 2000))
    level, noise = random.normal(0, 2, 2000)[customer], random.normal(0, 1, customer.size)

    # Variance 4 between and 1 within: four fifths. None between: none.
    assert spread_between(customer, level + noise)[0] == pytest.approx(0.8, abs=0.02)
    assert spread_between(customer, noise)[0] == pytest.approx(0.0, abs=0.02)

    # All within are alike: everything lies between. Nothing varies: there is nothing to share.
    assert spread_between(customer, level)[0] == pytest.approx(1.0)
    assert np.isnan(spread_between(customer, 0 * level)[0])


def test_concentration_runs_from_all_alike_to_one_that_buys_all() -> None:
    # All alike: a tenth of the customers makes a tenth of the billing.
    alike, gini = concentration(np.full(50, 7.0))
    assert np.interp(0.1, alike.index, alike) == pytest.approx(0.1)
    assert gini == pytest.approx(0.0)

    # One buys nearly all of it.
    assert concentration(np.r_[1e9, np.ones(99)])[1] == pytest.approx(0.99, abs=1e-4)

    # Gini is the mean difference of two customers over twice the mean.
    billed = np.array([1.0, 2.0, 2.0, 10.0])
    pairs = np.abs(billed[:, None] - billed[None, :]).mean()
    assert concentration(billed)[1] == pytest.approx(pairs / (2 * billed.mean()))

    # The curve bends down only: each customer is at most as large as the one before.
    steps = np.diff(concentration(np.random.default_rng(0).lognormal(0, 2, 300))[0])
    assert (np.diff(steps) <= 1e-12).all()


def test_month_end_is_told_from_any_other_day() -> None:
    days = np.arange("2024-01-01", "2026-01-01", dtype="datetime64[D]")
    working = days[np.is_busday(days)]
    end = int(days[-1].astype(int)) + 1

    # The same number on every working day: no effect of the month's end, at any day of the curve.
    even, curves = rhythm(np.repeat(working.astype(int), 3), end, "paid")
    assert even["paid_month_end_lift"][0] == pytest.approx(1.0)
    assert curves["paid_month_end"].to_numpy() == pytest.approx(1.0)
    assert even["paid_weekend"][0] == 0

    # Twice as many on the last working day of each month.
    months = np.arange("2024-02", "2026-02", dtype="datetime64[M]").astype("datetime64[D]")
    last = np.busday_offset(months, -1, roll="forward")
    more, curves = rhythm(np.r_[working, last].astype(int), end, "paid")
    assert curves["paid_month_end"][0] / curves["paid_month_end"][5] == pytest.approx(2.0)
    assert more["paid_month_end_lift"][0] > 1.2

    # On every calendar day alike: weekends have two sevenths, and 31st of December is a 31st.
    daily, _ = rhythm(days.astype(int), end, "issued")
    assert daily["issued_weekend"][0] == pytest.approx(2 / 7, abs=0.003)
    assert daily["issued_first"][0] == pytest.approx(24 / len(days))
    assert daily["issued_30_31"][0] == pytest.approx(sum(d.astype(object).day >= 30 for d in days) / len(days))
