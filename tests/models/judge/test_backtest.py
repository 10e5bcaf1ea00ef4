"""Rolling origins: every model on the same later rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.features import habits
from paybench.ledger import TABLES, Ledger, as_of
from paybench.models.judge.backtest import Backtest, backtest, starts, write_backtest
from paybench.models.judge.origin import cannot_train, last_day
from paybench.models.judge.prediction import Prediction, joined_rows, true_bucket
from paybench.models.judge.rivals import (
    BASE,
    DIRECT_DAYS,
    DIRECT_LATE,
    DUE,
    DUE_MEAN,
    EMPIRICAL,
    EXTRA_TREES,
    FOREST,
    HAZARD,
    LOGISTIC,
    MODEL,
    QUANTILES,
    RATIO,
    served,
    simple,
)
from paybench.models.learn.bundle import DAY_BY_DAY
from paybench.models.learn.fit import fit_timing
from paybench.models.learn.folds import Book, Rows, choose_horizon
from paybench.models.learn.tune import Tuned
from paybench.simulate import simulate
from tests.models.books import START, book_of

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
    assert set(result.open_metrics.index) == {name for name in result.metrics.index if result.metrics["mae"][name] > 0}
    assert (result.open_metrics["n"] == sum(map(len, opened))).all()
    assert "log_loss" not in result.open_metrics
    ours, theirs = result.open_metrics["crps"][[MODEL, EMPIRICAL]]
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
    about = backtest(small, 2, trials=0).about
    start = pd.Timestamp(about["origins"][0])
    # Where nobody names origins, the horizon is not chosen from the outcomes that are tested, either.
    assert about["horizon"] == choose_horizon(as_of(small, start), start)


def test_skill_is_told_against_everybody_else(result: Backtest) -> None:
    gains = result.skill_by_rival.loc["at issue"]
    # Every other model is a rival, for every loss that both speak of.
    assert set(gains.index.get_level_values("rival")) == set(result.metrics.index) - {MODEL}
    columns = {"log_loss": "log_loss", "brier": "brier", "mae": "mae", "crps": "crps", "pinball": "pinball"}
    for rival in result.metrics.index.drop(MODEL):
        for loss, column in columns.items():
            ours, theirs = (result.metrics[column][name] for name in (MODEL, rival))
            assert ((rival, loss) in gains.index) == bool(theirs >= 0)
            if (rival, loss) in gains.index:
                assert gains.loc[(rival, loss), "skill"] == pytest.approx(1 - ours / theirs)
    # What is read from one of its lines is what stands alone.
    pd.testing.assert_frame_equal(gains.loc[EMPIRICAL], result.skill)


def test_every_baseline_and_every_challenger_is_there(result: Backtest) -> None:
    speaks = {
        "p": {"base rate, typical delay", RATIO, LOGISTIC, EMPIRICAL, DIRECT_LATE},
        "days": {"base rate, typical delay", DUE, DUE_MEAN, EMPIRICAL, DIRECT_DAYS, QUANTILES},
        "all": {MODEL, HAZARD, FOREST, EXTRA_TREES, EMPIRICAL},
    }
    metrics = result.metrics
    for columns, names in (("log_loss auc", speaks["p"]), ("mae", speaks["days"]), ("crps pinball mae", speaks["all"])):
        for column in columns.split():
            assert names <= set(metrics.index[metrics[column].notna()]), column
    # The quantile regressors give an interval, and no distribution.
    assert 0 < metrics["coverage_80"][QUANTILES] < 1
    assert np.isnan(metrics["crps"][QUANTILES])


def test_the_most_frequent_bucket_is_the_base_rate_of_accuracy(small: Ledger, result: Backtest) -> None:
    book = Book(small, result.about["until"], result.about["horizon"])
    test = joined_rows([book.issued_in(ORIGINS[0], ORIGINS[1]), book.issued_in(ORIGINS[1])])
    told = true_bucket(test, small.grace_days)
    usual = np.bincount(true_bucket(book.known_at(ORIGINS[0]), small.grace_days).clip(0)).argmax()
    # The base rate's line is the share of the bucket that was the most frequent one in training.
    assert result.metrics["bucket_accuracy"]["base rate, typical delay"] == pytest.approx(
        (told[told >= 0] == usual).mean()
    )
    assert result.about["bucket_rows"] == (told >= 0).sum() < len(told)


def test_the_hazard_alone_is_the_model_without_its_classifier(small: Ledger) -> None:
    book = Book(small, "2025-02-01")
    bundle = fit_timing(book, Tuned(), 0, "2024-11-01")
    X = book.issued_in("2024-11-01").X
    both, alone = (rival.distribution(X) for rival in served(book, bundle) if rival.distribution)
    # On either side of grace the two have the same shape: what differs is how much lies on each.
    _, rows = bundle.predict_seen(habits(book.cut, X, *bundle.days), X)
    again = both.with_later_than(small.grace_days, rows[DAY_BY_DAY].to_numpy())
    np.testing.assert_allclose(again.mass, alone.mass, atol=1e-12)
    assert np.abs(both.later_than(0) - alone.later_than(0)).max() > 0.01


def test_calibration_tables_hold_every_answer(small: Ledger, result: Backtest) -> None:
    reliability = result.reliability
    # Every row is in one bin of P(late), for each of both models, and what came true is the base rate.
    for _, bins in reliability.loc["late"].groupby("model"):
        assert bins["n"].sum() == result.about["rows"]
        assert np.average(bins["observed"], weights=bins["n"]) == pytest.approx(result.about["late"])
        assert bins["base_rate"].to_numpy() == pytest.approx(result.about["late"])
    # The later questions are answered for no more rows, and asked in the order of their days.
    n = reliability["n"].xs(MODEL, level="model").groupby("target").sum()
    assert (n <= n["late"]).all()
    # A histogram's shares are all of the outcomes.
    np.testing.assert_allclose(result.pit.sum(axis=1), 1.0)
    assert set(result.pit.index.get_level_values("when")) == {"at issue", "open"}


def test_another_voice_is_judged_on_the_same_rows(small: Ledger) -> None:
    def sure(rows: Rows, horizon: int) -> list[Prediction]:
        return [Prediction("who knows", rows.late, rows.y)]

    found = backtest(small, ORIGINS[:1], trials=0, others=sure)
    # Whoever knows every outcome has no loss; days beyond the horizon are not told apart.
    assert found.metrics["mae"]["who knows"] == 0
    assert found.metrics["log_loss"]["who knows"] < 1e-5
    assert found.metrics.index[-1] == "who knows"


def test_names_of_customers_mean_nothing(small: Ledger) -> None:
    names = pd.unique(small.customers["customer_id"])
    other = dict(zip(names, np.random.default_rng(0).permutation(names), strict=True))
    tables = {
        name: table.assign(customer_id=table["customer_id"].map(other).astype("str"))
        for name in TABLES
        for table in [small.table(name)]
        if "customer_id" in table
    }
    ours, theirs = (backtest(ledger, ORIGINS[:1], trials=0) for ledger in (small, small.with_tables(tables)))
    # Customers who swap their names are the same customers: nothing changes, intervals included.
    for name, table in ours.tables.items():
        pd.testing.assert_frame_equal(table, theirs.tables[name], rtol=1e-6, check_exact=False, obj=name)


@pytest.mark.parametrize("count", [1, 3])
def test_a_number_of_origins(small: Ledger, count: int) -> None:
    book = Book(small, last_day(small))
    # As many as are asked for, with as many matured rows after each.
    assert starts(book, count) == book.origins(count)
    assert len(starts(book, count)) == count


def test_origins_by_default_have_enough_to_test_with(small: Ledger, ledger: Ledger) -> None:
    for one in (small, ledger):
        book = Book(one, last_day(one))
        found = starts(book, None)
        sizes = [len(book.issued_in(a, b)) for a, b in pairwise([*found, book.at])]
        # At most eight; each has about 50 rows or is the only one, and a fortnight until the next.
        assert len(found) <= 8
        assert len(found) == 1 or min(sizes) >= 40
        assert all((b - a).days >= 13 for a, b in pairwise(found))
    # More where the book allows.
    assert len(starts(Book(small, last_day(small)), None)) < len(starts(Book(ledger, last_day(ledger)), None)) == 8


def test_it_can_be_read(result: Backtest) -> None:
    lines = str(result).splitlines()
    # Fits a terminal, names every model, and says every skill with its interval.
    assert max(map(len, lines)) <= 80
    for name in result.metrics.index:
        assert any(name in line for line in lines)
    for loss in ("log_loss", "mae", "crps"):
        s = result.skill.loc[loss]
        assert f"{s['skill']:+.1%}  ({s['low']:+.1%} to {s['high']:+.1%})" in str(result)
    # A number that a model does not give is left empty.
    assert "nan" not in str(result).lower()
    # Skill comes first, and no accuracy comes without its base rate.
    assert str(result).index("SKILL") < str(result).index("Base rate") < str(result).index("AUC")


def test_many_origins_can_be_read_too(result: Backtest) -> None:
    days = [f"2024-{month:02d}-01" for month in range(1, 9)]
    # However many origins there were, no line is longer than a terminal is wide.
    assert max(map(len, str(replace(result, about=result.about | {"origins": days})).splitlines())) <= 80


def test_it_is_written_whole(result: Backtest, tmp_path: Path) -> None:
    write_backtest(result, tmp_path / "out", {"page.html": "<p>", "picture.png": b"1"})
    again = pd.read_csv(tmp_path / "out" / "metrics.csv", index_col="model")
    # The tables can be read back, and the summary is what is shown.
    pd.testing.assert_frame_equal(again, result.metrics)
    tables = {f"{name}.csv" for name in result.tables}
    assert {p.name for p in (tmp_path / "out").iterdir()} == {*tables, "summary.txt", "page.html", "picture.png"}
    assert len(tables) == 12
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


def test_a_book_in_which_nothing_is_open(small: Ledger) -> None:
    invoices = small.invoices
    issued = invoices["issued_on"]
    # Paid on the day of issue, half of them a day after due.
    half = np.random.default_rng(0).random(len(issued)) < 0.5
    paid = invoices[["customer_id", "invoice_id", "amount", "currency"]].assign(
        payment_id="P" + invoices["invoice_id"], paid_on=issued, kind="payment"
    )
    due = issued.where(half, issued - pd.Timedelta(days=1))
    none_open = Ledger.of("prompt", invoices=invoices.assign(due_on=due), payments=paid)
    found = backtest(none_open, ["2024-09-01"], trials=0)
    # What is not there is left out.
    assert found.open_metrics.empty
    assert found.cash.empty
    assert "CASH" not in str(found)


def test_outcomes_are_not_judged_after_the_data_ends(small: Ledger) -> None:
    with pytest.raises(PaybenchError, match="cannot be known up to 2050-01-01: .* give that day or an earlier one"):
        backtest(small, ORIGINS, until="2050-01-01", trials=0)
    # A letter dated years ahead says nothing of what is unpaid.
    letter = small.contacts.head(1).assign(sent_on=pd.Timestamp("2031-01-01"))
    ahead = small.with_tables({"contacts": pd.concat([small.contacts, letter], ignore_index=True)})
    assert last_day(ahead) == last_day(small)


def test_a_young_book_has_a_most_frequent_bucket() -> None:
    rng = np.random.default_rng(0)
    days_late = np.where(rng.random(400) < 0.8, 12.0, -2.0)
    book = Book(book_of(rng.integers(0, 90, 400), np.arange(400) % 20, days_late), "2024-06-01", 30)
    train = book.known_at(book.at)
    # Nobody's 90 days are over, and most are paid 12 days late.
    base = next(r for r in simple(book, book.at, train) if r.name == BASE)
    assert base.bucket == 1


def test_default_origins_can_train() -> None:
    rng = np.random.default_rng(1)
    issued = np.r_[rng.integers(0, 200, 12), rng.integers(200, 500, 400)]
    days_late = np.where(rng.random(412) < 0.4, 9.0, -2.0)
    days_late[issued < 330] = -2.0
    whole = Book(book_of(issued, np.arange(412) % 20, days_late), START + pd.Timedelta(days=620), 30)
    cuts = starts(whole, None)
    # At the first ones nobody had been late so far.
    assert cuts
    assert not any(cannot_train(whole.known_at(cut)) for cut in cuts)
    assert cannot_train(whole.known_at(START + pd.Timedelta(days=330))) == (
        f"none of the {len(whole.known_at(START + pd.Timedelta(days=330)))} known outcomes are late"
    )
