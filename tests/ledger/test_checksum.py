"""Checksums of identifiers depend on their text alone, and tell texts apart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from paybench.ledger.checksum import checksums

TEXTS = st.lists(st.none() | st.text("aé漢\x00", max_size=9) | st.text("01", max_size=40), max_size=30)


def of(texts: list[str | None]) -> list[int]:
    return [int(s) for s in checksums(pa.array(texts, pa.large_string()))]


@given(texts=TEXTS, skipped=st.integers(0, 3))
def test_a_checksum_is_that_of_the_text_alone_wherever_it_stands(texts: list[str | None], skipped: int) -> None:
    found = of(texts)
    alone = {text: of([text])[0] for text in texts}
    for text, one in zip(texts, found, strict=True):
        assert text is None or one == alone[text]
    # A slice of a longer array, as batches of tables are.
    assert [int(s) for s in checksums(pa.array(texts, pa.large_string())[skipped:])] == found[skipped:]
    # Different texts, these few, have different ones.
    assert len(set(alone.values()) | {0}) >= len({text for text in alone if text})


def test_numbered_identifiers_are_told_apart_and_spread_evenly() -> None:
    texts = [f"{k:03}-INV-{c:05}-{i:04}" for k in (1, 10, 11) for c in range(0, 3000, 7) for i in range(0, 9000, 90)]
    found = checksums(pa.array(texts, pa.large_string()))
    assert len(np.unique(found)) == len(texts)
    for parts in (2, 51, 64):
        counts = np.bincount((found % np.uint64(parts)).astype(int), minlength=parts)
        expected = len(texts) / parts
        assert np.abs(counts - expected).max() < 6 * np.sqrt(expected)
