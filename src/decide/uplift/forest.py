"""A small, strongly regularised LightGBM model of one number, kept as its own text."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...models.learn.trees_text import check_trees

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grown:
    """How trees are grown.

    Attributes
    ----------
    trees : their number. leaves : of each. least : rows of a leaf at least. rate : of learning. ridge : L2 penalty.
    seed : of the columns that each tree may use.
    """

    trees: int = 100
    leaves: int = 8
    least: int = 40
    rate: float = 0.06
    ridge: float = 20.0
    columns: float = 0.7
    seed: int = 0

    def fit(
        self, matrix: Floats, target: Floats, weight: Floats | None = None, categories: tuple[int, ...] = ()
    ) -> Forest:
        """Grow them on (n, columns), NaN = missing, and (n,) targets; the same input grows the same trees."""
        import lightgbm

        parameters: dict[str, Any] = {
            "objective": "regression", "num_leaves": self.leaves, "min_data_in_leaf": self.least,
            "learning_rate": self.rate, "lambda_l2": self.ridge, "feature_fraction": self.columns, "seed": self.seed,
            "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1,
            "cat_smooth": 50.0, "feature_pre_filter": False,
        }  # fmt: skip
        data = lightgbm.Dataset(
            matrix, target, weight=weight, categorical_feature=list(categories), params={"verbosity": -1}
        )
        booster = lightgbm.train(parameters, data, num_boost_round=self.trees)
        return Forest(booster.model_to_string(), matrix.shape[1])


@dataclass(frozen=True)
class Forest:
    """Trees as LightGBM writes them. text : theirs. columns : that they are given."""

    text: str = field(repr=False)
    columns: int

    def predict(self, matrix: Floats) -> Floats:
        """(n,) for (n, columns)."""
        if not len(matrix):
            return np.zeros(0)
        return np.asarray(self._booster.predict(matrix, num_threads=1), dtype=np.float64)

    @cached_property
    def _booster(self) -> Any:
        import lightgbm

        try:
            check_trees(self.text, self.columns)
        except ValueError as error:
            raise PaybenchError(f"The trees of an uplift model cannot be read: {error}; learn them again.") from None
        return lightgbm.Booster(model_str=self.text)
