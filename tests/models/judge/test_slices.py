"""Slices of the book: parts that add up to the whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.models.judge.compare import EMPIRICAL, MODEL
from paybench.models.judge.slices import LARGE, OTHERS, THIRDS, parts, slices
from paybench.models.learn.metrics import log_loss


def test_the_parts_of_a_slice_are_the_whole() -> None:
    rows = _rows(600)
    table = slices(rows)
    late = rows["late"].to_numpy()
    for _, own in table.groupby("slice", sort=False):
        # Every row is in one part, and the parts' losses average to the loss of all.
        assert own["n"].sum() == len(rows)
        for column, model in (("ours", MODEL), ("baseline", EMPIRICAL)):
            whole = log_loss(late, rows[f"p: {model}"].to_numpy()).mean()
            assert np.average(own[column], weights=own["n"]) == pytest.approx(whole)
        assert np.average(own["late"], weights=own["n"]) == pytest.approx(late.mean())
    assert table["skill"].to_numpy() == pytest.approx(1 - table["ours"].to_numpy() / table["baseline"].to_numpy())


def test_parts_are_in_their_order_and_say_what_is_not_known() -> None:
    table = slices(_rows(600))
    history = table.loc["settled invoices of the customer"].index
    assert list(history) == ["none", "1 to 5", "6 to 20", "21 to 50", "more than 50"]
    size = table.loc["amount against the customer's usual"]
    assert list(size.index) == ["lowest third", "middle third", "highest third", "no usual amount yet"]
    assert size["n"].iloc[:3].max() - size["n"].iloc[:3].min() <= 1

    # A part without a row is left out.
    assert "none" not in slices(_rows(600).query("n_settled > 0")).loc["settled invoices of the customer"].index


def test_every_row_is_in_one_part_of_every_slicing() -> None:
    rows = _rows(1800).assign(
        amount=np.arange(1800.0),
        currency=pd.Series(np.where(np.arange(1800) < 900, "EUR", "USD"), dtype="str"),
        country=pd.Series(np.where(np.arange(1800) < LARGE, "DE", "FR"), dtype="str").where(np.arange(1800) < 1750),
        terms_days=np.where(np.arange(1800) < 1200, 30.0, 14.0),
        late_share=np.where(np.arange(1800) < 10, np.nan, 0.5),
        overdue_count=np.arange(1800.0) % 3,
        contacts_90=0.0,
    )
    found = parts(rows)
    assert len(found) == 9
    for part in found.values():
        # None is left out, missing values neither.
        assert part.notna().all()
    # Amounts are ordered within their currency: each third has as many of either.
    counts = found["amount in its currency"].groupby(rows["currency"]).value_counts()
    assert set(counts) == {300}
    assert set(found["amount in its currency"]) == set(THIRDS)
    # Names of few rows are taken together, those that are not known too; terms are whole days.
    assert found["country"].value_counts().to_dict() == {"FR": 1250, "DE": LARGE, OTHERS: 50}
    assert set(found["days of terms"]) == {"30", "14"}
    assert set(found["customer's record"]) == {"nothing settled yet", "up to half late so far"}


def test_slicings_without_their_columns_are_left_out() -> None:
    # A book that does not know a column is sliced by the others.
    assert list(parts(_rows(50))) == ["settled invoices of the customer", "amount against the customer's usual"]


def _rows(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    settled = rng.integers(0, 90, n).astype(np.float64)
    settled[:5] = 0
    return pd.DataFrame(
        {
            "customer": rng.integers(0, 30, n).astype(str),
            "late": (rng.random(n) < 0.4).astype(np.float64),
            "n_settled": settled,
            "amount_to_usual": np.where(settled > 0, rng.lognormal(0, 1, n), np.nan),
            f"p: {MODEL}": rng.uniform(0.05, 0.95, n),
            f"p: {EMPIRICAL}": rng.uniform(0.05, 0.95, n),
        }
    )
