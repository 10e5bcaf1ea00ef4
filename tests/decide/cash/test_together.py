"""How much one customer's invoices are paid together: found again where it is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from paybench.decide.cash.items import WEEK, OpenItems
from paybench.decide.cash.pace import Hazards, Pace
from paybench.decide.cash.past import Origin, Outcome
from paybench.decide.cash.together import CORRELATIONS, USUAL, learn_together
from tests.decide.cash.population import Population, outcome

WEEKS = 26


@cache
def world(correlation: float, seed: int) -> list[Origin]:
    """Past weeks' items, and of each week an outcome drawn with a correlation."""
    population = Population.of(100, WEEKS, seed)
    items = [one.items for one in population.past(population.paid(seed), WEEKS)]
    return [Origin(one, outcome(one, correlation, 100 * seed + k)) for k, one in enumerate(items)]


def learned(past: list[Origin]) -> float:
    return learn_together(past, [Hazards.of(one.items) for one in past], Pace())


def changed(past: list[Origin], change: Callable[[OpenItems], OpenItems]) -> list[Origin]:
    return [Origin(change(one.items), one.outcome) for one in past]


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6])
def test_a_known_correlation_is_found(correlation: float) -> None:
    found = [learned(world(correlation, seed)) for seed in range(6)]
    # On average over worlds it is what they were drawn with; a few weeks' worth of the usual one is mixed in.
    assert np.mean(found) == pytest.approx(correlation, abs=0.06)
    # And no world is far off.
    assert np.abs(np.array(found) - correlation).max() < 0.2


def test_more_together_is_a_higher_correlation() -> None:
    found = [learned(world(correlation, 0)) for correlation in (0.0, 0.3, 0.6)]
    assert found == sorted(found)
    assert 0.0 <= found[0] < found[-1] <= CORRELATIONS[-1]


def test_where_no_pair_was_seen_it_is_the_usual_one() -> None:
    past = world(0.3, 0)
    alone = [changed([one], lambda items: replace(items, customer_id=items.invoice_id))[0] for one in past]
    unseen = [Origin(one.items, replace(one.outcome, weeks=0)) for one in past]
    none = past[0].items.take(np.arange(0))
    nobody = [Origin(none, Outcome(3, np.zeros(0), np.zeros((0, none.days))))]
    # Without a past, with one invoice per customer, before the first week is over, and without an open invoice.
    for nothing in ([], alone, unseen, nobody):
        assert learned(nothing) == pytest.approx(USUAL)


def test_amounts_in_another_unit_teach_the_same() -> None:
    past = world(0.3, 1)
    cents = changed(past, lambda items: replace(items, amount=items.amount * 100))
    assert learned(cents) == pytest.approx(learned(past), rel=1e-9)


def test_one_currency_in_another_unit_teaches_the_same() -> None:
    # Half of the customers owe in a second currency: how dear its unit is says nothing of who pays together.
    past = world(0.3, 1)

    def second(unit: float) -> Callable[[OpenItems], OpenItems]:
        def change(items: OpenItems) -> OpenItems:
            other = items.customer % 2 == 1
            amount = np.where(other, items.amount * unit, items.amount)
            return replace(items, currency=np.where(other, "JPY", "EUR"), amount=amount)

        return change

    # Amounts of different currencies are never weighed against each other.
    assert learned(changed(past, second(160.0))) == pytest.approx(learned(changed(past, second(1.0))), rel=1e-9)


def test_names_and_order_change_nothing() -> None:
    past, rng = world(0.3, 2), np.random.default_rng(0)

    def other(one: Origin) -> Origin:
        rows = rng.permutation(len(one.items))
        items = one.items.take(rows)
        names = np.array([f"X{name[::-1]}" for name in items.customer_id.tolist()])
        seen = Outcome(one.outcome.weeks, one.outcome.after[rows], one.outcome.cash[rows])
        return Origin(replace(items, customer_id=names), seen)

    assert learned([other(one) for one in past]) == pytest.approx(learned(past), rel=1e-9)


def test_what_is_not_over_teaches_nothing() -> None:
    past = [Origin(one.items, replace(one.outcome, weeks=k % 5)) for k, one in enumerate(world(0.3, 0))]

    def hidden(one: Origin) -> Origin:
        over = one.outcome.after < WEEK * one.outcome.weeks
        return Origin(one.items, replace(one.outcome, after=np.where(over, one.outcome.after, np.inf)))

    # What came in a week that is not over is not looked at.
    assert learned([hidden(one) for one in past]) == learned(past)
