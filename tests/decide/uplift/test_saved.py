"""Saved uplift: text only, the same to the last bit when read, damage is seen; versions of a store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.decide.uplift import DRLearner, Uplift, effect_table, judge, read, save
from paybench.decide.uplift.learners import EFFECT, OUTCOME
from paybench.decide.uplift.versions import UPLIFT_EXPERIMENT, log_uplift, read_uplift
from paybench.errors import PaybenchError
from paybench.models.store.runs import compare_runs
from paybench.models.store.store import Store
from tests.decide.uplift.drawn_logs import ACTIONS, drawn

LOG = drawn(6, customers=150, scale=3.0)


def made() -> Uplift:
    """Something of everything: trees, lines, categories, a table, a judgement."""
    learner = DRLearner(
        folds=3, outcome_model=replace(OUTCOME, trees=10), effect_model=replace(EFFECT, trees=5, least=50)
    )
    sample = LOG.sample
    judged = judge(lambda: replace(learner), sample)
    learner.learn(sample)
    learner.kept_[1:] = 0.5  # so that every layer has a part in what is compared
    means = learner.averages_
    assert means is not None
    averages = pd.DataFrame(
        {
            "decisions": [10, 20], "effect": means.found, "low": means.low, "high": means.high,
            "believed": means.believed, "settled": [0.0, np.nan],
        },
        index=pd.Index(ACTIONS, name="action"),
    )  # fmt: skip
    table = effect_table(learner, LOG.X, LOG.X["kind"])
    return Uplift(pd.Timestamp("2025-01-01"), 30, learner, averages, 0.1, 1200, 150, judged, table)


def declined() -> Uplift:
    return Uplift(pd.Timestamp("2025-01-01"), 30, None, made().averages.iloc[:0], declined="Too little.")


def test_what_is_read_is_what_was_saved(tmp_path: Path) -> None:
    uplift = made()
    save(uplift, tmp_path / "uplift")
    again = read(tmp_path / "uplift")
    # Effects are the same to the last bit, from text alone.
    assert (again.days_saved(LOG.X, ACTIONS) == uplift.days_saved(LOG.X, ACTIONS)).all()
    assert sorted(f.name for f in (tmp_path / "uplift").iterdir()) == ["prognosis.txt", "trees.txt", "uplift.json"]
    pd.testing.assert_frame_equal(again.averages, uplift.averages)
    pd.testing.assert_frame_equal(again.by_group, uplift.by_group, check_dtype=False)
    assert again.judged is not None
    assert again.judged.sentence == uplift.judged.sentence
    pd.testing.assert_frame_equal(again.judged.calibration, uplift.judged.calibration)
    assert str(again) == str(uplift)
    # It is replaced by another one, and by one that declined.
    save(declined(), tmp_path / "uplift")
    assert read(tmp_path / "uplift").declined == "Too little."
    assert np.isnan(read(tmp_path / "uplift").days_saved(LOG.X, ACTIONS)).all()


def test_damage_is_said(tmp_path: Path) -> None:
    with pytest.raises(PaybenchError, match="There is no saved uplift in"):
        read(tmp_path)
    save(made(), tmp_path / "uplift")
    text = (tmp_path / "uplift" / "trees.txt").read_text()
    (tmp_path / "uplift" / "trees.txt").write_text(text.replace("leaf_value=", "leaf_value=9", 1))
    with pytest.raises(PaybenchError, match="cannot be read .*trees.txt was changed.*learn it again, or restore it"):
        read(tmp_path / "uplift")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(PaybenchError, match="exists and is no saved uplift"):
        save(made(), tmp_path / "other")


@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")
def test_versions_of_a_store(tmp_path: Path) -> None:
    store = Store.at(tmp_path / "store")
    with pytest.raises(PaybenchError, match="No effects are logged in the store at"):
        read_uplift(store)
    assert log_uplift(declined(), store, "book") == 1
    assert log_uplift(made(), store, "book", "abc") == 2
    assert str(read_uplift(store)) == str(made())
    assert read_uplift(store, 1).declined == "Too little."
    with pytest.raises(PaybenchError, match="There is no version 7 of the effects in .*; the latest is 2."):
        read_uplift(store, 7)
    # The runs can be searched, and are none of the trainings.
    client = store.client()
    number = client.get_experiment_by_name(UPLIFT_EXPERIMENT).experiment_id
    run = client.search_runs([number], "tags.version = '2'")[0]
    assert run.data.tags["outcome"] == "learned"
    assert run.data.metrics["days_saved/phone_firm"] > 0
    assert compare_runs(store).empty
