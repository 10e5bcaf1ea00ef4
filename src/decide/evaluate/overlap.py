"""How much of a log speaks of a policy, and when it says too little."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Estimate
from .logs import Floats, Ints, Log, places

LEAST, LEAST_SHARE = 200, 0.05
"""Effective decisions that an estimate needs: so many, and this share of the log."""
LARGEST = 0.05
"""Share of all weight that one decision may have."""
LEAST_CUSTOMERS = 30
"""Effective customers that an interval between customers needs."""
UNTRIED = 0.01
"""Share of what a policy does that the log may never do."""
FALSE = 4.5
"""Standard errors by which the mean weight may miss 1."""
EDGES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, np.inf)
"""Of the classes of weights; 0 itself is one of its own."""


@dataclass(frozen=True)
class Overlap:
    """What the weights of a policy on a log are like.

    Attributes
    ----------
    n, k : decisions, actions. effective : decisions of weight 1 that would say as much (Kish 1965). customers :
        customers that they are of, as if all weighed alike. largest : share of one decision in all weight.
    untried : share of what the policy does that the log never does (0 where the log says nothing of other actions).
    mean_weight : 1 where propensities are right, with its standard error ``mean_error``.
    counts : decisions of weight 0, and in each class of :data:`EDGES`.
    spread : mean squared weight under chances 1 / k of each action, instead of the log's. top : the largest weight.
    unit : what was weighed: decisions or episodes.
    """

    n: int
    k: int
    effective: float
    customers: float
    largest: float
    untried: float
    mean_weight: float
    mean_error: float
    counts: Ints
    spread: float
    top: float
    unit: str

    @property
    def needed(self) -> float:
        """Effective decisions that an estimate needs."""
        return max(float(LEAST), LEAST_SHARE * self.n)

    @property
    def more(self) -> int:
        """Further decisions, at random among all k actions, that would be enough; 0 if none are needed."""
        return _more(self)

    def __str__(self) -> str:
        names = ["0", *(f"{low:g} to {high:g}" for low, high in pairwise(EDGES[:-1]))]
        names.append(f"over {EDGES[-2]:g}")
        longest = max(int(self.counts.max()), 1)
        lines = [
            f"{self.n:,} {self.unit}, effective {self.effective:,.0f} of {self.customers:,.0f} customers "
            f"({self.needed:,.0f} needed)",
            f"largest share of one {100 * self.largest:.1f} %, never tried {100 * self.untried:.1f} %, "
            f"mean weight {self.mean_weight:.3f}",
            f"{'weight':<12}{self.unit:>10}",
        ]
        for name, count in zip(names, self.counts, strict=True):
            lines.append(f"{name:<12}{count:>10,}  {'#' * round(50 * int(count) / longest)}".rstrip())
        return "\n".join(lines)


@dataclass(frozen=True)
class Refused:
    """No estimate, and why: a result, not an error.

    Attributes
    ----------
    why : one sentence: what is lacking, and what to do. short : the same in a few words. more : further random
        decisions that would be enough, 0 where more decisions do not help.
    """

    why: str
    short: str
    more: int = 0

    def __str__(self) -> str:
        return self.why


def overlap(log: Log, policy: ArrayLike, episodes: bool = False) -> Overlap:
    """What a log says of a policy.

    Parameters
    ----------
    policy : (n, k) chances of each action, or (n,) the action it takes.
    episodes : weigh whole episodes, by the product of the weights of their decisions: n is then their number, and
        ``more`` further ones. That is what a sequence comes to at its end; fewer and fewer agree with a policy.

    Raises
    ------
    PaybenchError
        If episodes are asked for of decisions that stand alone.
    """
    chances, weight, code = log.policy(policy), log.weights(policy), log.code
    random = log.k * (chances**2).sum(axis=1)
    if episodes:
        episode, _ = places(log)
        first = np.unique(episode, return_index=True)[1]
        weight, random, code = _product(weight, episode), _product(random, episode), code[first]
    total, square = float(weight.sum()), float((weight**2).sum())
    by_customer = np.bincount(code, weight)
    mean = Estimate.mean("weight", weight, code)
    untried = 0.0 if log.propensities is None else float((chances * (log.propensities <= 0)).sum(axis=1).mean())
    return Overlap(
        n=len(weight),
        k=log.k,
        effective=total**2 / square if square else 0.0,
        customers=float(total**2 / (by_customer**2).sum()) if square else 0.0,
        largest=float(weight.max() / total) if total else 1.0,
        untried=untried,
        mean_weight=mean.value,
        mean_error=mean.error,
        counts=_counts(weight),
        spread=float(random.mean()),
        top=float(weight.max()),
        unit="episodes" if episodes else "decisions",
    )


def refusal(found: Overlap) -> Refused | None:
    """Why nothing can be said, the most telling reason first; None if something can."""
    random = f"about {found.more:,} more {found.unit} made at random among the {found.k} actions would do"
    if found.untried > UNTRIED:
        return Refused(
            f"Nothing is said of this policy: {100 * found.untried:.0f} % of what it does the log never does; let it "
            "do only what was tried, or try those actions at random, too.",
            f"{100 * found.untried:.0f} % never tried",
            found.more,
        )
    if found.effective < found.needed:
        return Refused(
            f"Nothing is said of this policy: {found.n:,} {found.unit} say as much of it as {found.effective:,.0f} of "
            f"its own would, and {ceil(found.needed):,} are needed; {random}.",
            f"effective {found.effective:,.0f} of {ceil(found.needed):,}",
            found.more,
        )
    if found.largest > LARGEST:
        return Refused(
            f"Nothing is said of this policy: one of its {found.unit} has {100 * found.largest:.0f} % of the weight, "
            f"and {100 * LARGEST:.0f} % is allowed; {random}.",
            f"one of the {found.unit} weighs {100 * found.largest:.0f} %",
            found.more,
        )
    if found.customers < LEAST_CUSTOMERS:
        return Refused(
            f"Nothing is said of this policy: the {found.unit} that speak of it are of {found.customers:.0f} customers "
            f"in effect, and {LEAST_CUSTOMERS} are needed; let more customers take part.",
            f"effective customers {found.customers:.0f} of {LEAST_CUSTOMERS}",
        )
    # Where actions have no chance to be tried, the mean weight is what is tried of the policy.
    if abs(found.mean_weight - (1 - found.untried)) > FALSE * found.mean_error + 1e-6:
        return Refused(
            f"Nothing is said of this policy: its mean weight is {found.mean_weight:.2f}, and it would be 1 if the "
            "logged propensities were right; find out how the logged actions were really chosen.",
            f"propensities are wrong: mean weight {found.mean_weight:.2f}",
        )
    return None


def _product(values: Floats, episode: Ints) -> Floats:
    """Of each episode the product of its values."""
    whole = np.ones(int(episode.max()) + 1)
    np.multiply.at(whole, episode, values)
    return whole


def _counts(weight: Floats) -> Ints:
    positive = weight[weight > 0]
    return np.r_[len(weight) - len(positive), np.histogram(positive, bins=EDGES)[0]].astype(np.int64)


def _more(found: Overlap) -> int:
    """The least m so that n decisions as these and m random ones are enough, by halving."""
    square = found.n / found.effective if found.effective else 0.0

    def enough(m: int) -> bool:
        n = found.n + m
        effective = n**2 / (found.n * square + m * found.spread) if found.n * square + m else 0.0
        return effective >= max(LEAST, LEAST_SHARE * n) and max(found.top, found.k) / n <= LARGEST

    if enough(0):
        return 0
    high = 1
    while not enough(high):
        high *= 2
        if high > 10**12:  # a policy that is spread over more actions than 1 / LEAST_SHARE
            return 0
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
