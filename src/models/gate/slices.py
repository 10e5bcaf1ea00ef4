"""Whether P(late) and 80 % intervals hold on every large slice of the gate's rows, chance allowed for.

Of many slices some look wrong by chance, the more so as invoices of one customer go wrong together. What chance may do
to all of them at once is drawn by a multiplier bootstrap over customers (Chernozhukov, Chetverikov and Kato 2013), each
customer with its jackknife residual (Bell and McCaffrey 2002), so that one large customer does not pass for many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..judge.slices import LARGE, parts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHANCE = 0.05
"""Probability, at most, that chance refuses a candidate that is as far off as is allowed on some slices. One that is
right has the tolerance besides, so that it is hardly ever refused; less would hide more of what is wrong."""
BINS = 5
"""Of P(late) in a slice: with ten, the bins of 500 rows would be off by six points by chance."""
DRAWS, _AT_ONCE = 1000, 50


@dataclass(frozen=True)
class Said:
    """What was said of n rows, and what came.

    Attributes
    ----------
    rows : features. customers : (n,). late, p_late : (n,) outcome and its probability.
    covered : (n,) the part of the outcome inside the central 80 % interval.
    """

    rows: pd.DataFrame
    customers: pd.Index
    late: Floats
    p_late: Floats
    covered: Floats


def by_slice(
    said: Said, least_customers: int, most_error: float, shares: tuple[float, float], seed: int = 0
) -> pd.DataFrame:
    """Calibration error and coverage of every large slice, and what is allowed.

    Parameters
    ----------
    said : of the gate's rows. least_customers : of a slice that is judged.
    most_error : calibration error that is allowed. shares : of rows that 80 % intervals may cover. Both are widened by
        what chance may do on all slices at once.
    seed : of the draws.

    Returns
    -------
    DataFrame, one row per slice, possibly none: slice, part, n, customers, late, said (mean P(late)), error,
    most_error, coverage, least_coverage, most_coverage, passed.
    """
    names, customer = np.unique(said.customers.to_numpy(), return_inverse=True)
    large = [
        (name, part, some)
        for name, values in parts(said.rows).items()
        for part, some in _large(values)
        if len(some) < len(values) and len(np.unique(customer[some])) >= least_customers
    ]
    table = pd.DataFrame([_one(name, part, said, some, customer) for name, part, some in large])
    if table.empty:
        return table
    room = _chance(said, [some for _, _, some in large], customer, len(names), seed)
    table["most_error"] = most_error + room[: len(large)]
    table["least_coverage"] = shares[0] - room[len(large) :]
    table["most_coverage"] = shares[1] + room[len(large) :]
    inside = (table["least_coverage"] <= table["coverage"]) & (table["coverage"] <= table["most_coverage"])
    return table.assign(passed=inside & (table["error"] <= table["most_error"]))


def _large(values: pd.Series) -> list[tuple[str, Ints]]:
    """Parts of at least 500 rows, and which rows those are."""
    code, part = pd.factorize(values)
    return [(str(part[k]), np.flatnonzero(code == k)) for k in np.flatnonzero(np.bincount(code[code >= 0]) >= LARGE)]


def _one(name: str, part: str, said: Said, some: Ints, customer: Ints) -> dict[str, object]:
    gap = np.bincount(_bins(said.p_late[some]), (said.late - said.p_late)[some])
    return {
        "slice": name,
        "part": part,
        "n": len(some),
        "customers": len(np.unique(customer[some])),
        "late": float(said.late[some].mean()),
        "said": float(said.p_late[some].mean()),
        "error": float(np.abs(gap).sum() / len(some)),
        "coverage": float(said.covered[some].mean()),
    }


def _bins(p: Floats) -> Ints:
    """(n,) bin of about equal count; equal probabilities share theirs, so that the order of rows decides nothing."""
    edges = np.quantile(p, np.arange(1, BINS) / BINS)
    return np.searchsorted(edges, p, side="left")


def _chance(said: Said, slices: list[Ints], customer: Ints, customers: int, seed: int) -> Floats:
    """(2 k,) how far off chance makes the calibration errors and then the coverages of k slices, with all at once."""
    off = said.late - said.p_late
    errors = [_residuals(off, some, customer, customers, _bins(said.p_late[some])) for some in slices]
    covers = [_residuals(said.covered, some, customer, customers, np.zeros(len(some), int)) for some in slices]
    residuals = np.concatenate([*errors, *covers], axis=1)
    first = np.cumsum([0, *(part.shape[1] for part in [*errors, *covers])])[:-1]
    size = np.array([len(some) for some in slices] * 2)
    rng = np.random.default_rng(seed)
    drawn = np.concatenate(
        [
            np.add.reduceat(np.abs(rng.standard_normal((_AT_ONCE, customers)) @ residuals), first, axis=1)
            for _ in range(DRAWS // _AT_ONCE)
        ]
    )
    drawn /= size
    mean, sd = drawn.mean(axis=0), drawn.std(axis=0)
    most = np.quantile(((drawn - mean) / np.where(sd > 0, sd, 1.0)).max(axis=1), 1 - CHANCE)
    room: Floats = mean + most * sd
    return room


def _residuals(off: Floats, some: Ints, customer: Ints, customers: int, cell: Ints) -> Floats:
    """(customers, cells) each customer's sum in a cell, less what it would be at the mean of the others."""
    shape = (customers, int(cell.max()) + 1)
    flat = customer[some] * shape[1] + cell
    sums = np.bincount(flat, off[some], minlength=shape[0] * shape[1]).reshape(shape)
    count = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)
    whole, rows = sums.sum(axis=0), count.sum(axis=0)
    others = rows - count
    # Where a customer is alone in a cell there are no others: all of its sum may be chance.
    mean = np.where(others > 0, (whole - sums) / np.maximum(others, 1), 0.0)
    left: Floats = sums - count * mean
    return left
