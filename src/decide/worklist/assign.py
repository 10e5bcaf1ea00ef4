"""Who is contacted today, by which channel, and by whom: the most value that the room of a day can bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ...errors import PaybenchError
from ...ledger import day
from ...ledger.schema import DATE, days
from ..dunning.policy import Collector
from ..kpi.rates import Rates
from .accounts import MOST, Accounts, Flags, Floats, Ints, Slot, Texts, slots_of
from .assigned import CONTACTED, Assigned, parts_of, prices_of
from .currencies import kept_accounts, plan_apart
from .greedy import greedy_plan
from .plan import Floor, Plan, best_plan
from .problem import FREE, Problem, hundredths, problem_of
from .spread import spread

NOT_DRAWN = -2
"""Chance was not asked."""


def assign(
    value: ArrayLike,
    permitted: ArrayLike,
    channel: Sequence[str],
    capacity: Mapping[str, int],
    collectors: Sequence[Collector] = (),
    accounts: pd.DataFrame | None = None,
    floor: Floor | None = None,
    rates: Rates | None = None,
    as_of: str | pd.Timestamp | None = None,
    drawn: ArrayLike | None = None,
    plan: Callable[[Problem], Plan] | None = None,
) -> Assigned:
    """Choose at most one action for each customer so that the sum of values is greatest.

    Parameters
    ----------
    value : (n, k) what each action is worth about each account against sending nothing, in the account's currency.
        What is not above 0 is never done.
    permitted : (n, k) what policy allows. channel : (k,) of each action.
    capacity : contacts a day by channel; a channel that neither this nor a collector names has no limit.
    collectors : who works which channels, for whom and how often; a channel of theirs has no capacity of its own.
    accounts : n rows with the columns of :class:`~.accounts.Accounts`, as far as they are known.
    floor : who is served first because it has waited; None = :class:`~.plan.Floor` as it is by default.
    rates, as_of : dated rates, and the day before which they have to be known: all currencies are one problem. Without
        them amounts of several currencies are never compared: capacity is shared out in proportion to the customers who
        would gain from it (:func:`~.currencies.plan_apart`), and of a customer's accounts the oldest debt counts.
    drawn : (n,) what chance has chosen, to learn from: number of an action, -1 = to send nothing, -2 = not drawn (as
        all are with None). It is done whatever it is worth, while there is room, before the rest is planned; so its
        propensity stays what it was.
    plan : another way to plan, for comparison; None = the best.

    Notes
    -----
    Ties: among plans of equal value the one that serves the larger overdue amount, then the older debt, then the first
    id; nothing depends on the order of the rows. Contacts of one channel are spread evenly over its collectors.

    Raises
    ------
    PaybenchError
        If shapes differ, a permitted value is no number, an account is there twice, or a rate is missing.
    """
    worth, allowed = np.asarray(value, dtype=np.float64), np.asarray(permitted, dtype=bool)
    if worth.ndim != 2 or worth.shape != allowed.shape or worth.shape[1] != len(channel):
        raise PaybenchError(
            f"There are values of shape {worth.shape}, permissions of shape {allowed.shape} and {len(channel)} "
            "channels; give one row for each account, and one column for each action."
        )
    n, k = worth.shape
    who = Accounts.of(accounts, n)
    with np.errstate(invalid="ignore"):
        wrong = allowed & ~(np.abs(worth) < MOST)
    if wrong.any():
        row, action = np.argwhere(wrong)[0]
        raise PaybenchError(
            f"Action {action} about the account {who.account_id[row]} is permitted and has the value "
            f"{worth[row, action]}; a value is a number of currency units below {MOST:.0e}."
        )
    slots = slots_of(capacity, collectors)
    rate, names = _rates(who, rates, as_of)
    cents = hundredths(worth, allowed, rate)
    kept = np.ones(n, dtype=bool) if rates is not None else kept_accounts(who, np.asarray((cents > 0).any(axis=1)))
    order = who.order(rate)
    room = np.array([slot.capacity for slot in slots], dtype=np.int64)
    chance = _chance(drawn, allowed)
    ones = np.zeros_like(cents)
    ones[np.flatnonzero(chance >= 0), chance[chance >= 0]] = 1
    tried = problem_of(ones, channel, slots, who, order[chance[order] >= 0]).with_capacity(room)
    trial = _spread(tried, best_plan(tried, Floor(share=0)), slots, who, k)
    free = kept & ~np.isin(who.customer_id, who.customer_id[chance != NOT_DRAWN])
    orders = [order[free[order] & (names[order] == name)] for name in np.unique(names)]
    problems = [problem_of(cents, channel, slots, who, rows) for rows in orders]
    how = plan or partial(best_plan, floor=floor or Floor())
    given, plans = plan_apart(problems, room - tried.used(trial.place), how)
    plans = [_spread(*pair, slots, who, k) for pair in zip(given, plans, strict=True)]
    action, collector, first = np.full(n, -1), np.full(n, "", dtype=object), np.zeros(n, dtype=bool)
    for problem, found in zip([tried, *given], [trial, *plans], strict=True):
        cells = problem.cells(found.place)
        done = np.flatnonzero(cells >= 0)
        rows = cells[done] // k
        action[rows], first[rows] = cells[done] % k, found.first[done]
        collector[rows] = [slots[s].collector if s != FREE else "" for s in found.place[done].tolist()]
    return Assigned(
        action,
        collector.astype(np.str_),
        np.where(action >= 0, worth[np.arange(n), np.maximum(action, 0)] if k else 0.0, 0.0),
        first,
        _states(action, who, cents + ones, allowed, kept, chance),
        parts_of(np.unique(names), orders, given, plans, [greedy_plan(problem) for problem in given]),
        prices_of(np.unique(names), slots, given, plans),
    )


def greedy(
    value: ArrayLike, permitted: ArrayLike, channel: Sequence[str], capacity: Mapping[str, int], **more: Any
) -> Assigned:
    """As :func:`assign`, by taking the most valuable contact first: the peer."""
    return assign(value, permitted, channel, capacity, plan=greedy_plan, **more)


def _rates(who: Accounts, rates: Rates | None, as_of: str | pd.Timestamp | None) -> tuple[Floats, Texts]:
    """(n,) rate of each account, and the name of the currency in which it competes."""
    if rates is None:
        return np.ones(len(who)), who.currency
    if as_of is None:
        raise PaybenchError("Rates count from their dates on; give as_of, the day of the worklist.")
    at = int(days(pd.Series([day(as_of)], dtype=DATE))[0])
    currencies = pd.Index(np.unique(who.currency))
    return rates.at(currencies, at)[currencies.get_indexer(pd.Index(who.currency))], np.full(len(who), rates.into)


def _spread(problem: Problem, plan: Plan, slots: Sequence[Slot], who: Accounts, k: int) -> Plan:
    done = np.flatnonzero(plan.place != FREE)
    if not len(done):
        return plan
    rows = who.take(problem.cells(plan.place)[done] // k)
    takes = np.array([slot.takes(rows) for slot in slots], dtype=bool).T
    place = plan.place.copy()
    place[done] = spread(place[done], takes, slots, problem.capacity)
    return replace(plan, place=place)


def _chance(drawn: ArrayLike | None, allowed: Flags) -> Ints:
    n, k = allowed.shape
    if drawn is None:
        return np.full(n, NOT_DRAWN)
    chance = np.asarray(drawn, dtype=np.int64)
    some = np.flatnonzero(chance >= 0) if chance.shape == (n,) else np.empty(0, dtype=np.int64)
    if (
        chance.shape != (n,)
        or (chance < NOT_DRAWN).any()
        or (chance >= k).any()
        or not allowed[some, chance[some]].all()
    ):
        raise PaybenchError(
            f"What chance has chosen is a permitted action for each of {n} accounts, -1 for sending nothing, or -2 "
            "where it was not asked; give that, or draw from the permitted ones."
        )
    return chance


def _states(action: Ints, who: Accounts, cents: Ints, allowed: Flags, kept: Flags, chance: Ints) -> Texts:
    worth = (cents > 0).any(axis=1)
    served = np.isin(who.customer_id, who.customer_id[action >= 0])
    asked = np.isin(who.customer_id, who.customer_id[chance != NOT_DRAWN]) & (chance == NOT_DRAWN)
    return np.select(
        [action >= 0, chance == -1, ~allowed.any(axis=1), ~worth, served | asked | (~kept & (chance == NOT_DRAWN))],
        [CONTACTED, "chance", "not permitted", "not worth it", "other account"],
        "no room",
    ).astype(np.str_)
