"""Every kind is looked for, with scores of the same day."""

from __future__ import annotations

import pandas as pd
import pytest

from paybench.decide.exceptions import KINDS, exceptions
from paybench.errors import PaybenchError
from paybench.ledger import as_of
from paybench.simulate import simulate
from tests.decide.exceptions.known import scores


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
