"""The list of features, and adding one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.features import all_features, at_issue, catalogue, feature, forget, missing_flags, missing_reasons
from paybench.features.kernel.moment import Moment
from paybench.features.kernel.streams import Floats, Ints
from paybench.ledger import Ledger
from paybench.simulate import simulate


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(30, 12, seed=2).ledger


def test_what_the_catalogue_says_is_so(book: Ledger) -> None:
    X, said = at_issue(book), catalogue().set_index("name")
    # The columns are the catalogue, in its order.
    assert list(X) == list(said.index)
    # Every family that the plan names is there, and each feature has one sentence.
    families = {"terms", "calendar", "age", "history", "exposure", "contacts", "conversations"}
    assert set(said["family"]) == families
    assert said["sentence"].str.endswith(".").all()
    assert not said["sentence"].duplicated().any()
    # What is said never to be missing never is; types are as said.
    assert X[said.index[said["missing"] == "never missing"]].notna().all().all()
    assert (X.dtypes.astype(str).replace("str", "category") == said["dtype"]).all()
    # Counts and sums over nothing are 0, means over nothing are missing.
    assert (X.loc[X["n_settled"] == 0, ["open_count", "contacts_90"]] >= 0).all().all()
    assert X.loc[X["n_settled"] == 0, "days_late_mean"].isna().all()


def test_a_feature_is_one_function_with_one_line(book: Ledger) -> None:
    @feature("days", missing="the customer never wrote")
    def silence(at: Moment) -> Floats:
        """Days since the customer last wrote.

        as_of - the latest received_on
        """
        return at.at - at.dealings.messages.latest("day")

    try:
        X = at_issue(book)
        # It is a column behind all others, and says the same as the one that is there already.
        assert list(X)[-1] == "silence"
        pd.testing.assert_series_equal(X["silence"], X["days_since_message"], check_names=False)
        assert catalogue().iloc[-1]["formula"] == "as_of - the latest received_on"
    finally:
        forget("silence")
    assert "silence" not in at_issue(book)


def test_a_feature_without_a_sentence_is_refused() -> None:
    def silence(at: Moment) -> Ints:
        return at.at

    with pytest.raises(PaybenchError, match="The feature 'silence' has no docstring; say in one sentence"):
        feature("days")(silence)
    with pytest.raises(PaybenchError, match="There is no feature 'silence'"):
        forget("silence")


def test_flags_say_what_is_missing(book: Ledger) -> None:
    X = at_issue(book)
    flags = missing_flags(X)
    # One column of 0 and 1 for each reason, on the same rows.
    assert flags.index.equals(X.index)
    assert set(np.unique(flags)) <= {0.0, 1.0}
    assert len(flags.columns) == len({f.missing for f in all_features() if f.missing})
    # A feature is missing exactly where the flag of its reason is up.
    flag = {reason: name for name, reason in missing_reasons(X).items()}
    assert list(flag.values()) == list(flags)
    for f in all_features():
        if f.missing:
            np.testing.assert_array_equal(X[f.name].isna(), flags[flag[f.missing]] == 1)
