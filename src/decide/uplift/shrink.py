"""How much of what was learned is believed: effects shrunk by the evidence for them.

Contacts move payment by a day or two, outcomes vary by weeks: a model of effects fits noise above all. So effects are
built in layers, and each is held against the scores of customers that it had not seen. An average effect that cannot
be told from chance counts as none; what differs between decisions is believed as far as it came true.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from .scores import Scores, clustered

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SURE = 1.96
"""Standard errors that an estimate has to be away from 0."""


ALIKE = 0.5
"""Actions are taken to differ from what they have in common by this part of it, before anything is seen (standard
deviation of a normal prior): an e-mail and a call are reminders both."""


def believed(estimate: float, error: float, sure: float = SURE) -> float:
    """An estimate times 1 - (error / estimate)^2 (James and Stein's positive part), 0 where it may be chance."""
    if not (np.isfinite(error) and abs(estimate) > max(sure, 1.0) * error):
        return 0.0
    return estimate * (1.0 - (error / estimate) ** 2)


@dataclass(frozen=True)
class Averages:
    """Mean effect of each action; arrays of length k.

    Attributes
    ----------
    found, error : as estimated, and the standard error, clustered by customer. believed : what effects are built on.
    common, common_error : of any contact.
    """

    found: Floats
    error: Floats
    believed: Floats
    common: float
    common_error: float

    @property
    def low(self) -> Floats:
        """Lower end of the 95 % interval."""
        return self.found - SURE * self.error

    @property
    def high(self) -> Floats:
        """Its upper end."""
        return self.found + SURE * self.error


def averages(scores: Scores, sure: float = SURE) -> Averages:
    """Means of the scores, and what of them is believed.

    If contacts have an effect on average, each action has that one and a part of its own difference to it, the larger
    the surer it is. Otherwise an action has an effect if its own is sure: surer than a single one would have to be, as
    of k one is off by chance sooner.

    Parameters
    ----------
    sure : standard errors that one estimate has to be away from 0.
    """
    k = len(scores.actions)
    pairs = [clustered(scores.values[:, a], scores.weight[:, a], scores.customer) for a in range(k)]
    found, error = np.array([mean for mean, _ in pairs]), np.array([doubt for _, doubt in pairs])
    every, weight = pooled(scores)
    common, common_error = clustered(every, weight, scores.customer)
    shared = believed(common, common_error, sure)
    if shared == 0.0:
        each = -NormalDist().inv_cdf(NormalDist().cdf(-sure) / k)
        own = [believed(mean, doubt, each) for mean, doubt in pairs]
        return Averages(found, error, np.array(own), common, common_error)
    prior = (ALIKE * shared) ** 2
    own = []
    for a in range(k):
        difference, doubt = clustered(scores.values[:, a] - every, scores.weight[:, a], scores.customer)
        own.append(shared + (difference * prior / (prior + doubt**2) if np.isfinite(doubt) else 0.0))
    return Averages(found, error, np.array(own), common, common_error)


def pooled(scores: Scores) -> tuple[Floats, Floats]:
    """(n,) scores of any contact, a mean over actions by weight, and their weights."""
    weight = scores.weight.sum(axis=1)
    values = np.where(weight > 0, (scores.values * scores.weight).sum(axis=1) / np.where(weight > 0, weight, 1.0), 0.0)
    return values, weight


def slope(said: Floats, target: Floats, weight: Floats, customer: Ints) -> tuple[float, float]:
    """Weighted slope of target on what was said, both about their means, and its clustered standard error."""
    total = weight.sum()
    if not total > 0:
        return 0.0, float("inf")
    x, y = said - weight @ said / total, target - weight @ target / total
    spread = weight @ x**2
    if not spread > 1e-12 * total:
        return 0.0, float("inf")
    found = float(weight @ (x * y) / spread)
    sums = np.bincount(customer, weight * x * (y - found * x))
    groups = max(int((np.bincount(customer, weight) > 0).sum()), 2)
    return found, float(np.sqrt(sums @ sums * groups / (groups - 1)) / spread)


def came_true(said: Floats, target: Floats, weight: Floats, customer: Ints, sure: float = SURE) -> float:
    """How much of what was said of unseen customers is believed: the slope, if it is sure, and 0 if it is below.

    What was said comes from regularised models, so that more than all of it can be true.
    """
    return max(believed(*slope(said, target, weight, customer), sure), 0.0)


def expected_true(said: Floats, target: Floats, weight: Floats, customer: Ints, prior: float = 1.0) -> float:
    """The same of a penalised regression where there is an effect to differ: it is taken at its word, give or take 1.

    The mean of a normal prior N(prior, 1) of the slope and the evidence: without any, the regression is believed, whose
    penalty leaves little of what may be chance; with much, only the evidence counts.
    """
    found, error = slope(said, target, weight, customer)
    if not np.isfinite(error):
        return 0.0
    return max((found + prior * error**2) / (1.0 + error**2), 0.0)
