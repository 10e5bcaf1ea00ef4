"""Ridge regression on ranks: few directions, monotone in every column, hardly anything to overfit with.

Where an effect explains a third of a percent of the scores' variance, trees find noise. Ranks keep what orders
decisions, whatever a column's unit and outliers.
"""

from __future__ import annotations

from dataclasses import dataclass

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
class Line:
    """A fitted ridge regression. coefficients, centre : one per column of the basis; the mean is left out."""

    coefficients: Floats
    centre: Floats

    @classmethod
    def fit(cls, basis: Floats, target: Floats, weight: Floats, ridge: float) -> Line:
        """Fit (n,) targets about their mean. ridge : penalty as a part of the variance of all columns together.

        So it presses as hard whether there are few columns or many that say much the same.
        """
        columns, total = basis.shape[1], weight.sum()
        if not total > 0 or not columns:
            return cls(np.zeros(columns), np.zeros(columns))
        centre = weight @ basis / total
        Z = basis - centre
        held = (Z * weight[:, None]).T
        right = held @ (target - weight @ target / total)
        inner = held @ Z
        penalty = ridge * max(float(np.trace(inner)), 1e-12 * total)
        return cls(np.linalg.solve(inner + penalty * np.eye(columns), right), centre)

    def predict(self, basis: Floats) -> Floats:
        """(n,) differences to the mean."""
        return (basis - self.centre) @ self.coefficients


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
