"""Scores of many cash forecasts, as tables over ledgers.

The origins of one ledger depend on each other, so what is said with an interval is an average over ledgers, and the
interval is that of their mean (Student's t).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ...errors import PaybenchError
from .scores import inside, interval_score

LEVELS = (50, 80, 95)
"""Per cent of the central bands that are scored."""
ROW = ("ledger", "origin", "currency", "forecast", "horizon")
"""What tells the rows of results apart."""
RESULTS = (*ROW, "actual", "expected", "median", *(f"{end}_{k}" for k in LEVELS for end in ("low", "high")), "crps")
"""Columns of results: amounts in currency units, crps of the draws against actual."""
_NOTHING = 1e-9  # of what came: an error that only rounding makes
_BY = ["forecast", "horizon"]
_CELL = ["ledger", "horizon", "currency"]


def coverage_table(results: pd.DataFrame) -> pd.DataFrame:
    """Coverage of the bands, as the mean of the ledgers' coverages with a 95 % interval over ledgers.

    Parameters
    ----------
    results : one row per ledger, origin, currency, forecast and horizon, with the columns :data:`RESULTS`.

    Returns
    -------
    DataFrame indexed by level (0.5, 0.8, 0.95), forecast and horizon, in the order of results: ledgers (that have a
    band), coverage, low, high (0 to 1; NaN of one ledger). Of ledgers that all cover alike the interval is a point.

    Raises
    ------
    PaybenchError
        If a column is missing, or a row comes twice.
    """
    _checked(results)
    tables = {}
    for level in LEVELS:
        seen = inside(results[f"low_{level}"], results[f"high_{level}"], results["actual"])
        own = results[["ledger", *_BY]].assign(seen=seen).groupby(["ledger", *_BY], sort=False)["seen"].mean()
        tables[level / 100] = _over_ledgers(own, "coverage", _BY)
    table = pd.concat(tables, names=["level"])
    table[["low", "high"]] = table[["low", "high"]].clip(0.0, 1.0)
    return table


def score_table(results: pd.DataFrame) -> pd.DataFrame:
    """Every score by forecast and horizon.

    Amounts are never added over currencies or ledgers: each score is a ratio of sums over the origins of one currency
    of one ledger, then the mean over a ledger's currencies, then over ledgers.

    Parameters
    ----------
    results : as in :func:`coverage_table`.

    Returns
    -------
    DataFrame indexed by forecast and horizon, in the order of results: n (rows), ledgers; wape and bias of
    ``expected``, wape_median of ``median``; crps and interval_80 (the score of the 80 % band) over what came; and for
    50, 80 and 95 % coverage_k, coverage_k_low, coverage_k_high as in :func:`coverage_table`. Where nothing came at all
    there is no ratio; it is left out.

    Raises
    ------
    PaybenchError
        As in :func:`coverage_table`.
    """
    covered = coverage_table(results)
    off, actual = results["expected"] - results["actual"], results["actual"]
    scores = {
        "wape": off.abs(),
        "bias": off,
        "wape_median": (results["median"] - actual).abs(),
        "crps": results["crps"],
        "interval_80": pd.Series(interval_score(results["low_80"], results["high_80"], actual, 0.8), results.index),
    }
    groups = results.groupby(_BY, sort=False)
    table = pd.DataFrame({"n": groups.size(), "ledgers": groups["ledger"].nunique()})
    for name, score in scores.items():
        table[name] = _ratios(results, score).groupby(level=_BY, sort=False).mean()
    for level in LEVELS:
        one = covered.xs(level / 100, level="level")
        for end, column in (("", "coverage"), ("_low", "low"), ("_high", "high")):
            table[f"coverage_{level}{end}"] = one[column]
    return table


def skill_table(results: pd.DataFrame, ours: str, others: Sequence[str] | None = None) -> pd.DataFrame:
    """How much better the CRPS of one forecast is than that of the best other one of each ledger.

    Parameters
    ----------
    results : as in :func:`coverage_table`.
    ours : a forecast. others : those it is held against, all others if not given; leave out one that knows the truth.

    Returns
    -------
    DataFrame indexed by horizon: ledgers; skill = 1 - ours / best other, as the mean over ledgers, with low and high
    (95 %, over ledgers); least (of any ledger), and rival (the best other on most ledgers). Each CRPS is over what
    came, as in :func:`score_table`, on the rows that both have.

    Raises
    ------
    PaybenchError
        As in :func:`coverage_table`, or if a forecast is not in results.
    """
    _checked(results)
    names = results["forecast"].unique().tolist()
    others = [name for name in names if name != ours] if others is None else list(others)
    unknown = [name for name in (ours, *others) if name not in names]
    if unknown or not others:
        raise PaybenchError(
            f"Results have the forecasts {', '.join(map(repr, names))}; "
            f"skill needs {', '.join(map(repr, unknown)) or 'another one'}, too."
        )
    key = [*_CELL, "origin"]
    came = results.groupby(key)["actual"].first()
    wide = results.pivot(index=key, columns="forecast", values="crps")
    skills = {}
    for name in others:
        sums = wide[[ours, name]].dropna().assign(actual=came).groupby(level=_CELL).sum()
        ratios = sums[[ours, name]].div(sums["actual"].where(sums["actual"] > 0), axis=0).dropna()
        mean = ratios.groupby(level=["ledger", "horizon"]).mean()
        perfect = np.where(mean[ours] > _NOTHING, -np.inf, 0.0)
        skills[name] = (1 - mean[ours] / mean[name]).where(mean[name] > _NOTHING, perfect)
    each = pd.DataFrame(skills)
    own = pd.Series(each.min(axis=1))
    table = _over_ledgers(own, "skill", ["horizon"])
    table["least"] = own.groupby(level="horizon").min()
    table["rival"] = pd.Series(each.idxmin(axis=1)).groupby(level="horizon").agg(_commonest)
    return table.loc[[horizon for horizon in results["horizon"].unique() if horizon in table.index]]


def _commonest(names: pd.Series) -> str:
    return str(names.mode().iloc[0])


def _ratios(results: pd.DataFrame, score: pd.Series) -> pd.Series:
    """Sums of a score over sums of what came, where the score is there: by ledger, forecast and horizon."""
    kept = results[list(ROW)].assign(score=score, actual=results["actual"])[score.notna()]
    sums = kept.groupby(["ledger", "currency", *_BY], sort=False)[["score", "actual"]].sum()
    ratios = sums["score"] / sums["actual"].where(sums["actual"] > 0)
    return ratios.groupby(level=["ledger", *_BY], sort=False).mean()


def _over_ledgers(own: pd.Series, name: str, by: list[str]) -> pd.DataFrame:
    """A value per ledger as its mean over ledgers, with the interval of the mean."""
    groups = own.groupby(level=by, sort=False)
    n, mean = groups.count(), groups.mean()
    reach = stdtrit(n - 1, 0.975) * groups.std() / np.sqrt(n)
    return pd.DataFrame({"ledgers": n, name: mean, "low": mean - reach, "high": mean + reach})


def _checked(results: pd.DataFrame) -> None:
    missing = [name for name in RESULTS if name not in results]
    if missing:
        raise PaybenchError(
            f"Results have no column {', '.join(map(repr, missing))}; "
            f"give {', '.join(RESULTS)}, one row per {', '.join(ROW)}."
        )
    twice = results.duplicated(list(ROW))
    if twice.any():
        row = results.loc[twice, list(ROW)].iloc[0]
        raise PaybenchError(f"Results have {', '.join(map(str, row))} twice; give one row per {', '.join(ROW)}.")
