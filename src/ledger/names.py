"""Identifiers as integers: hashing a number is several times quicker than hashing its text."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_LENGTHS = 12
"""Different lengths of identifiers that are worth it."""

_LONGEST = 63

_MOST = 1 << 62

_CHUNK = 1 << 14  # rows at a time, which stay in the processor's cache

_AT_ONCE = 64


@dataclass(frozen=True)
class _Form:
    """Texts of one length as numbers from ``base`` on: digits of which each has a radix of its own.

    low, high : (length,) the lowest and the highest byte at each place.
    """

    base: int
    low: np.ndarray
    high: np.ndarray

    @property
    def radix(self) -> list[int]:
        """How many different bytes there may be at each place."""
        return [int(high) - int(low) + 1 for low, high in zip(self.low, self.high, strict=True)]

    def numbers(self, letters: np.ndarray) -> Ints:
        """(n,) numbers of texts (n, length); -1 where a byte is not one of those."""
        numbers = np.empty(len(letters), dtype=np.int64)
        radix, most = self.radix, self.high - self.low
        for begin in range(0, len(letters), _CHUNK):
            digits = letters[begin : begin + _CHUNK] - self.low  # those below the lowest wrap around, far above
            number = np.full(len(digits), 0, dtype=np.int64)
            for k in range(len(radix)):
                if radix[k] > 1:
                    number *= radix[k]
                    number += digits[:, k]
            number += self.base
            odd = digits > most
            if odd.any():
                number[odd.any(axis=1)] = -1
            numbers[begin : begin + _CHUNK] = number
        return numbers


class Names:
    """Identifiers, each of which can be found by its place.

    Parameters
    ----------
    among : Arrow strings (of 64-bit offsets, as all values here) without a missing one.

    Attributes
    ----------
    unique : whether no two of them are alike.

    Notes
    -----
    Identifiers of an accounting system are alike: a few letters, then digits. Read as the digits of a number, place by
    place, most fit into 64 bits. Where they do not, their texts are compared.
    """

    def __init__(self, among: pa.Array) -> None:
        self._forms = _forms(among)
        if self._forms is None:
            self._among = among
            self.unique = pc.count_distinct(among).as_py() == len(among)
        else:
            numbers = self._numbers(among)
            self._order = ordered(numbers)
            self._sorted = numbers[self._order]
            self.unique = bool((self._sorted[1:] != self._sorted[:-1]).all())

    def find(self, values: pa.Array, otherwise: int) -> Ints:
        """(n,) places of values; ``otherwise`` for what is not there, or missing."""
        if self._forms is None:
            place = pc.index_in(values, value_set=self._among, skip_nulls=True)
            return place.fill_null(otherwise).to_numpy(zero_copy_only=False).astype(np.int64)
        numbers = self._numbers(values)
        found = np.full(len(numbers), otherwise, dtype=np.int64)
        if len(self._sorted):
            order = ordered(numbers)  # who asks in order finds what was read just before in the processor's cache
            asked = numbers[order]
            place = np.minimum(np.searchsorted(self._sorted, asked), len(self._sorted) - 1)
            there = self._sorted[place] == asked
            found[order[there]] = self._order[place[there]]
        return found

    def _numbers(self, values: pa.Array) -> Ints:
        forms = self._forms or {}
        lengths = _lengths(values)
        for length, form in forms.items():
            if values.null_count == 0 and (lengths == length).all():  # nearly always
                return form.numbers(_letters(values, length))
        numbers = np.full(len(values), -1, dtype=np.int64)
        there = ~np.asarray(values.is_null())
        for length, form in forms.items():
            some = (lengths == length) & there
            numbers[some] = form.numbers(_letters(values.filter(pa.array(some)), length))
        return numbers


def distinct(texts: pa.Array) -> tuple[Names, pa.Array, Ints]:
    """The different identifiers, to be found and as they are, and the place of each text among them."""
    names = Names(texts)
    if names.unique:
        return names, texts, np.arange(len(texts))
    coded = pc.dictionary_encode(texts)
    return Names(coded.dictionary), coded.dictionary, coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _forms(values: pa.Array) -> dict[int, _Form] | None:
    """The forms of texts by length; None if there are too many of them, or their numbers too large."""
    lengths = _lengths(values)
    different = np.flatnonzero(np.bincount(np.minimum(lengths, _LONGEST + 1), minlength=_LONGEST + 2))
    if len(different) > _LENGTHS or different.max(initial=0) > _LONGEST:
        return None
    forms, base = {}, 0
    for length in different.tolist():
        some = values if len(different) == 1 else values.filter(pa.array(lengths == length))
        letters = _letters(some, length)
        form = _Form(base, _column_wise(np.minimum, letters), _column_wise(np.maximum, letters))
        forms[length] = form
        base += prod(form.radix)
        if base > _MOST:
            return None
    return forms


def _column_wise(reduce: np.ufunc, letters: np.ndarray) -> np.ndarray:
    """Lowest or highest byte at each place, over many texts at a time as one long one."""
    whole = len(letters) // _AT_ONCE * _AT_ONCE
    parts = [letters[whole:]]
    if whole:
        parts.append(reduce.reduce(letters[:whole].reshape(-1, _AT_ONCE * letters.shape[1])).reshape(_AT_ONCE, -1))
    found: np.ndarray = reduce.reduce(np.concatenate(parts))
    return found


def _lengths(values: pa.Array) -> Ints:
    return np.diff(_offsets(values))


def _offsets(values: pa.Array) -> np.ndarray:
    return np.frombuffer(values.buffers()[1] or bytes(8), dtype=np.int64)[values.offset :][: len(values) + 1]


def _letters(values: pa.Array, length: int) -> np.ndarray:
    """Bytes (m, length) of texts of one length."""
    begin = int(_offsets(values)[0])
    letters = np.frombuffer(values.buffers()[2] or b"", dtype=np.uint8)[begin : begin + len(values) * length]
    return letters.reshape(len(values), length)


def ordered(key: Ints) -> Ints:
    """Places in the order of a key, equal ones in the order in which they stand."""
    bits = len(key).bit_length()
    if not len(key) or int(key.min()) < -1 << 20 or int(key.max()) >= 1 << (62 - bits):
        return np.argsort(key, kind="stable")
    packed = ((key.astype(np.int64) + (1 << 20)) << bits) | np.arange(len(key))
    packed.sort()  # of what is in no order much quicker than sorting places by what they point at
    places: Ints = packed & ((1 << bits) - 1)
    return places
