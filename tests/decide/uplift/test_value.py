"""The value of a contact: its terms, their sum, and one row for people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paybench.decide.uplift import Money, expected_value
from paybench.errors import PaybenchError

ACTIONS = ("email:friendly", "phone:firm")


def test_an_example_by_hand() -> None:
    money = Money(
        cost_of_capital=0.10,
        loss_share=0.5,
        contact_cost={"email": 0.1, "phone": 6.0},
        strain={"friendly": 0.0, "firm": 1.0},
    )
    found = expected_value([[2.0, 3.65]], [[0.0, 0.01]], [1000.0], money, ACTIONS)
    # 3.65 days of 1,000 at 10 % a year are 1.00; a hundredth of the chance to lose half of it is 5.00.
    np.testing.assert_allclose(found.interest, [[1000 * 0.1 * 2 / 365, 1.0]])
    np.testing.assert_allclose(found.loss, [[0.0, 5.0]])
    np.testing.assert_allclose(found.total, [[1000 * 0.1 * 2 / 365 - 0.1, 1.0 + 5.0 - 6.0 - 1.0]])
    # In the table the terms add up to the value, and the best comes first.
    table = found.table(0)
    assert table.index.tolist() == list(ACTIONS)
    np.testing.assert_allclose(
        table[["interest", "loss_avoided", "contact_cost", "strain"]].sum(axis=1), table["value"]
    )


def test_costs_are_in_units_of_the_rows_currency() -> None:
    money = replace(Money(), units={"JPY": 160.0})
    days, chance, amount = np.ones((2, 2)), np.zeros((2, 2)), [100.0, 16000.0]
    found = expected_value(days, chance, amount, money, ACTIONS, ["EUR", "JPY"])
    # What is 160 times as much in yen is worth and costs 160 times as much.
    for term in (found.interest, found.contact, found.strain, found.total):
        np.testing.assert_allclose(term[1], 160 * term[0])


def test_refusals() -> None:
    with pytest.raises(PaybenchError, match=r"Days saved have the shape \(1, 1\).*\(1, 2\), one row per amount"):
        expected_value([[1.0]], [[0.0]], [1.0], Money(), ACTIONS)
    with pytest.raises(PaybenchError, match="There is no action 'phone'; write channel and tone"):
        expected_value([[1.0]], [[0.0]], [1.0], Money(), ("phone",))
    with pytest.raises(PaybenchError, match="no contact_cost for the channel 'fax', only for email"):
        expected_value([[1.0]], [[0.0]], [1.0], Money(), ("fax:firm",))
    with pytest.raises(PaybenchError, match="There are 2 currencies and 1 amounts"):
        expected_value([[1.0]], [[0.0]], [1.0], Money(), ("email:firm",), ["EUR", "EUR"])
