"""A mixture finds groups that were put in, and knows nothing of the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paybench.decide.segments import segment
from paybench.decide.segments.agreement import adjusted_rand
from paybench.decide.segments.mixture import COLUMNS, FEWEST, discover
from paybench.errors import PaybenchError
from paybench.ledger import known
from tests.decide.segments.small import AT, Line, book, every, ledger_of, told


def test_groups_that_were_put_in_are_found() -> None:
    random = np.random.default_rng(2)
    lines: list[Line] = []
    kinds = {}
    for n in range(60):
        name = chr(0x4E00 + n)
        kinds[name] = n % 2
        late = [int(x) for x in random.normal(30 if n % 2 else -5, 4, 18)]
        lines += every(name, "2024-01-02", 18, late)
    ledger = ledger_of(lines)
    found = discover(segment(ledger, "2025-02-01"), ledger, most=3)
    truth = np.array([kinds[name] for name in found.group.index])
    # No group mixes the two kinds.
    for number in found.group.unique():
        assert len(set(truth[(found.group == number).to_numpy()])) == 1
    if found.group.nunique() == 2:
        assert adjusted_rand(truth, found.group.to_numpy()) == 1.0
    assert found.sure.min() > 0.5
    # What is most unlike the others names a group.
    assert found.told["name"].str.contains("days late|over a month late").any()


def test_it_is_a_function_of_what_was_known() -> None:
    found = discover(told(), book(), most=3)
    again = discover(told(), known(book(), AT), most=3)
    pd.testing.assert_series_equal(found.group, again.group)
    pd.testing.assert_frame_equal(found.behaviour, again.behaviour, check_exact=True)
    assert list(found.behaviour) == list(COLUMNS)
    assert np.isfinite(found.behaviour.to_numpy()).all()
    assert found.told["customers"].sum() == len(found.group)
    assert found.told["customers"].is_monotonic_decreasing
    assert int(found.bic.idxmin()) == max(found.group) or found.group.nunique() < found.bic.idxmin()
    assert -0.1 < found.ari < 1.0


def test_too_few_customers_are_no_mixture() -> None:
    ledger = ledger_of([*every("A", "2024-01-02", FEWEST + 4, 3), *every("B", "2024-01-02", 2, 3)])
    with pytest.raises(PaybenchError, match="1 customers have 8 invoices or more .*; a mixture needs 20."):
        discover(segment(ledger, "2025-02-01"), ledger)
