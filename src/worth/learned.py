"""Effects and risks learned from the log of an experiment, as the arms of a contest use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..decide.uplift.forest import Grown
from ..decide.uplift.learners import DRLearner, MeanEffect, TLearner
from ..errors import PaybenchError

Floats = NDArray[np.float64]

SOON = 14
"""Days after a decision by which contacts have done most of what they do: payment within them is the outcome."""
RISK = Grown(trees=120, leaves=12, least=40, rate=0.06, ridge=20.0)
KEYS = (
    "invoice_id", "customer_id", "day", "action", "propensity", "propensity_nothing", "permitted", "amount_open",
    "world", "waited",
)  # fmt: skip
"""Columns of a log that are no features."""
NOTHING, ANY = "nothing", "any"


@dataclass(frozen=True)
class Learned:
    """What a year of chance taught.

    Contacts move payment by a day or two within weeks of noise, so the effect that is learned is that on payment within
    :data:`SOON` days, which tells contacts from chance with fewer decisions than days unpaid do. A payment that comes
    sooner saves as many days as those who do not pay soon take longer than those who do, on average.

    Attributes
    ----------
    model : effects on P(paid within SOON days). options : of the policy, in its order.
    days : saved by one payment that comes soon.
    lost_less : by how much a contact lowers the chance that the invoice is never paid: the average effect of any
        contact, drawn to 0 as far as that may be chance.
    risk : model of P(unpaid after 30 days). decisions : learned from.
    """

    model: Any
    options: tuple[str, ...]
    days: float
    lost_less: float
    risk: Any
    decisions: int

    def __call__(self, features: pd.DataFrame) -> tuple[Floats, Floats]:
        """Days saved, and how much likelier it is paid in the end, by each option, (n, k) each."""
        found = self.model.effect(features)
        gain = np.full((len(features), len(self.options)), np.nan)
        for k, option in enumerate(self.options):
            if option in self.model.actions:
                gain[:, k] = found[:, self.model.actions.index(option)]
        return gain * self.days, np.full(gain.shape, self.lost_less)

    def risk_of(self, features: pd.DataFrame) -> Floats:
        """P(unpaid 30 days later), (n,)."""
        return np.clip(self.risk.predict(features.to_numpy(dtype=np.float64)), 0.0, 1.0)


LEARNERS = {"mean": MeanEffect, "t": TLearner, "dr": DRLearner}


def learn(log: pd.DataFrame, options: tuple[str, ...], horizon: int, learner: str = "dr", seed: int = 0) -> Learned:
    """Learn from matured decisions.

    Parameters
    ----------
    log : of :class:`.arms.Experiment`, with ``waited``: days from the decision until it was paid, inf = never; and
        ``world``: which world it is from.
    options : of the policy. horizon : days over which effects count. learner : of :data:`LEARNERS`; ``mean`` takes
        every decision to have the average effect of the action.

    Raises
    ------
    PaybenchError
        If chance decided nothing.
    """
    if log.empty:
        raise PaybenchError("The experiment made no decision; let it run longer, or on more customers.")
    features = log.drop(columns=[c for c in KEYS if c in log.columns])
    customer = log["world"].astype("str") + log["customer_id"].astype("str")
    waited = log["waited"].to_numpy(dtype=np.float64)
    soon = waited <= SOON
    capped = np.minimum(waited, horizon)
    effects = LEARNERS[learner](seed=seed)
    effects.fit(features, log["action"], soon.astype(np.float64), log["propensity"], customer, _shares(log))
    unpaid = (waited > 30).astype(np.float64)
    sent = np.where(log["action"] == NOTHING, NOTHING, ANY)
    # Whatever was sent, each permitted option had one chance in as many as there were, and nothing another.
    sent_chance = np.where(sent == ANY, 1.0 - log["propensity_nothing"], log["propensity_nothing"])
    paid = MeanEffect(seed=seed).fit(features, sent, np.isfinite(waited).astype(np.float64), sent_chance, customer)
    assert paid.averages_ is not None
    return Learned(
        model=effects,
        options=options,
        days=float(capped[~soon].mean() - capped[soon].mean()) if soon.any() and (~soon).any() else 0.0,
        lost_less=max(float(paid.averages_.believed[0]), 0.0),
        risk=RISK.fit(features.to_numpy(dtype=np.float64), unpaid),
        decisions=len(log),
    )


def _shares(log: pd.DataFrame) -> Floats:
    """(n, k + 1) how often each action that was ever taken, and nothing, is chosen where the same is permitted."""
    actions = sorted(set(log["action"]) - {NOTHING})
    code, sets = pd.factorize(log["permitted"])
    may = np.array([[action in one.split() for action in actions] + [True] for one in sets], dtype=np.float64)
    return np.asarray((may / may.sum(axis=1, keepdims=True))[code])
