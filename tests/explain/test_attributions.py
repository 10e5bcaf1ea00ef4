"""The tables behind the reasons are kept beside the champion, and nothing depends on whether they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paybench.explain.attributions import _tables, tables_of
from paybench.ledger import Ledger, read_ledger
from paybench.models.learn.bundle import Bundle, read_bundle
from tests.trained import AS_OF, Trained


@pytest.fixture
def bundle(trained: Trained) -> Bundle:
    return read_bundle(trained.store / "champion")


@pytest.fixture
def rows(trained: Trained, bundle: Bundle) -> np.ndarray:
    from paybench.features import open_on

    book: Ledger = read_ledger(trained.ledger)
    assert bundle.late_encoder is not None
    return bundle.late_encoder.transform(open_on(book, AS_OF))


def test_they_are_built_once_and_kept(bundle: Bundle, rows: np.ndarray, tmp_path: Path) -> None:
    plain = tables_of(bundle).contributions(rows)
    # LightGBM's own values.
    assert bundle.late is not None
    np.testing.assert_allclose(plain, bundle.late.predict(rows, pred_contrib=True), rtol=0, atol=1e-9)
    (tmp_path / "older.npz").write_bytes(b"of a model that served before")
    built = tables_of(bundle, tmp_path)
    (file,) = tmp_path.glob("*.npz")
    _tables.cache_clear()
    # What another process reads gives the same to the last bit.
    assert tables_of(bundle, tmp_path) is not built
    assert np.array_equal(tables_of(bundle, tmp_path).contributions(rows), plain)
    for damaged in (file.read_bytes()[:1000], b"", b"PK\x03\x04 nothing"):
        file.write_bytes(damaged)
        _tables.cache_clear()
        # What is damaged is built anew, and kept.
        assert np.array_equal(tables_of(bundle, tmp_path).contributions(rows), plain)
        assert len(file.read_bytes()) > 1000


def test_where_nothing_can_be_kept_reasons_are_the_same(bundle: Bundle, rows: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    # A file in the place of the folder: nothing is kept, nobody is troubled.
    found = tables_of(bundle, tmp_path / "file" / "tables").contributions(rows)
    assert np.array_equal(found, tables_of(bundle).contributions(rows))
