"""The kinds that finance's report tells have one home, and it finds the same as before."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paybench.decide.exceptions import COLUMNS, KINDS, REPORTED, exceptions, of_invoices
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of
from paybench.simulate import simulate
from tests.decide.exceptions.known import scores
from tests.strategies import cut_offs, ledgers

earlier = pytest.importorskip("paybench.reports.portfolio.exceptions")


def compared(ledger: Ledger, at: pd.Timestamp) -> None:
    cut, table = as_of(ledger, at), scores(ledger, at)
    before, now = earlier.exceptions(cut, at, table), exceptions(cut, at, table, kinds=REPORTED)
    for old, new in zip(before, now, strict=True):
        assert (old.kind, old.recorded) == (new.kind, new.recorded)
        pd.testing.assert_frame_equal(old.rows, new.rows[COLUMNS], check_dtype=False)
    concerned = of_invoices(now, table)
    for kind, rows in earlier.of_invoices(before, table).items():
        assert rows.tolist() == concerned[kind].tolist()


@settings(max_examples=max(8, settings().max_examples // 3))  # each of them is many small tables
@given(st.data())
def test_the_same_rows_as_the_report_had(data: st.DataObject) -> None:
    # A tolerance that no sum of cents can meet, so that no rounding decides.
    ledger = replace(data.draw(ledgers()), tolerance=0.005)
    compared(ledger, data.draw(cut_offs(ledger)))


def test_the_same_rows_on_a_simulated_book() -> None:
    compared(simulate(60, 9, seed=2, truth="none").ledger, pd.Timestamp("2024-08-20"))


def test_every_kind_is_looked_for_and_says_what_to_do() -> None:
    ledger = simulate(20, 6, seed=2, truth="none").ledger
    at = pd.Timestamp("2024-06-20")
    found = exceptions(as_of(ledger, at), at, scores(ledger, at))
    assert [one.kind for one in found] == list(KINDS)
    for kind in KINDS.values():
        assert kind.title
        assert all(sentence.endswith(".") for sentence in (kind.what, kind.next_step, kind.reason))
    with pytest.raises(PaybenchError, match="no kind of exception 'weather'; give some of unapplied, credit"):
        exceptions(as_of(ledger, at), at, kinds=["weather"])


def test_a_score_table_of_another_day_is_refused() -> None:
    ledger = simulate(20, 6, seed=2, truth="none").ledger
    at = pd.Timestamp("2024-06-20")
    table = scores(ledger, at)
    with pytest.raises(PaybenchError, match="is of 2024-06-20 and the exceptions are asked for 2024-06-21; score"):
        exceptions(as_of(ledger, "2024-06-21"), pd.Timestamp("2024-06-21"), table)
    with pytest.raises(PaybenchError, match="has no column 'flags'"):
        exceptions(as_of(ledger, at), at, table.drop(columns="flags"))
