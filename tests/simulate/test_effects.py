"""What a policy is told of contacts before it makes them is what they then truly change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.simulate import Actions, Randomised, Settings, View, simulate
from paybench.simulate.view import NOTHING


@dataclass
class Told:
    """The random policy, which writes down what it is told of what it sends."""

    inner: Randomised = field(default_factory=Randomised)
    sees_effects: bool = True
    name: str = "random"
    rows: list[pd.DataFrame] = field(default_factory=list)

    def __call__(self, view: View) -> Actions | None:
        actions = self.inner(view)
        if actions is None:
            return None
        sent = actions.channel != NOTHING
        row = actions.row[sent]
        found = view.effects(row, actions.channel[sent], actions.tone[sent])
        self.rows.append(
            pd.DataFrame(
                found
                | {
                    "invoice_id": view.invoice_id[row],
                    "day": view.today,
                    "age": view.age[row],
                    "disputed": view.disputed[row],
                }
            )
        )
        return actions


@pytest.mark.parametrize("mode", ["easy", "hard"])
def test_effects_are_those_of_the_contacts_that_follow(mode: str) -> None:
    told = Told()
    # A payment that is reversed on the next day is out of the contact's reach in the evening.
    world = simulate(150, 10, seed=5, policy=told, settings=replace(Settings.mode(mode), bounces=0.0))
    before = pd.concat(told.rows, ignore_index=True)
    contacts = world.ledger.contacts.merge(world.oracle["truth_contacts.parquet"], on="contact_id")
    contacts["day"] = (contacts["sent_on"] - pd.Timestamp(0)).dt.days
    both = before.merge(contacts, on=["invoice_id", "day"], suffixes=("", "_true"), validate="one_to_one")
    # Where neither a week's weather nor a dispute can begin on the day itself, only the payments of the day lie between
    # the morning and the contact; who paid on it (gain 0) is left out.
    plain = both[(both["day"] % 7 != 4) & (both["age"] > 25) & (both["gain_60"] > 0)]
    assert len(plain) > 300
    for k in (14, 30, 60):
        # P(settled by k) rises by P(still unpaid in the evening) times what the contact changes then, one day sooner.
        rise = (plain[f"settled_{k}"] - plain[f"base_{k}"]) / (1 - plain["base_0"])
        np.testing.assert_allclose(rise, plain[f"gain_{k}"], atol=1e-9)
    assert (both["days"] > 0).all()
    assert (both["days_saved"] >= -1e-12).all()


def test_looking_changes_nothing() -> None:
    plain = simulate(80, 8, seed=2, policy=Randomised(), truth="none").ledger
    told = simulate(80, 8, seed=2, policy=Told(), truth="none").ledger
    pd.testing.assert_frame_equal(plain.payments, told.payments)
    pd.testing.assert_frame_equal(plain.contacts, told.contacts)


def test_contacts_that_do_nothing_have_no_effect() -> None:
    told = Told()
    settings = Settings(effects=Settings().effects.none())
    simulate(80, 8, seed=2, policy=told, settings=settings, truth="none")
    found = pd.concat(told.rows)
    np.testing.assert_allclose(found["days_saved"], 0, atol=1e-9)


def test_it_is_told_to_who_says_so_only() -> None:
    def curious(view: View) -> None:
        view.effects(np.arange(1), np.zeros(1, dtype=int), np.zeros(1, dtype=int))

    with pytest.raises(PaybenchError, match="sees_effects = True"):
        simulate(20, 3, seed=1, policy=curious, truth="none")
