"""Exact path-dependent TreeSHAP of LightGBM models from tables of patterns, with numpy alone.

On a row a leaf is a game: its value is paid if the row satisfies every condition on the leaf's path, and a feature that
is left out counts as the share of training rows that its conditions let through. What each feature contributes depends
only on *which* conditions are satisfied. So leaves that lie close together share one table, computed once, with a line
for every combination of answers; a row looks up one line per group of leaves (``docs/treeshap.md``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import lightgbm as lgb
import numpy as np
from numpy.typing import ArrayLike

from ...errors import PaybenchError
from .games import lines
from .leaves import Floats, read_forest
from .patterns import Arrays, plan
from .rows import Rows

FORMAT = 1
STATES = 512
"""Lines of a table; leaves that need more are computed for the states that occur."""
TILE = 16384
"""Rows at a time: enough to call numpy seldom, and few enough to stay in the processor's cache."""
FEW = 100
"""Rows up to which it is quicker to go row by row."""


@dataclass(frozen=True)
class Tables:
    """The tables of a model: what :func:`build` makes of it.

    Attributes
    ----------
    sha256 : of the model's text. features : columns of X. outputs : classes of a multiclass model, else 1.
    averaged : whether LightGBM predicts the mean over ``iterations`` (random forests); contributions are of the sum.
    values : (leaves,) tree by tree, in LightGBM's order. plan : paths and groups as flat arrays
        (:func:`.patterns.plan`). lines : (m, 4) all tables.
    """

    sha256: str
    features: int
    outputs: int
    averaged: bool
    values: Floats
    plan: Arrays
    lines: Floats

    @property
    def iterations(self) -> int:
        """Trees of each output."""
        return (len(self.plan["values_at"]) - 1) // self.outputs

    def contributions(self, X: ArrayLike, *, threads: int = 1, tile: int = TILE) -> Floats:
        """SHAP values of rows, laid out as ``Booster.predict(X, pred_contrib=True)`` does.

        Parameters
        ----------
        X : (n, features) numbers, NaN where missing. threads : that work on tiles at the same time.
        tile : rows at a time. Neither it nor the threads nor the order of the rows changes a bit of the result.

        Returns
        -------
        (n, outputs * (features + 1)) array: per output a value for each feature, then the expected value. They add up
        to ``predict(X, raw_score=True)``.

        Raises
        ------
        PaybenchError
            If X does not have a column for each feature of the model.
        """
        rows = np.asarray(X, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.features:
            raise PaybenchError(
                f"X has the shape {rows.shape}; give a table of {self.features} columns, the features of the model."
            )
        found = np.empty((len(rows), self.outputs * (self.features + 1)))

        def fill(start: int) -> None:
            part = rows[start : start + size]
            found[start : start + size] = self._rows.few(part) if len(part) <= FEW else self._rows.many(part)

        size = max(1, min(tile, -(-len(rows) // threads)))
        begin = range(0, len(rows), size)
        if threads > 1:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(fill, begin))
        else:
            for start in begin:
                fill(start)
        return found

    def with_leaves(self, values: ArrayLike) -> Tables:
        """Tables of the same trees with other leaf values: of any functional of the forest's leaves.

        Parameters
        ----------
        values : (leaves,) in LightGBM's order, tree by tree, as :attr:`values`.

        Raises
        ------
        PaybenchError
            If there is not one value per leaf.
        """
        new = np.asarray(values, dtype=np.float64)
        if new.shape != self.values.shape:
            raise PaybenchError(f"Leaf values have the shape {new.shape}; give {len(self.values)}, one per leaf.")
        return replace(self, values=new, lines=lines(self.plan, new))

    def save(self, file: str | Path | BinaryIO) -> None:
        """Write plain arrays (.npz), which :func:`read_tables` reads."""
        about = np.array([FORMAT, self.features, self.outputs, self.averaged], dtype=np.int64)
        digest = np.frombuffer(bytes.fromhex(self.sha256), dtype=np.uint8)
        arrays: Arrays = {"about": about, "sha256": digest, "values": self.values, "lines": self.lines, **self.plan}
        np.savez(file, allow_pickle=False, **arrays)

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self.features, self.outputs, self.values, self.plan, self.lines)


def build(model: lgb.Booster | str, *, states: int = STATES) -> Tables:
    """Build the tables of a model.

    Parameters
    ----------
    model : a Booster, or its text (``model_to_string()``).
    states : lines of a table at most, up to 65,536; more make fewer, larger tables.

    Raises
    ------
    PaybenchError
        If it is no LightGBM model, has linear trees, or has splits that no training row reached.
    """
    text = model.model_to_string() if isinstance(model, lgb.Booster) else model
    forest = read_forest(text)
    values = np.array([value for tree in forest.trees for value in tree.values])
    paths = plan(forest, min(states, 2**16))
    return Tables(_digest(text), forest.features, forest.outputs, forest.averaged, values, paths, lines(paths, values))


def read_tables(file: str | Path | BinaryIO, text: str) -> Tables:
    """Read saved tables of the model of this text.

    Raises
    ------
    PaybenchError
        If they were built from another text, or are damaged.
    """
    try:
        with np.load(file, allow_pickle=False) as read:
            arrays = dict(read)
        version, features, outputs, averaged = arrays.pop("about").tolist()
        digest = arrays.pop("sha256").tobytes().hex()
    except (AttributeError, BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
        raise PaybenchError(f"The tables are damaged ({type(error).__name__}); build them again.") from None
    if version != FORMAT or digest != _digest(text):
        raise PaybenchError("The tables were built from another model's text, or by another version; build them again.")
    values, all_lines = arrays.pop("values"), arrays.pop("lines")
    return Tables(digest, features, outputs, bool(averaged), values, arrays, all_lines)


def grouped(contributions: Floats, families: Sequence[Sequence[int]]) -> Floats:
    """(n, families) contributions of families of features: the sums of the columns that each names."""
    return np.column_stack([contributions[:, list(family)].sum(axis=1) for family in families])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
