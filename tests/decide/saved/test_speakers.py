"""Who speaks of a day: the champion, and a twin that was trained on less, as far as there is one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from paybench.decide.saved.speakers import speakers
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, known, read_ledger
from paybench.models.learn.bundle import read_bundle, write_bundle
from paybench.models.learn.fit import fit_baseline
from paybench.models.learn.folds import Book
from paybench.models.store.store import CHAMPION, Store
from tests.decide.cash.small import AT, book, bundle
from tests.trained import AS_OF, Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """A store that has the Baseline's bundle and nothing else."""
    write_bundle(bundle(), tmp_path / "store" / "champion")
    return tmp_path / "store"


def test_the_champion_speaks_first_and_its_twin_of_earlier_days(trained: Trained, tmp_path: Path) -> None:
    ledger, place = read_ledger(trained.ledger), Store.at(trained.store)
    version = place.version(CHAMPION)
    assert version is not None
    champion, twin = speakers(ledger, AS_OF, trained.store)
    assert champion.version == version.label
    assert champion.hazard_text == read_bundle(trained.store / "champion").hazard_text
    # The twin is the one on which the gate judged, trained before the rows that it was judged on.
    assert twin.hazard_text == place.bundle(version, "twin").hazard_text
    assert twin.about["as_of"] == champion.about["gate_from"] < champion.about["as_of"]
    both = [champion.hazard_text, twin.hazard_text]
    # The same by the registry's name,
    named = speakers(ledger, AS_OF, trained.store, "payment-timing@champion")
    assert [one.hazard_text for one in named] == both
    # from a copy of the store, and where the artifacts are where the registry says, not in the store's folder.
    shutil.copytree(trained.store, tmp_path / "copy")
    assert [one.hazard_text for one in speakers(ledger, AS_OF, tmp_path / "copy")] == both
    shutil.rmtree(tmp_path / "copy" / "artifacts")
    assert [one.hazard_text for one in speakers(ledger, AS_OF, tmp_path / "copy")] == both
    # With what was exported only, the champion speaks alone.
    shutil.copytree(trained.store / "champion", tmp_path / "exported" / "champion")
    assert [one.version for one in speakers(ledger, AS_OF, tmp_path / "exported")] == [version.label]


def test_the_baseline_is_fitted_again_on_half_the_book(baseline: Path) -> None:
    first, twin = speakers(book(), AT, baseline)
    began = book().invoices["issued_on"].min()
    half = (began + (pd.Timestamp(AT) - began) / 2).normalize()
    assert twin.about["as_of"] == f"{half:%Y-%m-%d}"
    assert first.about == bundle().about
    # It knows what was known then, and no more.
    then = fit_baseline(Book(known(book(), half), half, int(first.about["horizon"])))
    assert twin.pooled.tolist() == then.pooled.tolist()
    assert twin.about["rows"] == then.about["rows"]


def test_the_future_chooses_nobody(baseline: Path) -> None:
    one, other = (speakers(ledger, AT, baseline) for ledger in (book(), known(book(), AT)))
    assert [b.about for b in one] == [b.about for b in other]
    assert [b.pooled.tolist() for b in one] == [b.pooled.tolist() for b in other]


def test_a_young_book_has_one_speaker(tmp_path: Path) -> None:
    # Half a book of two months has no outcome to fit to.
    at = "2024-03-01"
    write_bundle(fit_baseline(Book(book(), at)), tmp_path / "champion")
    assert len(speakers(book(), at, tmp_path)) == 1


def test_who_cannot_speak_says_why(baseline: Path, tmp_path: Path) -> None:
    with pytest.raises(PaybenchError, match="There is no model at .*; train one with 'paybench train'"):
        speakers(book(), AT, tmp_path / "none")
    with pytest.raises(PaybenchError, match="Nothing was known at 1999-01-01"):
        speakers(book(), "1999-01-01", baseline)
    with pytest.raises(PaybenchError, match=f"was trained on what was known at {AT}, so it cannot say"):
        speakers(book(), "2025-01-01", baseline)
    with pytest.raises(PaybenchError, match=r"trained on the book '.*', and this ledger is of 'other'"):
        speakers(replace(book(), name="other"), AT, baseline)
    with pytest.raises(PaybenchError, match="Nothing was known at"):
        speakers(Ledger.of(name=book().name), AT, baseline)
