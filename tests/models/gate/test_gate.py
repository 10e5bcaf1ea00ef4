"""The gate lets a better candidate pass, and refuses for every single reason there is."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.features import feature, forget
from paybench.features.kernel.moment import Moment
from paybench.ledger.schema import NO_DAY
from paybench.models.gate.gate import FIGURES, LEAST_CUSTOMERS, LEAST_ROWS, Verdict, judge
from paybench.models.judge.compare import EMPIRICAL, MODEL
from paybench.models.learn.bundle import write_bundle
from paybench.models.learn.calibrate import Calibrator
from paybench.models.training.candidate import UNTUNED, Candidate
from paybench.models.training.train import train
from tests.models.books import by_amount

Edit = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """Trained on a book where the amount decides, and the customer's past says nothing."""
    return train(by_amount(), "2025-06-01", tmp_path_factory.mktemp("amount") / "candidate", trials=8, horizon=30)


@pytest.fixture(scope="module")
def better(trained: Candidate, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """The same in a world where the twin is right: the outcomes of the gate's rows are drawn from what it says."""
    said = trained.twin.predict_from(trained.past, trained.rows)
    u = np.random.default_rng(0).random((len(trained.rows), 1))
    y = np.minimum((said.cdf < u).sum(axis=1) + said.first, 31).astype(np.float64)
    right: Edit = lambda rows: rows.assign(y=y, late=(y > 0).astype(np.float64))  # noqa: E731
    return edited(trained, tmp_path_factory.mktemp("right") / "candidate", right)


def edited(candidate: Candidate, folder: Path, edit: Edit | None = None, **about: object) -> Candidate:
    """A copy of a candidate's folder with other gate rows, or another ``candidate.json``."""
    shutil.copytree(candidate.folder, folder)
    (folder / "candidate.json").write_text(json.dumps(candidate.about | about))
    if edit:
        rows = edit(candidate.rows)
        rows.to_parquet(folder / "gate.parquet", index=False)
        past = candidate.past.take(rows.index.to_numpy())
        np.savez_compressed(folder / "gate.npz", **{k: v for k, v in vars(past).items() if k != "first"})
    return Candidate(folder)


def failed(verdict: Verdict) -> list[str]:
    """The names of the questions whose answer was no."""
    return [check.name for check in verdict.checks if not check.passed]


def test_what_was_learned_is_promoted(trained: Candidate) -> None:
    verdict = judge(trained, None)
    # Trees see what decides here, and customers' pasts do not: judged by what really came, nothing speaks against it.
    assert verdict.promoted, verdict.reason


def test_what_the_tuning_bought_is_the_paired_difference_from_the_defaults(trained: Candidate) -> None:
    tuning, metrics = trained.about["tuning"], trained.metrics
    for loss in ("log_loss", "mae", "crps"):
        gain, low, high = tuning[loss]
        # The gain is that of the table, inside its interval.
        assert gain == pytest.approx(1 - metrics[loss][MODEL] / metrics[loss][UNTUNED], abs=1e-4)
        assert low <= gain <= high
    assert tuning["log_loss"][0] != 0
    assert tuning["trials"] == len(trained.trials) == 8
    assert tuning["pruned"] == (trained.trials["state"] == "pruned").sum()


def test_a_clearly_better_candidate_is_promoted(better: Candidate) -> None:
    verdict = judge(better, None)
    # Against the Baseline, where every question is answered with yes.
    assert failed(verdict) == []
    assert verdict.promoted
    # The reason says by how much.
    assert verdict.reason.startswith("CRPS +")


def test_a_twin_does_not_beat_itself(better: Candidate) -> None:
    verdict = judge(better, better.twin)
    # A candidate that is as good as the champion to the last bit is refused, and for that alone.
    assert failed(verdict) == ["beats the champion"]
    assert "CRPS +0.0% against the champion (95 % interval +0.0% to +0.0%; above 0 is needed)" in verdict.reason


def test_what_one_gains_the_other_loses(better: Candidate, tmp_path: Path) -> None:
    worse = replace(better.twin, calibrator=Calibrator(shift=0.6, slope=0.5))
    # Against a champion that was made worse the candidate passes.
    assert judge(better, worse).promoted
    copy = edited(better, tmp_path / "candidate")
    write_bundle(worse, copy.folder / "twin")
    # The other way round the champion stays.
    assert "beats the champion" in failed(judge(copy, better.twin))


def test_a_champion_of_another_book_is_judged_on_the_same_rows(better: Candidate, candidate: Candidate) -> None:
    # A champion that learned something else, with another horizon, is scored anew on the candidate's rows.
    twin = replace(candidate.twin, about=candidate.twin.about | {"as_of": better.about["gate_from"]})
    assert judge(better, twin).promoted
    # Unless it has seen them.
    later = f"{pd.Timestamp(better.about['gate_from']) + pd.Timedelta(days=1):%Y-%m-%d}"
    seen = replace(candidate.twin, about=candidate.twin.about | {"as_of": later})
    assert failed(judge(better, seen)) == ["nobody has seen these rows"]


def test_declined_is_refused_with_its_reason(better: Candidate, tmp_path: Path) -> None:
    declined = edited(better, tmp_path / "candidate", declined="too few labels: 3 invoices have matured")
    verdict = judge(declined, None)
    # What was not trained is not promoted, whatever lies in its folder.
    assert not verdict.promoted
    assert verdict.reason == "too few labels: 3 invoices have matured"
    # What was judged by nobody has no champion beside it.
    assert verdict.champion == {}


def first_rows(count: int) -> Edit:
    return lambda rows: rows.head(count)


def of_customers(count: int) -> Edit:
    return lambda rows: rows.assign(customer=(np.arange(len(rows)) % count).astype(str))


def other_outcomes(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(late=1 - rows["late"])


def later_outcomes(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(y=np.minimum(rows["y"] + 5, 31.0))


@pytest.mark.parametrize(
    ("edit", "question"),
    [
        (first_rows(LEAST_ROWS - 1), "enough later rows"),
        (of_customers(LEAST_CUSTOMERS - 1), "enough later rows"),
        (other_outcomes, "calibrated"),
        (later_outcomes, "80 % intervals"),
    ],
)
def test_each_question_can_refuse(better: Candidate, tmp_path: Path, edit: Edit, question: str) -> None:
    verdict = judge(edited(better, tmp_path / "candidate", edit), None)
    # Too few rows or customers, probabilities or intervals that did not come true: each is said by its name.
    assert question in failed(verdict)
    assert not verdict.promoted
    # The reason is that question's answer.
    assert next(c.text for c in verdict.checks if c.name == question) in verdict.reason


def test_just_enough_is_enough(better: Candidate, tmp_path: Path) -> None:
    both: Edit = lambda rows: of_customers(LEAST_CUSTOMERS)(rows).head(LEAST_ROWS)  # noqa: E731
    # At the limit itself nothing is refused.
    assert "enough later rows" not in failed(judge(edited(better, tmp_path / "candidate", both), None))


def test_a_leak_is_refused(better: Candidate, tmp_path: Path) -> None:
    verdict = judge(edited(better, tmp_path / "candidate", leak_free=False), None)
    # Features that change with the future are reason enough.
    assert failed(verdict) == ["no leak"]


def test_without_a_leak_test_nothing_is_promoted(better: Candidate, tmp_path: Path) -> None:
    copy = edited(better, tmp_path / "candidate")
    about = {name: value for name, value in better.about.items() if name != "leak_free"}
    (copy.folder / "candidate.json").write_text(json.dumps(about))
    verdict = judge(copy, None)
    # Nobody looked, so nobody knows.
    assert failed(verdict) == ["no leak"]
    assert "was not tried" in verdict.reason


def test_a_candidate_trained_on_a_leak_is_refused(tmp_path: Path) -> None:
    @feature("days")
    def outcome(at: Moment) -> np.ndarray:
        """Days late of the invoice itself, which nobody knows yet."""
        final = np.full(at.block.invoices, NO_DAY)
        final[at.states.invoice] = at.states.settled
        return final[at.invoice] - at.own.due

    try:
        leaking = train(by_amount(20, 32), "2025-06-01", tmp_path / "candidate", trials=1, horizon=30)
        verdict = judge(leaking, None)
    finally:
        forget("outcome")
    # It looks far better than the champion, and that is not enough.
    assert "outcome" in leaking.rows
    assert next(c for c in verdict.checks if c.name == "beats the champion").passed
    assert "no leak" in failed(verdict)
    assert "features change with the future: a leak" in verdict.reason


def test_calibration_is_asked_of_the_predictions_themselves(better: Candidate, tmp_path: Path) -> None:
    copy = edited(better, tmp_path / "candidate")
    unsure = Calibrator(shift=0.0, slope=0.37)
    write_bundle(replace(better.twin, calibrator=unsure, late_calibrator=unsure), copy.folder / "twin")
    # A twin that is far too unsure is refused, whatever candidate.json says of it.
    assert {"calibrated", "80 % intervals"} & set(failed(judge(copy, None)))


def test_who_does_not_beat_the_baseline_is_refused(better: Candidate, tmp_path: Path) -> None:
    perfect: Edit = lambda rows: rows.assign(**{f"p: {EMPIRICAL}": rows["late"], f"crps: {EMPIRICAL}": 0.0})  # noqa: E731
    verdict = judge(edited(better, tmp_path / "candidate", perfect), better.twin)
    # If the customer's own distribution had been perfect, no forest would be needed.
    assert "beats the baselines" in failed(verdict)
    assert f"against 0.000 of the {EMPIRICAL}" in verdict.reason


def test_noise_is_not_progress(candidate: Candidate) -> None:
    verdict = judge(candidate, None)
    # On a book where the customer's past is nearly all there is, the interval of what was gained contains zero.
    assert not verdict.promoted
    assert "beats the champion" in failed(verdict)
    # How many invoices would tell is said with it, or that none would.
    said = re.search(r"would be sure with about ([\d,]+) instead of (\d+)", verdict.reason)
    if said is None:
        assert "no number of invoices helps" in verdict.reason
    else:
        assert verdict.needed is not None
        assert int(said[2]) == len(candidate.rows) < verdict.needed <= int(said[1].replace(",", ""))


def test_the_champions_figures_are_those_on_the_same_rows(better: Candidate) -> None:
    # The Baseline's are in the candidate's own table; the twin judged beside itself has the candidate's.
    assert judge(better, None).champion == pytest.approx({k: better.metrics[k][EMPIRICAL] for k in FIGURES})
    itself = judge(better, better.twin).champion
    said = better.twin.predict_from(better.past, better.rows)
    y = better.rows["y"].to_numpy()
    assert itself["crps"] == pytest.approx(said.crps(y, better.about["horizon"]).mean())
    assert set(itself) == set(FIGURES)
