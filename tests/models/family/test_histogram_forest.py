"""The forest whose leaves keep histograms of days late."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from paybench.models.family.distribution import EARLIEST
from paybench.models.family.histogram_forest import HistogramForest
from tests.models.books import planted


def small(**parameters: object) -> HistogramForest:
    return HistogramForest(**{"horizon": 30, "trees": 8, **parameters})


def test_parameters_are_scikit_learns() -> None:
    model = small(leaves=31, log_target=False)
    # A copy has the parameters, and none of the fit.
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(planted()[0])


def test_the_planted_kinds_are_told_apart() -> None:
    X, y = planted()
    model = small().fit(X, y)
    two = pd.DataFrame({"kind": pd.Series(["prompt", "slow"], dtype="str"), "noise": [0.0, 0.0]})
    said = model.predict_distribution(two)
    # Each kind gets its own days: who pays on day 0 to 2 does so, who takes three weeks does not.
    assert said.later_than(2) == pytest.approx([0.0, 1.0], abs=0.05)
    assert said.later_than(24) == pytest.approx([0.0, 0.0], abs=0.05)
    # Within its days each is as spread as the truth.
    assert said.mass[1, 20 - said.first : 25 - said.first] == pytest.approx(np.full(5, 0.2), abs=0.1)
    assert model.predict(two) == pytest.approx([1.0, 22.0], abs=1.0)


def test_the_seed_decides() -> None:
    X, y = planted()
    one, same, other = (small(seed=s).fit(X, y).forest_ for s in (0, 0, 1))
    # The same seed grows the same trees, to the last letter.
    assert one.structure == same.structure
    np.testing.assert_array_equal(one.leaves, same.leaves)
    # Another seed grows others.
    assert one.structure != other.structure


def test_the_order_of_columns_is_the_fits() -> None:
    X, y = planted()
    model = small().fit(X, y)
    # Columns are found by their names.
    np.testing.assert_array_equal(
        model.predict_distribution(X[["noise", "kind"]]).mass, model.predict_distribution(X).mass
    )


def test_nothing_is_predicted_outside_of_what_was_seen() -> None:
    X, y = planted()
    model = small().fit(X, y - 7)
    said = model.predict_distribution(X.head(20))
    # The grid begins with the earliest payment and ends a year after due.
    assert said.first == -7
    assert said.last == 365
    # A median lies between them, at most at the horizon.
    assert ((model.predict(X) >= -7) & (model.predict(X) <= 30)).all()
    # Even where nobody pays.
    assert (small().fit(X, np.full(len(X), 31.0)).predict(X.head(5)) == 30).all()


def test_far_too_early_is_not_told_apart() -> None:
    X, y = planted()
    model = small().fit(X, np.where(y < 5, -400.0, y))
    # What lies before the grid is counted on its first day.
    assert model.predict_distribution(X.head(1)).first == EARLIEST
    assert model.predict(pd.DataFrame({"kind": ["prompt"], "noise": [0.0]})) == pytest.approx([EARLIEST])


def test_beyond_the_horizon_is_one_outcome() -> None:
    X, y = planted()
    # How far beyond does not matter.
    one, other = (small(horizon=10).fit(X, np.where(y > 10, far, y)).forest_ for far in (11.0, 24.0))
    assert one.structure == other.structure
    np.testing.assert_array_equal(one.leaves, other.leaves)
