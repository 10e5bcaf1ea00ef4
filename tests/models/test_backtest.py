"""Rolling origins: every model on the same later rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of
from paybench.models.backtest import Backtest, backtest, write_backtest
from paybench.models.compare import EMPIRICAL, MODEL
from paybench.models.folds import Book, choose_horizon
from paybench.simulate import simulate

ORIGINS: list[object] = ["2024-09-01", "2024-11-01"]


@pytest.fixture(scope="module")
def small() -> Ledger:
    return simulate(customers=25, months=15, seed=6).ledger


@pytest.fixture(scope="module")
def result(small: Ledger) -> Backtest:
    return backtest(small, ORIGINS, trials=1)


def test_every_model_is_judged_on_the_same_rows(small: Ledger, result: Backtest) -> None:
    book = Book(small, result.about["until"], result.about["horizon"])
    # Those issued from the first origin on whose outcome has matured by the end.
    assert (result.metrics["n"] == len(book.issued_in(ORIGINS[0]))).all()
    assert result.about["rows"] == result.metrics["n"].iloc[0]
    # Each row is in one origin's window.
    per_origin = result.by_origin["n"].unstack("origin")
    assert (per_origin.sum(axis=1) == result.about["rows"]).all()
    # The same models everywhere, Timing first.
    assert set(per_origin.index) == set(result.metrics.index)
    assert result.metrics.index[0] == MODEL


def test_open_invoices_are_judged_given_that_they_are_unpaid(small: Ledger, result: Backtest) -> None:
    book = Book(small, result.about["until"], result.about["horizon"])
    opened = [book.open_at(origin) for origin in ORIGINS]
    # All that were open at an origin and have matured, and nobody's P(late), which is mostly known by then.
    assert list(result.open_metrics.index) == [MODEL, EMPIRICAL]
    assert (result.open_metrics["n"] == sum(map(len, opened))).all()
    assert "log_loss" not in result.open_metrics
    ours, theirs = result.open_metrics["crps"]
    assert result.open_skill.loc["crps", "skill"] == pytest.approx(1 - ours / theirs)
    # Nobody had paid before the origin, and of nobody the horizon was over.
    for rows in opened:
        assert (rows.y >= -rows.X["days_to_due"]).all()
        assert (-rows.X["days_to_due"] <= book.H).all()
    assert "open at an origin" in str(result)


def test_the_whole_is_the_mean_of_its_origins(result: Backtest) -> None:
    for metric in ("log_loss", "brier", "mae", "crps", "coverage_80", "within_7"):
        parts = result.by_origin[metric].unstack("origin")
        n = result.by_origin["n"].unstack("origin")
        mean = ((parts * n).sum(axis=1, skipna=False) / n.sum(axis=1)).reindex(result.metrics.index)
        # A mean over all rows is the mean of the origins' means by their rows.
        pd.testing.assert_series_equal(result.metrics[metric], mean, check_names=False)


def test_skill_is_read_from_the_table(result: Backtest) -> None:
    for loss in ("log_loss", "mae", "crps"):
        ours, theirs = (result.metrics[loss][name] for name in (MODEL, EMPIRICAL))
        row = result.skill.loc[loss]
        # 1 - ours / theirs, inside its interval.
        assert row["skill"] == pytest.approx(1 - ours / theirs)
        assert row["low"] <= row["skill"] <= row["high"]


def test_the_horizon_was_known_at_the_first_origin(small: Ledger, result: Backtest) -> None:
    start = pd.Timestamp("2024-09-01")
    # What is told apart is decided before the first test row was issued.
    assert result.about["horizon"] == choose_horizon(as_of(small, start), start)


def test_the_horizon_was_known_at_the_first_default_origin(small: Ledger) -> None:
    about = backtest(small, trials=0).about
    start = pd.Timestamp(about["origins"][0])
    # Where nobody names origins, the horizon is not chosen from the outcomes that are tested, either.
    assert about["horizon"] == choose_horizon(as_of(small, start), start)


def test_it_can_be_read(result: Backtest) -> None:
    lines = str(result).splitlines()
    # Fits a terminal, names every model and every skill with its interval.
    assert max(map(len, lines)) <= 120
    for name in [*result.metrics.index, *result.skill.index]:
        assert any(name in line for line in lines)
    # A number that a model does not give is left empty.
    assert "nan" not in str(result).lower()


def test_many_origins_can_be_read_too(result: Backtest) -> None:
    days = [f"2024-{month:02d}-01" for month in range(1, 9)]
    # However many origins there were, no line is longer than a terminal is wide.
    assert max(map(len, str(replace(result, about=result.about | {"origins": days})).splitlines())) <= 120


def test_it_is_written_whole(result: Backtest, tmp_path: Path) -> None:
    write_backtest(result, tmp_path / "out")
    again = pd.read_csv(tmp_path / "out" / "metrics.csv", index_col="model")
    # The tables can be read back, and the summary is what is shown.
    pd.testing.assert_frame_equal(again, result.metrics)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "by_origin.csv",
        "metrics.csv",
        "open_metrics.csv",
        "open_skill.csv",
        "skill.csv",
        "summary.txt",
    ]
    assert (tmp_path / "out" / "summary.txt").read_text() == str(result) + "\n"


@pytest.mark.parametrize("origin", ["2024-01-20", "2026-01-01", "2020-01-01"])
def test_an_origin_without_rows_is_said_plainly(small: Ledger, origin: str) -> None:
    # Too early, after the end, before the first invoice: one sentence each, no traceback.
    with pytest.raises(PaybenchError, match=f"{origin}.*(choose another origin|give a later as_of)"):
        backtest(small, [origin], trials=1)


def test_a_date_that_is_none_is_said_plainly(small: Ledger) -> None:
    with pytest.raises(PaybenchError, match="'soon' is not a date"):
        backtest(small, ["soon"], trials=1)


def test_a_book_in_which_nothing_has_matured(small: Ledger) -> None:
    young = as_of(small, small.invoices["issued_on"].min() + np.timedelta64(5, "D"))
    # Nothing to test with is no crash.
    with pytest.raises(PaybenchError, match="No invoice of the ledger has matured"):
        backtest(young, trials=1)
