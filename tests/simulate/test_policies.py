"""Laws of the policies that ledgers are logged with: what they say of their chances, and what a log can teach."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from paybench.ledger import settle
from paybench.simulate import POLICIES, Actions, Confounded, Ladder, Randomised, View, World, simulate
from paybench.simulate.settings import CHANNELS
from paybench.simulate.view import NOTHING, Policy


@dataclass
class Recorded:
    """A policy whose decisions within the window are counted."""

    policy: Policy
    until: int
    name: str = "recorded"
    decided: Counter[str] = field(default_factory=Counter)

    @property
    def sees_hidden(self) -> bool:
        return bool(getattr(self.policy, "sees_hidden", False))

    def __call__(self, view: View) -> Actions | None:
        actions = self.policy(view)
        if actions is not None and view.today < self.until:
            self.decided["sent"] += int((actions.channel != NOTHING).sum())
            self.decided["withheld"] += int((actions.channel == NOTHING).sum())
        return actions


def decisions(world: World) -> pd.DataFrame:
    """All decisions of a world, channel ``nothing`` where nothing was sent."""
    sent = world.ledger.contacts.rename(columns={"sent_on": "on", "contact_id": "id"})
    withheld = world.oracle["withheld.parquet"].rename(columns={"decided_on": "on", "decision_id": "id"})
    shared = ["id", "customer_id", "invoice_id", "on", "step", "propensity", "policy", "channel"]
    return pd.concat([sent[shared], withheld.assign(channel="nothing")[shared]], ignore_index=True)


@pytest.fixture(scope="module")
def ladder() -> World:
    return simulate(900, 10, 1, policy=Ladder())


@pytest.fixture(scope="module")
def random() -> World:
    return simulate(900, 10, 1, policy=Randomised())


@pytest.fixture(scope="module")
def confounded() -> World:
    return simulate(900, 10, 1, policy=Confounded())


@pytest.mark.parametrize("policy", [p for p in POLICIES.values() if p is not None], ids=lambda p: p.name)
def test_what_was_sent_and_what_was_withheld_are_all_decisions(policy: Policy) -> None:
    end = int(np.datetime64("2024-07-01").astype(np.int64))
    recorded = Recorded(policy, end)
    world = simulate(100, 6, 3, policy=recorded)
    all_ = decisions(world)

    # Not one decision of the window is missing from the two files.
    assert recorded.decided == {"sent": len(world.ledger.contacts), "withheld": (all_["channel"] == "nothing").sum()}

    # Each has a number of its own; an invoice's steps count up with the days.
    assert all_["id"].is_unique
    all_ = all_.sort_values(["invoice_id", "on"])
    assert (all_["step"] == all_.groupby("invoice_id").cumcount() + 1).all()
    assert set(all_["policy"]) == {"recorded"}


def ips(all_: pd.DataFrame, channel: str) -> float:
    """Standard deviations by which the sum of 1 / propensity over what was chosen misses the number of decisions."""
    chosen = all_["channel"] == channel
    weight = np.where(chosen, 1 / all_["propensity"], 0.0)
    return float((weight.mean() - 1) / (weight.std() / np.sqrt(len(all_))))


def undisturbed(world: World) -> pd.DataFrame:
    """Decisions about customers who never forbade a channel."""
    all_ = decisions(world)
    return all_[~all_["customer_id"].isin(world.ledger.consents["customer_id"])]


def test_the_ladder_chooses_as_often_as_it_says(ladder: World) -> None:
    all_ = undisturbed(ladder)

    # Weighted by 1 / propensity every option was chosen once per decision: the property off-policy estimates rest on.
    for channel in (*CHANNELS, "nothing"):
        assert abs(ips(all_, channel)) < 4

    # Explorations are a share of the decisions, spread evenly over nothing and the four channels.
    assert np.allclose(np.unique(all_["propensity"].round(9)), [0.15 / 5, 0.15 / 5 + 0.85])
    explored = (all_["propensity"] < 0.5).mean()
    assert explored == pytest.approx(0.15 * 4 / 5, abs=4 * np.sqrt(0.12 * 0.88 / len(all_)))


def test_the_experiment_chooses_as_often_as_it_says(random: World) -> None:
    all_ = decisions(random)
    contacts = random.ledger.contacts
    counts = contacts.groupby(["channel", "tone"]).size().tolist()
    n = len(all_)

    # Three options and nothing: a quarter each.
    assert (all_["propensity"] == 0.25).all()
    for count in (*counts, (all_["channel"] == "nothing").sum()):
        assert abs(count - n / 4) < 4 * np.sqrt(n * 3 / 16)
    assert len(counts) == 3


def test_the_ladder_is_climbed_in_order(ladder: World) -> None:
    all_ = decisions(ladder).merge(ladder.ledger.invoices, on=["invoice_id", "customer_id"], validate="m:1")
    late = (all_["on"] - all_["due_on"]).dt.days
    sent = ladder.ledger.contacts.sort_values(["customer_id", "sent_on"])
    gap = sent.groupby("customer_id")["sent_on"].diff().dt.days.dropna()

    # No step is taken before its day, none on a closed day, and there are no more than four.
    assert (late >= all_["step"].map({1: 3, 2: 10, 3: 21, 4: 35})).all()
    assert (all_["on"].dt.day_of_week < 5).all()

    # The tone of a contact is that of its step.
    tones = ladder.ledger.contacts.groupby("step")["tone"].unique().map(list).to_dict()
    assert tones == {1.0: ["friendly"], 2.0: ["reminder"], 3.0: ["firm"], 4.0: ["final"]}

    # Nobody hears twice within the gap.
    assert gap.min() >= 6

    # It waits while a dispute is open.
    disputes = ladder.ledger.disputes.set_index("invoice_id").reindex(all_["invoice_id"])
    opened, closed = (disputes[c].reset_index(drop=True) for c in ("opened_on", "closed_on"))
    assert not ((opened < all_["on"]) & ~(closed < all_["on"])).any()


@pytest.mark.parametrize("which", ["ladder", "random", "confounded"])
def test_nobody_is_contacted_on_a_forbidden_channel(which: str, request: pytest.FixtureRequest) -> None:
    world: World = request.getfixturevalue(which)
    contacts = world.ledger.contacts.merge(world.ledger.consents, on=["customer_id", "channel"])
    assert len(world.ledger.consents) > 0

    # What arrives after the customer forbade the channel: nothing.
    assert not (contacts["sent_on"] > contacts["changed_on"]).any()


def test_only_what_is_open_is_dunned(ladder: World) -> None:
    settled = settle(ladder.ledger).set_index("invoice_id")
    contacts = ladder.ledger.contacts.set_index("invoice_id")
    state = settled.reindex(contacts.index)

    # On the day of a contact the books of the morning showed the invoice as open and overdue.
    assert not (state["settled_on"] < contacts["sent_on"]).any()
    assert not (state["written_off_on"] < contacts["sent_on"]).any()
    assert (state["due_on"] < contacts["sent_on"]).all()


def naive(world: World) -> float:
    """Share settled within 30 days of a contact, less the share within 30 days of a withheld one."""
    all_ = decisions(world)
    end = pd.Timestamp("2024-11-01")
    all_ = all_[all_["on"] + pd.Timedelta(days=31) < end]
    settled = settle(world.ledger).set_index("invoice_id")["settled_on"].reindex(all_["invoice_id"]).to_numpy()
    fast = pd.Series(settled - all_["on"].to_numpy() <= np.timedelta64(30, "D"), index=all_.index)
    return float(fast[all_["channel"] != "nothing"].mean() - fast[all_["channel"] == "nothing"].mean())


def test_an_experiment_shows_that_contacts_help_and_hidden_reasons_hide_it(random: World, confounded: World) -> None:
    truth = [w.oracle["truth_contacts.parquet"]["gain_30"].mean() for w in (random, confounded)]

    # In truth contacts help in both worlds.
    assert min(truth) > 0.01

    # Chance alone decides: the difference is the true effect, as nearly as so many decisions can tell.
    error = 2 * np.sqrt(4 / 3 / len(decisions(random)))  # a quarter of them is to send nothing
    assert abs(naive(random) - truth[0]) < 2 * error

    # Trouble decides: contacts go along with late payment, as if they did harm.
    assert naive(confounded) < min(-0.01, naive(random) - error)


def test_the_confounded_log_hides_its_reasons(confounded: World) -> None:
    all_ = decisions(confounded)
    level = confounded.truth.set_index("invoice_id")["liquidity"].reindex(all_["invoice_id"])
    sent = (all_["channel"] != "nothing").to_numpy()

    # It says that it threw a coin, and called who was short of cash.
    assert (all_["propensity"] == 0.5).all()
    assert level[sent].mean() < level[~sent].mean() - 0.3


def test_names_of_policies() -> None:
    # The menu's names are what is logged.
    for name, policy in POLICIES.items():
        assert policy is None if name == "none" else getattr(policy, "name", "") == name

    # A policy without a name is called after what it is.
    contacts = simulate(20, 4, policy=Recorded(Ladder(), 0, name="mine")).ledger.contacts
    assert set(contacts["policy"]) == {"mine"}
