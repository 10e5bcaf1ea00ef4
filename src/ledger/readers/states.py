"""Rows of a file that say the same of one thing again, and what changes from one to the next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from ..schema import DATE


def again(columns: Sequence[pa.Array]) -> np.ndarray:
    """The rows in which columns say what they said before; where all of them are empty, nothing is said."""
    said = _said(columns)
    return (said.duplicated() & (said != "").any(axis=1)).to_numpy()


def last(text: pa.Array, columns: Sequence[pa.Array]) -> np.ndarray:
    """In the first row in which columns say what they say: the text of the last of these rows in which it is filled."""
    said, texts = _said(columns), text.to_pandas()
    filled = texts.where(texts != "").groupby([said[k] for k in said], sort=False).transform("last").fillna("")
    return np.where(said.duplicated(), "", filled).astype(object)


def spells(
    of: Sequence[pa.Array], days: np.ndarray, dated: np.ndarray, inside: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """In the row in which a state begins, the day of it and the day on which it ends; void in every other row.

    Parameters
    ----------
    of : what the state is of. days : when the row says so, ``dated`` where there is such a day.
    inside : whether it is the state.
    """
    said = _said(of)
    rows = pd.DataFrame(
        {"number": said.groupby(list(said), sort=False).ngroup(), "day": days.astype(DATE), "in": inside}
    )
    rows = rows[dated].sort_values(["number", "day"], kind="stable")
    before = rows.groupby("number", sort=False)["in"].shift(fill_value=False).astype(bool)
    starts = rows["in"] & ~before
    # The next row of the same number that is outside ends the spell.
    ends = rows["day"].where(~rows["in"]).groupby(rows["number"], sort=False).bfill().where(starts)
    place = np.arange(len(said))
    opened = rows["day"].where(starts).reindex(place).to_numpy(dtype=DATE)
    return opened, ends.reindex(place).to_numpy(dtype=DATE)


def _said(columns: Sequence[pa.Array]) -> pd.DataFrame:
    return pd.DataFrame({k: column.to_pandas() for k, column in enumerate(columns)})
