"""What scikit-learn asks of every estimator, in one place: tables are checked, and remembered by their columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

Floats = NDArray[np.float64]


class Checked:
    """Mixin of estimators of feature tables; goes to the left of scikit-learn's own.

    X may be a DataFrame, whose text columns are categories, or anything that makes a matrix of numbers; what is missing
    is NaN. y must be there for every row.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.allow_nan = True
        tags.target_tags.required = True
        return tags

    def _learn(self, X: object, y: object, least: int = 1) -> tuple[pd.DataFrame, NDArray[Any]]:
        """The table and the outcomes to fit to, and n_features_in_ (and feature_names_in_) from them.

        Raises
        ------
        ValueError
            If X has no or too few rows, is no table, or y is missing, not finite, or of another length.
        """
        table = self._table(X, reset=True, least=least)
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None; give one per row."
            )
        outcome = column_or_1d(y, warn=True)
        if outcome.dtype.kind in "fc" and not np.isfinite(outcome).all():
            raise ValueError("Input y contains NaN or infinity; leave out rows whose outcome is not known.")
        if len(outcome) != len(table):
            raise ValueError(f"X has {len(table)} rows and y {len(outcome)}: inconsistent numbers of samples.")
        return table, outcome

    def _table(self, X: object, reset: bool = False, least: int = 1) -> pd.DataFrame:
        """The table to predict of (or to fit to); named columns may come in any order, and are put into the fit's."""
        if not reset:
            check_is_fitted(self)
        if isinstance(X, pd.DataFrame) and all(isinstance(name, str) for name in X.columns):
            if not reset and set(X.columns) == set(known := list(getattr(self, "feature_names_in_", []))):
                X = X[known]
            validate_data(self, X, reset=reset, skip_check_array=True)
            if reset and len(X) < least:
                raise ValueError(f"Found array with {len(X)} sample(s) while a minimum of {least} is required.")
            if not any(X[name].dtype == object for name in X.columns):
                return X
        found = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=least
        )
        names = getattr(self, "feature_names_in_", [f"x{j}" for j in range(found.shape[1])])
        return pd.DataFrame(found, columns=list(names))


class WholeDays(Checked, RegressorMixin):
    """Mixin of regressors that say whole days, and do not tell days beyond the horizon apart: R2 is not their aim."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags
