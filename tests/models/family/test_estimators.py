"""scikit-learn's own checks of every estimator; what one cannot pass by design is listed with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from paybench.models.family.baseline import Baseline
from paybench.models.family.days import DaysDirect
from paybench.models.family.hazard import Hazard
from paybench.models.family.histogram_forest import HistogramForest
from paybench.models.family.late import LateDirect
from paybench.models.family.timing import Timing
from paybench.models.family.views import Days, Late
from tests.models.books import planted

_DAYS = "its y is days late, a number, and not the classes that it predicts: late is made of it by the days of grace"
EXPECTED: dict[str, dict[str, str]] = {
    "Late": dict.fromkeys(
        (
            "check_classifiers_classes",
            "check_classifiers_regression_target",
            "check_classifier_not_supporting_multiclass",
        ),
        _DAYS,
    )
}

WITHOUT_DATA = {
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_estimators_unfitted",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
}
"""What can be asked of an estimator that takes more than X and y."""


def _expected(estimator: BaseEstimator) -> dict[str, str]:
    return EXPECTED.get(type(estimator).__name__, {})


@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [LateDirect(), DaysDirect(), HistogramForest(), Late(), Days(), Timing()], expected_failed_checks=_expected
)
def test_it_is_an_estimator_of_scikit_learn(estimator: BaseEstimator, check: Callable[[Any], None]) -> None:
    check(estimator)


@pytest.mark.parametrize(
    "estimator",
    [
        Baseline(),  # looks up in a ledger what the customer of each row did: numbers alone name no customer
        Hazard(),  # learns from lives, watched for so long, beside the habits of customers: a row is no invoice
    ],
    ids=["Baseline", "Hazard"],
)
@pytest.mark.filterwarnings("ignore")  # those of the checks that fail
def test_what_takes_more_than_a_matrix_is_one_as_far_as_can_be_asked(estimator: BaseEstimator) -> None:
    found = check_estimator(estimator, on_fail=None, on_skip=None)
    passed = {result["check_name"] for result in found if result["status"] == "passed"}
    assert passed >= WITHOUT_DATA


@pytest.mark.parametrize(
    "model", [LateDirect(rounds=20), DaysDirect(rounds=20), HistogramForest(), Late(grace_days=10), Days()]
)
def test_a_table_with_categories_and_gaps_is_as_good_as_a_matrix(model: Any) -> None:
    X, y = planted()
    X.loc[::7, "noise"] = np.nan
    outcome = (y > 10).astype(int) if isinstance(model, LateDirect) else y
    fitted = clone(model).fit(X, outcome)
    # Columns are remembered by their names, in their order.
    assert list(fitted.feature_names_in_) == list(X.columns)
    assert fitted.n_features_in_ == 2
    # Slow payers are told from prompt ones by their category.
    said = fitted.predict(X)
    slow = (X["kind"] == "slow").to_numpy()
    assert said[slow].mean() > said[~slow].mean() + 0.5
    # A table of other columns is refused, and so is a row whose outcome is not known.
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(X.rename(columns={"noise": "other"}))
    with pytest.raises(ValueError, match="y contains NaN"):
        clone(model).fit(X, pd.Series(np.where(np.arange(len(y)) == 3, np.nan, y)))
