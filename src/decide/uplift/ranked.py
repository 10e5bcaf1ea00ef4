"""Ridge regression on ranks: few directions, monotone in every column, hardly anything to overfit with.

Where an effect explains a third of a percent of the scores' variance, trees find noise. Ranks keep what orders
decisions, whatever a column's unit and outliers.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

POINTS = 65
"""Quantiles that a column's ranks are read off."""


@dataclass(frozen=True)
class Ranks:
    """How columns become ranks.

    Attributes
    ----------
    quantiles : of each column, ascending; of a category column its values, each of which is a column of 0 and 1.
    categories : positions of these.
    """

    quantiles: tuple[Floats, ...]
    categories: tuple[int, ...]

    @classmethod
    def of(cls, matrix: Floats, categories: tuple[int, ...]) -> Ranks:
        """Those of (n, columns), NaN = missing."""
        return cls(tuple(_known(matrix[:, j], j in categories) for j in range(matrix.shape[1])), categories)

    def basis(self, matrix: Floats) -> Floats:
        """(n, numbers) ranks from -1 to 1, 0 where missing; of categories a column for each known value."""
        found = []
        for j, points in enumerate(self.quantiles):
            column = matrix[:, j]
            if j in self.categories:
                found += [(column == value).astype(np.float64) for value in points]
            elif len(points):
                # Of equal quantiles the middle: what many rows share has the rank of its middle.
                low, high = np.searchsorted(points, column, "left"), np.searchsorted(points, column, "right")
                rank = np.where(high > low, (low + high - 1) / 2, _between(points, column, low))
                found.append(np.where(np.isnan(column), 0.0, 2.0 * rank / (len(points) - 1) - 1.0))
        return np.column_stack(found) if found else np.zeros((len(matrix), 0))


@dataclass(frozen=True)
class Moments:
    """Sums over rows, from which a regression follows: those of several parts add up.

    Attributes
    ----------
    total, target : sums of weight, and of weight x target. basis, both : (columns,) of weight x basis, and x target.
    inner : (columns, columns) of weight x basis x basis.
    """

    total: float
    target: float
    basis: Floats
    both: Floats
    inner: Floats

    @classmethod
    def of(cls, basis: Floats, target: Floats, weight: Floats) -> Moments:
        """Those of (n, columns), (n,) and (n,); rows without weight are not looked at."""
        some = weight > 0
        if not some.all():
            basis, target, weight = basis[some], target[some], weight[some]
        root = np.sqrt(weight)
        X, y = basis * root[:, None], target * root
        return cls(float(weight.sum()), float(root @ y), root @ X, X.T @ y, X.T @ X)

    def __add__(self, other: Moments) -> Moments:
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return Moments(*(one + another for one, another in pairs))

    def line(self, ridge: float) -> Line:
        """The regression, see :meth:`Line.fit`."""
        columns = len(self.basis)
        if not self.total > 0 or not columns:
            return Line(np.zeros(columns), np.zeros(columns))
        centre = self.basis / self.total
        right = self.both - centre * self.target
        inner = self.inner - np.outer(centre, self.basis)
        penalty = ridge * max(float(np.trace(inner)), 1e-12 * self.total)
        found = np.linalg.solve(inner + penalty * np.eye(columns), right)
        return Line(np.asarray(found, dtype=np.float64), centre)


@dataclass(frozen=True)
class Line:
    """A fitted ridge regression. coefficients, centre : one per column of the basis; the mean is left out."""

    coefficients: Floats
    centre: Floats

    @classmethod
    def fit(cls, basis: Floats, target: Floats, weight: Floats, ridge: float) -> Line:
        """Fit (n,) targets about their mean. ridge : penalty as a part of the variance of all columns together.

        So it presses as hard whether there are few columns or many that say much the same.
        """
        return Moments.of(basis, target, weight).line(ridge)

    def predict(self, basis: Floats) -> Floats:
        """(n,) differences to the mean."""
        return (basis - self.centre) @ self.coefficients


def unseen(basis: Floats, target: Floats, weight: Floats, fold: NDArray[np.int64], ridge: float) -> tuple[Floats, Line]:
    """(n,) what lines say that were fitted on the other folds, and the line of all rows; each row is read once."""
    rows = [fold == k for k in np.unique(fold)]
    parts = [Moments.of(basis[mine], target[mine], weight[mine]) for mine in rows]
    said = np.zeros(len(target))
    for k, mine in enumerate(rows):
        others = parts[:k] + parts[k + 1 :]
        if others:
            said[mine] = reduce(add, others).line(ridge).predict(basis[mine])
    return said, reduce(add, parts).line(ridge)


def _between(points: Floats, column: Floats, above: NDArray[np.intp]) -> Floats:
    """Rank of what lies between two quantiles, by where it lies."""
    high = np.clip(above, 1, len(points) - 1)
    left, right = points[high - 1], points[high]
    with np.errstate(invalid="ignore"):
        return high - 1 + np.clip((column - left) / np.where(right > left, right - left, 1.0), 0.0, 1.0)


def _known(column: Floats, category: bool) -> Floats:
    there = column[np.isfinite(column)]
    if category:
        return np.unique(there)
    if not len(there) or there.min() == there.max():
        return np.zeros(0)
    return np.quantile(there, np.linspace(0.0, 1.0, POINTS))
