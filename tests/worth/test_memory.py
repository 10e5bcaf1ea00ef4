"""What a policy remembers is what its own books showed, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from paybench.ledger.schema import days
from paybench.simulate import Actions, Settings, View, World, simulate
from paybench.worth.memory import HALF_LIFE, Memory


@dataclass
class Looking:
    """Sends nothing and keeps what it could have known on some mornings."""

    name: str = "looking"
    memory: Memory = field(default_factory=Memory)
    tables: list[pd.DataFrame] = field(default_factory=list)

    def __call__(self, view: View) -> Actions | None:
        self.memory.look(view)
        if view.today % 60 == 0 and len(view):
            rows = np.arange(len(view))
            table = self.memory.features(view, rows)
            self.tables.append(table.assign(day=view.today, customer_id=view.customer_id, invoice_id=view.invoice_id))
        return None


def _looked() -> tuple[World, pd.DataFrame]:
    # Parts, credit notes and reversals close and open invoices in ways that the slow count below does not follow.
    plain = replace(Settings(), bounces=0.0, credits=0.0, parting=0.0, disputing=0.0, losing=0.0)
    policy = Looking()
    world = simulate(60, 12, seed=4, policy=policy, settings=plain, truth="none")
    return world, pd.concat(policy.tables, ignore_index=True)


def test_customers_are_remembered_by_what_they_had_paid_by_then() -> None:
    world, table = _looked()
    invoices = world.ledger.invoices
    settled = days(world.truth["settled_on"])
    late = settled - days(invoices["due_on"])
    checked = 0
    for row in table[table["settled"] > 0].to_dict("records")[::7]:
        own = (invoices["customer_id"] == row["customer_id"]).to_numpy() & (settled < row["day"])
        # Each payment weighs a half every half-life before the customer's latest one.
        weight = np.exp2((settled[own] - settled[own].max()) / HALF_LIFE)
        np.testing.assert_allclose(row["settled"], weight.sum(), rtol=1e-9)
        if own.sum() >= 2 and np.unique(late[own]).size > 1 and row["settled"] >= 2:
            mean = np.average(late[own], weights=weight)
            spread = np.sqrt(np.average((late[own] - mean) ** 2, weights=weight))
            np.testing.assert_allclose(row["days_late_sd"], spread, rtol=1e-6, atol=1e-6)
        assert row["days_late_last"] in set(late[own & (settled == settled[own].max())])
        checked += 1
    assert checked > 50


def test_what_is_paid_later_changes_nothing_before() -> None:
    # The same world with another future after a day: what was remembered until then is the same, to the last bit.
    tables = []
    for fork in (None, ("2024-07-01", 1)):
        policy = Looking()
        simulate(60, 12, seed=4, policy=policy, truth="none", fork=fork)
        table = pd.concat(policy.tables, ignore_index=True)
        tables.append(table[table["day"] <= (pd.Timestamp("2024-07-01") - pd.Timestamp(0)).days])
    pd.testing.assert_frame_equal(*tables)
