"""The terms of many messages: counted once, weighed for any part of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .terms import Term
from .words import Word

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counted:
    """How often each term of a kind is in each message.

    Attributes
    ----------
    terms : (terms,) in their order. counts : (n, terms).
    """

    terms: tuple[str, ...]
    counts: csr_matrix

    @classmethod
    def of(cls, messages: Sequence[Sequence[Word]], terms_of: Callable[[Sequence[Word]], list[Term]]) -> Counted:
        """Count the terms of one kind."""
        from scipy.sparse import csr_matrix

        number: dict[str, int] = {}
        ends, places = [0], list[int]()
        times: list[int] = []
        for words in messages:
            counts = Counter(term for term, _ in terms_of(words))
            places += [number.setdefault(term, len(number)) for term in counts]
            times += counts.values()
            ends.append(len(places))
        terms = tuple(sorted(number))
        moved = np.empty(len(terms), dtype=np.int64)
        moved[[number[term] for term in terms]] = np.arange(len(terms))
        columns = moved[np.array(places, dtype=np.int64)]
        counted = csr_matrix((np.array(times, dtype=np.float64), columns, ends), shape=(len(messages), len(terms)))
        counted.sort_indices()
        return cls(terms, counted)

    def weighed(self, rows: NDArray[np.int64], rarest: int) -> tuple[dict[str, int], Floats, csr_matrix]:
        """What some messages know: terms that ``rarest`` of them have, and how rare each is among them.

        Returns
        -------
        columns of these terms, their idf, and the weights (n, columns) of all messages, in rows of length 1.
        """
        df = np.bincount(self.counts[rows].indices, minlength=len(self.terms))
        kept = np.flatnonzero(df >= rarest)
        idf = np.log((1 + len(rows)) / (1 + df[kept])) + 1
        weights = self.counts[:, kept]
        weights.data = (1 + np.log(weights.data)) * idf[weights.indices]
        row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        weights.data /= np.sqrt(np.bincount(row, weights.data**2, minlength=weights.shape[0]))[row]
        return {self.terms[place]: column for column, place in enumerate(kept)}, idf, weights
