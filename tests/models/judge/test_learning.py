"""The learning curve: the same rows, shorter books."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from paybench.models.judge.backtest import backtest
from paybench.models.judge.compare import EMPIRICAL, MODEL
from paybench.models.judge.learning import Learning, learning_curve, since
from paybench.simulate import simulate

ORIGIN = "2024-10-01"


@pytest.fixture(scope="module")
def small() -> Ledger:
    return simulate(customers=25, months=15, seed=6).ledger


@pytest.fixture(scope="module")
def curve(small: Ledger) -> Learning:
    return learning_curve(small, (2, 26, 500), ORIGIN, trials=1)


def test_the_whole_book_is_the_plain_backtest(small: Ledger, curve: Learning) -> None:
    plain = backtest(small, [ORIGIN], trials=1)
    whole = curve.table.loc[curve.table.index.get_level_values("weeks").max()]
    # Longer than the book is the book: no line of its own.
    assert len(curve.table.index.unique("weeks")) == 3
    assert curve.about["rows"] == plain.about["rows"]
    for loss in ("log_loss", "mae", "crps", "pinball"):
        assert whole["ours"][loss] == pytest.approx(plain.metrics[loss][MODEL])
        assert whole["baseline"][loss] == pytest.approx(plain.metrics[loss][EMPIRICAL])
        # The same skill, with the same interval.
        np.testing.assert_allclose(whole.loc[loss, ["skill", "low", "high"]], plain.skill.loc[loss])


def test_too_short_a_book_declines_and_says_what_would_be_served(curve: Learning) -> None:
    short = curve.table.loc[2]
    # After two weeks no outcome is known: nothing is fitted, and the baseline's loss is what there is.
    assert (short["matured"] == 0).all()
    assert short["ours"].isna().all()
    assert short["baseline"].notna().all()
    assert short["declined"].str.startswith("too few labels").all()
    # The longer the book, the more is known.
    assert curve.table["matured"].groupby("weeks").first().is_monotonic_increasing
    # Whoever knows nobody's past is worse than whoever does.
    baseline = curve.table["baseline"].xs("crps", level="loss")
    assert baseline.iloc[0] > baseline.iloc[-1]


def test_what_came_before_does_not_exist(small: Ledger) -> None:
    begin = pd.Timestamp("2024-06-01")
    short = since(small, begin)
    # Every invoice that is left was issued from that day on, with all its payments; none of the others has any.
    assert (short.invoices["issued_on"] >= begin).all()
    assert set(short.invoices["invoice_id"]) == set(
        small.invoices.loc[small.invoices["issued_on"] >= begin, "invoice_id"]
    )
    named = small.payments["invoice_id"].isin(short.invoices["invoice_id"])
    assert set(short.payments["payment_id"]) >= set(small.payments.loc[named, "payment_id"])
    assert short.payments["invoice_id"].dropna().isin(short.invoices["invoice_id"]).all()
    for table, column in (("contacts", "sent_on"), ("messages", "received_on"), ("promises", "made_on")):
        assert (short.table(table)[column] >= begin).all()
    # What began later than the book is the book.
    for name in ("invoices", "payments", "contacts"):
        pd.testing.assert_frame_equal(since(small, pd.Timestamp("2020-01-01")).table(name), small.table(name))


def test_the_past_before_the_book_has_no_influence(small: Ledger, curve: Learning) -> None:
    begin = pd.Timestamp(ORIGIN) - pd.Timedelta(weeks=26)
    before = small.invoices["issued_on"] < begin
    other = small.invoices.assign(due_on=small.invoices["due_on"].where(~before, small.invoices["issued_on"]))
    horizon = {"until": curve.about["until"]}
    again = learning_curve(small.with_tables({"invoices": other}), (26,), ORIGIN, trials=1, **horizon)
    # Other terms of invoices that the short book never saw leave its line as it is, where the horizon is the same.
    if again.about["horizon"] == curve.about["horizon"]:
        pd.testing.assert_frame_equal(again.table.loc[[26]], curve.table.loc[[26]])


def test_an_origin_without_later_rows_is_said_plainly(small: Ledger) -> None:
    with pytest.raises(PaybenchError, match="No invoice issued from 2030-01-01 on has matured.*give another origin"):
        learning_curve(small, (4,), "2030-01-01")
