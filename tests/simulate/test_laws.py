"""Laws of the simulated world: same seed same bytes, independence, and what contacts can and cannot change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from paybench.ledger import TABLES, read_ledger
from paybench.ledger.schema import days, units
from paybench.simulate import (
    POLICIES,
    Actions,
    Confounded,
    Effects,
    Ladder,
    Randomised,
    Settings,
    View,
    World,
    simulate,
    stream_world,
    write_world,
)
from paybench.simulate import world as world_module

SEEDS = (0, 1, 2)


@dataclass
class Until:
    """A policy that turns into nothing on a day."""

    policy: Ladder | Randomised
    day: int

    name = "until"

    def __call__(self, view: View) -> Actions | None:
        return self.policy(view) if view.today < self.day else None


def shout(view: View) -> Actions:
    """Everything at once: a final call about every open invoice on every day."""
    n = len(view)
    return Actions(np.arange(n), np.full(n, 2), np.full(n, 4), np.ones(n))


def same(one: World, other: World, names: tuple[str, ...] = ("invoices", "payments", "disputes")) -> None:
    for name in names:
        assert_frame_equal(one.ledger.table(name), other.ledger.table(name))


@pytest.mark.parametrize("mode", ["easy", "hard"])
@pytest.mark.parametrize("seed", SEEDS)
def test_cash_paid_never_exceeds_what_is_billed(seed: int, mode: str) -> None:
    settings = replace(Settings.mode(mode), bounces=0.02)
    ledger = simulate(60, 14, seed, settings=settings, truth="none").ledger
    billed = pd.Series(units(ledger.invoices["amount"]), index=ledger.invoices["invoice_id"].to_numpy())
    booked = ledger.payments.assign(units=units(ledger.payments["amount"]))
    by_day = booked.groupby(["invoice_id", "paid_on"])["units"].sum().groupby("invoice_id").cumsum()

    # At the end of every day payments, reversals, credit notes and write-offs add up to at most the amount ...
    assert (by_day <= billed.reindex(by_day.index.get_level_values(0)).to_numpy()).all()

    # ... and to nothing below zero.
    assert (by_day >= 0).all()

    # Money goes back only by a reversal on the day after the payment, for the same amount.
    back = booked[booked["units"] < 0]
    assert len(back) > 0
    paid = booked[booked["units"] > 0].set_index(["invoice_id", "paid_on"])["units"]
    for row in back.itertuples():
        assert -row.units in paid.loc[[(row.invoice_id, row.paid_on - pd.Timedelta(days=1))]].to_numpy()


@pytest.mark.parametrize("policy", [Ladder(), Randomised(), shout], ids=["ladder", "random", "shout"])
def test_nothing_depends_on_a_contact_before_it_is_sent(policy: Ladder) -> None:
    stop = pd.Timestamp("2024-09-10")
    cut = int(days(pd.Series([stop]))[0])
    whole = simulate(60, 12, seed=1, policy=policy, truth="none")
    part = simulate(60, 12, seed=1, policy=Until(policy, cut), truth="none")
    dated = {n: s.dated for n, s in TABLES.items() if s.dated and n not in ("contacts", "disputes")}

    # Two policies that agree until a day give one world until then: what is sent on the day changes no table of it.
    for name, column in dated.items():
        before = [w.ledger.table(name) for w in (whole, part)]
        before = [t[t[column] <= stop].reset_index(drop=True) for t in before]
        assert_frame_equal(before[0], before[1])

    # Afterwards they part.
    assert not whole.ledger.payments.equals(part.ledger.payments)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("hard", [False, True], ids=["easy", "hard"])
def test_without_effects_every_policy_ties(seed: int, hard: bool) -> None:
    settings = replace(Settings.mode("hard" if hard else "easy"), effects=Effects.none())
    nothing = simulate(50, 10, seed, policy=None, settings=settings, truth="none")

    # Whatever is sent, and to whom, the same is paid and contested on the same days, to the last cent.
    for policy in (Ladder(), Randomised(), Confounded(), shout):
        same(nothing, simulate(50, 10, seed, policy=policy, settings=settings, truth="none"))


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_pays_later_because_of_a_contact(seed: int) -> None:
    # A reversed payment is one of a day, and after it all is drawn anew: leave reversals out.
    settings = replace(Settings(), bounces=0.0)
    left, called = (
        simulate(80, 12, seed, policy=p, settings=settings, truth="none").truth["settled_on"]
        for p in (None, Randomised())
    )
    left, called = (s.fillna(pd.Timestamp("2100-01-01")) for s in (left, called))

    # Common random numbers: every single invoice is settled as early, or earlier.
    assert (called <= left).all()
    assert (called < left).any()


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name, workers in (("one", 1), ("two", 2)):
        stream_world(tmp_path / name, 40, 10, seed=5, workers=workers)
    write_world(simulate(40, 10, seed=5), tmp_path / "three")
    files = sorted(f.name for f in (tmp_path / "one").iterdir())
    contents = [[(tmp_path / n / f).read_bytes() for f in files] for n in ("one", "two", "three")]

    # With one worker or two, streamed or held in memory: the files are the same to the byte.
    assert contents[0] == contents[1] == contents[2]

    # Another seed gives other files.
    stream_world(tmp_path / "four", 40, 10, seed=6)
    assert (tmp_path / "four" / "payments.parquet").read_bytes() != (tmp_path / "one" / "payments.parquet").read_bytes()


def test_blocks_are_only_a_way_to_save_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = simulate(30, 10, seed=2)
    monkeypatch.setattr(world_module, "BLOCK", 7)
    parts = simulate(30, 10, seed=2)
    stream_world(tmp_path / "book", 30, 10, seed=2)
    read = read_ledger(tmp_path / "book")

    # Five blocks are the same world as one, in memory and on disk, oracle included.
    for name, spec in TABLES.items():
        keys = [k for k in (spec.dated, *spec.key) if k]
        books = [b.table(name).sort_values(keys, ignore_index=True) for b in (whole.ledger, parts.ledger, read)]
        assert_frame_equal(books[0], books[1])
        assert_frame_equal(books[0], books[2])
    assert_frame_equal(parts.truth, whole.truth)


@pytest.mark.parametrize("mode", ["easy", "hard"])
def test_adding_a_customer_changes_no_other(mode: str) -> None:
    small, large = (simulate(n, 14, seed=3, settings=mode) for n in (60, 61))
    new = large.ledger.invoices["customer_id"] == "C00061"

    # The customer that was added has invoices of its own.
    assert new.any()

    # Without it, every table is what it was before, to the last bit; the oracle's too.
    for name in TABLES:
        table = large.ledger.table(name)
        owner = "invoice_id" if name == "disputes" else "customer_id"
        others = ~table[owner].isin(["C00061", *large.ledger.invoices["invoice_id"][new]])
        assert_frame_equal(table[others].reset_index(drop=True), small.ledger.table(name))
    assert_frame_equal(large.truth[~new].reset_index(drop=True), small.truth)


def test_a_fork_shares_the_past_and_no_future() -> None:
    date = pd.Timestamp("2024-09-02")
    base, one, again, two = (simulate(60, 14, 3, fork=f, truth="none") for f in (None, (date, 1), (date, 1), (date, 2)))

    # A fork is a world: the same one each time.
    same(one, again)

    # Until the day before, everything is the same; what lies later differs between any two of them.
    for name, spec in TABLES.items():
        if spec.dated and name != "disputes":
            past = [w.ledger.table(name) for w in (base, one, two)]
            past = [t[t[spec.dated] < date].drop(columns="promised_on", errors="ignore") for t in past]
            assert_frame_equal(past[0], past[1])
            assert_frame_equal(past[0], past[2])
    later = [w.ledger.payments for w in (base, one, two)]
    later = [p[p["paid_on"] >= date].reset_index(drop=True) for p in later]
    assert not later[0].equals(later[1])
    assert not later[1].equals(later[2])


def test_policies_see_what_the_books_know() -> None:
    def peeping(view: View) -> None:
        view.hidden  # noqa: B018

    # Hidden state is for those that say that they see it.
    with pytest.raises(Exception, match="only one with sees_hidden = True sees 'hidden'"):
        simulate(20, 6, policy=peeping, truth="none")

    # And nothing of a customer's mind or type stands in a view.
    assert {f for f in View.__dataclass_fields__ if not f.startswith("_")} == {
        "today", "workday", "invoice", "customer", "days_overdue", "age", "cents_open", "disputed", "promised_on",
        "step", "since", "customer_since", "allowed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"row": np.array([0, 0])}, "decided twice on one row"),
        ({"row": np.array([-1, 1])}, "outside its view"),
        ({"channel": np.array([9, 9])}, "a channel that is none of email"),
        ({"tone": np.array([-1, 0])}, "a tone that is none of courtesy"),
        ({"propensity": np.array([0.0, 1.0])}, "outside \\(0, 1\\]"),
        ({"propensity": np.array([1.0])}, "different lengths"),
    ],
)
def test_decisions_that_cannot_be_carried_out_are_refused(change: dict[str, np.ndarray], said: str) -> None:
    fine = {"row": np.array([0, 1]), "channel": np.array([0, 1]), "tone": np.array([1, 2]), "propensity": np.ones(2)}
    good = Actions(**fine)

    # What is in order passes, what is not is named in one sentence.
    assert good.checked(5) is good
    with pytest.raises(Exception, match=said):
        Actions(**(fine | change)).checked(5)


def test_the_menu_of_policies_runs() -> None:
    # Every policy by name gives a book, and logs its name with what it sends.
    for name, policy in POLICIES.items():
        contacts = simulate(30, 8, policy=policy, truth="none").ledger.contacts
        assert set(contacts["policy"]) == (set() if name == "none" else {name})
