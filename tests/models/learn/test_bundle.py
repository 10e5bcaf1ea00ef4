"""A bundle says after it was read what it said before it was written, and its parts agree with each other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.explain.attributions import attributions
from paybench.features import habits, open_on
from paybench.ledger import Ledger
from paybench.models.family.baseline import Baseline
from paybench.models.family.distribution import expit, logit
from paybench.models.learn.bundle import DAY_BY_DAY, Bundle, read_bundle, write_bundle
from paybench.models.learn.calibrate import Calibrator
from paybench.models.learn.fit import fit_baseline
from paybench.models.learn.folds import Book
from paybench.models.training.candidate import Candidate
from paybench.score import score
from tests.models.books import START, book_of
from tests.models.conftest import DATE


@pytest.fixture(scope="module")
def open_rows(ledger: Ledger) -> pd.DataFrame:
    return open_on(ledger, DATE).head(60)


@pytest.fixture(scope="module", params=[0.0, 0.3])
def bundle(candidate: Candidate, request: pytest.FixtureRequest) -> Bundle:
    late = Calibrator(request.param, 1.0 - request.param)
    return replace(candidate.bundle, calibrator=Calibrator(0.1, 0.9), late_calibrator=late)


def test_reading_gives_back_what_was_written(
    bundle: Bundle, ledger: Ledger, open_rows: pd.DataFrame, tmp_path: Path
) -> None:
    write_bundle(bundle, tmp_path / "bundle")
    again = read_bundle(tmp_path / "bundle")
    # The same predictions to the last bit, the same attributions, the same facts about it.
    np.testing.assert_array_equal(again.predict(ledger, open_rows).mass, bundle.predict(ledger, open_rows).mass)
    rows = bundle.seen(ledger, open_rows)
    pd.testing.assert_frame_equal(attributions(again, rows), attributions(bundle, rows), check_exact=True)
    assert again.about == json.loads(json.dumps(bundle.about))
    # Written once more it is the same, byte for byte.
    write_bundle(again, tmp_path / "twice")
    for file in (tmp_path / "bundle").iterdir():
        assert (tmp_path / "twice" / file.name).read_bytes() == file.read_bytes()


def test_the_hazard_shapes_and_both_divide(bundle: Bundle, ledger: Ledger, open_rows: pd.DataFrame) -> None:
    said = bundle.predict(ledger, open_rows)
    assert bundle.curve is not None
    plain = bundle.curve.predict(open_rows, habits(ledger, open_rows, *bundle.days))
    shape = bundle.calibrator.apply(plain)
    in_time = open_rows["days_to_due"].to_numpy() >= 0
    assert 5 < in_time.sum() < len(open_rows)
    # How likely an invoice that is in time gets late, say both, half each in log-odds; one that is late, is.
    assert bundle.late is not None
    assert bundle.late_encoder is not None
    raw = np.asarray(bundle.late.predict(bundle.late_encoder.transform(open_rows)))
    classifier = 1 - bundle.late_calibrator(1 - raw)
    both = expit(0.5 * logit(classifier) + 0.5 * logit(shape.later_than(0)))
    assert said.later_than(0)[in_time] == pytest.approx(both[in_time])
    assert bundle.p_late(bundle.seen(ledger, open_rows))[in_time] == pytest.approx(both[in_time])
    assert said.later_than(0)[~in_time] == pytest.approx(np.ones((~in_time).sum()))
    # When, on either side, says the recalibrated hazard.
    assert said.mass[~in_time] == pytest.approx(shape.mass[~in_time])
    for side in (np.arange(said.first, said.last + 1) <= 0, np.arange(said.first, said.last + 1) > 0):
        ours, theirs = (d.mass[in_time][:, side] for d in (said, shape))
        assert ours / ours.sum(axis=1, keepdims=True) == pytest.approx(
            theirs / theirs.sum(axis=1, keepdims=True), abs=1e-9
        )


def test_attributions_add_up_to_p_late(bundle: Bundle, ledger: Ledger, open_rows: pd.DataFrame) -> None:
    rows = bundle.seen(ledger, open_rows)
    said = attributions(bundle, rows)
    # Features, the hazard and base are P(late) after calibration.
    assert said.sum(axis=1).to_numpy() == pytest.approx(bundle.p_late(rows), abs=1e-9)
    # The base is everybody's.
    assert np.ptp(said["base"]) == pytest.approx(0.0)
    # The hazard has the sign of its difference from the usual, and says nothing of what is late already.
    in_time = rows["days_to_due"].to_numpy() >= 0
    more = rows[DAY_BY_DAY].to_numpy() - bundle.usual
    assert (np.sign(said[DAY_BY_DAY][in_time]) == np.sign(more[in_time])).all()
    assert said[DAY_BY_DAY][~in_time].abs().max() < 1e-9
    # Without rows there is nothing to explain.
    assert list(attributions(bundle, rows.head(0)).columns) == list(said.columns)


def test_a_row_does_not_depend_on_its_company(bundle: Bundle, ledger: Ledger, open_rows: pd.DataFrame) -> None:
    together = bundle.predict(ledger, open_rows).mass
    alone = np.concatenate([bundle.predict(ledger, open_rows.iloc[i : i + 1]).mass for i in range(5)])
    # One invoice gets the same distribution scored alone and among all.
    assert alone == pytest.approx(together[:5], abs=1e-12)
    # Nobody to score is no error.
    assert bundle.predict(ledger, open_rows.head(0)).mass.shape == (0, together.shape[1])


@pytest.mark.parametrize("horizon", [30, 90, 120])
def test_a_baseline_bundle_is_the_baseline(horizon: int) -> None:
    issued = np.arange(400)
    ledger = book_of(issued, issued % 5, np.where(issued % 3 == 0, 100.0, issued % 7 - 3.0))
    at = START + pd.Timedelta(days=500)
    book = Book(ledger, at, horizon)
    rows, new = book.known_at(at), book.X.tail(20)
    model = Baseline(ledger, horizon).fit(rows.X, rows.y, tail=book.tail(at))
    bundle = fit_baseline(book)
    said = model.predict_distribution(new)
    # What scores is the estimator that was compared, whatever the horizon is.
    assert bundle.predict(ledger, new).mass == pytest.approx(said.mass)
    # It knows P(late) at issue, and has no features to explain it by.
    assert bundle.p_late(new) == pytest.approx(said.later_than(0), abs=1e-9)
    with pytest.raises(PaybenchError, match="looks at nothing but the customer's own past"):
        attributions(bundle, new)


def test_the_limits_of_risk_are_in_order(candidate: Candidate, ledger: Ledger) -> None:
    low, high = candidate.bundle.about["risk_limits"]
    # Low below high, both probabilities.
    assert 0 <= low <= high <= 1
    # The about says how many rows it was fitted on, and what share of them was late.
    rows = Book(ledger, candidate.bundle.about["as_of"], candidate.about["horizon"]).known_at(
        candidate.bundle.about["as_of"]
    )
    assert candidate.bundle.about["rows"] == len(rows)
    assert candidate.bundle.about["late_share"] == pytest.approx(rows.late.mean(), abs=1e-4)


def test_only_what_was_seen_beyond_a_threshold_counts_there() -> None:
    issued = np.arange(200)
    ledger = book_of(issued, issued % 5, np.full(200, np.nan))
    at = START + pd.Timedelta(days=199 + 14 + 50)
    about = fit_baseline(Book(ledger, at, horizon=30)).about
    overdue = 50 + 199 - issued
    # Nobody has paid: an invoice is known to be more than k days late once k days and one have passed since it was due.
    assert about["beyond"] == {str(k): int((overdue > k).sum()) for k in (30, 60, 90)}


def test_a_changed_file_is_refused(candidate: Candidate, tmp_path: Path) -> None:
    write_bundle(candidate.bundle, tmp_path / "bundle")
    for name in ("late.txt", "hazard.txt", "shares.npz"):
        file = tmp_path / "bundle" / name
        content = file.read_bytes()
        file.write_bytes(content[:-1])
        # One byte less, and it is not even parsed.
        with pytest.raises(PaybenchError, match=f"is damaged .*{name} differs from its sha256"):
            read_bundle(tmp_path / "bundle")
        file.write_bytes(content)


@pytest.mark.parametrize("manifest", ["", "{}", "[]", '{"format": 4}', '{"format": 4, "files": {"../x": ""}}'])
def test_a_broken_manifest_is_refused(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    # Whatever is wrong with it, one sentence says so.
    with pytest.raises(PaybenchError, match="is damaged"):
        read_bundle(tmp_path)


def test_another_format_and_no_bundle_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(PaybenchError, match="There is no model at"):
        read_bundle(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(PaybenchError, match="has format 99; this paybench reads"):
        read_bundle(tmp_path)


def test_whoever_never_pays_is_no_low_risk() -> None:
    n = 200
    paid = np.where(np.arange(n) % 8 == 0, 3.0, np.nan)
    ledger = book_of(np.arange(n), np.arange(n) % 10, paid)
    table = score(ledger, "2025-06-01", fit_baseline(Book(ledger, "2025-06-01")))
    # Nine tenths of the book will still be unpaid in a month: none of it is better than the rest.
    assert (table["risk"] == "high").all()
