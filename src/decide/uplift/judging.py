"""Whether what was learned about differences between decisions holds for customers that the learner has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .learners import DRLearner, MeanEffect, TLearner
from .sample import Sample, folds_of
from .scores import Scores, clustered, dr_scores
from .shrink import SURE, pooled, slope

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Learner = MeanEffect | TLearner | DRLearner

DRAWS = 200
"""Bootstrap draws of customers."""


@dataclass(frozen=True)
class Interval:
    """A figure and its 95 % interval, customers drawn or counted as one."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.2f} ({self.low:+.2f} to {self.high:+.2f})"


@dataclass(frozen=True)
class Judged:
    """A learner's effects held against scores of customers that it had not seen; benefit = a good change.

    Attributes
    ----------
    name : of the learner. decisions, customers : judged on.
    autoc, qini : area under TOC(u), the benefit of any contact among the share u that is said to benefit most less that
        among all, with weight 1 and u (RATE: Yadlowsky et al. 2021, arXiv:2111.07966); 0 for a useless order.
    slope : of the scores on what was said; 1 = the differences are as large as said, 0 = they are chance.
    choice : benefit per decision of choosing the action said to be best, less that of the best action on average.
    calibration : by tenth of what was said: said, found, low, high, decisions, customers.
    """

    name: str
    decisions: int
    customers: int
    autoc: Interval
    qini: Interval
    slope: Interval
    choice: Interval
    calibration: pd.DataFrame = field(repr=False)

    @property
    def pays(self) -> bool:
        """Whether the order is better than chance: the whole interval of AUTOC lies above 0."""
        return self.autoc.low > 0

    @property
    def sentence(self) -> str:
        """Whether differences between decisions pay."""
        on = f"on {self.decisions:,} decisions about {self.customers:,} customers that it had not seen"
        if self.pays:
            return f"Who benefits most from a contact is told better than by chance {on}: AUTOC {self.autoc}."
        return (
            f"Who benefits most from a contact is not told better than by chance {on}: AUTOC {self.autoc}. "
            "What differs is kept close to the average effect of each action until more is known."
        )


def judge(learner: Callable[[], Learner], sample: Sample, good: int = -1, folds: int = 3, seed: int = 0) -> Judged:
    """Learn on some customers, say of the others, in turn.

    Parameters
    ----------
    learner : makes one that has not learned. sample : decisions. good : -1 where a smaller outcome is better, else 1.
    """
    made = learner()
    fold = folds_of(sample.customer, folds, seed)
    said = np.empty(sample.weight.shape)
    typical = np.empty(sample.weight.shape)
    for k in range(folds):
        rest = sample.take(fold != k)
        model = learner().learn(rest)
        said[fold == k] = good * model.effect(sample.X[fold == k])
        assert model.averages_ is not None
        typical[fold == k] = good * model.averages_.believed
    scores = dr_scores(sample, made.outcome_model, made.folds, seed)
    return judged(made.name, said, typical, scores, good, seed)


def judged(name: str, said: Floats, typical: Floats, scores: Scores, good: int = -1, seed: int = 0) -> Judged:
    """Hold benefits that were said, (n, k), and those of an average decision, (n, k), against scores."""
    found = good * scores.values
    target, weight = pooled(Scores(scores.actions, found, scores.weight, *_rest(scores)))
    mean = pooled(Scores(scores.actions, said, scores.weight, *_rest(scores)))[0]
    rows = np.arange(len(said))
    possible = np.where(scores.weight > 0, 1.0, np.nan)
    best, usual = (np.nan_to_num(x * possible, nan=-np.inf).argmax(axis=1) for x in (said, typical))
    gain, doubt = clustered(found[rows, best] - found[rows, usual], weight, scores.customer)
    steep, error = slope(mean, target, weight, scores.customer)
    who = np.unique(scores.customer[weight > 0])
    return Judged(
        name, int((weight > 0).sum()), len(who), *_rate(mean, target, weight, scores.customer, seed),
        _interval(steep, error), _interval(gain, doubt), _calibration(mean, target, weight, scores.customer),
    )  # fmt: skip


def _rate(said: Floats, target: Floats, weight: Floats, customer: Ints, seed: int) -> tuple[Interval, Interval]:
    order = np.argsort(-said, kind="stable")
    level = np.cumsum(np.diff(said[order], prepend=said[order[:1]]) != 0)
    customers = int(customer.max(initial=0)) + 1
    drawn = np.random.default_rng(seed).multinomial(customers, np.full(customers, 1.0 / customers), DRAWS)
    found = areas(level, target[order], weight[order])
    others = [areas(level, target[order], (weight * times[customer])[order]) for times in drawn]
    spread = np.std(others, axis=0)
    return _interval(found[0], spread[0]), _interval(found[1], spread[1])


def areas(level: Ints, target: Floats, weight: Floats) -> tuple[float, float]:
    """AUTOC and Qini of decisions in their order; those of one level have no order, and count as their mean.

    Parameters
    ----------
    level : (n,) rising from 0. target, weight : (n,).
    """
    w, y = np.bincount(level, weight), np.bincount(level, weight * target)
    w, y = w[w > 0], y[w > 0]
    if w.size < 2:
        return 0.0, 0.0
    # Each level is looked at when a half of it is in.
    upto = np.cumsum(w) - w / 2
    toc = (np.cumsum(y) - y / 2) / upto - y.sum() / w.sum()
    share = w / w.sum()
    return float(share @ toc), float(share @ (toc * upto) / w.sum())


def _calibration(said: Floats, target: Floats, weight: Floats, customer: Ints, groups: int = 10) -> pd.DataFrame:
    """Benefit said and found, by tenth of what was said."""
    edges = np.unique(np.quantile(said, np.linspace(0, 1, groups + 1)[1:-1]))
    part = np.searchsorted(edges, said, side="right")
    rows = []
    for k in np.unique(part):
        mine = (part == k) & (weight > 0)
        if not mine.any():
            continue
        found, error = clustered(target[mine], weight[mine], customer[mine])
        rows.append(
            {
                "said": float(np.average(said[mine], weights=weight[mine])),
                "found": found,
                "low": found - SURE * error,
                "high": found + SURE * error,
                "decisions": int(mine.sum()),
                "customers": len(np.unique(customer[mine])),
            }
        )
    return pd.DataFrame(rows)


def _interval(value: float, error: float) -> Interval:
    return Interval(float(value), float(value - SURE * error), float(value + SURE * error))


def _rest(scores: Scores) -> tuple[Ints, Ints, Floats]:
    return scores.customer, scores.fold, scores.prognosis
