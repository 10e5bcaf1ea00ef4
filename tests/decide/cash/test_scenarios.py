"""What if: each supposition changes what it names by exactly so much, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from paybench.decide.cash.forecast import BILLING, OPEN, TOTAL, Forecast, forecast
from paybench.decide.cash.learned import Learned
from paybench.decide.cash.scenarios import Scenario
from paybench.errors import PaybenchError
from paybench.models.learn.fit import fit_baseline
from paybench.models.learn.folds import Book
from tests.decide.cash.population import some_items
from tests.decide.cash.small import AT, book, bundle
from tests.decide.cash.weeks import AT as PLAIN_AT
from tests.decide.cash.weeks import book as plain

Floats = NDArray[np.float64]
WEEKS = 10


@cache
def made(*texts: str, weeks: int = WEEKS) -> Forecast:
    return forecast(book(), AT, [bundle()], Scenario.of(texts), paths=60, weeks=weeks, seed=3, learned=Learned())


def cash(found: Forecast, line: str) -> Floats:
    """(currencies, paths, days)."""
    assert found.currencies == made().currencies
    return found.lines[line].cash


def test_a_scenario_is_read() -> None:
    assert Scenario.of([]) == Scenario()
    assert Scenario().said == ""
    found = Scenario.of(["without=C01", "later=7", "terms=-15", "without=C=2 x"])
    # Several are taken together; a customer may be called anything.
    assert found == Scenario(without=("C01", "C=2 x"), later=7, terms=-15)
    # In words it names all of it.
    for part in ("C01", "C=2 x", "7 days", "-15 days"):
        assert part in found.said


@given(st.integers(0, 90), st.integers(-90, 90))
def test_any_days_in_range_are_read(later: int, terms: int) -> None:
    assert Scenario.of([f"later={later}", f"terms={terms}"]) == Scenario(later=later, terms=terms)
    assert Scenario.of([f"terms={terms:+d}"]).terms == terms


@pytest.mark.parametrize("text", ["", "sooner=3", "without=", "later", "later=", "Later=7", "C01"])
def test_another_form_is_refused(text: str) -> None:
    # In one sentence: what was given, what is allowed.
    with pytest.raises(PaybenchError, match=rf"^'{text}' is no scenario; give without=CUSTOMER, later=DAYS or .*\.$"):
        Scenario.of(["later=7", text])


@pytest.mark.parametrize("text", ["later=-1", "later=91", "terms=91", "terms=-91", "later=1.5", "later=x", "later=7 "])
def test_days_that_cannot_be_are_refused(text: str) -> None:
    least = 0 if text.startswith("later") else -90
    with pytest.raises(PaybenchError, match=rf"^'{text}' cannot be: give whole days from {least} to 90\.$"):
        Scenario.of([text])


def test_nothing_supposed_changes_nothing() -> None:
    items = some_items()
    found = Scenario().on_items(items)
    np.testing.assert_array_equal(found.on_day, items.on_day)
    np.testing.assert_array_equal(found.later, items.later)
    np.testing.assert_array_equal(cash(made("later=0", "terms=0"), TOTAL), cash(made(), TOTAL))


def test_who_pays_nothing_never_pays() -> None:
    items = some_items()
    name = items.customer_id[0]
    found = Scenario(without=(str(name),), later=3).on_items(items)
    theirs = items.customer_id == name
    # Neither within sight nor later; and of the others nothing changes but the days.
    assert not found.on_day[theirs].any()
    assert not found.later[theirs].any()
    others = Scenario(later=3).on_items(items)
    np.testing.assert_array_equal(found.on_day[~theirs], others.on_day[~theirs])
    np.testing.assert_array_equal(found.later[~theirs], others.later[~theirs])


@pytest.mark.parametrize("line", [BILLING, OPEN])
@pytest.mark.parametrize("days", [7, 20])
def test_later_moves_each_future(days: int, line: str) -> None:
    found = made(f"later={days}")
    # Nothing comes in the first days, and in each future all comes so many days later, to the day.
    assert len(found.items) == len(made().items)
    assert not cash(found, line)[:, :, :days].any()
    np.testing.assert_allclose(cash(found, line)[:, :, days:], cash(made(), line)[:, :, :-days], atol=1e-6)


@pytest.mark.parametrize("text", ["later=20", "later=90", "terms=20", "terms=90", "terms=-90"])
def test_days_may_be_more_than_are_looked_at(text: str) -> None:
    found = made(text, weeks=2)
    usual = made(weeks=2)
    for line in (OPEN, BILLING, TOTAL):
        assert cash(found, line).shape == cash(usual, line).shape == (3, 60, 14)
    # All of what is open comes after the days in sight, or as it did where only new invoices' terms are longer.
    if text.startswith("later"):
        assert not cash(found, TOTAL).any()
    else:
        np.testing.assert_array_equal(cash(found, OPEN), cash(usual, OPEN))


def test_without_a_customer_its_money_does_not_come() -> None:
    euros = np.where(made().items.currency == "EUR", made().items.amount, 0.0)
    owed = pd.Series(euros).groupby(made().items.customer_id).sum()
    name = str(owed.idxmax())
    found = made(f"without={name}")
    theirs = made().items.customer_id == name
    # Of what that customer owes nothing comes in any week, and everybody else pays as before.
    assert not found.paid_in[theirs].any()
    assert made().paid_in[theirs].any()
    np.testing.assert_array_equal(found.paid_in[~theirs], made().paid_in[~theirs])
    # Less comes of the open book in each future, by no more than what is owed.
    place = made().currencies.index("EUR")
    less = (cash(made(), OPEN) - cash(found, OPEN))[place].sum(axis=1)
    assert (less >= -1e-6).all()
    assert (less <= owed[name] + 1e-6).all()
    assert less.any()
    # Less will be billed, too.
    assert 0 < cash(found, BILLING)[place].sum() < cash(made(), BILLING)[place].sum()


def test_without_everybody_nothing_comes() -> None:
    billed_lately = book().invoices[book().invoices["issued_on"] < AT]["customer_id"]
    names = sorted(set(made().items.customer_id.tolist()))
    found = made(*[f"without={name}" for name in names])
    # Nothing of the open book, and of new billing what those bring who owe nothing now.
    assert not cash(found, OPEN).any()
    assert set(names) < set(billed_lately)
    assert 0 < cash(found, BILLING).sum() < cash(made(), BILLING).sum()


def test_without_a_customer_the_others_bill_as_they_did() -> None:
    # One customer pays after 10 days, the other after 40, each 100 a week.
    rows = [
        (who, 2 - 7 * k, 30 - 7 * k, 2 + after - 7 * k if 2 + after - 7 * k < 0 else None, 100.0)
        for k in range(1, 60)
        for who, after in (("A", 10), ("B", 40))
    ]
    ledger = plain(*rows)
    speaks = fit_baseline(Book(ledger, PLAIN_AT))
    found = forecast(ledger, PLAIN_AT, [speaks], Scenario.of(["without=A"]), 10, WEEKS, learned=Learned())
    by_day = found.lines[BILLING].cash[0]
    # Without the first, what will be billed brings what the second's invoices bring: 100 a week after 40 days.
    expected = np.zeros(7 * WEEKS)
    expected[42::7] = 100.0
    np.testing.assert_allclose(by_day, np.tile(expected, (10, 1)), atol=1e-6)


def test_the_total_is_the_sum_of_its_lines() -> None:
    for texts in ((), ("later=7",), ("terms=-15",), (f"without={made().items.customer_id[0]}", "later=3", "terms=5")):
        found = made(*texts)
        np.testing.assert_allclose(cash(found, TOTAL), cash(found, OPEN) + cash(found, BILLING), atol=1e-6)
        # The scenario is said where the forecast is traced.
        assert found.about["scenario"] == Scenario.of(texts).said


def test_terms_leave_what_is_open() -> None:
    found = made("terms=15")
    # What is open keeps its terms; what will be billed comes 15 days later.
    np.testing.assert_array_equal(cash(found, OPEN), cash(made(), OPEN))
    np.testing.assert_allclose(cash(found, BILLING)[:, :, 15:], cash(made(), BILLING)[:, :, :-15], atol=1e-6)


def test_a_customer_who_owes_nothing_is_refused() -> None:
    with pytest.raises(PaybenchError, match=rf"^Customer 'nobody' has no open invoice at {AT}; name one that has\.$"):
        made("without=nobody")
    items = replace(some_items(), customer_id=np.full(60, "A"))
    with pytest.raises(PaybenchError, match="Customer 'B' has no open invoice at 2024-09-02"):
        Scenario(without=("A", "B")).on_items(items)
