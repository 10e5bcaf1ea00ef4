"""Training: repeatable, blind to the future, and honest about what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of, conform
from paybench.ledger.schema import TABLES
from paybench.models.judge.compare import DIRECT_DAYS, DIRECT_LATE, EMPIRICAL, FOREST, MODEL
from paybench.models.learn.folds import Book, choose_horizon
from paybench.models.training.aside import set_aside
from paybench.models.training.candidate import UNTUNED, Candidate
from paybench.models.training.train import baseline_candidate, train
from paybench.simulate import simulate
from tests.models.books import book_of
from tests.models.conftest import DATE

AT = pd.Timestamp("2025-01-10")


@pytest.fixture(scope="module")
def small() -> Ledger:
    return simulate(customers=30, months=14, seed=4).ledger


@pytest.fixture(scope="module")
def trained(small: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return train(small, AT, tmp_path_factory.mktemp("small") / "candidate", trials=1, horizon=30)


def contents(candidate: Candidate) -> dict[str, bytes]:
    """Every file of a candidate."""
    files = sorted(p for p in candidate.folder.rglob("*") if p.is_file())
    return {str(p.relative_to(candidate.folder)): p.read_bytes() for p in files}


def another_future(ledger: Ledger, at: pd.Timestamp) -> Ledger:
    """The ledger with everything dated on ``at`` or later replaced by something else."""
    past = as_of(ledger, at)
    same = past.invoices.head(50)
    corrected = same.assign(amount=same["amount"] * 3, recorded_on=at)
    later = past.invoices.head(80)
    issued = at + pd.to_timedelta(np.arange(80), unit="D")
    later = later.assign(
        invoice_id="new-" + later["invoice_id"], issued_on=issued, due_on=issued + pd.Timedelta(days=1)
    )
    paid = past.invoices.assign(payment_id="new-" + past.invoices["invoice_id"], paid_on=at, kind="credit_note")
    return past.with_tables(
        {
            "invoices": conform("invoices", pd.concat([past.invoices, corrected, later])),
            "payments": conform("payments", pd.concat([past.payments, paid[past.payments.columns]])),
        }
    )


def test_the_future_changes_no_file_of_a_candidate(small: Ledger, trained: Candidate, tmp_path: Path) -> None:
    other = train(another_future(small, AT), AT, tmp_path / "other", trials=1, horizon=30)
    # Whatever is dated on as_of or later, not a byte of bundle, twin, gate rows or metrics is another.
    assert contents(other) == contents(trained)


def test_the_order_of_tables_changes_no_file_of_a_candidate(small: Ledger, trained: Candidate, tmp_path: Path) -> None:
    shuffled = small.with_tables(
        {name: small.table(name).sample(frac=1, random_state=1).reset_index(drop=True) for name in TABLES}
    )
    # The same data in another order has the same hash, and leads to the same bytes.
    assert contents(train(shuffled, AT, tmp_path / "other", trials=1, horizon=30)) == contents(trained)


def test_the_gates_outcomes_reach_neither_tuning_nor_twin(small: Ledger, trained: Candidate, tmp_path: Path) -> None:
    start = pd.Timestamp(trained.about["gate_from"])
    payments = small.payments.copy()
    after = (payments["paid_on"] >= start) & (payments["paid_on"] < AT - pd.Timedelta(days=9))
    payments.loc[after, "paid_on"] += pd.Timedelta(days=9)
    other = train(small.with_tables({"payments": payments}), AT, tmp_path / "other", trials=1, horizon=30)
    ours, theirs = contents(trained), contents(other)
    # Other outcomes from the first gate row's day on: what is judged is another,
    assert theirs["gate.parquet"] != ours["gate.parquet"]
    # but the trials, and the trees that are judged, are the same.
    for name in ("trials.csv", "twin/late.txt", "twin/hazard.txt", "twin/shares.npz"):
        assert theirs[name] == ours[name]
    for name in ("gate_from", "fit_rows", "parameters", "calibrators"):
        assert other.about[name] == trained.about[name]


def test_the_gates_rows_are_later_than_what_was_fitted_on(candidate: Candidate, ledger: Ledger) -> None:
    start = pd.Timestamp(candidate.about["gate_from"])
    rows = candidate.rows
    # The gate's rows were issued on its first day or later, and have all matured.
    assert rows["as_of"].min() >= start
    assert rows[["late", "y"]].notna().all().all()
    # The twin knows what was known before them; the candidate, all that has matured.
    assert candidate.twin.about["as_of"] == candidate.about["gate_from"]
    assert candidate.twin.about["rows"] == candidate.about["fit_rows"]
    assert candidate.bundle.about["as_of"] == DATE
    assert candidate.bundle.about["rows"] == candidate.about["matured"]
    known = Book(ledger, DATE).known_at(start)
    assert known.X.index.get_level_values("as_of").max() < start


def test_the_same_again_is_taken_as_it_is(candidate: Candidate, ledger: Ledger) -> None:
    before = {p: p.stat().st_mtime_ns for p in candidate.folder.rglob("*")}
    again = train(ledger, DATE, candidate.folder, trials=2)
    # The same data and settings have the same key, and nothing is written.
    assert again.about["key"] == candidate.about["key"]
    assert {p: p.stat().st_mtime_ns for p in candidate.folder.rglob("*")} == before


@pytest.mark.parametrize("other", [{"trials": 1}, {"minutes": 1}, {"seed": 1}, {"horizon": 45}, {"date": "2025-05-31"}])
def test_other_settings_have_another_key(tmp_path: Path, other: dict[str, object]) -> None:
    few = simulate(customers=3, months=17, seed=1).ledger
    settings = {"date": "2025-05-01", "trials": 2, "seed": 0, "horizon": 30}
    one = train(few, folder=tmp_path / "one", **settings)
    two = train(few, folder=tmp_path / "two", **settings | other)
    # What is asked for differently is not the same candidate.
    assert one.about["key"] != two.about["key"]


def test_a_horizon_that_was_asked_for_is_not_one_that_was_chosen(tmp_path: Path) -> None:
    few = simulate(customers=3, months=17, seed=1).ledger
    chosen = train(few, "2025-05-01", tmp_path / "candidate", trials=1)
    asked = train(few, "2025-05-01", tmp_path / "candidate", trials=1, horizon=chosen.about["horizon"])
    # What is chosen may be chosen again before the gate's rows; what is asked for stays.
    assert asked.about["key"] != chosen.about["key"]
    for horizon in (30, 90):
        found = train(few, "2025-05-01", tmp_path / "candidate", trials=1, horizon=horizon)
        assert found.about["horizon"] == horizon


def test_a_baseline_is_not_taken_for_a_training(small: Ledger, tmp_path: Path) -> None:
    baseline_candidate(small, AT, tmp_path / "candidate", horizon=30)
    # Even a training without trials is one.
    assert not train(small, AT, tmp_path / "candidate", trials=0, horizon=30).declined


def test_every_baseline_is_in_the_table(candidate: Candidate) -> None:
    names = {
        MODEL,
        UNTUNED,
        DIRECT_LATE,
        DIRECT_DAYS,
        FOREST,
        EMPIRICAL,
        "base rate, typical delay",
        "due date",
        "due date + customer's mean delay",
        "customer's late ratio",
        "logistic regression",
    }
    # Each beside Timing, on the same rows.
    assert set(candidate.metrics.index) == names
    assert (candidate.metrics["n"] == candidate.about["gate_rows"]).all()
    # Each is judged by something.
    assert candidate.metrics[["log_loss", "mae"]].notna().any(axis=1).all()
    # The base rate ranks nobody.
    assert candidate.metrics["auc"]["base rate, typical delay"] == 0.5


def test_what_is_written_is_what_was_judged(candidate: Candidate) -> None:
    rows = candidate.rows
    said = candidate.twin.predict_from(candidate.past, rows)
    # The twin read from disk says of the gate's rows what the table of metrics was made from.
    assert said.later_than(0) == pytest.approx(rows[f"p: {MODEL}"].to_numpy(), abs=1e-12)
    assert said.crps(rows["y"].to_numpy(), candidate.about["horizon"]).mean() == pytest.approx(
        candidate.metrics["crps"][MODEL]
    )
    # No feature knew the future.
    assert candidate.about["leak_free"] is True
    # No customer's or invoice's name is in the gate's rows.
    assert not rows["customer"].str.startswith("C0").any()
    assert not rows["invoice"].str.startswith("INV").any()


def test_every_trial_is_kept(candidate: Candidate) -> None:
    # As many as were asked for, on both parts; the best one's parameters are the candidate's.
    assert list(candidate.trials["part"]) == ["late", "hazard"]
    best = {part: of.loc[of["value"].idxmin()] for part, of in candidate.trials.groupby("part")}
    assert (candidate.trials["state"] == "complete").all()
    for name, value in candidate.about["parameters"].items():
        part, _, parameter = name.partition("__")
        assert best[part][f"params_{parameter}"] == pytest.approx(value)


def test_of_the_defaults_nothing_was_bought(candidate: Candidate, trained: Candidate) -> None:
    tuning = candidate.about["tuning"]
    # One trial of each part is the defaults: the same model, to the last digit.
    for loss in ("log_loss", "mae", "crps"):
        assert tuning[loss] == [0, 0, 0]
        assert candidate.metrics[loss][MODEL] == candidate.metrics[loss][UNTUNED]
    assert tuning["trials"] == len(candidate.trials) == 2
    assert tuning["parts"] == {"late": 1, "hazard": 1}
    # A budget in trials leaves no trace of a clock.
    assert "seconds" not in tuning
    # A book too small for folds is not tuned, and says so.
    assert trained.about["tuning"] == {"trials": 0, "parts": {}, "pruned": 0, "stalled": []}


def test_a_budget_of_no_time_is_refused_before_anything_is_read(small: Ledger, tmp_path: Path) -> None:
    with pytest.raises(PaybenchError, match="cannot take 0 minutes"):
        train(small, AT, tmp_path / "candidate", minutes=0)
    assert not (tmp_path / "candidate").exists()


def test_a_declined_candidate_has_a_card(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ledger = book_of(np.arange(99) * 3, np.zeros(99, dtype=int), rng.integers(-3, 9, 99).astype(np.float64))
    declined = train(ledger, "2026-01-01", tmp_path / "candidate", trials=1)
    card = json.loads((declined.folder / "card.json").read_text())
    page = (declined.folder / "card.md").read_text()
    # On what data, why, and what it would take.
    assert card["rows"]["matured"] == 99
    assert card["declined"] == declined.declined
    assert card["needed"] == 400
    assert "too few labels" in page.lower()
    assert "about 400 invoices" in page
    assert "Baseline serves" in page


def test_one_class_is_declined(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ledger = book_of(rng.integers(0, 300, 400), rng.integers(0, 10, 400), np.zeros(400))
    declined = train(ledger, "2025-01-01", tmp_path / "candidate", trials=1)
    # Where everybody pays in time there is nothing to tell apart; the Baseline serves, and the reason is said.
    assert declined.declined.startswith("one class only: none of the")
    assert declined.bundle.kind == "baseline"
    assert not (declined.folder / "twin").exists()


def test_too_few_labels_are_declined(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ledger = book_of(np.arange(99) * 3, np.zeros(99, dtype=int), rng.integers(-3, 9, 99).astype(np.float64))
    declined = train(ledger, "2026-01-01", tmp_path / "candidate", trials=1)
    # One label less than needed is too few.
    assert declined.declined.startswith("too few labels: the outcome of 99 invoices is known, and about 400 are needed")
    assert declined.about["needed"] == 400
    # What was matured is counted, and the folder says the same when read again.
    assert json.loads((tmp_path / "candidate" / "candidate.json").read_text())["matured"] == 99


def test_labels_that_leave_nothing_to_judge_by_are_declined(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ledger = book_of(np.arange(200), np.arange(200) % 9, rng.integers(-3, 9, 200).astype(np.float64))
    declined = train(ledger, "2025-06-01", tmp_path / "candidate", trials=1)
    # Enough to fit on in all, but not once the gate's rows are set aside.
    assert declined.declined.startswith("too few labels")
    assert declined.bundle.kind == "baseline"


def test_invoices_of_one_day_are_declined(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ledger = book_of(np.zeros(300), np.arange(300) % 9, rng.integers(-3, 9, 300).astype(np.float64))
    for horizon in (None, 30):
        declined = train(ledger, "2025-01-01", tmp_path / "candidate", trials=1, horizon=horizon)
        # Nothing lies before the rows that would judge.
        assert declined.declined.startswith("too few labels: of 300 invoices whose outcome is known")
        assert declined.bundle.kind == "baseline"


@pytest.mark.parametrize("slow", [(400, 600, 5, 80.0), (0, 380, 43, 40.0)], ids=["shorter", "longer"])
def test_the_gate_is_a_quarter_whichever_horizon_is_chosen_before_it(slow: tuple[int, int, int, float]) -> None:
    issued = np.arange(1200) // 2
    first, last, every, days = slow
    late = (issued >= first) & (issued < last) & (np.arange(1200) % every == 0)
    ledger = book_of(issued, np.arange(1200) % 9, np.where(late, days, 3.0))
    whole = Book(ledger, "2025-09-20")
    book, start = set_aside(whole)
    # Before the gate's rows another horizon is chosen than at as_of,
    assert book.H != whole.H
    assert choose_horizon(as_of(ledger, start), start) == book.H
    # and the latest quarter of what has matured with it judges.
    assert len(book.issued_in(start)) / len(book.known_at(book.at)) == pytest.approx(0.25, abs=0.005)
    # A horizon that was asked for stays.
    asked, _ = set_aside(Book(ledger, "2025-09-20", 60))
    assert asked.H == 60
