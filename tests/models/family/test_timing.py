"""One distribution from a hazard and a classifier, and its views."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from paybench.features import habits
from paybench.models.family.hazard import Hazard
from paybench.models.family.late import LateDirect
from paybench.models.family.timing import Timing
from paybench.models.family.views import Days, Late
from paybench.models.learn.folds import Book, Rows
from paybench.models.learn.tune import fitted
from tests.models.books import planted


def small(**parameters: object) -> Timing:
    hazard = Hazard(rounds=60, learning_rate=0.2, min_leaf=20, leaves=7)
    return Timing(**{"horizon": 30, "hazard": hazard, "late": LateDirect(rounds=100), **parameters})


def test_parameters_are_scikit_learns() -> None:
    model = small(grace_days=3).set_params(hazard__leaves=5, late__rounds=7)
    # A copy has the parameters, those of the parts too, and none of the fit.
    copy = clone(model)
    assert (copy.get_params()["hazard__leaves"], copy.get_params()["late__rounds"]) == (5, 7)
    with pytest.raises(NotFittedError):
        copy.predict(planted()[0])


def test_a_plain_table_will_do() -> None:
    X, y = planted()
    model = small(grace_days=5).fit(X, y)
    two = pd.DataFrame({"kind": pd.Series(["prompt", "slow"], dtype="str"), "noise": [0.0, 0.0]})
    said = model.predict_distribution(two)
    assert said.later_than(5) == pytest.approx([0.0, 1.0], abs=0.05)
    assert model.predict(two) == pytest.approx([1.0, 22.0], abs=1.0)
    # What was given is not changed.
    assert model.hazard.get_params()["horizon"] == 60


def test_one_class_leaves_the_hazard_alone() -> None:
    X, y = planted()
    model = small(grace_days=25).fit(X, y)
    assert model.late_ is None
    assert model.predict_distribution(X.head(5)).later_than(25) == pytest.approx(np.zeros(5), abs=0.02)
    with pytest.raises(ValueError, match="1 sample.* while a minimum of 2 is required"):
        small().fit(X.head(1), y[:1])


def test_a_question_that_was_open_and_is_answered_trains_the_classifier(book: Book) -> None:
    lives = book.lives(book.at)
    grace, begin = book.ledger.grace_days, -lives.X["days_to_due"].to_numpy()
    rows: list[int] = []

    class Counting(LateDirect):
        def fit(self, X: pd.DataFrame, y: pd.Series | np.ndarray) -> LateDirect:
            rows.append(len(X))
            return super().fit(X, y)

    Timing(book.H, grace, late=Counting(rounds=1)).fit_late(lives.X, lives.days_late, lives.seen)
    # Issued in time to be asked, and its grace over by the calendar, paid or not.
    assert rows == [int(((begin <= grace) & (lives.seen >= grace)).sum())]
    assert np.isnan(lives.days_late[(begin <= grace) & (lives.seen >= grace)]).any()


def test_lives_are_what_was_known(book: Book) -> None:
    origin = book.origins(1)[0]
    lives = book.lives(origin)
    index = lives.X.index.to_frame(index=False)
    assert (index["as_of"] < origin).all()
    assert not index.duplicated(["invoice_id", "as_of"]).any()
    # Whoever was open at its landmark, and what it did until the origin, not after it.
    due = index["as_of"] + pd.to_timedelta(lives.X["days_to_due"].to_numpy(), unit="D")
    paid = due + pd.to_timedelta(lives.days_late, unit="D")
    assert (paid.dropna() < origin).all()
    assert (paid[paid.notna()] >= index["as_of"][paid.notna()]).all()
    assert lives.seen == pytest.approx((origin - due).dt.days - 1)


def test_it_beats_what_everybody_does(book: Book) -> None:
    origin = book.origins(1, 0.3)[0]
    model, later = fitted(book, origin, {"hazard__rounds": 40, "late__rounds": 40}, seed=0), book.issued_in(origin)
    X = later.X
    said = model.predict_distribution(X, habits(book.cut, X, model.hazard_.curve_.first, book.H + 1))
    everybody = model.hazard_.curve_.pooled
    same = type(said)(said.first, np.tile(everybody[:-1], (len(X), 1)))
    assert said.crps(later.y, book.H).mean() < 0.9 * same.crps(later.y, book.H).mean()


def test_the_views_say_what_the_distribution_says(rows: Rows) -> None:
    X, y = rows.X.head(300), rows.y[:300]
    said = small(grace_days=3).fit(X, y).predict_distribution(X)
    late = Late(small(), grace_days=3).fit(X, y)
    # The classifier is P(late) of the distribution, the two classes together certain.
    assert late.predict_proba(X)[:, 1] == pytest.approx(said.later_than(3))
    assert late.predict_proba(X).sum(axis=1) == pytest.approx(np.ones(len(X)))
    assert set(late.predict(X)) <= {0, 1}
    days = Days(small(grace_days=3)).fit(X, y)
    # The regressor is its median, within the central interval.
    assert days.predict(X) == pytest.approx(np.fmin(said.quantile(0.5), 30.0))
    interval = np.fmin(days.predict_interval(X, 0.8), 30.0)
    assert ((interval[:, 0] <= days.predict(X)) & (days.predict(X) <= interval[:, 1])).all()


def test_fitting_a_view_leaves_its_parameter_alone() -> None:
    X, y = planted(60)
    shared = small()
    late = Late(shared).fit(X, y)
    before = late.predict_proba(X)
    Days(shared).fit(X, y + 5)
    # Two views that were given one estimator do not disturb each other.
    assert late.predict_proba(X) == pytest.approx(before)
