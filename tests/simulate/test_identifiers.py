"""Laws of identifiers: the same as writing each one by hand."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.simulate.identifiers import identifiers


@pytest.mark.parametrize("most", [1, 9, 10, 99_999, 100_000, 10**9])
def test_identifiers_are_what_python_writes(most: int) -> None:
    drawn = np.random.default_rng(most)
    one = np.r_[0, most, drawn.integers(0, most + 1, 50)]
    two = np.r_[most, 0, drawn.integers(0, 20_000, 50)]
    written = identifiers("INV-", (one, 5), (two, 4)).to_pylist()

    # A prefix, and numbers with leading zeros up to their least width and no further.
    assert written == [f"INV-{a:05d}-{b:04d}" for a, b in zip(one, two, strict=True)]
    assert identifiers("C", (one, 1)).to_pylist() == [f"C{a}" for a in one]


def test_a_number_is_written_alike_whatever_the_others_are() -> None:
    alone = identifiers("C", (np.array([42]), 5)).to_pylist()

    # A larger number beside it changes nothing.
    assert identifiers("C", (np.array([42, 1_234_567]), 5)).to_pylist() == [*alone, "C1234567"]


def test_different_numbers_have_different_identifiers() -> None:
    one, two = (a.ravel() for a in np.meshgrid(np.arange(0, 3000, 7), np.arange(0, 3000, 11)))
    written = identifiers("X", (one, 2), (two, 1)).to_pylist()

    # The dash keeps 1 and 11 apart from 11 and 1.
    assert len(set(written)) == len(one)


def test_nothing_makes_nothing() -> None:
    # No number, no identifier; the column keeps its type.
    empty = identifiers("C", (np.zeros(0, dtype=np.int64), 5))
    assert (len(empty), str(empty.type)) == (0, "large_string")
