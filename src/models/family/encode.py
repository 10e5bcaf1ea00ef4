"""Feature tables as the float matrix that LightGBM sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError


@dataclass(frozen=True)
class Encoder:
    """Column names in their order, and for each category column its known values.

    A value that was not there in training becomes missing, and :meth:`unseen` says so.
    """

    columns: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]

    @classmethod
    def fit(cls, X: pd.DataFrame) -> Encoder:
        """Learn columns and categories from the training rows only."""
        text = [str(c) for c in X.columns if not pd.api.types.is_numeric_dtype(X[c])]
        return cls(
            tuple(map(str, X.columns)),
            {c: tuple(sorted(X[c].dropna().astype(str).unique())) for c in text},
        )

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """(n, columns) float64, category values as their number, NaN for missing and unseen.

        Raises
        ------
        PaybenchError
            If a column is missing.
        """
        missing = [c for c in self.columns if c not in X.columns]
        if missing:
            raise PaybenchError(
                f"The feature table lacks {', '.join(missing)}, which the model was trained with; "
                "build it with this version of paybench, or train again."
            )
        matrix = np.empty((len(X), len(self.columns)))
        for j, name in enumerate(self.columns):
            if name in self.categories:
                code = pd.Index(self.categories[name]).get_indexer(pd.Index(X[name].astype("str")))
                matrix[:, j] = np.where(code < 0, np.nan, code)
            else:
                matrix[:, j] = X[name].to_numpy(dtype=np.float64)
        return matrix

    def unseen(self, X: pd.DataFrame) -> NDArray[np.bool_]:
        """(n,) whether a row has a category value that training did not know."""
        flags = np.zeros(len(X), dtype=bool)
        for name, known in self.categories.items():
            flags |= (X[name].notna() & ~X[name].astype("str").isin(known)).to_numpy()
        return flags

    @property
    def category_positions(self) -> list[int]:
        """Positions of the category columns."""
        return [j for j, name in enumerate(self.columns) if name in self.categories]
