"""Rates by group, and what contacts change."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from paybench.decide.contacted import Performance, performance
from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from paybench.simulate import Effects, Ladder, Randomised, Settings, World, simulate

AT = "2025-02-15"
WITHHELD = "withheld.parquet"


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(400, 14, seed=1, policy=Randomised())


@pytest.fixture(scope="module")
def found(world: World) -> Performance:
    return performance(world.ledger, AT, world.oracle[WITHHELD])


def effect(found: Performance, by: str = "all", days: int = 14) -> pd.DataFrame:
    rows = found.effects
    return rows[(rows["by"] == by) & (rows["days"] == days)].set_index("group")


def test_every_contact_is_in_one_group_of_each_kind(found: Performance, world: World) -> None:
    table = found.table
    counts = [name for name in table.columns[2:] if table[name].dtype == np.int64 and name != "customers"]
    every = table.iloc[0]
    assert every["sent"] == (world.ledger.contacts["sent_on"] < AT).sum()
    for _, rows in table[table["by"] != "all"].groupby("by"):
        assert (rows[counts].sum() == every[counts]).all()


def test_rates_are_shares_of_what_has_matured(found: Performance) -> None:
    for row in found.table.to_dict("records"):
        for rate, of in (("answered", "ripe"), ("kept", "promise_due"), ("paid_14", "matured_14")):
            p, low, high = (row[f"{rate}_{part}"] for part in ("rate", "low", "high"))
            if row[of]:
                assert p == row[rate] / row[of]
                assert 0 <= low <= p <= high <= 1
            else:
                assert np.isnan(p)
        # Fewer have matured the more days are asked for, and of the same contacts more are paid.
        assert row["matured_7"] >= row["matured_14"] >= row["matured_30"]


def test_contacts_help_as_much_as_they_truly_do(found: Performance, world: World) -> None:
    # The truth: by how much each contact raises the chance that its invoice is settled within 14 days.
    gains = world.oracle["truth_contacts.parquet"].merge(world.ledger.contacts, on="contact_id")
    gains = gains[gains["sent_on"] < pd.Timestamp(AT) - pd.Timedelta(14, "D")]
    row = effect(found).iloc[0]
    assert row["low"] > 0
    assert row["low"] <= gains["gain_14"].mean() <= row["high"]
    assert not row["doubtful"]
    for channel, own in gains.groupby("channel"):
        mine = effect(found, "channel").loc[channel]
        assert mine["low"] <= own["gain_14"].mean() <= mine["high"]
    # Whoever wants to see that by the rates alone sees another thing: most of them would have paid.
    assert row["paid_sent"] > 5 * gains["gain_14"].mean()


def test_what_does_nothing_has_no_effect() -> None:
    placebo = replace(Settings(), effects=Effects.none())
    world = simulate(400, 14, seed=1, policy=Randomised(), settings=placebo, truth="none")
    found = performance(world.ledger, AT, world.oracle[WITHHELD])
    for days in (7, 14, 30):
        row = effect(found, days=days).iloc[0]
        assert row["low"] <= 0 <= row["high"]
    assert "an effect cannot be told from chance" in " ".join(str(found).split())


def test_the_weights_undo_unequal_chances() -> None:
    """Who is left alone more often pays better anyway: the raw difference is wrong, the weighted one right."""
    rng = np.random.default_rng(2)
    n = 6000
    good = rng.random(n) < 0.5
    alone = np.where(good, 0.6, 0.2)
    sent = rng.random(n) >= alone
    paid = rng.random(n) < np.where(good, 0.7, 0.2) + 0.1 * sent
    ids = pd.Series([f"I{k}" for k in range(n)])
    base = pd.DataFrame(
        {"invoice_id": ids, "customer_id": "C" + (ids.index // 3).astype("str"), "policy": "p", "step": 1}
    )
    ledger = Ledger.of(
        invoices=base.assign(issued_on="2024-01-01", due_on="2024-01-31", amount=10.0, currency="EUR"),
        payments=base[paid].assign(
            payment_id="P" + ids[paid], paid_on="2024-03-05", amount=10.0, currency="EUR", kind="payment"
        ),
        contacts=base[sent].assign(
            contact_id="K" + ids[sent], sent_on="2024-03-01", channel="email", tone="firm", propensity=(1 - alone)[sent]
        ),
    )
    withheld = base[~sent].assign(decision_id="D" + ids[~sent], decided_on="2024-03-01", propensity=alone[~sent])
    row = effect(performance(ledger, "2024-06-01", withheld)).iloc[0]
    assert row["low"] <= 0.1 <= row["high"]
    assert row["paid_sent"] - row["paid_withheld"] < 0
    # The slow way: in each half of the book the difference, weighted by where contacts went.
    halves = [
        paid[good == half][sent[good == half]].mean() - paid[good == half][~sent[good == half]].mean()
        for half in (0, 1)
    ]
    weights = [(good[sent] == half).mean() for half in (0, 1)]
    assert row["effect"] == pytest.approx(np.dot(halves, weights), abs=0.01)
    # Probabilities that do not fit the log are found out.
    wrong = performance(ledger, "2024-06-01", withheld.assign(propensity=0.3))
    assert effect(wrong)["doubtful"].all()
    assert "the logged probabilities do not fit the log" in " ".join(str(wrong).split())


def test_without_chance_nothing_is_said_of_an_effect(world: World) -> None:
    ladder = simulate(60, 9, seed=2, policy=Ladder(explore=0.0), truth="none")
    for found in (
        performance(world.ledger, AT),
        performance(ladder.ledger, "2024-08-01", ladder.oracle[WITHHELD]),
        performance(world.ledger, AT, world.oracle[WITHHELD].assign(propensity=1.0)),
    ):
        assert (found.withheld, len(found.effects)) == (0, 0)
        assert "holds no decision in which nothing was sent by chance" in " ".join(str(found).split())
    few = performance(world.ledger, AT, world.oracle[WITHHELD].head(20))
    assert few.effects.empty
    assert "too few to say what contacts change" in " ".join(str(few).split())


def test_decisions_of_the_day_and_later_are_not_known(world: World, found: Performance) -> None:
    withheld = world.oracle[WITHHELD]
    later = withheld[withheld["decided_on"] >= pd.Timestamp(AT)]
    assert len(later)
    earlier = performance(world.ledger, AT, withheld[withheld["decided_on"] < pd.Timestamp(AT)])
    pd.testing.assert_frame_equal(earlier.effects, found.effects, check_exact=True)


def test_misuse_is_said(world: World) -> None:
    withheld = world.oracle[WITHHELD]
    with pytest.raises(PaybenchError, match="have no column 'propensity'; they need decision_id"):
        performance(world.ledger, AT, withheld.drop(columns="propensity"))
    with pytest.raises(PaybenchError, match=r"was withheld with the probability 1.5; give one from 0 to 1"):
        performance(world.ledger, AT, withheld.assign(propensity=1.5))
    with pytest.raises(PaybenchError, match="is not a date"):
        performance(world.ledger, "soon")


def test_it_fits_a_terminal_and_a_program(found: Performance, world: World) -> None:
    text = str(found)
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    assert json.loads(json.dumps(found.as_dict()))["withheld_by_chance"] == found.withheld
    assert str(performance(world.ledger, "2024-01-02")) == "No contact was sent before 2 Jan 2024."
