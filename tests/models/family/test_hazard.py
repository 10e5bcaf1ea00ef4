"""The daily hazard: what its columns are, and that the slow and the unpaid teach it, too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from paybench.features import Habits, at_issue, features_at, habits, labels, landmark_rows
from paybench.ledger import Ledger, as_of, settle
from paybench.models.family import daily
from paybench.models.family.hazard import Hazard
from tests.laws.messy import messy_book

H = 30
AT = pd.Timestamp("2024-06-03")


def planted(n: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Invoices due 10 days after as_of; the prompt pay on day 0 to 2, the slow on day 20 to 24."""
    rng = np.random.default_rng(seed)
    slow = rng.random(n) < 0.5
    index = pd.MultiIndex.from_arrays(
        [[f"i{k}" for k in range(n)], ["c"] * n, [AT] * n], names=["invoice_id", "customer_id", "as_of"]
    )
    kind = pd.Series(np.where(slow, "slow", "prompt"), dtype="str").to_numpy()
    X = pd.DataFrame(
        {"kind": pd.array(kind, dtype="str"), "days_to_due": 10.0, "days_since_payment": np.nan}, index=index
    )
    return X, np.where(slow, rng.integers(20, 25, n), rng.integers(0, 3, n)).astype(np.float64)


def strangers(n: int, first: int = -10) -> Habits:
    days = H + 2 - first
    return Habits(first, *(np.zeros((n, width), dtype=np.float32) for width in (days, days, 7, 31)))


def pooled(y: np.ndarray, first: int = -10) -> np.ndarray:
    counts = np.bincount((np.minimum(y, H + 1) - first).astype(int), minlength=H + 2 - first) + 0.01
    return counts / counts.sum()


def small(**parameters: object) -> Hazard:
    return Hazard(**{"horizon": H, "rounds": 60, "learning_rate": 0.2, "min_leaf": 20, "leaves": 7, **parameters})


def test_the_planted_kinds_are_told_apart() -> None:
    X, y = planted(600)
    model = small().fit(X, y, np.full(600, 1e6), strangers(600), pooled(y))
    two = X.iloc[[int(np.argmax(X["kind"] == kind)) for kind in ("prompt", "slow")]]
    said = model.predict_distribution(two, strangers(2))
    assert said.later_than(2) == pytest.approx([0.0, 1.0], abs=0.05)
    assert said.later_than(24) == pytest.approx([0.0, 0.0], abs=0.05)
    assert said.mass[1, 20 - said.first : 25 - said.first] == pytest.approx(np.full(5, 0.2), abs=0.1)


def test_what_is_not_paid_yet_is_no_quick_payer() -> None:
    X, y = planted(2000)
    # Of the slow nearly all are still unpaid when the book is cut, 21 days after their due date.
    seen = np.full(2000, 20.0)
    known = np.where(y <= seen, y, np.nan)
    share = float(np.mean(y > 2))
    model = small().fit(X.assign(kind="one"), known, seen, strangers(2000), pooled(np.nan_to_num(known, nan=H + 1)))
    said = model.predict_distribution(X.assign(kind="one").iloc[:1], strangers(1))
    assert said.later_than(2) == pytest.approx([share], abs=0.03)
    # Who trains on what is settled only, learns that everybody is prompt.
    paid = np.flatnonzero(~np.isnan(known))
    some = X.assign(kind="one").iloc[paid]
    biased = small().fit(some, known[paid], seen[paid], strangers(len(paid)), pooled(known[paid]))
    assert biased.predict_distribution(some.iloc[:1], strangers(1)).later_than(2)[0] < share - 0.2


def test_nothing_lies_before_as_of_and_everything_adds_up() -> None:
    X, y = planted(300)
    model = small(rounds=10).fit(X, y, np.full(300, 1e6), strangers(300), pooled(y))
    begin = np.array([40, 10, -5, -29, -31, -400])
    said = model.predict_distribution(X.iloc[:6].assign(days_to_due=begin.astype(float)), strangers(6))
    day = np.arange(said.first, said.last + 1)
    assert np.all(said.mass[day[None, :] < np.minimum(-begin, H + 1)[:, None]] == 0)
    assert said.mass.sum(axis=1) + said.never == pytest.approx(np.ones(6))
    # An invoice whose horizon is over is in the tail.
    assert said.later_than(H) == pytest.approx([*said.later_than(H)[:4], 1.0, 1.0])


def test_the_seed_decides() -> None:
    X, y = planted(300)
    texts = [
        clone(small(seed=seed)).fit(X, y, np.full(300, 1e6), strangers(300), pooled(y)).curve_.text
        for seed in (0, 0, 1)
    ]
    assert texts[0] == texts[1] != texts[2]


@pytest.fixture(scope="module")
def book() -> Ledger:
    return messy_book(customers=25, months=12, seed=5)


def test_habits_are_those_of_the_cut_book(book: Ledger) -> None:
    rows = landmark_rows(book).sample(120, random_state=1).reset_index(drop=True)
    found = habits(book, rows, -20, H + 1)
    for i, row in enumerate(rows.itertuples()):
        facts = settle(as_of(book, row.as_of))
        mine = facts[(facts["customer_id"] == row.customer_id) & facts["settled_on"].notna() & ~facts["cancelled"]]
        bins = np.clip(mine["days_late"].to_numpy(dtype=int), -20, H + 1) + 20
        age = (row.as_of - mine["settled_on"]).dt.days.to_numpy()
        np.testing.assert_array_equal(found.days_late[i], np.bincount(bins, minlength=H + 22))
        np.testing.assert_allclose(found.lately[i], np.bincount(bins, 0.5 ** (age / 45), H + 22), rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(found.weekday[i], np.bincount(mine["settled_on"].dt.day_of_week, minlength=7))
        np.testing.assert_array_equal(found.month_day[i], np.bincount(mine["settled_on"].dt.day - 1, minlength=31))


def test_columns_of_a_day_are_what_a_person_computes(book: Ledger) -> None:
    X = at_issue(book).sample(60, random_state=2)
    past, everybody = habits(book, X, -20, H + 1), np.full(H + 22, 1 / (H + 22))
    asked = daily.at_risk(-X["days_to_due"].to_numpy(dtype=np.int64).clip(max=20), np.full(60, H))
    table = pd.DataFrame(daily.columns(X, past, everybody, asked), columns=list(daily.NAMES))
    for k in np.random.default_rng(0).integers(0, len(table), 200):
        i, late, said = asked.row[k], int(asked.day[k]), table.iloc[k]
        date = X.index[i][2] + pd.Timedelta(days=int(X["days_to_due"].iloc[i]) + late)
        assert said["day"] == late
        assert said["elapsed"] == (date - X.index[i][2]).days
        assert (said["weekday"], said["month_day"]) == (date.weekday(), date.day - 1)
        assert said["to_month_end"] == (date + pd.offsets.MonthBegin(1) - date).days
        assert said["since_payment"] == pytest.approx(X["days_since_payment"].iloc[i] + said["elapsed"], nan_ok=True)
        week = past.weekday[i]
        usual = (1.0 if date.weekday() < 5 else 0.3) / 5.6
        assert said["weekday_share"] == pytest.approx((week[date.weekday()] + 5 * usual) / (week.sum() + 5), rel=1e-5)
        beside = sum(past.month_day[i][(date.day - 1 + d) % 31] for d in (-1, 0, 1))
        assert said["month_day_share"] == pytest.approx((beside + 15 / 31) / (past.month_day[i].sum() + 5), rel=1e-5)
        for name, strength, counts in (("usual", 4, past.days_late[i]), ("lately", 2, past.lately[i])):
            share = (counts + strength * everybody) / (counts.sum() + strength)
            still = share[late + 20 :].sum()
            assert said[name] == pytest.approx(share[late + 20] / still, rel=1e-4)
            if 0 < late + 20 < H + 21:
                assert said[f"{name}_about"] == pytest.approx(share[late + 19 : late + 22].mean() / still, rel=1e-4)


def test_the_future_changes_no_prediction(book: Ledger) -> None:
    rows = landmark_rows(book, until="2024-09-02")
    rows = rows[labels(book, rows, "2024-09-02", H)["due_on"].notna().to_numpy()].reset_index(drop=True)
    X = features_at(book, rows)
    known = labels(book, X, "2024-09-02", H)
    seen = (pd.Timestamp("2024-09-02") - known["due_on"]).dt.days.to_numpy(dtype=float) - 1
    past = habits(book, X, -20, H + 1)
    y = np.nan_to_num(known["days_late"].clip(-20).to_numpy(dtype=float), nan=H + 1)
    model = small(rounds=10).fit(X, known["days_late"].to_numpy(dtype=float), seen, past, pooled(y, -20))
    some = rows[rows["as_of"] == rows["as_of"].mode()[0]]
    cut = as_of(book, some["as_of"].iloc[0])
    own = book.invoices[book.invoices["invoice_id"].isin(some["invoice_id"])]
    cut = cut.with_tables({"invoices": pd.concat([cut.invoices, own]).drop_duplicates("invoice_id")})
    whole, alone = (
        model.predict_distribution(features_at(b, some), habits(b, some, -20, H + 1)).mass for b in (book, cut)
    )
    np.testing.assert_allclose(whole, alone, rtol=1e-6)


def test_payment_before_the_first_day_is_payment_by_then() -> None:
    X, y = planted(600)
    X["days_to_due"] = 60.0
    prompt = (X["kind"] == "prompt").to_numpy()
    y = np.where(prompt, -30.0, y)
    model = small().fit(X, y, np.full(600, 1e6), strangers(600), pooled(np.maximum(y, -10)))
    two = X.iloc[[int(np.argmax(prompt)), int(np.argmax(~prompt))]]
    # Days are told apart from day -10 on; who pays on day -30 has paid by then.
    assert model.predict_distribution(two, strangers(2)).mass[:, 0] == pytest.approx([1.0, 0.0], abs=0.05)
