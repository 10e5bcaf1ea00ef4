"""Three traps that estimates of contacts fall into, in simulated worlds whose truth is known.

Each invoice gets one decision, three days or more after it was due; the outcome is whether it is settled within 30
days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from paybench.decide.evaluate import (
    LOG,
    Log,
    balance,
    cross_fitted,
    dr,
    gain,
    held_out,
    ips,
    rank,
    sensitivity,
    snips,
)
from paybench.features import features_at
from paybench.simulate import Confounded, Effects, Randomised, Settings, simulate
from paybench.simulate.view import Policy

ONCE = 10_000
"""Days between two decisions about an invoice: there is no second."""
KNOWN = ["amount", "terms_days", "age_days", "late_share", "days_late_mean", "days_late_mean_5", "overdue_count"]
RANDOM = Randomised(every=ONCE)


@dataclass(frozen=True)
class Logged:
    log: Log
    gain: float
    """The mean of what the contacts of the log truly changed."""


def logged(policy: Policy, names: tuple[str, ...], seed: int, effects: Effects | None = None) -> Logged:
    """What the policy logged in a world, with features of the invoice's past as the context."""
    settings = Settings() if effects is None else replace(Settings(), effects=effects)
    world = simulate(700, 14, seed, policy=policy, settings=settings)
    sent = world.ledger.contacts.rename(columns={"sent_on": "as_of"})
    sent["action"] = sent["channel"].astype(str) + ":" + sent["tone"].astype(str)
    kept = world.oracle["withheld.parquet"].rename(columns={"decided_on": "as_of"}).assign(action="nothing")
    columns = ["invoice_id", "customer_id", "as_of", "action", "propensity"]
    rows = pd.concat([sent[columns], kept[columns]], ignore_index=True).astype({"as_of": "datetime64[s]"})
    settled = world.truth.set_index("invoice_id")["settled_on"].reindex(rows["invoice_id"]).to_numpy()
    within = (pd.Series(settled) - rows["as_of"]).dt.days <= 30
    log = Log(
        features_at(world.ledger, rows[columns[:3]], KNOWN).to_numpy(np.float64),
        rows["action"].map(names.index).to_numpy(np.int64),
        within.to_numpy(np.float64),
        rows["propensity"].to_numpy(np.float64),
        rows["customer_id"].to_numpy(str),
        names,
        np.full((len(rows), len(names)), 1 / len(names)),
    )
    return Logged(log, float(world.oracle["truth_contacts.parquet"]["gain_30"].mean()))


CALLS = ("nothing", "phone:reminder")
OPTIONS = ("nothing", "email:friendly", "email:firm", "phone:reminder")


@pytest.fixture(scope="module")
def random() -> Logged:
    return logged(Randomised((("phone", "reminder"),), every=ONCE), CALLS, 2)


@pytest.fixture(scope="module")
def confounded() -> Logged:
    return logged(Confounded(every=ONCE), CALLS, 2)


def naive(log: Log) -> float:
    called: NDArray[np.bool_] = log.action == 1
    return float(log.reward[called].mean() - log.reward[~called].mean())


def test_reverse_causation(random: Logged, confounded: Logged) -> None:
    # In truth calls help, and collectors call who pays badly: calls go along with late payment.
    assert min(random.gain, confounded.gain) > 0.01
    assert naive(confounded.log) < -0.01

    # From random decisions the sign is right, and the interval holds the truth.
    log = random.log
    q = cross_fitted(log)
    effect = dr(log, log.always(CALLS[1]), q=q) - dr(log, log.always("nothing"), q=q)
    low, high = effect.interval()
    assert 0 < low < random.gain < high
    assert balance(log).right

    # Of the confounded log, whose coin is a lie, nothing is told: what was known in advance says who was called.
    found = rank(confounded.log, {name: confounded.log.always(name) for name in CALLS})
    assert set(found.refused) == set(CALLS)
    assert found.picked == LOG
    assert not balance(confounded.log).right

    # And if it were not seen, a small hidden reason would overturn the harm that it seems to tell of.
    blind = replace(confounded.log, context=np.zeros((len(confounded.log), 1)))
    seems = sensitivity(blind, blind.always(CALLS[1]))
    assert seems.advantage < 0
    assert 1 <= seems.surely <= seems.overturns < 1.2


def test_a_placebo_has_no_uplift() -> None:
    log = logged(RANDOM, OPTIONS, 2, Effects.none()).log
    q = cross_fitted(log)
    nothing = dr(log, log.always("nothing"), q=q)
    for name in OPTIONS[1:]:
        # Nothing that was sent did anything, and no interval says that it did.
        low, high = (dr(log, log.always(name), q=q) - nothing).interval(0.99)
        assert low < 0 < high
        assert high - low < 0.12
    # Nothing is better than what was done, as far as this log can tell.
    found = rank(log, {name: log.always(name) for name in OPTIONS})
    assert "this log does not tell it apart from" in found.about[0]
    assert found.picked == LOG or "what was done" in found.about[0]


def test_a_placebo_called_by_hidden_reasons_is_not_believed() -> None:
    log = logged(Confounded(every=ONCE), CALLS, 2, Effects.none()).log
    # Calls that do nothing seem to do harm, and the log is refused.
    assert naive(log) < -0.01
    assert rank(log, {"phone": log.always(CALLS[1])}).picked == LOG
    assert not balance(log).right


def test_the_same_against_the_same(random: Logged) -> None:
    log = random.log
    assert log.propensities is not None
    # A/A: the log's own policy is worth what was observed.
    mean = log.reward.mean()
    for one in (ips(log, log.propensities), snips(log, log.propensities)):
        assert one.value == pytest.approx(mean, abs=1e-12)
    assert dr(log, log.propensities).value == pytest.approx(mean, abs=0.005)
    assert rank(log, {"again": log.propensities}).table.loc[LOG, "value"] == mean
    # Two parts of the customers that are treated alike do not differ.
    half = held_out(log.customer, 0.5, "A/A")
    same = gain(log.reward, half, log.customer)
    assert same.low < 0 < same.high
