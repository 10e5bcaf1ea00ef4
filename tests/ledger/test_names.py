"""Identifiers are found where a comparison of their texts finds them, whatever they look like."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from paybench.ledger.names import Names

NUMBERS = st.integers(0, 3000).map(str) | st.text("0", min_size=60, max_size=70)
LETTERS = st.text("019aZ-/éß 漢\x00", max_size=5) | NUMBERS
WORDS = st.lists(st.tuples(st.sampled_from(["", "INV-", "é"]), LETTERS).map("".join), max_size=40)


def test_numbers_of_invoices_become_numbers() -> None:
    names = Names(pa.array([f"INV-{k:05d}-{k % 7}" for k in range(500)], pa.large_string()))
    assert names.unique
    asked = pa.array(["INV-00007-0", "INV-00007-1", "INV-99999-9", "inv-00007-0", None], pa.large_string())
    assert names.find(asked, -1).tolist() == [7, -1, -1, -1, -1]


@given(among=WORDS, more=WORDS, skipped=st.integers(0, 2))
@example(among=["1", "01", "001", ""], more=["0001"], skipped=0)
@example(among=[f"{k:064x}" for k in range(3)], more=["0" * 64], skipped=0)  # too long to be a number
@example(among=[f"{k:x}" * 20 for k in range(16)], more=["0" * 20], skipped=1)  # numbers too large
def test_places_are_those_of_equal_texts(among: list[str], more: list[str], skipped: int) -> None:
    different = list(dict.fromkeys(among))[skipped:]
    asked = [*among, None, *more][skipped:]
    place = {text: k for k, text in enumerate(different)}
    # Slices of longer arrays, as tables give them.
    names = Names(pa.array(["#"] * skipped + different, pa.large_string())[skipped:])
    values = pa.array(["#"] * skipped + asked, pa.large_string())[skipped:]
    assert names.unique
    assert names.find(values, -7).tolist() == [place.get(text, -7) if text is not None else -7 for text in asked]
    assert Names(pa.array(among, pa.large_string())).unique == (len(set(among)) == len(among))
