"""The matrix counts every account of every month once, and a move is told with what had happened."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.decide.segments import migration
from paybench.decide.segments.events import EVENTS, find_events
from paybench.decide.segments.migration import WITHIN
from paybench.errors import PaybenchError
from paybench.ledger import as_of
from tests.decide.segments.small import AT, book, every, ledger_of, told
from tests.decide.segments.test_segment import segmented


def test_it_counts_what_the_history_tells() -> None:
    moved = migration(told(), book(), months=6)
    history = told().history
    months = sorted(history["month"].unique())[-7:]
    pairs: int = 0
    moves: int = 0
    segment_of = {(r.customer_id, r.currency, r.month): r.segment for r in history.itertuples()}
    for (customer, currency, month), after in segment_of.items():
        if month not in months[1:]:
            continue
        before = segment_of.get((customer, currency, months[months.index(month) - 1]))
        pairs += int(before is not None)
        moves += int(before is not None and before != after)
    assert moved.counts.to_numpy().sum() == pairs == moved.months["accounts"].sum()
    assert pairs - np.trace(moved.counts.to_numpy()) == moves == len(moved.moves) == moved.months["moved"].sum()
    assert (moved.moves["events"] == "").sum() == moved.months["without_event"].sum()
    np.testing.assert_allclose(moved.shares.sum(axis=1)[moved.counts.sum(axis=1) > 0], 1.0)
    assert max(map(len, str(moved).splitlines())) < 80


def test_events_of_a_move_lie_in_the_days_before_it() -> None:
    moved = migration(told(), book())
    events = find_events(as_of(book(), AT), told().facts, told().settings)
    accounts = told().facts.accounts
    for row in moved.moves.itertuples():
        mine = accounts.index[(accounts["customer_id"] == row.customer_id) & (accounts["currency"] == row.currency)]
        near = events[events["account"].isin(mine) & (events["on"] < row.month)]
        near = near[near["on"] >= row.month - pd.Timedelta(days=WITHIN)]
        assert set(filter(None, row.events.split(", "))) == set(near["event"])


def test_every_kind_of_event_is_found() -> None:
    lines = [
        *every("A", "2024-01-02", 10, 0), ("A98", "2024-09-01", "2024-09-15", None),  # written off, then quiet
        *every("B", "2024-01-02", 8, 0), *[(f"B5{k}", f"2024-{m}-01", f"2024-{m}-15", f"2024-{m}-28")
                                           for k, m in enumerate(("05", "06", "07", "08"))],
        *every("C", "2024-01-02", 30, 0),
    ]  # fmt: skip
    ledger = ledger_of(
        lines,
        disputes=pd.DataFrame({"dispute_id": ["D1"], "invoice_id": ["C3"], "opened_on": ["2024-03-01"]}),
        messages=pd.DataFrame(
            {"message_id": ["M1", "M2"], "customer_id": ["B", "C"], "received_on": "2024-07-01", "channel": "email",
             "text": ["Wir haben Insolvenz angemeldet.", "We are solvent."]}
        ),
    )  # fmt: skip
    lost = ledger.payments.iloc[[0]].assign(
        payment_id="W", invoice_id="A98", kind="write_off", paid_on=pd.Timestamp("2024-12-01").as_unit("s")
    )
    more = [f"C{n}" for n in range(24, 30)]
    grown = {
        name: (table := ledger.table(name)).assign(amount=table["amount"].where(~table["invoice_id"].isin(more), 900.0))
        for name in ("invoices", "payments")
    }
    grown["payments"] = pd.concat([grown["payments"], lost])
    ledger = ledger.with_tables(grown)
    one = segmented(ledger, "2025-03-01")
    assert one is not None
    found = find_events(as_of(ledger, "2025-03-01"), one.facts, one.settings)
    by = {event: {"ABC"[account] for account in rows["account"]} for event, rows in found.groupby("event")}
    assert set(by) == set(EVENTS)
    assert by["write-off"] == {"A"}
    assert by["insolvency message"] == {"B"}
    assert by["dispute opened"] == {"C"}
    assert by["first invoice"] == {"A", "B", "C"}
    assert by["billing changed"] == {"C"}
    assert by["no more invoices"] == {"A", "B"}
    assert by["run of late payments"] == {"B"}
    # The run is complete with its third invoice, when that has counted.
    run = found.loc[found["event"] == "run of late payments", "on"]
    assert run.tolist() == [pd.Timestamp("2024-07-15") + pd.Timedelta(days=30)]


def test_months_that_cannot_be_are_refused() -> None:
    with pytest.raises(PaybenchError, match="months is 0; give a whole number above zero."):
        migration(told(), book(), months=0)


def test_a_first_month_has_no_moves() -> None:
    ledger = ledger_of(every("A", "2024-01-02", 1, 0))
    first = segmented(ledger, "2024-01-20")
    assert first is not None
    moved = migration(first, ledger)
    assert moved.moves.empty
    assert moved.moved == moved.moved_without_event == 0.0
    assert "0.0% of accounts moved" in str(moved)
