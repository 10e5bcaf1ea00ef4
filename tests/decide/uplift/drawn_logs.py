"""Logs drawn from known effects, as learners take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from paybench.decide.uplift.sample import Sample

ACTIONS = ("email:friendly", "phone:firm")


@dataclass(frozen=True)
class Drawn:
    """A log, and the true effect of each of ACTIONS on each decision's outcome, (n, 2)."""

    X: pd.DataFrame
    action: NDArray[np.object_]
    outcome: NDArray[np.float64]
    propensity: NDArray[np.float64]
    customer: NDArray[np.int64]
    effect: NDArray[np.float64]

    @property
    def sample(self) -> Sample:
        return Sample.of(self.X, self.action, self.outcome, self.propensity, self.customer)


def drawn(seed: int, customers: int = 300, each: int = 8, scale: float = 1.0, noise: float = 4.0) -> Drawn:
    """Decisions of unequal chances that depend on what is known; the effect of a contact depends on ``x``.

    An e-mail takes 1 + x days off, a call twice as many; customers differ, and cash in general depends on ``z``.
    """
    rng = np.random.default_rng(seed)
    n = customers * each
    customer = np.repeat(np.arange(customers), each)
    x, z = rng.uniform(-1, 1, n), rng.normal(size=n)
    kind = np.where(z > 0, "large", "small")
    base = 15 + 5 * z + 2 * rng.normal(size=customers)[customer]
    effect = -scale * np.column_stack([1 + x, 2 * (1 + x)])
    # Nothing is likelier where payment is late anyway: the naive means are wrong.
    none = np.where(z > 0, 0.6, 0.2)
    chances = np.column_stack([(1 - none) / 2, (1 - none) / 2, none])
    option = (rng.random(n)[:, None] > np.cumsum(chances, axis=1)[:, :2]).sum(axis=1)
    chosen = np.append(effect, np.zeros((n, 1)), axis=1)[np.arange(n), option]
    names = np.array([*ACTIONS, "nothing"], dtype=object)
    return Drawn(
        pd.DataFrame({"x": x, "z": z, "kind": kind}),
        names[option],
        base + chosen + noise * rng.normal(size=n),
        chances[np.arange(n), option],
        customer,
        effect,
    )
