"""Segments follow from the ledger and the day; a slow computation agrees; what is printed fits a terminal."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paybench.decide.kpi.entries import Entries
from paybench.decide.segments import NAMES, ORDER, RISKS, VALUES, Segments, Settings, segment
from paybench.decide.segments.estimates import estimate
from paybench.decide.segments.facts import Facts
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of, day, known, settle
from paybench.ledger.schema import days
from tests.decide.segments.small import AT, book, every, ledger_of, told
from tests.strategies import cut_offs, futures, ledgers


def number_of(date: object) -> int:
    return int(days(pd.Series([day(date)]))[0])


def segmented(ledger: Ledger, date: object) -> Segments | None:
    try:
        return segment(ledger, date)
    except PaybenchError as error:
        assert "there is nobody to put into a segment" in str(error)
        return None


@given(st.data())
def test_the_future_changes_nothing(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    one, two = segmented(ledger, date), segmented(data.draw(futures(ledger, date)), date)
    assert (one is None) == (two is None)
    if one is None or two is None:
        return
    # To the last bit.
    for name in ("table", "history", "flags"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)
    assert one.data_hash == two.data_hash


@given(st.data())
def test_each_month_of_the_history_is_what_was_told_then(data: st.DataObject) -> None:
    ledger = data.draw(ledgers(corrections=False))
    last = segmented(ledger, data.draw(cut_offs(ledger)))
    assume(last is not None and last.history["month"].nunique() > 1)
    assert last is not None
    month = data.draw(st.sampled_from(sorted(last.history["month"].unique())))
    then = segment(ledger, month)
    mine = last.history[last.history["month"] == month]
    columns = ["customer_id", "currency", "segment"]
    pd.testing.assert_frame_equal(mine[columns].reset_index(drop=True), then.table[columns])


def test_the_estimate_is_the_slow_one() -> None:
    """Means by loops over a ledger cut at the day, half the weight every half-life back."""
    settings, at = Settings(half_life=200), pd.Timestamp(AT)
    facts = Facts.of(Entries(known(book(), at)), number_of(at))
    found = estimate(facts, facts.at, settings)
    closed = settle(as_of(book(), at))
    for place in range(0, len(facts.accounts), 17):
        customer = facts.accounts["customer_id"].iloc[place]
        mine = closed[(closed["customer_id"] == customer) & ~closed["cancelled"]]
        weights = total = count = 0.0
        for row in mine.itertuples():
            if row.due_on + pd.Timedelta(days=settings.most_days) >= at:
                continue
            late = settings.most_days if np.isnan(row.days_late) else min(max(row.days_late, 0), settings.most_days)
            weight = 0.5 ** ((at - row.due_on).days / settings.half_life)
            weights, total, count = weights + weight, total + weight * late, count + 1
        assert found.n[place] == count
        assert found.plain[place] == pytest.approx(total / weights if count else np.nan, nan_ok=True)


def test_the_table_is_whole() -> None:
    table, cut = told().table, as_of(book(), AT)
    # One row per customer and currency that was billed, and no other.
    billed = cut.invoices[["customer_id", "currency"]].drop_duplicates()
    assert set(map(tuple, billed.to_numpy())) == set(map(tuple, table[["customer_id", "currency"]].to_numpy()))
    assert not table.duplicated(["customer_id", "currency"]).any()
    assert [NAMES[v, r] for v, r in zip(table["value"], table["risk"], strict=True)] == table["segment"].tolist()
    assert set(table["risk"]) <= set(RISKS)
    assert set(table["value"]) <= set(VALUES)
    assert len(ORDER) == 9
    assert table["days_overdue"].between(0, 30).all()
    assert (table["billed_a_year"] > 0).all()
    assert (table["since"] <= pd.Timestamp(AT)).all()
    # Every flag of a customer has a sentence, and the other way round.
    for customer, flags in told().flags.groupby("customer_id")["flag"]:
        assert (table.loc[table["customer_id"] == customer, "flags"] == ", ".join(flags)).all()
    summary = told().summary()
    assert summary["accounts"].sum() == len(table)
    np.testing.assert_allclose(summary.groupby("currency")[["share", "billed_share"]].sum(), 1.0)


def test_since_is_the_month_after_the_last_other_segment() -> None:
    history, table = told().history, told().table
    for row in table.iloc[::9].itertuples():
        mine = history[(history["customer_id"] == row.customer_id) & (history["currency"] == row.currency)]
        others = mine[mine["segment"] != row.segment]
        after = mine[mine["month"] > others["month"].max()] if len(others) else mine
        assert row.since == after["month"].min()


def test_currencies_are_not_added_together() -> None:
    """The same book in a second currency, a thousand times as much: the first one's values stay."""
    one = ledger_of([*every("A", "2024-01-01", 20, 0), *every("B", "2024-01-01", 20, 20)])
    lines = [*every("C", "2024-01-01", 20, 5), *every("D", "2024-02-01", 10, 5)]
    other = ledger_of(lines, amount=1e5, currency="USD")
    both = one.with_tables({name: pd.concat([one.table(name), other.table(name)]) for name in ("invoices", "payments")})
    alone, beside = segment(one, "2025-01-01").table, segment(both, "2025-01-01").table
    assert beside["value"].tolist()[:2] == alone["value"].tolist()
    np.testing.assert_array_equal(beside["billed_a_year"].iloc[:2], alone["billed_a_year"])


def test_who_pays_in_time_is_reliable_and_who_does_not_is_risky() -> None:
    names = "ABCDEFGH"
    lines = [line for k, name in enumerate(names) for line in every(name, "2024-01-01", 25, 0 if k < 4 else 28)]
    table = segment(ledger_of(lines), "2025-02-01").table
    assert table["risk"].tolist() == ["low"] * 4 + ["high"] * 4
    # One invoice says little: its customer is drawn toward the others.
    thin = segment(ledger_of([*lines, *every("Z", "2024-06-01", 1, 28)]), "2025-02-01").table.iloc[-1]
    assert thin["days_overdue"] < 28
    assert thin["weight_of_own"] < table["weight_of_own"].min()


def test_what_is_unpaid_counts_when_it_is_due_for_long_enough() -> None:
    lines = [*every("A", "2024-01-01", 10, 0), ("A99", "2024-05-20", "2024-06-03", None)]
    for date, count in (("2024-07-03", 10), ("2024-07-04", 11)):
        assert segment(ledger_of(lines), date).table["invoices"].tolist() == [count]


def test_it_fits_a_terminal_and_a_program() -> None:
    assert max(map(len, str(told()).splitlines())) < 80
    again = json.loads(json.dumps(told().as_dict))
    assert again["as_of"] == AT
    assert sum(row["accounts"] for row in again["segments"]) == again["accounts"] == len(told())


def test_every_customer_is_explained() -> None:
    for customer in told().table["customer_id"].iloc[::11]:
        sentences = told().why(customer)
        assert len(sentences) >= 2
        assert all(sentence.endswith(".") for sentence in sentences)
    with pytest.raises(PaybenchError, match="There is no segment of customer 'nobody' on 2025-05-01: no invoice was"):
        told().why("nobody")


def test_before_the_first_invoice_there_is_nobody() -> None:
    with pytest.raises(PaybenchError, match="No invoice is known before 2020-01-01, so there is nobody to put into"):
        segment(book(), "2020-01-01")
    with pytest.raises(PaybenchError, match="is not a date"):
        segment(book(), "soon")
