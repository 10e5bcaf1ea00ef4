"""What stands beside a sentence, what a reason is in days, and how little reasons move."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.explain.attributions import attributions, days_for_certainty
from paybench.explain.reasons import (
    COUNT,
    LEAST,
    OVERDUE,
    reasons,
    reasons_detailed,
    with_overdue,
    with_overdue_detailed,
)
from paybench.explain.words import INTERNAL, WORDS
from paybench.features import all_features, open_on
from paybench.ledger import Ledger
from paybench.models.learn.bundle import CAP, DAY_BY_DAY, Bundle
from tests.explain.conftest import AS_OF


@pytest.fixture(scope="module")
def rows(book: Ledger, forest: Bundle) -> pd.DataFrame:
    return forest.seen(book, open_on(book, AS_OF))


@pytest.fixture(scope="module")
def moved(forest: Bundle, rows: pd.DataFrame) -> pd.DataFrame:
    return attributions(forest, rows)


@pytest.mark.parametrize("language", ["en", "de"])
def test_details_are_those_of_the_sentences(
    forest: Bundle, rows: pd.DataFrame, moved: pd.DataFrame, language: str
) -> None:
    averages, overdue = forest.about["averages"], -rows["days_to_due"].to_numpy().astype(np.int64)
    late = overdue > forest.grace_days
    plain = with_overdue(reasons(rows, moved, averages, late, language), overdue, forest.grace_days, language)
    told = with_overdue_detailed(
        reasons_detailed(rows, moved, averages, late, language), overdue, forest.grace_days, language
    )
    # Word for word the reasons of the score table, in their order.
    assert [[r.text for r in some] for some in told] == [[t for t in line if t] for line in plain.to_numpy()]
    theme = {n: WORDS[n].theme if n in WORDS else n for n in moved.columns}
    for i, some in enumerate(told):
        # One reason per theme, so that features that go together split none.
        assert len({r.theme for r in some}) == len(some) <= COUNT
        for r in some:
            if r.feature == OVERDUE:
                continue
            weight = moved.iloc[i][[n for n in moved.columns if n != "base" and theme[n] == r.theme]].sum()
            assert r.change == pytest.approx(weight)
            # The feature that is quoted moves the same way as its theme.
            assert np.sign(moved[r.feature].iloc[i]) == np.sign(r.change)
            assert (r.value is None) == bool(pd.isna(rows[r.feature].iloc[i]))
            assert (r.told == "") == (
                r.feature in INTERNAL or (r.feature == DAY_BY_DAY and not rows["n_settled"].iloc[i])
            )


def test_attributions_in_days_add_up_to_the_expected_delay(
    book: Ledger, forest: Bundle, rows: pd.DataFrame, moved: pd.DataFrame
) -> None:
    predicted = forest.predict(book, rows.drop(columns=DAY_BY_DAY))
    gap = days_for_certainty(predicted, forest.grace_days)
    p = predicted.later_than(forest.grace_days)
    question = (p > 0) & (p < 1)
    assert question.sum() > 50
    # From the expected delay at the base's P(late), contributions times the gap lead to the one that is said.
    base = predicted.with_later_than(forest.grace_days, moved["base"].to_numpy()).expected(CAP)
    reached = base + moved.drop(columns="base").sum(axis=1).to_numpy() * gap
    np.testing.assert_allclose(reached[question], predicted.expected(CAP)[question], rtol=0, atol=1e-6)
    # Where there is no question, no reason changes a day.
    assert (gap[~question] == 0).all()
    assert (gap >= 0).all()


def key(moved: pd.DataFrame, late: np.ndarray | None = None) -> np.ndarray:
    """(n, 3) the feature quoted by each reason, '' where there is none."""
    values = pd.DataFrame("x", index=moved.index, columns=moved.columns)
    numbers = {n: 1.0 for n in moved.columns if n in WORDS}
    told = reasons_detailed(values.assign(**numbers), moved, {}, late)
    return np.array([[r.feature for r in some] + [""] * (COUNT - len(some)) for some in told])


@given(
    st.lists(st.floats(-0.3, 0.3), min_size=12, max_size=12),
    st.lists(st.floats(-0.499, 0.499), min_size=12, max_size=12),
)
def test_reasons_change_only_where_weights_cross(weights: list[float], shift: list[float]) -> None:
    first = {WORDS[n].theme: n for n in reversed(WORDS)}
    names = list(first.values())[:12]
    was = np.array(weights)
    size = np.sort(np.append(np.abs(was), [0.0, LEAST]))
    # Moved by less than half of the smallest distance between any two of them, nothing changes place.
    moved = was + np.array(shift) * np.diff(size).min()
    now, then = (key(pd.DataFrame([w], columns=names)) for w in (moved, was))
    assert (now == then).all()


def test_the_order_of_columns_is_no_reason(rows: pd.DataFrame, moved: pd.DataFrame) -> None:
    assert (key(moved) == key(moved[moved.columns[::-1]])).all()
    # Of exact ties the catalogue's first comes first.
    tied = pd.DataFrame([[0.1, 0.1]], columns=["promises_kept", "late_share"])
    assert list(key(tied)[0]) == ["late_share", "promises_kept", ""]


def test_one_percent_of_an_input_moves_few_reasons(forest: Bundle, rows: pd.DataFrame, moved: pd.DataFrame) -> None:
    some = rows.head(150)
    late = -some["days_to_due"].to_numpy() > forest.grace_days
    was = key(moved.head(150), late)
    sets, orders = [], []
    for name in [f.name for f in all_features() if not f.category and f.name in moved]:
        now = key(attributions(forest, some.assign(**{name: some[name] * 1.01})), late)
        sets.append((np.sort(now, axis=1) != np.sort(was, axis=1)).any(axis=1).mean())
        orders.append((now != was).any(axis=1).mean())
    # Each input, moved alone by 1 %, leaves at least 98 of 100 invoices the reasons that they had, on average over all.
    assert np.mean(sets) < 0.02
    assert np.mean(orders) < 0.02
    # And it does move some, or this would measure nothing.
    assert np.max(orders) > 0
