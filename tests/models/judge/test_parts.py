"""Parts of the book: what is planted in one is seen there, and the parts are the whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.models.family.distribution import DaysLate
from paybench.models.judge.parts import AGE, COUNTRY, CURRENCY, LENGTH, NEW, OTHERS, SIZE, by_part
from paybench.models.judge.prediction import Prediction
from paybench.models.learn.folds import Rows
from paybench.models.learn.metrics import log_loss

N, H = 600, 19


def world(seed: int = 0) -> tuple[Rows, tuple[Prediction, Prediction]]:
    """The baseline is flat everywhere; ours knows the day in DE, is as flat in FR, and says the opposite in IT."""
    rng = np.random.default_rng(seed)
    country = np.r_[["DE"] * 300, ["FR"] * 200, ["IT"] * 90, ["XX"] * 6, ["YY"] * 4]
    y = rng.integers(0, 20, N).astype(np.float64)
    index = pd.MultiIndex.from_arrays(
        [[f"I{i}" for i in range(N)], [f"C{i % 37}" for i in range(N)], [pd.Timestamp("2024-06-01")] * N],
        names=["invoice_id", "customer_id", "as_of"],
    )
    overdue = rng.integers(-30, 40, N)
    X = pd.DataFrame(
        {
            "country": pd.Series(country, dtype="str").to_numpy(),
            "currency": "EUR",
            "n_issued": rng.integers(0, 90, N).astype(np.float64),
            "n_settled": rng.integers(0, 60, N).astype(np.float64),
            "amount_to_usual": np.where(rng.random(N) < 0.1, np.nan, rng.exponential(1, N)),
            "days_to_due": -overdue.astype(np.float64),
        },
        index=index,
    )
    labels = pd.DataFrame(
        {
            "days_late_capped": y,
            "late": (y > 0).astype(np.float64),
            "late_matures_on": pd.Timestamp("2024-06-01") + pd.to_timedelta(1 - overdue, unit="D"),
        },
        index=index,
    )
    rows = Rows(X, labels)
    flat = np.full((N, 20), 0.05)
    told = np.where(country == "DE", y, np.where(country == "IT", 19 - y, -1))
    ours = np.where(told[:, None] >= 0, 0.9 * (np.arange(20) == told[:, None]) + 0.005, flat)
    return rows, (
        Prediction.of("ours", DaysLate(0, ours), rows, 0, H),
        Prediction.of("theirs", DaysLate(0, flat), rows, 0, H),
    )


def test_what_is_planted_in_a_part_is_seen_there() -> None:
    rows, said = world()
    found = by_part(rows, said, np.zeros(N), H, opened=False).loc[COUNTRY]
    # Better, with an interval above 0, where the day is known; as good where both are flat; worse where it is wrong.
    assert found["low"]["DE"] > 0.5
    assert found.loc["FR", ["crps_skill", "low", "high"]].tolist() == [0, 0, 0]
    assert found["high"]["IT"] < 0
    assert found["mae_ours"]["DE"] == 0 < found["mae_baseline"]["DE"]
    # The most frequent comes first. Countries of few invoices are taken together, and have no interval.
    assert list(found.index) == ["DE", "FR", "IT", OTHERS]
    assert found["n"][OTHERS] == 10
    assert found.loc[OTHERS, ["low", "high", "ece"]].isna().all()


@pytest.mark.parametrize("opened", [False, True])
def test_the_parts_of_a_slice_are_the_whole(opened: bool) -> None:
    rows, said = world(1)
    found = by_part(rows, said, np.zeros(N), H, opened)
    for _, parts in found.groupby(level="slice"):
        # Every row is in one part, and losses average to those of all rows.
        assert parts["n"].sum() == N
        assert np.average(parts["crps_ours"], weights=parts["n"]) == pytest.approx(said[0].crps.mean())
        assert np.average(parts["coverage_80"], weights=parts["n"]) == pytest.approx(said[0].covered.mean())
        asked = parts[parts["asked"] > 0]
        loss = np.average(asked["log_loss_baseline"], weights=asked["asked"])
        open_question = -rows.X["days_to_due"].to_numpy() <= 0 if opened else np.ones(N, dtype=bool)
        assert parts["asked"].sum() == open_question.sum()
        assert loss == pytest.approx(log_loss(rows.late, said[1].p_late)[open_question].mean())
    # Age is a question of open invoices; one currency is no slice.
    slices = set(found.index.get_level_values("slice"))
    assert (AGE in slices) == opened
    assert CURRENCY not in slices
    assert {SIZE, LENGTH, NEW, COUNTRY} < slices
    np.testing.assert_allclose(found["crps_skill"], 1 - found["crps_ours"] / found["crps_baseline"], atol=1e-12)


def test_size_is_told_among_the_rows_of_one_origin() -> None:
    rows, said = world(2)
    origin = np.repeat([0.0, 1.0], N // 2)
    grown = Rows(rows.X.assign(n_issued=rows.X["n_issued"] + 1000 * origin), rows.labels)
    sizes = [by_part(r, said, origin, H, opened=False).loc[SIZE] for r in (rows, grown)]
    # That all have grown until the second origin makes nobody large.
    pd.testing.assert_frame_equal(*sizes)
    assert (sizes[0]["n"] > 150).all()


def test_new_customers_and_late_invoices_are_where_they_belong() -> None:
    rows, said = world(3)
    found = by_part(rows, said, np.zeros(N), H, opened=True)
    assert found.loc[(NEW, "new"), "n"] == (rows.X["n_settled"] == 0).sum() == found.loc[(LENGTH, "none"), "n"]
    overdue = -rows.X["days_to_due"]
    assert found.loc[(AGE, "not due yet"), "n"] == (overdue <= 0).sum()
    assert found.loc[(AGE, "8 to 30"), "n"] == ((overdue >= 8) & (overdue <= 30)).sum()
    # Of invoices that are late already nobody asks whether they will be.
    assert found.loc[(AGE, "8 to 30"), "asked"] == 0
    assert np.isnan(found.loc[(AGE, "8 to 30"), "late"])
