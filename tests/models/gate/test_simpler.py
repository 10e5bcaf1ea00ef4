"""Simpler is counted in the model's own text, and buys a margin, never a free pass."""

from __future__ import annotations

import json
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from paybench.models.gate.evidence import Evidence
from paybench.models.gate.gate import Check, weigh
from paybench.models.gate.simpler import NOTHING, Complexity, complexity
from paybench.models.learn.calibrate import Calibrator
from paybench.models.store.store import CHAMPION, Store
from paybench.models.training.candidate import Candidate
from tests.trained import Trained


@pytest.fixture(scope="module")
def evidence(candidate: Candidate) -> Evidence:
    """A twin beside itself."""
    said = candidate.twin.predict_from(candidate.past, candidate.rows)
    about = candidate.about
    return Evidence(
        candidate.rows,
        said,
        said,
        int(about["horizon"]),
        int(about["grace_days"]),
        about["gate_from"],
        leak_free=True,
        size=Complexity(3000, 60),
        their_size=Complexity(3000, 60),
    )


def beats(evidence: Evidence) -> Check:
    return next(c for c in weigh(evidence).checks if c.name == "beats the champion")


def test_leaves_and_features_are_those_of_the_trees(candidate: Candidate) -> None:
    twin = candidate.twin
    found = complexity(twin)
    trees = [lgb.Booster(model_str=text).trees_to_dataframe() for text in (twin.hazard_text, twin.late_text)]
    # LightGBM's own table of nodes has as many leaves; every feature that is split on is counted once.
    assert found.leaves == sum(int(t["split_feature"].isna().sum()) for t in trees)
    of_part = [int(t["split_feature"].dropna().nunique()) for t in trees]
    assert max(of_part) <= found.features <= sum(of_part)


@pytest.mark.parametrize(
    ("ours", "theirs", "simpler"),
    [
        (Complexity(1500, 60), Complexity(3000, 60), True),
        (Complexity(3000, 30), Complexity(3000, 60), True),
        (Complexity(1501, 60), Complexity(3000, 60), False),
        (Complexity(1500, 61), Complexity(3000, 60), False),
        (Complexity(3001, 30), Complexity(3000, 60), False),
        (Complexity(3000, 60), Complexity(3000, 60), False),
        (Complexity(10, 2), NOTHING, False),
        (NOTHING, NOTHING, False),
    ],
)
def test_simpler_is_half_of_one_and_no_more_of_the_other(ours: Complexity, theirs: Complexity, simpler: bool) -> None:
    # What is as complex is not simpler, and nothing is simpler than what has no trees.
    assert ours.simpler_than(theirs) == simpler
    assert not (ours.simpler_than(theirs) and theirs.simpler_than(ours))


def test_who_is_as_good_and_half_as_large_may_serve(evidence: Evidence) -> None:
    simpler = beats(replace(evidence, size=Complexity(1500, 60)))
    # The same predictions from half of the leaves pass, and the sentence says what was saved.
    assert simpler.passed
    assert "1,500 leaves and 60 features instead of 3,000 leaves and 60 features" in simpler.text
    # From as many leaves they do not.
    assert not beats(evidence).passed
    assert not beats(replace(evidence, size=Complexity(2900, 59))).passed


def test_who_is_simpler_and_worse_is_refused(evidence: Evidence, candidate: Candidate) -> None:
    twin = replace(candidate.twin, calibrator=Calibrator(shift=0.4, slope=0.7))
    worse = twin.predict_from(candidate.past, candidate.rows)
    check = beats(replace(evidence, ours=worse, size=Complexity(10, 5)))
    # No saving makes up for more than the margin.
    assert worse.crps(evidence.y, evidence.horizon).mean() > 1.005 * evidence.their_crps.mean()
    assert not check.passed
    assert "above -0.5% is needed of a simpler model" in check.text


def test_a_slice_that_fails_is_named_with_its_figures(evidence: Evidence) -> None:
    rng = np.random.default_rng(0)
    place = rng.integers(0, len(evidence.rows), 3000)
    rows = evidence.rows.iloc[place].reset_index(drop=True)
    number = pd.factorize(rows["customer"], sort=True)[0]
    rows["country"] = pd.Series(np.where(number % 2 == 0, "DE", "FR"), dtype="str")
    said = evidence.ours.rows(place)
    y = np.minimum((said.cdf < rng.random((3000, 1))).sum(axis=1) + said.first, evidence.horizon + 1).astype(float)
    y = np.where(rows["country"] == "FR", evidence.horizon + 1.0, y)
    rows = rows.assign(y=y, late=(y > evidence.grace_days).astype(float))
    verdict = weigh(replace(evidence, rows=rows, ours=said, theirs=said))
    check = next(c for c in verdict.checks if c.name == "large slices")
    # One country never pays, which nobody said: it is named, with how many, what was said, and what came.
    assert not check.passed
    part = next(s for s in verdict.slices if s["part"] == "FR")
    assert f"country FR ({part['n']:,} invoices: 100.0% were late and {part['said']:.1%} was said" in check.text
    assert f"80 % intervals cover {part['coverage']:.1%}" in check.text
    assert check.text in verdict.reason
    # The table of all of them can be kept beside the verdict, as it is.
    assert json.loads(json.dumps(verdict.slices)) == list(verdict.slices)


def test_the_slices_are_kept_with_the_verdict(trained: Trained) -> None:
    store = Store.at(trained.store)
    version = store.version(CHAMPION)
    assert version is not None
    answers = json.loads((store.artifacts(version.run_id) / "gate.json").read_text(encoding="utf-8"))
    # Of a small book that is an empty table, and the question says so.
    assert answers["slices"] == []
    assert next(c["text"] for c in answers["checks"] if c["name"] == "large slices").startswith("no slice has 500")
