"""Logs drawn from bandits whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paybench.decide.evaluate import Log

Floats = NDArray[np.float64]

ACTIONS = ("nothing", "email", "letter", "phone")


@dataclass(frozen=True)
class Bandit:
    """A log, the true mean reward of each action in each decision, what of it can be known from the context alone, and
    a policy that is better than each action."""

    log: Log
    true: Floats
    known: Floats
    good: NDArray[np.int64]

    def value(self, policy: NDArray[np.generic]) -> float:
        return float((self.log.policy(policy) * self.true).sum(axis=1).mean())


def bandit(
    seed: int, n: int = 1500, customers: int = 250, explore: float = 1.0, hidden: float = 0.0, lift: float = 1.0
) -> Bandit:
    """Rewards of 0 or 1 that hang on a trait of the customer, too, which nobody sees.

    ``explore``: share of decisions at random; else those with a high first column are phoned. ``hidden``: how far
    the log odds of a phone call are truly moved by the trait at most, while the log tells the chances without it.
    """
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 0.7, customers)
    who = rng.choice(customers, n, p=size / size.sum())
    trait = rng.standard_normal(customers)[who]
    context = rng.standard_normal((n, 3))
    effects = np.c_[np.zeros(n), np.full(n, 0.05), 0.05 + 0.08 * np.tanh(context[:, 1]), np.full(n, 0.08)]
    known = 0.5 + 0.12 * np.tanh(context[:, [0]]) + lift * effects
    true = known - 0.15 * np.tanh(trait)[:, None]
    chances = np.full((n, 4), explore / 4)
    chances[np.arange(n), np.where(context[:, 0] > 0.5, 3, 0)] += 1 - explore
    really = chances * np.exp(hidden * np.tanh(trait)[:, None] * np.array([0, 0, 0, 1]))
    really /= really.sum(axis=1, keepdims=True)
    action = np.minimum((really.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1), 3)
    reward = (rng.random(n) < true[np.arange(n), action]).astype(np.float64)
    log = Log(context, action, reward, chances[np.arange(n), action], who, ACTIONS, propensities=chances)
    return Bandit(log, true, known, np.where(context[:, 1] > 0.4, 2, 3))
