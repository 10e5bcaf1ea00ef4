"""What past weeks teach: from what was known at each, in each currency by itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from paybench.decide.cash.learned import FEWEST, REPLAYED, Learned, learn, money_share
from paybench.decide.cash.past import Origin, Outcome
from paybench.decide.cash.periods import STEPS
from tests.decide.cash.population import Population

WEEKS = 20


@cache
def past(weeks: int = WEEKS) -> tuple[Origin, ...]:
    population = Population.of(25, weeks, seed=1)
    return tuple(population.past(population.paid(1, correlation=0.2), weeks))


@cache
def learned() -> Learned:
    return learn(past(), seed=1)


def test_nothing_is_learned_of_no_past() -> None:
    nothing = learn([])
    assert (nothing.origins, nothing.kept, nothing.places, nothing.history.empty) == (0, 1.0, (), True)
    assert nothing.together == Learned().together
    assert not nothing.pace.by_age.any()


def test_history_is_what_was_said_and_what_came() -> None:
    history = learned().history
    assert learned().origins == len(past())
    # Of each past week's day that had a past of its own.
    days = {one.items.at for one in past()[max(FEWEST, len(past()) - REPLAYED) :]}
    assert set(history["origin"]) == days
    assert history["below"].between(0, 1).all()
    assert (history["below"] <= history["upto"]).all()
    assert (history["low_80"] <= history["high_80"]).all()
    for row in history.itertuples():
        one = next(one for one in past() if one.items.at == row.origin)
        # What came is what the outcome says, of periods that are over.
        assert STEPS[str(row.step)].stop <= 7 * one.outcome.weeks
        assert row.came == pytest.approx(STEPS[str(row.step)].of(one.outcome.cash.sum(axis=0)))


def test_the_same_past_teaches_the_same() -> None:
    again = learn(past(), seed=1)
    pd.testing.assert_frame_equal(again.history, learned().history, check_exact=True)
    assert (again.together, again.kept, again.bands) == (learned().together, learned().kept, learned().bands)


def test_history_is_told_from_what_was_known_then() -> None:
    told_on = past()[-3].items.at

    def other(one: Origin) -> Origin:
        """From that day on invoices are settled three days later, and mostly by credit."""
        day = (told_on - one.items.at).days
        over = one.outcome.after >= max(day, 0)
        cash = one.outcome.cash.copy()
        cash[:, max(day, 0) :] *= 0.1
        return Origin(
            one.items, Outcome(one.outcome.weeks, np.where(over, one.outcome.after + 3, one.outcome.after), cash)
        )

    ours, theirs = learned().history, learn([other(one) for one in past()], seed=1).history
    said = ["origin", "currency", "step", "expected", "low_80", "high_80"]
    # What a forecast of that day or before said does not depend on what came after it.
    ours, theirs = (h.loc[h["origin"] <= told_on, said].reset_index(drop=True) for h in (ours, theirs))
    assert len(ours)
    pd.testing.assert_frame_equal(ours, theirs, check_exact=True)


def test_credit_is_not_money() -> None:
    def credited(one: Origin, share: float) -> Origin:
        return Origin(one.items, replace(one.outcome, cash=one.outcome.cash * (1 - share)))

    assert money_share(past()) == pytest.approx(1.0)
    # A share that is credited of everything is the share that is not kept; nothing was settled, nothing is lost.
    assert money_share([credited(one, 0.08) for one in past()]) == pytest.approx(0.92)
    assert money_share([]) == 1.0


def test_the_unit_of_one_currency_says_nothing_of_the_share_of_money() -> None:
    def mixed(one: Origin, unit: float) -> Origin:
        """Half of the customers owe in a second currency, of which a tenth is credited."""
        second = one.items.customer % 2 == 1
        amount = np.where(second, one.items.amount * unit, one.items.amount)
        cash = one.outcome.cash * np.where(second, 0.9 * unit, 1.0)[:, None]
        items = replace(one.items, currency=np.where(second, "JPY", "EUR"), amount=amount)
        return Origin(items, replace(one.outcome, cash=cash))

    # Currencies are never added together: the share cannot depend on how dear a unit of one of them is.
    shares = [money_share([mixed(one, unit) for one in past()]) for unit in (1.0, 160.0)]
    assert shares[0] == pytest.approx(shares[1])
