"""Assignment: the most value within the room of the day, held against every plan of small days."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.dunning.policy import Collector
from paybench.decide.kpi.rates import Rates
from paybench.decide.worklist import Assigned, Floor, assign, greedy
from paybench.decide.worklist.greedy import greedy_plan
from paybench.errors import PaybenchError
from tests.decide.worklist.days import Day, every_plan, first_among_equals, has_room, options, some_days, worth


def assigned(day: Day, **more: Any) -> Assigned:
    return assign(day.value, day.permitted, day.channel, day.capacity, day.collectors, day.accounts, **more)


def plan_of(found: Assigned) -> tuple[tuple[int, str], ...]:
    return tuple(zip(found.action.tolist(), found.collector.tolist(), strict=True))


@given(some_days())
def test_no_plan_is_worth_more(day: Day) -> None:
    found = assigned(day)
    best = max(worth(day, plan) for plan in every_plan(day))
    assert worth(day, plan_of(found)) == best
    # What it brings is said row by row, in sum, and as the best that can be had; that is proven, not hoped.
    assert found.value.sum() == best
    assert found.parts["value"].sum() == found.parts["best"].sum() == best
    assert found.parts["proven"].all()
    # The constraint matrix is totally unimodular: HiGHS's solutions were whole by themselves.
    assert found.parts["whole"].all()
    # The peer never brings more, and its own bound never less.
    peer = greedy(day.value, day.permitted, day.channel, day.capacity, collectors=day.collectors, accounts=day.accounts)
    assert found.parts["greedy"].sum() == peer.value.sum() <= best <= peer.parts["best"].sum()


@given(some_days(currencies=("EUR", "USD"), waits=True), st.sampled_from([0.0, 0.25, 1.0]), st.booleans())
def test_nothing_is_done_that_is_not_permitted_or_has_no_room(day: Day, share: float, rated: bool) -> None:
    more = {"rates": RATES, "as_of": "2025-06-01"} if rated else {}
    plans = (assigned(day, floor=Floor(30, share), **more), assigned(day, plan=greedy_plan, **more))
    for found in plans:
        # Every action is one of those that may be taken about the row, by someone who may take it.
        assert all(done in options(day, row) for row, done in enumerate(plan_of(found)))
        # No channel and no collector has more than its capacity; no customer is contacted twice.
        assert has_room(day, plan_of(found))
        # Who is not contacted is told why, and who is is not.
        assert ((found.state == "contacted") == (found.action >= 0)).all()
        may = np.array([len(options(day, row)) > 1 for row in range(len(day.value))], dtype=bool)
        assert (np.isin(found.state, ["not permitted", "not worth it"]) <= ~may).all()


@given(some_days(currencies=("EUR", "USD"), waits=True), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(day: Day, random: Any) -> None:
    rows = list(range(len(day.value)))
    random.shuffle(rows)
    mixed = Day(
        day.value[rows], day.permitted[rows], day.channel, day.capacity, day.collectors,
        day.accounts.iloc[rows].reset_index(drop=True),
    )  # fmt: skip
    here, there = assigned(day), assigned(mixed)
    assert [plan_of(here)[row] for row in rows] == list(plan_of(there))
    pd.testing.assert_frame_equal(here.parts, there.parts)
    pd.testing.assert_frame_equal(here.prices, there.prices)


@given(some_days())
def test_among_equal_plans_the_larger_then_older_account_is_served(day: Day) -> None:
    day = Day(day.value, day.permitted, day.channel, day.capacity, day.collectors, one_each(day.accounts))
    found = assigned(day)
    best = max(worth(day, plan) for plan in every_plan(day))
    order = first_among_equals(day)
    # Of every plan of the greatest value, the one whose served accounts come first, counted out.
    served = max(tuple(plan[row][0] >= 0 for row in order) for plan in every_plan(day) if worth(day, plan) == best)
    assert tuple((found.action >= 0)[order].tolist()) == served


@given(some_days())
def test_the_price_is_what_one_more_contact_brings(day: Day) -> None:
    found = assigned(day)
    for slot in found.prices.to_dict("records"):
        capacity, collectors = dict(day.capacity), list(day.collectors)
        if slot["collector"]:
            collectors = [
                replace(c, capacity={"phone": c.capacity["phone"] + (c.name == slot["collector"])}) for c in collectors
            ]
        else:
            capacity[slot["channel"]] += 1
        more = assigned(Day(day.value, day.permitted, day.channel, capacity, tuple(collectors), day.accounts))
        # Not the solver's dual, which is one of many where plans are equal, but the difference itself.
        assert more.value.sum() - found.value.sum() == pytest.approx(slot["one_more"], abs=1e-9)


@given(some_days(waits=True), st.sampled_from([0.25, 0.5, 1.0]))
def test_who_has_waited_longest_is_served_first(day: Day, share: float) -> None:
    day = Day(day.value, day.permitted, day.channel, day.capacity, day.collectors, one_each(day.accounts))
    found = assigned(day, floor=Floor(30, share))
    limited = set(day.capacity) | {channel for person in day.collectors for channel in person.capacity}
    waits = [
        row
        for row in first_among_equals(day)
        if day.accounts["waited"][row] >= 30
        and not any(action >= 0 and day.channel[action] not in limited for action, _ in options(day, row))
    ]
    waits.sort(key=lambda row: -day.accounts["waited"][row])
    # Of everybody who fits into the floor's share together, the longest waiting first, counted out.
    named = max(
        tuple(plan[row][0] >= 0 for row in waits)
        for plan in every_plan(day)
        if has_room(day, tuple(done if row in waits else (-1, "") for row, done in enumerate(plan)), share)
    )
    assert [row for row, one in zip(waits, named, strict=True) if one] == [row for row in waits if found.first[row]]
    assert (found.action[found.first] >= 0).all()
    # With these served, nothing is worth more; and what that costs is said.
    held = max(
        worth(day, plan) for plan in every_plan(day) if all(plan[row][0] >= 0 for row in np.flatnonzero(found.first))
    )
    free = max(worth(day, plan) for plan in every_plan(day))
    assert found.value.sum() == held
    assert found.parts["floor"].sum() == free - held


def one_each(accounts: pd.DataFrame) -> pd.DataFrame:
    """The same with a customer for each account."""
    return accounts.assign(customer_id=[f"C{i}" for i in range(len(accounts))])


RATES = Rates(pd.DataFrame({"currency": ["USD"], "dated": ["2025-01-01"], "rate": [0.5]}), "EUR")


def test_currencies_are_never_compared_without_rates() -> None:
    table = pd.DataFrame({"customer_id": list("abcdef"), "currency": ["EUR"] * 4 + ["USD"] * 2})
    value = np.array([[1.0], [2.0], [3.0], [4.0], [100.0], [200.0]])
    apart = assign(value, value > 0, ["phone"], {"phone": 3}, accounts=table)
    # Four of six who would gain are of EUR: two of three calls; whatever the numbers of the other currency.
    assert apart.action.tolist() == [-1, -1, 0, 0, -1, 0]
    cheap = np.vstack([value[:4], value[4:] / 1000])
    other = assign(cheap, value > 0, ["phone"], {"phone": 3}, accounts=table)
    assert other.action.tolist() == apart.action.tolist()
    # With rates they are one problem: half a euro a dollar.
    one = assign(value, value > 0, ["phone"], {"phone": 3}, accounts=table, rates=RATES, as_of="2025-06-01")
    assert one.action.tolist() == [-1, -1, -1, 0, 0, 0]
    assert one.parts["value"].tolist() == [154.0]
    assert one.value.tolist() == [0, 0, 0, 4, 100, 200]
    # A rate has to be known that day.
    with pytest.raises(PaybenchError, match="There is no rate of USD into EUR dated before 2025-01-01"):
        assign(value, value > 0, ["phone"], {"phone": 3}, accounts=table, rates=RATES, as_of="2025-01-01")


def test_room_that_one_currency_leaves_goes_to_another() -> None:
    table = pd.DataFrame({"customer_id": list("abcd"), "currency": ["EUR", "EUR", "USD", "USD"]})
    # Both euros would gain from a call, and more from a letter: their share of calls is free for the dollars.
    value = np.array([[1.0, 5.0], [1.0, 5.0], [1.0, 0.0], [1.0, 0.0]])
    found = assign(value, value > 0, ["phone", "letter"], {"phone": 2, "letter": 2}, accounts=table)
    assert found.action.tolist() == [1, 1, 0, 0]
    assert found.prices.groupby("channel")["capacity"].sum().to_dict() == {"letter": 2, "phone": 2}


def test_a_customer_of_two_currencies_is_contacted_once_about_the_older_debt() -> None:
    table = pd.DataFrame({"customer_id": ["a", "a"], "currency": ["EUR", "USD"], "age": [5, 40]})
    found = assign(np.ones((2, 1)), np.ones((2, 1)), ["email"], {}, accounts=table)
    assert found.action.tolist() == [-1, 0]
    assert found.state.tolist() == ["other account", "contacted"]


def test_contacts_are_spread_evenly_over_collectors() -> None:
    ada, bob = Collector("Ada", {"phone": 30}), Collector("Bob", {"phone": 10})
    cem = Collector("Cem", {"phone": 30}, languages=("tr",))
    table = pd.DataFrame({"language": ["tr"] * 4 + ["de"] * 16, "amount": np.arange(20.0)})
    found = assign(np.ones((20, 1)), np.ones((20, 1)), ["phone"], {}, (ada, bob, cem), table)
    # Cem speaks with four only; the sixteen others are shared 3 : 1, as Ada and Bob have room.
    assert pd.Series(found.collector).value_counts().to_dict() == {"Ada": 12, "Cem": 4, "Bob": 4}
    assert set(found.collector[:4]) == {"Cem"}
    # Bob has large and small ones.
    bobs = np.flatnonzero(found.collector == "Bob")
    assert bobs.min() < 9 < bobs.max()


@given(some_days(currencies=("EUR", "USD")), st.data())
def test_what_chance_has_chosen_is_done_first(day: Day, data: st.DataObject) -> None:
    day = Day(day.value, day.permitted, day.channel, day.capacity, day.collectors, one_each(day.accounts))
    n, k = day.permitted.shape
    may = [[-2, -1, *np.flatnonzero(day.permitted[row]).tolist()] for row in range(n)]
    drawn = np.array([data.draw(st.sampled_from(some)) for some in may], dtype=int)
    found = assigned(day, drawn=drawn)
    # Whom chance gave nothing gets nothing, and whom it gave an action gets that or none.
    assert (found.action[drawn == -1] == -1).all()
    assert all(done in (-1, lot) for done, lot in zip(found.action[drawn >= 0], drawn[drawn >= 0], strict=True))
    # As many of those as there is room for, whatever they are worth and whatever else could be done.
    ones = np.where(drawn[:, None] == np.arange(k), 1.0, 0.0)
    alone = Day(ones, day.permitted, day.channel, day.capacity, day.collectors, day.accounts)
    assert (found.action[drawn >= 0] >= 0).sum() == max(worth(alone, plan) for plan in every_plan(alone))
    # All of it together keeps to every capacity, and the rest is as good as it can be with what is left.
    assert has_room(day, plan_of(found))
    assert found.parts["proven"].all()


def test_an_unlimited_channel_needs_no_room() -> None:
    found = assign(np.array([[1.0, 9.0]] * 3), np.ones((3, 2)), ["email", "phone"], {"phone": 1})
    assert found.action.tolist() == [1, 0, 0]
    # One more call would bring what it is worth more than the letter that goes out anyway.
    assert found.prices["one_more"].tolist() == [8.0]
    # Without any limit there is nothing to decide.
    assert assign(np.array([[1.0, 9.0]] * 3), np.ones((3, 2)), ["email", "phone"], {}).action.tolist() == [1, 1, 1]
    assert assign(np.zeros((0, 2)), np.zeros((0, 2)), ["email", "phone"], {"phone": 1}).action.tolist() == []


def test_greedy_is_worse_where_the_best_for_one_is_needed_by_another() -> None:
    value = np.array([[10.0, 9.0], [9.0, 0.0]])
    found = assign(value, value > 0, ["phone", "letter"], {"phone": 1, "letter": 1})
    assert found.action.tolist() == [1, 0]
    assert found.parts[["value", "greedy"]].to_numpy().tolist() == [[18.0, 10.0]]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"value": np.ones(2)}, r"There are values of shape \(2,\).*give one row for each account"),
        ({"value": np.array([[np.nan]])}, "Action 0 about the account 0 is permitted and has the value nan"),
        ({"capacity": {"phone": -1}}, "The capacity of the channel 'phone' is '-1'; it is a whole number"),
        ({"capacity": {"phone": 1.5}}, "The capacity of the channel 'phone' is '1.5'"),
        ({"collectors": [Collector("A", {"phone": 1})] * 2}, "There are two collectors called 'A'"),
        ({"collectors": [Collector("A", {"phone": 1})]}, "The capacity of 'phone' is said twice"),
        ({"accounts": pd.DataFrame({"account_id": ["a", "a"]})}, "There are 2 accounts and 1 rows of values"),
        ({"accounts": pd.DataFrame({"amount": [np.nan]})}, "The account 0 has no amount"),
        ({"drawn": [3]}, "What chance has chosen is a permitted action for each of 1 accounts"),
        ({"drawn": [0, 0]}, "What chance has chosen"),
        ({"rates": RATES}, "Rates count from their dates on; give as_of"),
    ],
)
def test_what_is_wrong_is_said(more: dict[str, Any], said: str) -> None:
    given = {"value": np.ones((1, 1)), "permitted": np.ones((1, 1)), "channel": ["phone"], "capacity": {"phone": 1}}
    with pytest.raises(PaybenchError, match=said):
        assign(**(given | more))  # type: ignore[arg-type]


def test_an_account_is_there_once() -> None:
    table = pd.DataFrame({"customer_id": ["a", "a"], "currency": ["EUR", "EUR"]})
    with pytest.raises(PaybenchError, match="The account a EUR is there 2 times"):
        assign(np.ones((2, 1)), np.ones((2, 1)), ["phone"], {}, accounts=table)
    with pytest.raises(PaybenchError, match="give a share between 0 and 1"):
        Floor(share=2.0)


def test_it_prints_at_80_columns() -> None:
    value = np.random.default_rng(0).lognormal(5, 2, (60, 2))
    table = pd.DataFrame({"customer_id": np.arange(60).astype(str), "currency": ["EUR", "JPY", "USD"] * 20})
    found = assign(value, value > 1, ["email", "phone"], {"email": 20}, [Collector("A" * 40, {"phone": 7})], table)
    text = str(found)
    assert max(map(len, text.splitlines())) <= 80
    assert "one more would bring" in text
