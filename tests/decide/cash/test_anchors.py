"""Promises and disputes move the distributions of open invoices as far as the past of the book says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.cash.events.anchors import HOLD, Anchors, anchored, learn_anchors
from paybench.decide.cash.events.contested import past_disputes
from paybench.decide.cash.events.lags import Lags
from paybench.decide.cash.events.promised import past_promises, pending
from paybench.decide.cash.items import OpenItems
from paybench.errors import PaybenchError
from paybench.ledger import TABLES, Ledger, as_of, day, settle
from paybench.ledger.cut import known_on
from paybench.ledger.schema import days, units
from tests.strategies import ledgers

AT = pd.Timestamp("2024-06-03")
TODAY = int(days(pd.Series([AT]))[0])
DAYS = 60
DATES = st.dates(pd.Timestamp("2024-01-20").date(), pd.Timestamp("2024-07-20").date())


Row = dict[str, object]


def book(
    n: int = 0,
    came: float = 0,
    promises: Sequence[Row] = (),
    disputes: Sequence[Row] = (),
    payments: Sequence[Row] = (),
) -> Ledger:
    """N past invoices of 100, promised 30 days before AT and paid ``came`` days later (NaN = never); X and Y, open.

    promises, disputes, payments : more rows.
    """
    promised = AT - pd.Timedelta(days=30)
    past: list[Row] = [{"invoice_id": f"P{i}", "customer_id": "A"} for i in range(n)]
    bills = [row | {"issued_on": "2024-03-01", "due_on": "2024-04-20"} for row in past] + [
        {"invoice_id": "X", "customer_id": "B", "issued_on": "2024-04-01", "due_on": "2024-05-20"},
        {"invoice_id": "Y", "customer_id": "B", "issued_on": "2024-04-02", "due_on": "2024-05-10"},
    ]
    made = [row | {"made_on": promised - pd.Timedelta(days=5), "promised_on": promised, "amount": None} for row in past]
    paid = (
        []
        if np.isnan(came)
        else [row | {"paid_on": promised + pd.Timedelta(days=came), "amount": 100.0} for row in past]
    )
    return Ledger.of(
        invoices=pd.DataFrame(bills).assign(amount=100.0, currency="EUR"),
        promises=_table("promises", [*made, *promises]),
        disputes=_table("disputes", disputes),
        payments=_table("payments", [{"currency": "EUR", "kind": "payment"} | row for row in (*paid, *payments)]),
    )


def _table(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    key = TABLES[name].key[0]
    return pd.DataFrame(
        [row | {key: str(i)} for i, row in enumerate(rows)], columns=None if rows else TABLES[name].names
    )


def items_of(ledger: Ledger, at: pd.Timestamp = AT, seed: int = 0, flat: float | None = None) -> OpenItems:
    """The open invoices of a ledger, with distributions drawn at random, or with one chance for every day."""
    state = settle(as_of(ledger, at))
    state = state[state["amount_open"] > 0].sort_values(["customer_id", "invoice_id"])
    n = len(state)
    drawn = np.random.default_rng(seed).dirichlet(np.full(DAYS + 2, 0.3), n)
    names = [state[name].to_numpy(dtype=str) for name in ("invoice_id", "customer_id", "currency")]
    return OpenItems(
        at,
        names[0],
        names[1],
        names[2],
        amount=state["amount_open"].to_numpy(),
        days_overdue=(at - state["due_on"]).dt.days.to_numpy(dtype=np.int64),
        on_day=drawn[:, :DAYS] if flat is None else np.full((n, DAYS), flat),
        weekday=np.zeros((n, 7), dtype=np.float32),
        month_day=np.zeros((n, 31), dtype=np.float32),
        later=drawn[:, DAYS] if flat is None else np.zeros(n),
    )


def promise(invoice: str | None, made: int, promised: int, amount: float | None = None) -> Row:
    """A promise of B; days from AT."""
    return {
        "customer_id": "B", "invoice_id": invoice, "made_on": AT + pd.Timedelta(days=made),
        "promised_on": AT + pd.Timedelta(days=promised), "amount": amount,
    }  # fmt: skip


def dispute(invoice: str, opened: int, amount: float | None = None) -> Row:
    return {"invoice_id": invoice, "opened_on": AT + pd.Timedelta(days=opened), "amount": amount}


@given(ledgers(), DATES)
def test_whatever_a_book_holds_distributions_stay_distributions(ledger: Ledger, date: object) -> None:
    at = day(date)
    cut, items = as_of(ledger, at), items_of(ledger, at)
    found = anchored(items, cut)
    # No mass is below zero, and none sums to more than one.
    assert (found.on_day >= 0).all()
    assert (found.later >= 0).all()
    assert (found.on_day.sum(axis=1) + found.later <= 1 + 1e-9).all()
    # An invoice without a promise and without a dispute is unchanged to the bit.
    said = set(cut.promises["invoice_id"].dropna()) | set(cut.disputes["invoice_id"])
    loose = cut.promises.loc[cut.promises["invoice_id"].isna(), "customer_id"]
    free = ~np.isin(items.invoice_id, sorted(said)) & ~np.isin(items.customer_id, sorted(loose))
    assert (found.on_day[free] == items.on_day[free]).all()
    assert (found.later[free] == items.later[free]).all()
    # Whatever is dated on the day or later has no influence.
    blind = {name: ledger.table(name)[~(known_on(spec, ledger.table(name)) >= at)] for name, spec in TABLES.items()}
    again = anchored(items, as_of(ledger.with_tables(blind), at))
    assert (again.on_day == found.on_day).all()
    assert (again.later == found.later).all()


def test_a_ledger_that_knows_more_is_refused() -> None:
    ledger = book(promises=[promise("X", 2, 9)])
    with pytest.raises(PaybenchError, match=r"'promises' has a row of 2024-06-05.* known on 2024-06-03.*as_of\(ledger"):
        anchored(items_of(ledger), ledger)


def test_promises_that_were_kept_to_the_day_draw_the_mass_there() -> None:
    there = []
    for n in (0, 3, 10, 50, 400):
        ledger = book(n, 0, promises=[promise("X", -3, 4)])
        items = items_of(ledger, flat=0.02)
        found = anchored(items, as_of(ledger, AT)).on_day[items.invoice_id == "X"][0]
        there.append(found[4])
        # Before the promised day nothing more is expected than the model did.
        assert (found[:4] <= 0.02 + 1e-12).all()
    # A book without a past says nothing; the more promises were kept, the more is expected of one.
    assert there[0] == 0.02
    assert there == sorted(there)
    assert there[3] > 0.3
    assert there[4] > 0.6


@pytest.mark.parametrize("came", [21, np.nan])
def test_promises_that_were_never_kept_draw_nothing_to_their_day(came: float) -> None:
    ledger = book(40, came, promises=[promise("X", -3, 4)])
    items = items_of(ledger, flat=0.02)
    found = anchored(items, as_of(ledger, AT)).on_day[items.invoice_id == "X"][0]
    # Up to the promised day less is expected, or the same.
    assert (np.cumsum(found)[:5] <= np.cumsum(np.full(5, 0.02)) + 1e-12).all()


def test_a_model_that_is_right_already_is_left_alone() -> None:
    chance = 0.02
    lags = Lags(np.array([-30, 0, 30]), np.array([20, 20]), np.array([1000, 1000]), 40)
    hazard = np.full((3, 20), chance)
    model = hazard * (1 - chance) ** np.arange(20)
    # 20 in 1000 were paid per day: the factor is 1, whatever the lag.
    later = np.array([0.0, 0.1, 0.2])
    found, behind = lags.moved(model, later, np.array([-10, -5, 3]))
    assert (found == model).all()
    assert (behind == later).all()


def test_only_the_promised_and_only_the_disputed_share_moves() -> None:
    past = Anchors(
        Lags(np.array([-365, 0, 61]), np.array([5, 90]), np.array([900, 100]), 95),
        Lags(np.array([1, 181]), np.array([1]), np.array([4000]), 50),
        0.1,
    )

    def added(**parts: list[Row]) -> np.ndarray:
        ledger = book(**parts)  # type: ignore[arg-type]
        items = items_of(ledger)
        found = anchored(items, as_of(ledger, AT), past)
        change = np.column_stack([found.on_day - items.on_day, found.later - items.later])
        # Y is neither promised nor disputed.
        assert not change[items.invoice_id == "Y"].any()
        return change[items.invoice_id == "X"][0]

    whole, part = added(promises=[promise("X", -3, 4)]), added(promises=[promise("X", -3, 4, 40.0)])
    assert np.abs(whole).max() > 0.05
    np.testing.assert_allclose(part, 0.4 * whole, atol=1e-12)
    held, some = added(disputes=[dispute("X", -9)]), added(disputes=[dispute("X", -9, 25.0)])
    # A dispute delays, and the share that was credited never comes.
    assert held.sum() < -0.1
    np.testing.assert_allclose(some, 0.25 * held, atol=1e-12)
    # What is disputed is not promised; each moves its own share.
    both = added(promises=[promise("X", -3, 4)], disputes=[dispute("X", -9, 25.0)])
    np.testing.assert_allclose(both, 0.25 * held + 0.75 * whole, atol=1e-12)


def test_of_what_is_unpaid_at_the_end_the_same_share_comes_later() -> None:
    lags = Lags(np.array([-30, 0, 30]), np.array([5, 60]), np.array([1000, 500]), 65)
    model, later = np.full((2, 20), 0.02), np.array([0.3, 0.6])
    found, behind = lags.moved(model, later, np.array([-10, 3]))
    assert (found != model).any()
    np.testing.assert_allclose(behind / (1 - found.sum(axis=1)), later / (1 - model.sum(axis=1)))


def test_without_past_disputes_what_is_disputed_waits_two_weeks() -> None:
    ledger = book(disputes=[dispute("X", -1)])
    items = items_of(ledger)
    x = items.invoice_id == "X"
    model, found = items.on_day[x][0], anchored(items, as_of(ledger, AT)).on_day[x][0]
    # Nothing comes in these days; what was expected then comes as many days later.
    assert not found[:HOLD].any()
    np.testing.assert_array_equal(found[HOLD : 2 * HOLD], model[HOLD : 2 * HOLD] + model[:HOLD])
    np.testing.assert_array_equal(found[2 * HOLD :], model[2 * HOLD :])


def test_which_promise_counts() -> None:
    def owes(*promises: Row, payments: Sequence[Row] = ()) -> dict[str, tuple[int, float]]:
        ledger = book(promises=promises, payments=payments)
        items = items_of(ledger)
        on, amount = pending(items, as_of(ledger, AT))
        found = zip(items.invoice_id, on - TODAY, amount / 10_000, strict=True)
        return {str(name): (int(when), float(much)) for name, when, much in found if much > 0}

    paid: list[Row] = [{"customer_id": "B", "invoice_id": "X", "paid_on": AT - pd.Timedelta(days=2), "amount": 30.0}]
    # The latest made counts, for its own day, today included; without an amount, all that is open is promised.
    assert owes(promise("X", -5, 9), promise("X", -3, 0)) == {"X": (0, 100.0)}
    # One whose day has passed does not count, nor what it replaced.
    assert owes(promise("X", -5, 9), promise("X", -3, -1)) == {}
    # What was paid since a promise is no longer owed; what was paid before counts for nothing.
    assert owes(promise("X", -5, 9, 80.0), payments=paid) == {"X": (9, 50.0)}
    assert owes(promise("X", -1, 9, 50.0), payments=paid) == {"X": (9, 50.0)}
    # No more is promised than is open.
    assert owes(promise("X", -1, 9, 500.0), payments=paid) == {"X": (9, 70.0)}
    # Without an invoice all are meant, the oldest due (Y) first, as far as the amount goes.
    assert owes(promise(None, -1, 9)) == {"X": (9, 100.0), "Y": (9, 100.0)}
    assert owes(promise(None, -1, 9, 130.0)) == {"X": (9, 30.0), "Y": (9, 100.0)}
    assert owes(promise(None, -5, 9, 130.0), payments=paid) == {"Y": (9, 100.0)}
    # A later one on an invoice of its own goes before it.
    assert owes(promise(None, -2, 9), promise("X", -1, 5)) == {"X": (5, 100.0), "Y": (9, 100.0)}
    # An invoice that was issued after it is not meant.
    assert owes(promise(None, -63, 9)) == {"X": (9, 100.0)}


def test_an_amount_without_currency_says_nothing_of_who_owes_in_several() -> None:
    for amount, promised in ((150.0, 0), (None, 2)):
        ledger = book(promises=[promise(None, -1, 9, amount)])
        invoices = ledger.invoices.assign(currency=np.where(ledger.invoices["invoice_id"] == "X", "USD", "EUR"))
        ledger = replace(ledger, invoices=invoices)
        assert (pending(items_of(ledger), as_of(ledger, AT))[1] > 0).sum() == promised


@given(ledgers(), DATES)
def test_what_came_of_promises_and_disputes_day_by_day(ledger: Ledger, date: object) -> None:
    at = day(date)
    cut, today = as_of(ledger, at), int(days(pd.Series([at]))[0])
    for name, found in (("promises", past_promises(cut, today)), ("disputes", past_disputes(cut, today)[0])):
        paid, watched = _slow(cut, name, today, found.starts)
        assert found.paid.tolist() == paid
        assert found.watched.tolist() == watched


def _slow(cut: Ledger, name: str, today: int, starts: np.ndarray) -> tuple[list[int], list[int]]:
    """Every past case on every day on which it was known and unpaid, and on those on which it was paid."""
    spec, (begun, anchor) = TABLES[name], {"promises": ("made_on", "promised_on"), "disputes": ("opened_on",) * 2}[name]
    bills = {row["invoice_id"]: row for row in cut.invoices.to_dict("records")}
    paid, watched = [0] * (len(starts) - 1), [0] * (len(starts) - 1)
    table = cut.table(name).assign(known=days(known_on(spec, cut.table(name))))
    for case in table.to_dict("records"):
        bill = bills.get(case["invoice_id"])
        if bill is None:
            continue
        moves = cut.payments[(cut.payments["invoice_id"] == case["invoice_id"]) & (cut.payments["kind"] != "write_off")]
        when, much = days(moves["paid_on"]), units(moves["amount"])
        start = int(days(pd.Series([case[begun]]))[0])
        goal = int(units(np.array([bill["amount"]]))[0])
        if name == "promises" and not pd.isna(case["amount"]):
            goal = min(goal, int(much[when <= start].sum()) + max(int(units(np.array([case["amount"]]))[0]), 0))
        goal -= round(cut.tolerance * 10_000)
        horizon = range(min([start, *when]) - 1, today)
        reached = {d: int(much[when <= d].sum()) >= goal and (when <= d).any() for d in horizon}
        zero = int(days(pd.Series([case[anchor]]))[0])
        for d in range(case["known"] + 1, today):
            # Paid for good from a day on: from then on it is not reached no more.
            if d - 1 in reached and all(reached[x] for x in range(d - 1, today)):
                break
            group = int(np.searchsorted(starts, d - zero, side="right")) - 1
            if 0 <= group < len(paid):
                watched[group] += 1
                paid[group] += all(reached[x] for x in range(d, today))
    return paid, watched


def test_what_was_credited_is_a_share_of_what_was_disputed() -> None:
    def credited(amount: float | None, kind: str) -> float:
        moves = ((20, 20.0, "payment"), (9, 10.0, kind), (8, 70.0, "payment"))  # days before AT
        given: list[Row] = [
            {"customer_id": "B", "invoice_id": "X", "paid_on": AT - pd.Timedelta(days=d), "amount": a, "kind": k}
            for d, a, k in moves
        ]
        return past_disputes(as_of(book(disputes=[dispute("X", -10, amount)], payments=given), AT), TODAY)[1]

    # Of 40 disputed 10 were credited; without an amount all that was open then (80) was disputed.
    assert credited(40.0, "credit_note") == 0.25
    assert credited(None, "credit_note") == 0.125
    assert credited(5.0, "credit_note") == 1.0
    assert credited(40.0, "payment") == 0.0
    # Before any disputed invoice has been closed nothing is known.
    assert past_disputes(as_of(book(disputes=[dispute("X", -10)]), AT), TODAY)[1] == 0.0
    assert learn_anchors(as_of(book(), AT), AT).credited == 0.0
