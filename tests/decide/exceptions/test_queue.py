"""The queue goes on from day to day: nothing is lost in it, and it adds up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paybench.decide.exceptions import KINDS, STATES, Queue, queue
from paybench.decide.exceptions.deadlines import deadlines
from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from paybench.ledger.schema import units
from paybench.simulate import simulate
from tests.decide.exceptions.known import book, scores, with_words
from tests.strategies import cut_offs, futures, ledgers


@pytest.fixture(scope="module")
def world() -> Ledger:
    return simulate(120, 12, seed=8, truth="none").ledger


def adds_up(before: Queue | None, now: Queue) -> None:
    ids = now.table["exception_id"]
    assert not ids.duplicated().any()
    live = now.table[now.table["state"] != "resolved"]
    assert not live.duplicated(["kind", "subject"]).any()
    if before is not None:
        # What was in the queue still is, be it resolved.
        assert set(before.table["exception_id"]) <= set(ids)
    was = before.table[before.table["state"] != "resolved"] if before is not None else live.head(0)
    moved = now.movement
    total = moved["before"] + moved["new"] + moved["back"] - moved["resolved"]
    assert (total == moved["now"]).all()
    assert (moved["before"].sum(), moved["now"].sum()) == (len(was), len(live))
    for name, rows in (("before", was), ("now", live)):
        for currency, some in rows.groupby("currency"):
            mine = moved.loc[moved["currency"] == currency, f"{name}_amount"]
            assert units(mine).sum() == units(some["amount"].fillna(0.0)).sum()
    assert (now.table["resolved_on"].notna() == (now.table["state"] == "resolved")).all()


def test_a_chain_of_queues_over_a_simulated_year(world: Ledger) -> None:
    rng = np.random.default_rng(0)
    now: Queue | None = None
    for date in pd.date_range("2024-06-03", "2024-11-25", freq="28D"):
        before = now
        now = queue(world, date, scores(world, date, seed=date.month), previous=before)
        adds_up(before, now)
        # An exception that is found on its own is the same as in the chain, as far as it has not been there longer.
        alone = queue(world, date, scores(world, date, seed=date.month), since=now.since).table
        live = now.table[now.table["state"] != "resolved"].set_index(["kind", "subject"])
        assert set(zip(alone["kind"], alone["subject"], strict=True)) <= set(live.index)
        alone = alone[alone["kind"] != "key_account"]  # whose oldest invoice at risk is now this one, now that
        assert (live.loc[alone.set_index(["kind", "subject"]).index, "since"].to_numpy() <= alone["since"]).all()
        for name in now.to_do["exception_id"].sample(frac=0.3, random_state=rng.integers(1000)):
            now = now.marked(name, state=str(rng.choice(STATES[1:4])))
    assert now is not None
    assert set(now.table["state"]) == set(STATES)
    assert set(now.movement["kind"]) >= {"disputed", "broken", "key_account", "uncertain", "insolvency"}


@settings(max_examples=max(6, settings().max_examples // 4))  # each of them is many small tables
@given(st.data())
def test_nothing_is_lost_and_the_future_changes_nothing(data: st.DataObject) -> None:
    ledger = data.draw(ledgers().flatmap(with_words))
    date = data.draw(cut_offs(ledger))
    first = queue(ledger, date, scores(ledger, date))
    adds_up(None, first)
    other = data.draw(futures(ledger, date))
    pd.testing.assert_frame_equal(first.table, queue(other, date, scores(other, date)).table)
    # On the same day nothing moves.
    again = queue(ledger, date, scores(ledger, date), previous=first)
    pd.testing.assert_frame_equal(first.table, again.table)
    # Later days may bring corrections of any kind.
    marked = first
    for name in first.table["exception_id"]:
        marked = marked.marked(name, state=data.draw(st.sampled_from(STATES[:-1])))
    later = date + pd.Timedelta(data.draw(st.sampled_from([1, 10, 60])), "D")
    second = queue(ledger, later, scores(ledger, later), previous=marked)
    adds_up(marked, second)
    adds_up(second, queue(ledger, later, previous=second))


def without_accounts(now: Queue) -> Queue:
    """What is about invoices: in a book of one customer the account is always a key account."""
    return replace(now, table=now.table[now.table["kind"] != "key_account"].reset_index(drop=True))


DISPUTED = [("A1", "A", "2024-01-01", "2024-01-31", 100.0), ("A2", "A", "2024-01-01", "2024-01-31", 50.0)]


def test_a_state_is_kept_until_the_cause_is_gone() -> None:
    ledger = book(DISPUTED, disputes=[("A1", "2024-02-01", "2024-03-01", 30.0)])
    one = without_accounts(queue(ledger, "2024-02-10", owners={"disputed": "Anna"}))
    name = one.table["exception_id"].iloc[0]
    assert one.table.loc[0, ["kind", "owner", "state", "amount"]].tolist() == ["disputed", "Anna", "open", 30.0]
    assert one.table["reason"].iloc[0] == "EUR 30.00 of invoice A1 is disputed since 1 Feb 2024: price."
    one = one.marked(name, state="in_progress", owner="Bert", note="called")
    two = without_accounts(queue(ledger, "2024-02-20", previous=one))
    kept = two.table.iloc[0]
    assert kept[["exception_id", "state", "owner", "note"]].tolist() == [name, "in_progress", "Bert", "called"]
    assert (kept["entered_on"], kept["deadline"]) == (pd.Timestamp("2024-02-10"), one.table["deadline"].iloc[0])
    three = without_accounts(queue(ledger, "2024-03-02", previous=two))
    assert three.to_do.empty
    last = three.table.iloc[0]
    assert last[["exception_id", "state", "resolved_on"]].tolist() == [name, "resolved", pd.Timestamp("2024-03-02")]
    assert last["history"] == (
        "2024-02-10 entered; after 2024-02-10 in_progress; 2024-03-02 resolved (was in_progress), the cause is gone"
    )
    # It stays in sight.
    assert without_accounts(queue(ledger, "2024-06-02", previous=three)).table["exception_id"].tolist() == [name]


def test_done_covers_only_what_was_there() -> None:
    paid = [("A", None, "2024-02-01", 10.0), ("A", None, "2024-02-15", 5.0)]
    promises = [(made, promised) for made, promised in (("2024-02-01", "2024-02-05"), ("2024-02-20", "2024-02-25"))]
    ledger = book(DISPUTED, paid, promises=[("A", "A1", made, promised, None) for made, promised in promises])
    one = queue(ledger, "2024-02-10")
    for name in one.table["exception_id"]:
        one = one.marked(name, state="done")
    assert queue(ledger, "2024-02-12", previous=one).to_do.empty
    two = queue(ledger, "2024-02-16", previous=one)
    # More money opens what was done again, under its number.
    assert two.to_do[["kind", "amount"]].to_numpy().tolist() == [["unapplied", 15.0]]
    assert set(two.to_do["exception_id"]) <= set(one.table["exception_id"])
    # A promise broken later is another exception; the earlier one is resolved.
    three = queue(ledger, "2024-03-01", previous=one)
    broken = three.table[three.table["kind"] == "broken"].set_index("state")
    assert broken.loc["open", "since"] == pd.Timestamp("2024-02-25")
    assert broken.loc["resolved", "history"].endswith("a later one took its place")


def test_what_comes_back_keeps_its_number() -> None:
    ledger = book(
        DISPUTED, [("A", "A1", "2024-02-15", 100.0), ("A", "A1", "2024-02-20", -100.0)],
        disputes=[("A1", "2024-02-01", None, None)],
    )  # fmt: skip
    one = without_accounts(queue(ledger, "2024-02-10"))
    two = without_accounts(queue(ledger, "2024-02-16", previous=one))
    # The invoice is paid, so the dispute is about nothing: another kind takes over.
    assert two.to_do["kind"].tolist() == ["conflict"]
    three = without_accounts(queue(ledger, "2024-02-21", previous=two))
    assert three.to_do["exception_id"].tolist() == one.to_do["exception_id"].tolist()
    assert three.movement.set_index("kind").loc["disputed", ["back", "now"]].tolist() == [1, 1]


def test_without_scores_nothing_that_needs_them_ends() -> None:
    ledger = book(DISPUTED)
    one = queue(ledger, "2024-02-20", scores(ledger, "2024-02-20").assign(flags="cold_start"))
    assert set(one.table["kind"]) == {"key_account", "uncertain"}
    two = queue(ledger, "2024-02-21", previous=one)
    assert two.to_do["exception_id"].tolist() == one.to_do["exception_id"].tolist()
    assert two.unlooked == ("key_account", "uncertain")
    assert "Without a score table" in str(two)
    paid = book(DISPUTED, [("A", "A1", "2024-02-21", 100.0), ("A", "A2", "2024-02-21", 50.0)])
    three = queue(paid, "2024-02-22", scores(paid, "2024-02-22"), previous=two)
    assert set(three.table["state"]) == {"resolved"}


def test_deadlines_are_business_days() -> None:
    friday = pd.Timestamp("2024-12-20")
    due = deadlines(friday, np.array([0, 1, 3]))
    assert due.astype("datetime64[D]").astype(str).tolist() == ["2024-12-20", "2024-12-23", "2024-12-25"]
    due = deadlines(friday, np.array([0, 1, 3]), "DE")
    assert due.astype("datetime64[D]").astype(str).tolist() == ["2024-12-20", "2024-12-23", "2024-12-27"]
    assert deadlines(pd.Timestamp("2024-12-21"), np.array([0, 1])).astype("datetime64[D]").astype(str).tolist() == [
        "2024-12-23", "2024-12-23",
    ]  # fmt: skip


def test_large_amounts_come_first() -> None:
    invoices = [(f"A{n:02d}", "A", "2024-01-01", "2024-01-31", 10.0 + n) for n in range(20)]
    ledger = book(invoices, disputes=[(f"A{n:02d}", "2024-02-01", None, None) for n in (3, 19)])
    rows = queue(ledger, "2024-02-10").table
    rows = rows[rows["kind"] == "disputed"]
    assert rows[["invoice_id", "priority"]].to_numpy().tolist() == [["A19", 1], ["A03", KINDS["disputed"].priority]]


def test_misuse_is_said_in_one_sentence(world: Ledger) -> None:
    now = queue(world, "2024-06-03")
    name = now.table["exception_id"].iloc[0]
    with pytest.raises(PaybenchError, match="The previous queue is of 2024-06-03, after 2024-06-02"):
        queue(world, "2024-06-02", previous=now)
    with pytest.raises(PaybenchError, match="of the book 'simulated-8' and the ledger is 'other'"):
        queue(replace(world, name="other"), "2024-06-10", previous=now)
    with pytest.raises(PaybenchError, match="watches from 2024-05-04 on; give that day or an earlier one"):
        queue(world, "2024-06-10", previous=now, since="2024-06-01")
    with pytest.raises(PaybenchError, match="cannot be 'resolved'; give one of open, in_progress, waiting, done"):
        now.marked(name, state="resolved")
    with pytest.raises(PaybenchError, match="no exception EX-1 in the queue of 2024-06-03"):
        now.marked("EX-1", state="done")
    ended = replace(now, table=now.table.assign(state="resolved"))
    with pytest.raises(PaybenchError, match="is resolved, its cause is gone"):
        ended.marked(name, state="open")


def test_it_fits_a_terminal(world: Ledger) -> None:
    text = str(queue(world, "2024-06-03", scores(world, "2024-06-03")))
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    assert "exceptions of simulated-8 to see to on 3 Jun 2024" in " ".join(text.split())
    empty = str(queue(Ledger.of(invoices=world.invoices.head(0)), "2024-06-03"))
    assert empty.startswith("0 exceptions")
