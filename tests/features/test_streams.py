"""Counts of what holds are the same to the bit, whether all ask at one day or not."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.features.kernel.streams import Rows, Spans
from paybench.ledger.schema import NO_DAY


@pytest.mark.parametrize("seed", range(40))
def test_counts_at_one_day_are_those_beside_another_day(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups, n, m, kinds = (int(random.integers(low, high)) for low, high in ((1, 9), (0, 12), (0, 80), (1, 5)))
    group, start = random.integers(-1, groups, m), random.integers(-5, 20, m)
    end = np.where(random.random(m) < 0.5, NO_DAY, start + random.integers(0, 10, m))
    asked, day = random.integers(0, groups, n), np.full(n, random.integers(-6, 25))
    one = Spans(Rows(asked, day, groups), group, start, end)
    two = Spans(Rows(np.append(asked, 0), np.append(day, 99), groups), group, start, end)
    kind = random.integers(0, kinds, len(one.group))
    weight = np.exp2(random.uniform(-30, 30, len(kind)))  # so that another order of additions would be seen
    for w in (None, weight):
        found, expected = one.counts_by_group(kind, kinds, w), two.counts_by_group(kind, kinds, w)[:n]
        assert found.dtype == expected.dtype
        assert found.tobytes() == expected.tobytes()
