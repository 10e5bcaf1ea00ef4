"""The oracle of a simulated ledger beside the models."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from paybench.models.judge.backtest import backtest
from paybench.models.judge.compare import EMPIRICAL, table
from paybench.models.learn.folds import Book
from paybench.oracle import ORACLE, oracle, oracle_of
from paybench.simulate import simulate

WORLD = simulate(customers=60, months=15, seed=6, policy="none")


def test_nobody_knows_more_than_the_world() -> None:
    found = backtest(WORLD.ledger, ["2024-09-01"], trials=0, others=oracle(WORLD.truth, 0)).metrics
    # Where nobody is contacted it says how things are: better than every model, on what it speaks of.
    for loss in ("log_loss", "brier", "mae"):
        assert found[loss].idxmin() == ORACLE
    assert found["ece"][ORACLE] < 0.1
    assert found["log_loss"][ORACLE] < 0.9 * found["log_loss"][EMPIRICAL]
    # Of the whole distribution the file holds too little.
    assert np.isnan(found["crps"][ORACLE])


def test_it_says_what_the_file_says() -> None:
    rows = Book(WORLD.ledger, "2025-03-01", 60).issued_in("2024-09-01", "2024-10-01")
    (said,) = oracle(WORLD.truth, 0)(rows, 60)
    truth = WORLD.truth.set_index("invoice_id").loc[rows.X.index.get_level_values("invoice_id")]
    np.testing.assert_array_equal(said.p_late, truth["p_late"])
    assert (said.days <= 60).all()
    # With grace the file's P(late) answers another question; the days stay.
    (said,) = oracle(WORLD.truth, 3)(rows, 60)
    assert said.p_late is None
    assert "auc" not in table([said], rows.late, rows.y, 60)


def test_there_is_none_beside_a_ledger_that_was_not_simulated(tmp_path: Path) -> None:
    assert oracle_of(tmp_path, 0) is None
    # And the truth of other invoices says nothing.
    rows = Book(WORLD.ledger, "2025-03-01", 60).issued_in("2024-09-01", "2024-10-01")
    assert oracle(WORLD.truth.iloc[:0], 0)(rows, 60) == []
