"""Identifiers made from numbers, millions at a time: C00042, INV-00042-0007."""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def identifiers(prefix: str, *numbers: tuple[np.ndarray, int]) -> pa.Array:
    """A prefix and some numbers with dashes between them, as an Arrow array of text.

    Parameters
    ----------
    numbers : pairs of whole numbers (n,), zero or more, and the least number of digits to write; the same number is
        always written alike, whatever the others are.
    """
    n = len(numbers[0][0])
    columns: list[np.ndarray] = []
    kept: list[np.ndarray | None] = []
    for position, (values, least) in enumerate(numbers):
        for letter in (prefix if position == 0 else "-").encode():
            columns.append(np.full(n, letter, dtype=np.uint8))
            kept.append(None)
        most = max(least, len(str(int(values.max(initial=0)))))
        rest = values.astype(np.int64)
        digits: list[np.ndarray] = []
        for _ in range(most):
            rest, digit = np.divmod(rest, 10)
            digits.append((digit + 48).astype(np.uint8))
        for place in range(most - 1, -1, -1):
            columns.append(digits[place])
            kept.append(None if place < least else values >= 10**place)
    letters = np.stack(columns, axis=1)
    if any(mask is not None for mask in kept):
        there = np.stack([np.ones(n, dtype=bool) if mask is None else mask for mask in kept], axis=1)
        lengths, data = there.sum(axis=1), letters[there]
    else:
        lengths, data = np.full(n, letters.shape[1]), letters
    offsets = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return pa.LargeStringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(data)))
