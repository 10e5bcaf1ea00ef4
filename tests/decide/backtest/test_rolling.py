"""Rolling origins: what each forecast said knows nothing of what came, and what came is the ledger's."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from paybench import Ledger
from paybench.decide.backtest.rolling import (
    BILLING,
    COLUMNS,
    EXACT,
    EXACT_BANDS,
    INDEPENDENT,
    OURS,
    RIVALS,
    _learned,
    _Past,
    backtest_cash,
)
from paybench.decide.backtest.score_tables import score_table
from paybench.decide.cash.items import OpenItems
from paybench.decide.cash.learned import known_at
from paybench.decide.cash.pace import Pace
from paybench.decide.cash.past import MOST_OPEN, Known, look_back
from paybench.decide.cash.paths import draw, futures
from paybench.decide.cash.periods import STEPS
from paybench.models.learn.bundle import Bundle
from paybench.models.learn.fit import fit_baseline
from paybench.models.learn.folds import Book
from paybench.simulate import World, simulate

FIRST, WARM, COUNT = pd.Timestamp("2024-09-02"), 9, 12
ORIGINS = [FIRST + pd.Timedelta(weeks=k) for k in range(COUNT)]
SAID = [c for c in COLUMNS if c not in ("actual", "crps")]


@cache
def world() -> World:
    return simulate(60, 18, seed=3, start="2023-09-04", truth="none", foresee=ORIGINS[WARM:])


@cache
def bundle() -> Bundle:
    return fit_baseline(Book(world().ledger, FIRST))


def foreseen() -> dict[pd.Timestamp, OpenItems]:
    facts, found = world().ledger.invoices.set_index("invoice_id"), {}
    for at, one in world().foreseen.items():
        mine, none = facts.loc[one.invoice_id], np.zeros((len(one), 31), dtype=np.float32)
        found[at] = OpenItems(
            at, one.invoice_id.astype(str), mine["customer_id"].to_numpy(str), mine["currency"].to_numpy(str),
            one.cents_open / 100, (at - mine["due_on"]).dt.days.to_numpy(), one.settled.astype(np.float64),
            none[:, :7], none,
        )  # fmt: skip
    return found


def run(ledger: Ledger) -> pd.DataFrame:
    return backtest_cash(ledger, [bundle()], ORIGINS, WARM, [bundle()], foreseen(), paths=40, seed=1)


@cache
def result() -> pd.DataFrame:
    return run(world().ledger)


def test_every_forecast_speaks_at_every_judged_origin() -> None:
    found = result()
    assert list(found.columns) == COLUMNS
    assert set(found["origin"]) == set(ORIGINS[WARM:])
    assert set(found["forecast"]) == {OURS, INDEPENDENT, EXACT, EXACT_BANDS, BILLING, *RIVALS}
    assert set(found["horizon"]) == set(STEPS)
    # All who speak of the open book are held against the same amounts.
    of_open = found[found["forecast"] != BILLING]
    assert (of_open.groupby(["origin", "currency", "horizon"])["actual"].nunique() == 1).all()


def test_what_came_is_the_ledgers_cash() -> None:
    found, ledger = result(), world().ledger
    paid = ledger.payments[ledger.payments["kind"] == "payment"]
    issued = ledger.invoices.set_index("invoice_id")
    for at in ORIGINS[WARM:]:
        at = pd.Timestamp(at)
        within = paid[(paid["paid_on"] >= at) & (paid["paid_on"] < at + pd.Timedelta(days=91))]
        old = within["invoice_id"].map(issued["issued_on"]) < at
        rows = found[(found["origin"] == at) & (found["horizon"] == "13 weeks")].set_index(["forecast", "currency"])
        for currency in rows.loc[BILLING].index:
            mine = within["currency"] == currency
            # What is paid on invoices issued since is new billing's;
            assert rows.loc[(BILLING, currency), "actual"] == pytest.approx(within.loc[mine & ~old, "amount"].sum())
            # the rest is the open book's, but for payments on what was settled before and came back.
            assert rows.loc[(OURS, currency), "actual"] == pytest.approx(
                within.loc[mine & old, "amount"].sum(), rel=0.02
            )


def test_bands_are_in_order_and_scores_are_scores() -> None:
    found = result()
    edges = found[["low_95", "low_80", "low_50", "median", "high_50", "high_80", "high_95"]].to_numpy()
    assert (np.diff(edges, axis=1) >= -1e-9).all()
    # A distribution is never worse than its median alone by more than its spread: CRPS is at most the mean distance.
    assert (found["crps"] >= 0).all()
    point = found[found["forecast"] == EXACT]
    np.testing.assert_allclose(point["crps"], (point["expected"] - point["actual"]).abs())


def test_the_future_of_an_origin_changes_nothing_that_was_said_there() -> None:
    ledger, at = world().ledger, ORIGINS[WARM + 1]
    payments = ledger.payments.copy()
    later = payments["paid_on"] >= at
    payments.loc[later, "amount"] *= 3.0
    gone = ledger.with_tables(
        {"payments": payments[~(later & (np.arange(len(payments)) % 2 == 0))].reset_index(drop=True)}
    )
    theirs, ours = run(gone), result()
    keep = (ours["forecast"] != EXACT) & (ours["origin"] <= at)
    pd.testing.assert_frame_equal(
        theirs.loc[(theirs["forecast"] != EXACT) & (theirs["origin"] <= at), SAID].reset_index(drop=True),
        ours.loc[keep, SAID].reset_index(drop=True),
    )
    # And what came did change.
    assert not np.allclose(
        theirs.loc[theirs["forecast"] == OURS, "actual"], ours.loc[ours["forecast"] == OURS, "actual"]
    )


def test_scores_of_it_can_be_told() -> None:
    found = result()
    table = score_table(found.assign(ledger="one"))
    rows = found[(found["forecast"] == OURS) & (found["horizon"] == "week 1")]
    off = (rows["expected"] - rows["actual"]).abs().groupby(rows["currency"]).sum()
    # Of each currency what it was off by over what came, and the mean of these.
    assert table.loc[(OURS, "week 1"), "wape"] == pytest.approx((off / rows.groupby("currency")["actual"].sum()).mean())


def test_of_a_large_book_some_whole_customers_teach(monkeypatch: pytest.MonkeyPatch) -> None:
    from paybench.decide.cash import past

    ledger, at = world().ledger, ORIGINS[-1]
    everybody = look_back(ledger, at, [bundle()])
    assert max(len(one.items) for one in everybody) < MOST_OPEN
    monkeypatch.setattr(past, "MOST_OPEN", 60)
    some = look_back(ledger, at, [bundle()])
    assert [one.items.at for one in some] == [one.items.at for one in everybody]
    for few, all_ in zip(some, everybody, strict=True):
        theirs = np.isin(all_.items.customer_id, few.items.customer_id)
        # A customer is there with every invoice, and each is told as if all were there.
        assert 0 < len(few.items) < len(all_.items)
        np.testing.assert_array_equal(few.items.invoice_id, all_.items.invoice_id[theirs])
        np.testing.assert_array_equal(few.outcome.after, all_.outcome.after[theirs])
    assert len(Known(ledger, at).cut.invoices) > 0


def test_an_outcome_teaches_once() -> None:
    origins, past = look_back(world().ledger, FIRST + pd.Timedelta(weeks=20), [bundle()]), _Past()
    taught: set[tuple[object, ...]] = set()
    for number, one in enumerate(origins):
        told = [known_at(earlier, one.items.at) for earlier in origins[:number]]
        places = [(p.origin, p.currency, p.step) for p in _learned(told, past).places]
        # However long ago it was, no step of an origin counts twice, and none is forgotten before its time.
        assert len(places) == len(set(places))
        assert {place for place in taught if place[0] in past_days(past)} <= set(places)
        taught |= set(places)
        past.items.append(one.items)
        past.drawn[number] = draw(one.items, Pace(), 0.2, futures(Pace(), 13, 20))[0]
    assert {step for _, _, step in taught} == set(STEPS)


def past_days(past: _Past) -> set[object]:
    return {drawn.at for drawn in past.drawn.values()}
