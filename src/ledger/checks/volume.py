"""How many rows, and what amounts, a ledger has month by month, beside the months before; and its gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..book import Ledger
from ..cut import as_of
from ..schema import FIRST_YEAR, LAST_YEAR, TABLES
from .suites import FAR_OUT, MOST, SPREAD

DATED = ("invoices", "payments")
"""The tables whose volume is looked at."""

_BEFORE, _AT_LEAST = 24, 6
_SPREADS, _FACTOR, _ROWS = 5.0, 2.0, 5
_GAP, _OTHERS, _DAYS = 21.0, 5.0, 20
_APART = 62


def by_month(ledger: Ledger, name: str) -> pd.DataFrame:
    """The months of one table beside what the months before let expect.

    A month is expected within five robust spreads (of the logarithm, at least what chance makes of so many rows)
    around the median of the up to 24 months before, and half or twice of it is never far. Fewer than six months, or
    fewer than five rows a month, let nothing be expected. The ledger ends with the last day of either table, apart
    from strays.

    Parameters
    ----------
    ledger : the whole book.
    name : one of :data:`DATED`.

    Returns
    -------
    One row per month and ``of``: the table's name for the number of rows, a currency for the sum of amounts; with
    ``value`` (NaN where nothing is said: too early, or the number of rows says it already), ``last value`` (the same of
    the months at the end that are far below), ``usual``, ``lowest`` and ``highest`` to expect.
    """
    latest = as_of(ledger, f"{LAST_YEAR + 1}-01-01")
    days = _days(latest, name)
    if days.empty:
        return pd.DataFrame()
    start, end = _bounds(days)
    others = [_bounds(theirs)[1] for other in DATED if len(theirs := _days(latest, other))]
    months = pd.period_range(start, max(end, *others), freq="M")
    rows = latest.table(name).loc[days.index, ["amount", "currency"]].assign(month=days.dt.to_period("M"))
    rows = rows[rows["month"].isin(months) & (rows["amount"].abs() < MOST)]
    count = rows.groupby("month").size().reindex(months, fill_value=0).astype("float64")
    parts = [_expected(count, 1.0, count).assign(of=name)]
    at_end = _trailing(parts[0])
    parts[0]["last value"] = parts[0]["value"].where(at_end)
    parts[0]["value"] = parts[0]["value"].mask(at_end)
    told = at_end | (parts[0]["value"] < parts[0]["lowest"]) | (parts[0]["value"] > parts[0]["highest"])
    often = rows["currency"].value_counts()
    often = often[often >= _ROWS * _AT_LEAST]
    for currency, some in rows[rows["currency"].isin(often.index)].groupby("currency"):
        total = some.groupby("month")["amount"].sum().reindex(months, fill_value=0.0)
        many = some.groupby("month").size().reindex(months, fill_value=0)
        part = _expected(total, _spread_of_one(some["amount"]), many)
        parts.append(part.assign(**{"of": currency, "value": part["value"].mask(told), "last value": np.nan}))
    table = pd.concat(parts).rename_axis("month").reset_index().astype({"month": "str"})
    value = table["value"].fillna(table["last value"])
    table["said"] = [_said(name, *row) for row in zip(table["month"], table["of"], value, table["usual"], strict=True)]
    return table


def gaps(ledger: Ledger, name: str) -> pd.DataFrame:
    """The days of one table, and how long before each there was none.

    Returns
    -------
    One row per day with a row: ``gap`` (its first and last day in words), ``days without a row`` and ``longest``:
    the longest to expect, five times what nine of ten gaps do not exceed and at least three weeks. Empty if there are
    fewer than 20 days.
    """
    days = pd.Series(_days(as_of(ledger, f"{LAST_YEAR + 1}-01-01"), name).sort_values().unique())
    if len(days) < _DAYS:
        return pd.DataFrame()
    without = days.diff().dt.days.iloc[1:] - 1
    text = days.dt.strftime("%Y-%m-%d")
    return pd.DataFrame(
        {
            "gap": (text.shift() + " to " + text).iloc[1:],
            "days without a row": without.astype("float64"),
            "longest": max(_GAP, _OTHERS * (without + 1).quantile(0.9)),
        }
    ).reset_index(drop=True)


def _days(ledger: Ledger, name: str) -> pd.Series:
    days = ledger.table(name)[TABLES[name].dated].dropna()
    return days[days.dt.year.between(FIRST_YEAR, LAST_YEAR)]


def _bounds(days: pd.Series) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day that is no stray: not more than two months apart from nearly all others."""
    ordered = np.sort(days.to_numpy())
    few, apart = int(0.001 * (len(ordered) - 1)) + (len(ordered) > 2), np.timedelta64(_APART, "D")
    inner = ordered[few : len(ordered) - few]
    near = ordered[(ordered >= inner[0] - apart) & (ordered <= inner[-1] + apart)]
    return pd.Timestamp(near[0]), pd.Timestamp(near[-1])


def _said(name: str, month: str, of: str, value: float, usual: float) -> str:
    is_one, about = (f"{value:,.0f} {name}" if of == name else f"{of} {value:,.0f}"), f"{usual:,.0f}"
    return f"{month} with {is_one} instead of about {about}"


def _expected(values: pd.Series, spread_of_one: float, many: pd.Series) -> pd.DataFrame:
    """Each month's value beside what the months before let expect; ``many`` rows a month make the value."""
    there = np.flatnonzero(many.to_numpy() > 0)
    last = int(there[-1]) if len(there) else 0
    size = np.log(np.maximum(values.to_numpy(), 0.5))
    expected = np.full((len(values), 3), np.nan)
    for at in range(_AT_LEAST, last + 1):
        before = slice(max(0, at - _BEFORE), at)
        rows = float(np.median(many.to_numpy()[before]))
        if rows < _ROWS:
            continue
        middle = float(np.median(size[before]))
        spread = max(1.4826 * float(np.median(np.abs(size[before] - middle))), spread_of_one / np.sqrt(rows))
        reach = max(np.log(_FACTOR), _SPREADS * spread)
        expected[at] = np.exp([middle, middle - reach, middle + reach])
        if rows * np.exp(-reach) < 1:  # a month without a row can be chance
            expected[at, 1] = -np.inf
    expected[last + 1 :] = expected[last]
    frame = pd.DataFrame(expected, index=values.index, columns=["usual", "lowest", "highest"])
    frame.insert(0, "value", values.where(frame["usual"].notna()))
    return frame


def _trailing(counts: pd.DataFrame) -> pd.Series:
    """Whether each month belongs to those at the end that are all far below."""
    below = (counts["value"] < counts["lowest"])[::-1]
    return below.cummin()[::-1]


def _spread_of_one(amounts: pd.Series) -> float:
    """The spread of a sum over one row relative to its mean, as if no amount were far out."""
    some = amounts[np.isfinite(amounts) & (amounts > 0)]
    if some.empty:
        return 1.0
    lower, upper = np.quantile(np.log(some), [0.25, 0.75])
    usual = some.clip(upper=np.exp(upper + FAR_OUT * max(upper - lower, SPREAD)))
    return float(np.sqrt((usual**2).mean()) / usual.mean())
