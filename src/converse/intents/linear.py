"""Weights of terms: a score for each intent, and how much each word has its share in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .terms import BLOCKS
from .words import Word

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """The terms of one kind that are known.

    Attributes
    ----------
    columns : place of each term. idf : (n,) how rare each is. coefficients : (n, intents), of 16 bits: a score has
    hundreds of terms, and the errors of rounding even out.
    """

    columns: Mapping[str, int]
    idf: Floats
    coefficients: NDArray[np.float16]


@dataclass(frozen=True)
class Linear:
    """One-vs-rest linear scores of TF-IDF terms.

    A term that occurs k times weighs (1 + ln k) times its idf; the weights of a kind of terms are divided by their
    Euclidean length.

    Attributes
    ----------
    blocks : by kind of :data:`.BLOCKS`. intercept : (intents,).
    """

    blocks: Mapping[str, Block]
    intercept: Floats

    def scores(self, words: Sequence[Word]) -> Floats:
        """(intents,) before calibration; 0 terms give the intercept."""
        total = self.intercept.copy()
        for block, columns, weights, _ in self._weighted(words):
            total += weights @ block.coefficients[columns].astype(np.float64)
        return total

    def shares(self, words: Sequence[Word], intent: int) -> Floats:
        """(words,) of the score of an intent (its place), what each word brings; with the intercept they sum up to it.

        A term of several words, or that occurs several times, is divided equally among them.
        """
        shares = np.zeros(len(words))
        for block, columns, weights, places in self._weighted(words):
            values = weights * block.coefficients[columns, intent]
            for value, occurrences in zip(values, places, strict=True):
                for of in occurrences:
                    shares[list(of)] += value / len(occurrences) / len(of)
        return shares

    def _weighted(
        self, words: Sequence[Word]
    ) -> Iterator[tuple[Block, NDArray[np.int64], Floats, list[list[tuple[int, ...]]]]]:
        """Of each kind: the columns of the known terms that occur, their weights, and where they occur."""
        for name, block in self.blocks.items():
            occurs: dict[int, list[tuple[int, ...]]] = {}
            for term, of in BLOCKS[name](words):
                if (column := block.columns.get(term)) is not None:
                    occurs.setdefault(column, []).append(of)
            if not occurs:
                continue
            columns = np.fromiter(occurs, dtype=np.int64, count=len(occurs))
            times = np.array([len(places) for places in occurs.values()], dtype=np.float64)
            weights = (1.0 + np.log(times)) * block.idf[columns]
            yield block, columns, weights / np.sqrt((weights**2).sum()), list(occurs.values())
