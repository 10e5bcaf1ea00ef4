"""Doubly robust scores: per decision and action an unbiased, noisy word on the action's effect.

score_a = mu_a(x) - mu_0(x) + 1{A = a} (y - mu_a(x)) / e - 1{A = 0} (y - mu_0(x)) / e, with the logged propensity e of
what was done (Robins, Rotnitzky and Zhao 1994; Kennedy 2020). As e is known, the mean of the scores is right whatever
mu is; mu only takes noise away. Here mu_a is what is expected whatever is done, from all decisions, plus a constant per
action: contacts move outcomes little, and one model of all decisions is less noisy than k + 1 models of a part each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .forest import Grown
from .sample import NONE, OTHER, Sample, encoded, folds_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """Scores of n decisions and k actions.

    Attributes
    ----------
    values, weight : (n, k). customer, fold : (n,). prognosis : (n,) outcome expected without looking at the action,
        by a model that has not seen the customer.
    """

    actions: tuple[str, ...]
    values: Floats
    weight: Floats
    customer: Ints
    fold: Ints
    prognosis: Floats


def dr_scores(sample: Sample, outcome_model: Grown, folds: int = 5, seed: int = 0) -> Scores:
    """Cross-fitted by customer: what is known of a customer's outcomes never enters its own mu."""
    encoder, matrix = encoded(sample.X)
    categories = tuple(encoder.category_positions)
    fold = folds_of(sample.customer, folds, seed)
    prognosis = np.empty(len(sample))
    values = np.empty((len(sample), len(sample.actions)))
    for k in range(folds):
        rest, held = fold != k, fold == k
        model = outcome_model.fit(matrix[rest], sample.outcome[rest], categories=categories)
        prognosis[held] = model.predict(matrix[held])
        constants = arm_means(sample.take(rest), sample.outcome[rest] - model.predict(matrix[rest]))
        left = sample.outcome[held] - prognosis[held]
        values[held] = scores_of(sample.take(held), left, constants)
    return Scores(sample.actions, values, sample.weight, sample.customer, fold, prognosis)


def arm_means(sample: Sample, left: Floats) -> Floats:
    """(k + 1,) mean of what is left of the outcome under each action, nothing last; weighted by 1 / propensity."""
    found = np.zeros(len(sample.actions) + 1)
    for option in (*range(len(sample.actions)), NONE):
        mine = sample.option == option
        if mine.any():
            found[option] = np.average(left[mine], weights=1.0 / sample.propensity[mine])
    return found


def scores_of(sample: Sample, left: Floats, constants: Floats) -> Floats:
    """(n, k) scores, from what an outcome model leaves of the outcomes and the constant of each action."""
    # What was done otherwise says nothing of these actions; it stays in, as leaving it out would change the chances.
    own = np.where(sample.option == OTHER, NONE, sample.option)
    corrected = np.where(sample.option == OTHER, 0.0, (left - constants[own]) / sample.propensity)
    values = constants[:-1] - constants[-1] - np.where(sample.option == NONE, corrected, 0.0)[:, None]
    sent = np.flatnonzero(sample.option >= 0)
    values[sent, sample.option[sent]] += corrected[sent]
    return values


def clustered(values: Floats, weight: Floats, customer: Ints) -> tuple[float, float]:
    """Weighted mean and its standard error, decisions about one customer counted as one."""
    total = weight.sum()
    if not total > 0:
        return 0.0, float("inf")
    mean = float(weight @ values / total)
    sums = np.bincount(customer, weight * (values - mean))
    groups = max(int((np.bincount(customer, weight) > 0).sum()), 1)
    if groups < 2:
        return mean, float("inf")
    return mean, float(np.sqrt(sums @ sums * groups / (groups - 1)) / total)
