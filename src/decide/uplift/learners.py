"""What each action does to an outcome, by what is known of a decision, learned from randomised decisions.

All learners take the same log and answer with (n, k) effects against sending nothing, in the outcome's unit: of days
unpaid a good action has a negative one. What they say is shrunk by the evidence (:mod:`.shrink`): without any, an
effect is the average effect of its action, and without evidence for that, 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...models.family.encode import Encoder
from .forest import Forest, Grown
from .ranked import Line, Ranks, unseen
from .sample import NONE, Sample, encoded
from .scores import Scores, dr_scores
from .shrink import SURE, Averages, averages, came_true, expected_true, pooled

Floats = NDArray[np.float64]

OUTCOME = Grown(trees=120, leaves=12, least=40, rate=0.06, ridge=20.0)
"""The model of the outcome: it may be rich, as the scores stay right whatever it says."""

ARM = Grown(trees=80, leaves=6, least=60, rate=0.05, ridge=30.0)
"""The T-learner's model of each action's outcome."""

EFFECT = Grown(trees=60, leaves=4, least=200, rate=0.03, ridge=100.0)
"""The model of effects: few splits, large leaves."""


@dataclass
class _Learner:
    """What learners share: the log is checked, scored, and what is learned is shrunk.

    Attributes
    ----------
    folds : of customers. seed : of folds and trees. outcome_model : see :func:`.scores.dr_scores`.
    sure : standard errors that an average effect has to be away from 0 to be believed.
    actions : learned about. averages_ : their mean effects. scores_ : of the decisions learned from.
    """

    folds: int = 5
    seed: int = 0
    outcome_model: Grown = OUTCOME
    sure: float = SURE
    name: ClassVar[str] = ""

    actions: tuple[str, ...] = field(default=(), init=False)
    averages_: Averages | None = field(default=None, init=False, repr=False)
    scores_: Scores | None = field(default=None, init=False, repr=False)
    encoder_: Encoder | None = field(default=None, init=False, repr=False)

    def fit(
        self,
        X: pd.DataFrame,
        action: object,
        outcome: object,
        propensity: object,
        customer: object = None,
        shares: object = None,
        only: tuple[str, ...] | None = None,
    ) -> Self:
        """Learn from logged decisions.

        Parameters
        ----------
        X : (n, columns) what was known; text columns are categories, NaN is missing.
        action : (n,) what was chosen, "nothing" among it. outcome : (n,) what came, any unit.
        propensity : (n,) the chance with which it was chosen, as logged.
        customer : (n,) whom a decision is about; one customer's decisions stay together. Without it each is its own.
        shares : (n, k + 1) roughly how often each action, and in the last column nothing, is chosen in such a
            situation, 0 = it cannot be; decides how much a decision tells about an action. Without it each tells as
            much about every action. It has to come from the situation, never from what was chosen in it.
        only : actions to learn about; decisions for others stay in the log. Without it all but nothing.

        Raises
        ------
        PaybenchError
            If lengths differ, a propensity is no probability, an outcome is missing, nothing was never sent or always,
            or there are fewer customers than folds.
        """
        return self.learn(Sample.of(X, action, outcome, propensity, customer, shares, only))

    def learn(self, sample: Sample) -> Self:
        """The same from decisions that were checked."""
        seeded = replace(self.outcome_model, seed=self.seed)
        self.actions = sample.actions
        self.scores_ = dr_scores(sample, seeded, self.folds, self.seed)
        self.averages_ = averages(self.scores_, self.sure)
        self.encoder_, matrix = encoded(sample.X)
        self._learn(sample, matrix, self.scores_, tuple(self.encoder_.category_positions))
        return self

    def effect(self, X: pd.DataFrame) -> Floats:
        """(n, k) effect on the outcome of each of :attr:`actions`, against sending nothing."""
        if self.encoder_ is None or self.averages_ is None:
            raise ValueError(f"This {type(self).__name__} has not learned yet; call fit first.")
        return self.averages_.believed[None, :] + self._deviation(self.encoder_.transform(X))

    def _learn(self, sample: Sample, matrix: Floats, scores: Scores, categories: tuple[int, ...]) -> None:
        """Learn how effects differ between decisions; nothing to learn here."""

    def _deviation(self, matrix: Floats) -> Floats:
        """(n, k) by how much effects differ from the average ones."""
        return np.zeros((len(matrix), len(self.actions)))


@dataclass
class MeanEffect(_Learner):
    """Every decision has the average effect of the action: the baseline that differences have to beat."""

    name: ClassVar[str] = "mean"


@dataclass
class TLearner(_Learner):
    """A LightGBM model of the outcome under each action, and under nothing; the effect is their difference.

    Attributes
    ----------
    kept_ : (k,) part of the differences between decisions that is believed.
    """

    arm_model: Grown = ARM
    name: ClassVar[str] = "t"

    arms_: tuple[Forest, ...] = field(default=(), init=False, repr=False)
    centre_: Any = field(default=None, init=False, repr=False)
    kept_: Any = field(default=None, init=False, repr=False)

    def _learn(self, sample: Sample, matrix: Floats, scores: Scores, categories: tuple[int, ...]) -> None:
        said = np.empty(scores.values.shape)
        for k in range(self.folds):
            held = scores.fold == k
            said[held] = _differences(self._arms(sample, matrix, ~held, categories), matrix[held])
        self.arms_ = self._arms(sample, matrix, np.ones(len(sample), dtype=bool), categories)
        whole = _differences(self.arms_, matrix)
        self.centre_ = _means(whole, scores.weight)
        self.kept_ = np.array(
            [
                came_true(said[:, a], scores.values[:, a], scores.weight[:, a], scores.customer, 1.0)
                for a in range(len(sample.actions))
            ]
        )

    def _arms(
        self, sample: Sample, matrix: Floats, rows: NDArray[np.bool_], categories: tuple[int, ...]
    ) -> tuple[Forest, ...]:
        grown = replace(self.arm_model, seed=self.seed)
        found = []
        for option in (*range(len(sample.actions)), NONE):
            mine = rows & (sample.option == option)
            weight = 1.0 / sample.propensity[mine]
            found.append(grown.fit(matrix[mine], sample.outcome[mine], weight / weight.mean(), categories))
        return tuple(found)

    def _deviation(self, matrix: Floats) -> Floats:
        return (_differences(self.arms_, matrix) - self.centre_) * self.kept_


@dataclass
class DRLearner(_Learner):
    """Scores of cross-fitted outcome models, regressed on what was known (Kennedy 2020, arXiv:2004.14497).

    Four layers, each of which counts as far as it came true for customers that it had not seen: the average effects;
    how much any contact does at a decision, by a ridge regression on ranks; what LightGBM adds to that; and per action
    how it differs from the others. Without an average effect, only differences that are sure count.

    Attributes
    ----------
    ridge : penalty of the regressions, see :class:`.ranked.Line`.
    kept_ : (3, k) part of each of the last three layers that is believed, by action.
    """

    effect_model: Grown = EFFECT
    ridge: float = 0.3
    name: ClassVar[str] = "dr"

    prognosis_: Forest | None = field(default=None, init=False, repr=False)
    ranks_: Ranks | None = field(default=None, init=False, repr=False)
    common_: Line | None = field(default=None, init=False, repr=False)
    trees_: Forest | None = field(default=None, init=False, repr=False)
    own_: tuple[Line, ...] = field(default=(), init=False, repr=False)
    centre_: Any = field(default=None, init=False, repr=False)
    kept_: Any = field(default=None, init=False, repr=False)

    def _learn(self, sample: Sample, matrix: Floats, scores: Scores, categories: tuple[int, ...]) -> None:
        grown, k = replace(self.effect_model, seed=self.seed), len(sample.actions)
        outcomes = replace(self.outcome_model, seed=self.seed)
        self.prognosis_ = outcomes.fit(matrix, sample.outcome, categories=categories)
        known = np.column_stack([matrix, scores.prognosis])

        self.ranks_ = Ranks.of(known, categories)
        basis = self.ranks_.basis(known)

        def forest(rows: NDArray[np.bool_], target: Floats, weight: Floats) -> Forest:
            return grown.fit(known[rows], target[rows], weight[rows], categories)

        every = np.ones(len(sample), dtype=bool)
        left = scores.values - _means(scores.values, scores.weight)
        self.kept_ = np.zeros((3, k))
        target, weight = pooled(replace(scores, values=left))
        said, self.common_ = unseen(basis, target, weight, scores.fold, self.ridge)
        assert self.averages_ is not None
        some = bool(self.averages_.believed.any())
        self.kept_[0] = (expected_true if some else came_true)(said, target, weight, scores.customer)
        target = target - self.kept_[0, 0] * said
        more = _unseen(forest, known, target, weight, scores.fold)
        self.trees_ = forest(every, target, weight)
        self.kept_[1] = came_true(more, target, weight, scores.customer)
        left -= (self.kept_[0, 0] * said + self.kept_[1, 0] * more)[:, None]
        own = []
        for a in range(k if k > 1 else 0):
            part, whole = unseen(basis, left[:, a], scores.weight[:, a], scores.fold, self.ridge)
            seen = (part, left[:, a], scores.weight[:, a], scores.customer)
            self.kept_[2, a] = expected_true(*seen, prior=0.5) if some else came_true(*seen)
            own.append(whole)
        self.own_ = tuple(own)
        self.centre_ = np.zeros(k)
        self.centre_ = _means(self._deviation(matrix), scores.weight)

    def _deviation(self, matrix: Floats) -> Floats:
        assert self.prognosis_ is not None
        assert self.common_ is not None
        assert self.ranks_ is not None
        assert self.trees_ is not None
        known = np.column_stack([matrix, self.prognosis_.predict(matrix)])
        basis = self.ranks_.basis(known)
        found = self.common_.predict(basis)[:, None] * self.kept_[0]
        if self.kept_[1].any():
            found = found + self.trees_.predict(known)[:, None] * self.kept_[1]
        for a in np.flatnonzero(self.kept_[2]):
            found[:, a] += self.own_[a].predict(basis) * self.kept_[2, a]
        return found - self.centre_


def _differences(arms: tuple[Forest, ...], matrix: Floats) -> Floats:
    """(n, k) of the models of each action, that of nothing last."""
    said = np.column_stack([arm.predict(matrix) for arm in arms])
    return said[:, :-1] - said[:, -1:]


def _means(values: Floats, weight: Floats) -> Floats:
    """(k,) means of columns by weight."""
    total = weight.sum(axis=0)
    return np.where(total > 0, (values * weight).sum(axis=0) / np.where(total > 0, total, 1.0), 0.0)


def _unseen(
    fit: Callable[[NDArray[np.bool_], Floats, Floats], Forest],
    matrix: Floats,
    target: Floats,
    weight: Floats,
    fold: NDArray[np.int64],
) -> Floats:
    """(n,) what models say that have not seen the decision's customer."""
    said = np.empty(len(target))
    for k in np.unique(fold):
        said[fold == k] = fit(fold != k, target, weight).predict(matrix[fold == k])
    return said
