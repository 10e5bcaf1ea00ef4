"""Feature tables as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.models.family.encode import Encoder

X = pd.DataFrame(
    {"amount": [1.5, np.nan, 3.0], "country": pd.Series(["NL", "DE", None], dtype="str"), "count": [1, 2, 3]}
)


def test_numbers_stay_and_names_become_numbers() -> None:
    encoder = Encoder.fit(X)
    matrix = encoder.transform(X)
    # Numbers pass through, missing as missing; category values are numbered in their order.
    np.testing.assert_array_equal(matrix, [[1.5, 1, 1], [np.nan, 0, 2], [3.0, np.nan, 3]])
    assert encoder.category_positions == [1]


def test_the_order_of_training_rows_does_not_matter() -> None:
    # The same values get the same numbers.
    assert Encoder.fit(X) == Encoder.fit(X.iloc[::-1])


def test_columns_are_found_by_name() -> None:
    encoder = Encoder.fit(X)
    shuffled = X[["count", "country", "amount"]].assign(more=1.0)
    # Another order of columns, or one column more, changes nothing.
    np.testing.assert_array_equal(encoder.transform(shuffled), encoder.transform(X))


def test_a_missing_column_is_named() -> None:
    # The error says which.
    with pytest.raises(PaybenchError, match="lacks amount, which the model was trained with"):
        Encoder.fit(X).transform(X.drop(columns="amount"))


def test_an_unseen_value_is_missing_and_told() -> None:
    encoder = Encoder.fit(X)
    new = X.assign(country=pd.Series(["FR", "NL", None], dtype="str"))
    # What training did not know is missing to the model, and flagged; a missing value is not unseen.
    assert np.isnan(encoder.transform(new)[0, 1])
    np.testing.assert_array_equal(encoder.unseen(new), [True, False, False])
    assert not encoder.unseen(X).any()


def test_a_column_without_any_value() -> None:
    empty = X.assign(country=pd.Series([None, None, None], dtype="str"))
    encoder = Encoder.fit(empty)
    # Nothing to know: missing everywhere, and every later value is unseen.
    assert np.isnan(encoder.transform(empty)[:, 1]).all()
    np.testing.assert_array_equal(encoder.unseen(X), [True, True, False])


def test_no_rows() -> None:
    # A matrix without rows keeps its columns.
    assert Encoder.fit(X).transform(X.iloc[:0]).shape == (0, 3)
